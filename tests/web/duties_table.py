"""Who may use which route: one line for every method and path. A route without a line fails test_duties.py.

A line says ANYONE, SIGNED_IN (any account, a candidate's too), SEAT (a judge's tablet opened by card and PIN), or the
duties that open it: `by(powers)` held in the selection of the path, `system(duties)` held in the system itself.
`hidden` marks those whose refusal is "this does not exist": nobody without the duty learns that there is anything.
"""

from dataclasses import dataclass

from core.people import ADMINISTRATORS, POWERS, Duty, Power


@dataclass(frozen=True, slots=True)
class Who:
    """Who may use a route. `scope` is "" (no duty asked), "selection" or "system"."""

    scope: str = ""
    duties: frozenset[Duty] = frozenset()
    hidden: bool = False
    account: bool = False
    seat: bool = False


ANYONE = Who()
SIGNED_IN = Who(account=True)
SEAT = Who(seat=True)


def holders(*powers: Power) -> frozenset[Duty]:
    """The duties that give one of the powers."""
    return frozenset(duty for duty, given in POWERS.items() if given.intersection(powers))


def by(*powers: Power) -> Who:
    """Whoever holds one of the powers in the selection of the path."""
    return Who("selection", holders(*powers), account=True)


def hidden(*powers: Power) -> Who:
    """As `by`; to everybody else the thing does not exist."""
    return Who("selection", holders(*powers), hidden=True, account=True)


def system(*duties: Duty) -> Who:
    """Whoever holds one of the duties in the system itself."""
    return Who("system", frozenset(duties), account=True)


EDIT = by(Power.EXAM_SELECTION_EDIT)
SCHEME = by(Power.EXAM_SELECTION_EDIT, Power.SCORING_SCHEME_CONFIRM)
VETTING = by(Power.EXAM_REGISTRATION_READ)
HANDS = by(Power.EXAM_REGISTRATION_VET, Power.EXAM_REGISTRATION_RECHECK)
TICKETS = by(Power.EXAM_TICKET_ISSUE)
MARKS = by(
    Power.EXAM_MARKS_ENTER, Power.EXAM_MARKS_CONFIRM, Power.EXAM_MARKS_SETTLE, Power.SCORING_RESULT_PUBLISH
)  # fmt: skip
ENTER = by(Power.EXAM_MARKS_ENTER)
SETTLE = by(Power.EXAM_MARKS_SETTLE)
CONFIRM = by(Power.EXAM_MARKS_CONFIRM)
PUBLISH = by(Power.SCORING_RESULT_PUBLISH)
RECORD = by(Power.SCORING_RECORD_ENTER)
RECORDS = by(
    Power.SCORING_RECORD_ENTER, Power.SCORING_RECORD_CONFIRM, Power.SCORING_TALLY_RUN, Power.SCORING_RESULT_PUBLISH,
    Power.INTERVIEW_HEARING_SEAL,
)  # fmt: skip
COMPOSE = by(Power.INTERVIEW_PANEL_COMPOSE)
LOTS = by(Power.INTERVIEW_DRAW_RECORD)
NUMBERS = by(Power.INTERVIEW_NUMBER_READ)
INTERVIEW = by(
    Power.INTERVIEW_PANEL_COMPOSE, Power.INTERVIEW_DRAW_RECORD, Power.INTERVIEW_HEARING_RUN,
    Power.INTERVIEW_HEARING_SEAL, Power.INTERVIEW_NUMBER_READ, Power.INTERVIEW_PROGRESS_READ,
)  # fmt: skip
ROOM = by(Power.INTERVIEW_HEARING_RUN, Power.RECORDING_VIDEO_UPLOAD)
FILMS = by(Power.RECORDING_VIDEO_UPLOAD, Power.RECORDING_VIDEO_REVIEW)
REVIEW = by(Power.RECORDING_VIDEO_REVIEW)
RESULTS = by(Power.SCORING_TALLY_RUN, Power.SCORING_RESULT_READ, Power.SCORING_RESULT_PUBLISH)
NAMES = by(
    Power.SCORING_SHORTLIST_READ, Power.SCORING_TALLY_RUN, Power.SCORING_POOL_READ, Power.SCORING_RESULT_PUBLISH
)  # fmt: skip
CHANGES = by(Power.SCORING_TALLY_RUN, Power.SCORING_RESULT_PUBLISH, Power.SCORING_SHORTLIST_CONFIRM)
POOL = by(Power.SCORING_POOL_READ)
POOL_HANDS = by(Power.SCORING_POOL_KEEP, Power.SCORING_POOL_CONFIRM)
REVIEWS = by(Power.SCORING_REVIEW_READ, Power.SCORING_REVIEW_RECORD, Power.SCORING_REVIEW_CONFIRM)
REVIEW_HANDS = by(Power.SCORING_REVIEW_RECORD, Power.SCORING_REVIEW_CONFIRM)
RECOUNT = by(Power.SCORING_REVIEW_RECORD)
GATE = by(
    Power.SCORING_TALLY_RUN, Power.SCORING_RESULT_READ, Power.SCORING_RESULT_PUBLISH, Power.SCORING_SHORTLIST_CONFIRM
)  # fmt: skip
POOL_KEEP = by(Power.SCORING_POOL_KEEP)
COMMITTEE = hidden(Power.SCORING_SHORTLIST_READ)
OBSERVER = hidden(Power.INTERVIEW_HEARING_SEAL)
ADMINISTRATOR = system(*ADMINISTRATORS)
SYSTEM = system(Duty.SYSTEM_ADMIN)
SECURITY = system(Duty.SECURITY_ADMIN)
RECOVERY = system(Duty.SYSTEM_ADMIN, Duty.SECURITY_ADMIN)
STAFF = by(Power.EXAM_SELECTION_READ)

TABLE: dict[str, Who] = {
    # anyone, and the way in
    "GET /": ANYONE,
    "GET /s/{code:str}": ANYONE,
    "GET /atom.xml": ANYONE,
    "GET /s/{code:str}/atom.xml": ANYONE,
    "GET /s/{code:str}/calendar.ics": ANYONE,
    "GET /s/{code:str}/p/{number:int}": ANYONE,
    "GET /s/{code:str}/p/{number:int}/why/{ticket:str}": ANYONE,
    "GET /static/{file_path:path}": ANYONE,
    "HEAD /static/{file_path:path}": ANYONE,
    "GET /sign-in": ANYONE,
    "POST /sign-in": ANYONE,
    "GET /sign-up": ANYONE,
    "POST /sign-up": ANYONE,
    "POST /sign-up/code": ANYONE,
    "GET /recover": ANYONE,
    "POST /recover": ANYONE,
    "POST /recover/code": ANYONE,
    "GET /recover/desk": ANYONE,
    "POST /recover/desk": ANYONE,
    "POST /sign-out": ANYONE,
    "POST /code": SIGNED_IN,
    # candidates, each with their own rows
    "GET /my": SIGNED_IN,
    "GET /my/data": SIGNED_IN,
    "GET /my/data.json": SIGNED_IN,
    "GET /my/start/{code:str}": SIGNED_IN,
    "POST /my/start/{code:str}": SIGNED_IN,
    "GET /my/{reference:str}": SIGNED_IN,
    "GET /my/{reference:str}/answers": SIGNED_IN,
    "GET /my/{reference:str}/check": SIGNED_IN,
    "GET /my/{reference:str}/conditions": SIGNED_IN,
    "POST /my/{reference:str}/conditions": SIGNED_IN,
    "GET /my/{reference:str}/education": SIGNED_IN,
    "GET /my/{reference:str}/education/{row:int}": SIGNED_IN,
    "POST /my/{reference:str}/education/{row:int}": SIGNED_IN,
    "GET /my/{reference:str}/forms/{name:str}": SIGNED_IN,
    "GET /my/{reference:str}/papers": SIGNED_IN,
    "POST /my/{reference:str}/papers": SIGNED_IN,
    "GET /my/{reference:str}/papers/{paper_id:int}": SIGNED_IN,
    "POST /my/{reference:str}/papers/{paper_id:int}/remove": SIGNED_IN,
    "GET /my/{reference:str}/photo": SIGNED_IN,
    "GET /my/{reference:str}/appeal": SIGNED_IN,
    "POST /my/{reference:str}/appeal": SIGNED_IN,
    "GET /my/{reference:str}/post": SIGNED_IN,
    "POST /my/{reference:str}/post": SIGNED_IN,
    "GET /my/{reference:str}/posts": SIGNED_IN,
    "GET /my/{reference:str}/posts/{row:int}": SIGNED_IN,
    "POST /my/{reference:str}/posts/{row:int}": SIGNED_IN,
    "GET /my/{reference:str}/receipt": SIGNED_IN,
    "POST /my/{reference:str}/submit": SIGNED_IN,
    "GET /my/{reference:str}/relations": SIGNED_IN,
    "GET /my/{reference:str}/relations/{row:int}": SIGNED_IN,
    "POST /my/{reference:str}/relations/{row:int}": SIGNED_IN,
    "GET /my/{reference:str}/reserve": SIGNED_IN,
    "POST /my/{reference:str}/reserve": SIGNED_IN,
    "GET /my/{reference:str}/reviews": SIGNED_IN,
    "POST /my/{reference:str}/reviews": SIGNED_IN,
    "GET /my/{reference:str}/reviews/{review_id:int}": SIGNED_IN,
    "GET /my/{reference:str}/why/{number:int}": SIGNED_IN,
    "GET /my/{reference:str}/ticket": SIGNED_IN,
    "GET /my/{reference:str}/ticket.pdf": SIGNED_IN,
    "GET /my/{reference:str}/withdraw": SIGNED_IN,
    "POST /my/{reference:str}/withdraw": SIGNED_IN,
    "GET /my/{reference:str}/{page:str}": SIGNED_IN,
    "POST /my/{reference:str}/{page:str}": SIGNED_IN,
    # judges
    "GET /judge/open": ANYONE,
    "POST /judge/open": ANYONE,
    "GET /judge": SEAT,
    "GET /judge/live": SEAT,
    "GET /judge/next": SEAT,
    "GET /judge/{number:int}": SEAT,
    "POST /judge/{number:int}/check": SEAT,
    "PUT /judge/{number:int}/draft": SEAT,
    "POST /judge/{number:int}/submit": SEAT,
    # the three administrators
    "GET /admin": ADMINISTRATOR,
    "POST /admin/accounts": SYSTEM,
    "POST /admin/duties": SYSTEM,
    "GET /admin/duties/{grant_id:int}": ADMINISTRATOR,
    "POST /admin/duties/{grant_id:int}": SECURITY,
    "GET /admin/recoveries": RECOVERY,
    "POST /admin/recoveries": SYSTEM,
    "GET /admin/recoveries/{number:int}": RECOVERY,
    "POST /admin/recoveries/{number:int}": SECURITY,
    "GET /admin/journal": system(Duty.AUDIT_ADMIN, Duty.SUPERVISOR),
    # the desk: plan and scheme
    "GET /staff": SIGNED_IN,
    "GET /staff/new_selection": system(Duty.SELECTION_EDITOR),
    "POST /staff/new_selection": system(Duty.SELECTION_EDITOR),
    "GET /staff/{code:str}": STAFF,
    "GET /staff/{code:str}/edit": EDIT,
    "POST /staff/{code:str}/edit": EDIT,
    "GET /staff/{code:str}/posts/{number:str}": EDIT,
    "POST /staff/{code:str}/posts/{number:str}": EDIT,
    "GET /staff/{code:str}/papers/{key:str}": EDIT,
    "POST /staff/{code:str}/papers/{key:str}": EDIT,
    "GET /staff/{code:str}/terms": EDIT,
    "POST /staff/{code:str}/terms": EDIT,
    "GET /staff/{code:str}/amendments": SCHEME,
    "POST /staff/{code:str}/amendments": EDIT,
    "POST /staff/{code:str}/amendments/{number:int}": by(Power.SCORING_SCHEME_CONFIRM),
    "GET /staff/{code:str}/vetting/list": PUBLISH,
    "POST /staff/{code:str}/vetting/list": PUBLISH,
    "POST /staff/{code:str}/vetting/{reference:str}/appeal": by(Power.EXAM_REGISTRATION_RECHECK),
    "GET /staff/{code:str}/vetting/shared": VETTING,
    "GET /staff/{code:str}/conditions/{kind:str}": EDIT,
    "POST /staff/{code:str}/conditions/{kind:str}": EDIT,
    "POST /staff/{code:str}/conditions/{number:int}/remove": EDIT,
    "GET /staff/{code:str}/scheme": SCHEME,
    "POST /staff/{code:str}/scheme": EDIT,
    "GET /staff/{code:str}/scheme/form": EDIT,
    "POST /staff/{code:str}/scheme/form": EDIT,
    "GET /staff/{code:str}/scheme/{version:int}": SCHEME,
    "POST /staff/{code:str}/scheme/{version:int}": by(Power.SCORING_SCHEME_CONFIRM),
    # vetting, tickets, marks
    "GET /staff/{code:str}/vetting": VETTING,
    "GET /staff/{code:str}/vetting/next": HANDS,
    "GET /staff/{code:str}/vetting/{reference:str}": VETTING,
    "POST /staff/{code:str}/vetting/{reference:str}": by(Power.EXAM_REGISTRATION_VET),
    "GET /staff/{code:str}/vetting/{reference:str}/identity": ANYONE,  # leads back to the page, which asks
    "POST /staff/{code:str}/vetting/{reference:str}/identity": VETTING,
    "GET /staff/{code:str}/vetting/{reference:str}/papers/{mark:str}": VETTING,
    "GET /staff/{code:str}/vetting/{reference:str}/second": ANYONE,  # the same
    "POST /staff/{code:str}/vetting/{reference:str}/second": by(Power.EXAM_REGISTRATION_RECHECK),
    "GET /staff/{code:str}/tickets": TICKETS,
    "POST /staff/{code:str}/tickets": TICKETS,
    "GET /staff/{code:str}/tickets/draw.json": STAFF,
    "GET /staff/{code:str}/tickets/{number:str}/ticket.pdf": TICKETS,
    "GET /staff/{code:str}/marks": MARKS,
    "POST /staff/{code:str}/marks": ENTER,
    "GET /staff/{code:str}/marks/template.xlsx": ENTER,
    "GET /staff/{code:str}/marks/typed": ENTER,
    "POST /staff/{code:str}/marks/typed": ENTER,
    "GET /staff/{code:str}/marks/differences": by(Power.EXAM_MARKS_SETTLE, Power.EXAM_MARKS_CONFIRM),
    "POST /staff/{code:str}/marks/differences": SETTLE,
    "GET /staff/{code:str}/marks/confirm": CONFIRM,
    "POST /staff/{code:str}/marks/confirm": CONFIRM,
    "GET /staff/{code:str}/marks/publish": PUBLISH,
    "POST /staff/{code:str}/marks/publish": PUBLISH,
    # the interview day
    "GET /staff/{code:str}/interview": INTERVIEW,
    "GET /staff/{code:str}/interview/board": INTERVIEW,
    "POST /staff/{code:str}/interview/rooms": COMPOSE,
    "GET /staff/{code:str}/interview/judges": COMPOSE,
    "GET /staff/{code:str}/interview/judges/add": COMPOSE,
    "POST /staff/{code:str}/interview/judges/add": COMPOSE,
    "GET /staff/{code:str}/interview/panels/{room_code:str}": COMPOSE,
    "POST /staff/{code:str}/interview/panels/{room_code:str}/cards": COMPOSE,
    "POST /staff/{code:str}/interview/panels/{room_code:str}/recusals": COMPOSE,
    "POST /staff/{code:str}/interview/panels/{room_code:str}/seats": COMPOSE,
    "POST /staff/{code:str}/interview/panels/{room_code:str}/withdraw": COMPOSE,
    "GET /staff/{code:str}/interview/lots/{post_code:str}": LOTS,
    "POST /staff/{code:str}/interview/lots/{post_code:str}/computed": LOTS,
    "POST /staff/{code:str}/interview/lots/{post_code:str}/register": LOTS,
    "GET /staff/{code:str}/interview/numbers/{room_code:str}": NUMBERS,
    "POST /staff/{code:str}/interview/numbers/{room_code:str}": NUMBERS,
    "GET /staff/{code:str}/rooms/{room_id:int}": ROOM,
    "GET /staff/{code:str}/rooms/{room_id:int}/progress": ROOM,
    "POST /staff/{code:str}/rooms/{room_id:int}/hearings/{hearing_id:int}": by(Power.INTERVIEW_HEARING_RUN),
    "PUT /staff/{code:str}/rooms/{room_id:int}/hearings/{hearing_id:int}/video": by(Power.RECORDING_VIDEO_UPLOAD),
    "GET /observer/{code:str}": OBSERVER,
    "GET /observer/{code:str}/hearings/{hearing_id:int}": OBSERVER,
    "POST /observer/{code:str}/hearings/{hearing_id:int}": OBSERVER,
    "GET /live": STAFF,
    # records, recordings, results, names
    "GET /staff/{code:str}/records": RECORDS,
    "GET /staff/{code:str}/records/{topic:str}": RECORDS,
    "POST /staff/{code:str}/records/{topic:str}": RECORD,
    "GET /staff/{code:str}/records/{topic:str}/typed": RECORD,
    "POST /staff/{code:str}/records/{topic:str}/typed": RECORD,
    "GET /staff/{code:str}/records/{topic:str}/{version:int}": RECORDS,
    "POST /staff/{code:str}/records/{topic:str}/{version:int}": by(Power.SCORING_RECORD_CONFIRM),
    "GET /staff/{code:str}/recordings": FILMS,
    "GET /staff/{code:str}/recordings/{recording_id:int}": REVIEW,
    "GET /staff/{code:str}/recordings/{recording_id:int}/poster": REVIEW,
    "GET /staff/{code:str}/recordings/{recording_id:int}/video": REVIEW,
    "GET /staff/{code:str}/results": RESULTS,
    "GET /staff/{code:str}/results/{kind:str}": RESULTS,
    "POST /staff/{code:str}/results/{kind:str}/compute": by(Power.SCORING_TALLY_RUN),
    "GET /staff/{code:str}/results/{kind:str}/{version:int}": RESULTS,
    "POST /staff/{code:str}/results/{kind:str}/{version:int}": PUBLISH,
    "GET /staff/{code:str}/results/{kind:str}/missing": GATE,
    "GET /staff/{code:str}/results/{kind:str}/{version:int}/changes": RESULTS,
    "GET /staff/{code:str}/results/{kind:str}/{version:int}/files/{name:str}": RESULTS,
    "GET /staff/{code:str}/results/{kind:str}/{version:int}/statistics": RESULTS,
    "GET /staff/{code:str}/results/{kind:str}/{version:int}/why/{ticket:str}": RESULTS,
    "GET /staff/{code:str}/reviews": REVIEWS,
    "GET /staff/{code:str}/reviews/{review_id:int}": REVIEWS,
    "POST /staff/{code:str}/reviews/{review_id:int}": REVIEW_HANDS,
    "GET /staff/{code:str}/corrections/new": RECOUNT,
    "POST /staff/{code:str}/corrections/new": RECOUNT,
    "GET /staff/{code:str}/corrections/{number:int}": REVIEWS,
    "POST /staff/{code:str}/corrections/{number:int}": by(Power.SCORING_REVIEW_CONFIRM),
    "GET /staff/{code:str}/names": NAMES,
    "POST /staff/{code:str}/names": NAMES,
    "GET /staff/{code:str}/opening": by(
        Power.SCORING_SCHEME_FREEZE,
        Power.SCORING_SCHEME_CONFIRM,
        Power.SCORING_TALLY_RUN,
        Power.INTERVIEW_HEARING_SEAL,
    ),
    "POST /staff/{code:str}/opening": by(Power.SCORING_SCHEME_FREEZE, Power.SCORING_SCHEME_CONFIRM),
    "GET /staff/{code:str}/replacements": CHANGES,
    "POST /staff/{code:str}/replacements": CHANGES,
    "GET /staff/{code:str}/allotment": CHANGES,
    "POST /staff/{code:str}/allotment": by(Power.SCORING_TALLY_RUN, Power.SCORING_SHORTLIST_CONFIRM),
    "GET /staff/{code:str}/reserve": POOL,
    "POST /staff/{code:str}/reserve": POOL_HANDS,
    "GET /staff/{code:str}/reserve/register": POOL,
    "GET /staff/{code:str}/reserve/posts/{post_id:int}": POOL_HANDS,
    "POST /staff/{code:str}/reserve/posts/{post_id:int}": POOL_KEEP,
    "GET /staff/{code:str}/reserve/{ticket:str}": POOL,
    "POST /staff/{code:str}/reserve/{ticket:str}": POOL_KEEP,
    "GET /committee": SIGNED_IN,
    "GET /committee/{code:str}": COMMITTEE,
    "GET /committee/{code:str}/why/{ticket:str}": COMMITTEE,
    "GET /committee/{code:str}/changes": COMMITTEE,
    "GET /committee/{code:str}/statistics": COMMITTEE,
    "GET /committee/{code:str}/recordings/{recording_id:int}": COMMITTEE,
    "GET /committee/{code:str}/recordings/{recording_id:int}/poster": COMMITTEE,
    "GET /committee/{code:str}/recordings/{recording_id:int}/video": COMMITTEE,
}
