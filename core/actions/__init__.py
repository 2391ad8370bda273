"""Every act of core: people and duties, recovery, keys; and the scratch writes of sessions and codes."""

from core.actions.accounts import (
    confirm_duty,
    create_first_administrator,
    create_staff_account,
    end_duty,
    open_candidate_account,
    open_system,
    propose_duty,
)
from core.actions.filing import note_file
from core.actions.recovering import (
    RECOVERY,
    confirm_recovery,
    open_recovery,
    renew_password_hash,
    set_password,
    withdraw_recovery,
)
from core.actions.rekeying import keep_no_codes, rekey
from core.actions.sessions import (
    CODE_TRIES,
    PEOPLE,
    keep_code,
    keep_code_try,
    keep_language,
    keep_seen,
    keep_session,
    keep_session_end,
)

__all__ = [
    "CODE_TRIES",
    "PEOPLE",
    "RECOVERY",
    "confirm_duty",
    "confirm_recovery",
    "create_first_administrator",
    "create_staff_account",
    "end_duty",
    "keep_code",
    "keep_code_try",
    "keep_language",
    "keep_no_codes",
    "keep_seen",
    "keep_session",
    "keep_session_end",
    "note_file",
    "open_candidate_account",
    "open_recovery",
    "open_system",
    "propose_duty",
    "rekey",
    "renew_password_hash",
    "set_password",
    "withdraw_recovery",
]
