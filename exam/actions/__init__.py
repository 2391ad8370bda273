"""Every act of exam, by the part of the road it belongs to."""

from exam.actions.amending import decline_amendment, propose_amendment, publish_amendment
from exam.actions.announce import (
    add_condition,
    add_post,
    create_selection,
    drop_paper,
    edit_post,
    edit_selection,
    join_condition,
    remove_condition,
    remove_post,
    save_scheme_draft,
    set_paper,
    set_terms,
)
from exam.actions.appealing import answer_appeal, file_appeal
from exam.actions.marks import confirm_marks, load_entry, settle_difference, settle_differences
from exam.actions.papers import attach_paper, remove_paper
from exam.actions.publishing import add_rule_set, advance, freeze_rule_set, publish
from exam.actions.registering import (
    POST_CHANGED,
    change_post,
    keep_draft,
    start_registration,
    submit_registration,
    withdraw_registration,
)
from exam.actions.sitting import issue_tickets, note_candidacy_event
from exam.actions.telling import NOTICES, note_sent, tell, tell_registered
from exam.actions.vetting import (
    confirm_decision,
    decide_apart,
    decide_registration,
    note_identity_view,
    settle_dispute,
)
from exam.actions.vetting_list import publish_vetting_list

__all__ = [
    "NOTICES",
    "POST_CHANGED",
    "add_condition",
    "add_post",
    "add_rule_set",
    "advance",
    "answer_appeal",
    "attach_paper",
    "change_post",
    "confirm_decision",
    "confirm_marks",
    "create_selection",
    "decide_apart",
    "decide_registration",
    "decline_amendment",
    "drop_paper",
    "edit_post",
    "edit_selection",
    "file_appeal",
    "freeze_rule_set",
    "issue_tickets",
    "join_condition",
    "keep_draft",
    "load_entry",
    "note_candidacy_event",
    "note_identity_view",
    "note_sent",
    "propose_amendment",
    "publish",
    "publish_amendment",
    "publish_vetting_list",
    "remove_condition",
    "remove_paper",
    "remove_post",
    "save_scheme_draft",
    "set_paper",
    "set_terms",
    "settle_difference",
    "settle_differences",
    "settle_dispute",
    "start_registration",
    "submit_registration",
    "tell",
    "tell_registered",
    "withdraw_registration",
]
