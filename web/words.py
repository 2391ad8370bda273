"""Names of duties and states as people read them."""

from core.people import Duty
from core.words import N_, Sentence

DUTIES: dict[Duty, str] = {
    Duty.ARCHIVIST: N_("Archivist"),
    Duty.AUDIT_ADMIN: N_("Audit administrator"),
    Duty.COMMITTEE_MEMBER: N_("Committee member"),
    Duty.COMMITTEE_SECRETARY: N_("Committee secretary"),
    Duty.ENTRY_CHECKER: N_("Entry checker"),
    Duty.ENTRY_CLERK: N_("Entry clerk"),
    Duty.EXAM_OFFICER: N_("Exam officer"),
    Duty.RECORDING_OFFICER: N_("Recording officer"),
    Duty.ROOM_OFFICER: N_("Room officer"),
    Duty.SECOND_VETTER: N_("Second vetter"),
    Duty.SECURITY_ADMIN: N_("Security administrator"),
    Duty.SELECTION_APPROVER: N_("Selection approver"),
    Duty.SELECTION_EDITOR: N_("Selection editor"),
    Duty.SUPERVISOR: N_("Supervisor"),
    Duty.SYSTEM_ADMIN: N_("System administrator"),
    Duty.TALLY_CHECKER: N_("Tally checker"),
    Duty.TALLY_CLERK: N_("Tally clerk"),
    Duty.VETTER: N_("Vetter"),
    Duty.WAITING_ROOM_OFFICER: N_("Waiting-room officer"),
}


def duty_words(duty: Duty) -> Sentence:
    """The duty's name as a sentence to translate."""
    return Sentence(DUTIES[duty])
