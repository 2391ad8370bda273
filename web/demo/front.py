"""From the plan to the confirmed written marks of one sample selection."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from core.actions import open_candidate_account
from core.files import Saved
from core.people import NOBODY, Actor
from exam.actions import (
    add_condition,
    add_post,
    attach_paper,
    confirm_decision,
    confirm_marks,
    create_selection,
    decide_registration,
    issue_tickets,
    keep_draft,
    load_entry,
    save_scheme_draft,
    set_paper,
    settle_difference,
    start_registration,
    submit_registration,
)
from exam.marking import MarkEntry, MarkState, Paper, Settlement
from exam.plan import PostPlan, SelectionKind, SelectionPlan
from exam.queries import candidacies, posts_of, registration_by_reference, rule_sets, waiting_decision
from exam.registration import PaperKind
from exam.tables import Candidacy
from exam.vetting import Answer, Decision, VettingVerdict
from scoring.actions import freeze_and_announce, propose_scheme, publish_written_results
from scoring.scheme import document_from_toml
from scoring.schemes import scheme_text
from web.demo.cast import Invented, form_of, invent
from web.demo.stage import NO_PASSWORD, PASSWORD, Stage
from web.passwords import PASSWORDS

PAPERS = (Paper("common", "公共科目", Decimal(100)), Paper("professional", "专业科目", Decimal(100)))
CONDITIONS: tuple[dict[str, object], ...] = (
    {"kind": "age", "maximum": 45},
    {"kind": "education", "level": "bachelor"},
    {"kind": "level", "level": "section", "years": 2},
    {"kind": "appraisal", "years": 3, "grade": "competent"},
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample selection: its post, how many register, and when the interview is."""

    code: str
    title: str
    title_en: str
    post: PostPlan
    registered: int
    interview: datetime

    def at(self, days: int, hours: int = 0) -> datetime:
        """A moment so many days from the interview day's morning."""
        return self.interview + timedelta(days=days, hours=hours)


@dataclass(frozen=True, slots=True)
class Pictures:
    """The files that sample registrations carry."""

    photos: tuple[Saved, ...]
    certificate: Saved


def announce(stage: Stage, sample: Sample) -> int:
    """Plan, scheme frozen by two hands, announcement published. Returns the selection's id."""
    now = sample.at(-75)
    plan = SelectionPlan(
        code=sample.code,
        kind=SelectionKind.OPEN_SELECTION,
        title=sample.title,
        title_en=sample.title_en,
        authority="中共澜川市委组织部",
        authority_en="Organisation Department, Lanchuan Municipal Committee",
        ground="现有班子缺少熟悉业务的专门人才，本市范围内没有合适人选。",
        reference_date=sample.at(-60).date(),
        registration_opens=sample.at(-70),
        registration_closes=sample.at(-60, 8),
        exam_site="澜川市第一中学",
        exam_site_en="Lanchuan No. 1 Middle School",
        interview_on=sample.interview.date(),
        telephone="000-0000 0000",
        supervision_telephone="000-0000 1238",
    )
    selection_id = stage.act(create_selection, stage.by("editor", now), plan, now=now)
    stage.appoint(selection_id, now)
    editor = stage.by("editor", now)
    stage.act(add_post, editor, selection_id, sample.post, now=now)
    for condition in CONDITIONS:
        stage.act(add_condition, editor, selection_id, condition, None, now=now)
    for place, paper in enumerate(PAPERS):
        stage.act(set_paper, editor, selection_id, paper.key, sample.at(-40, place * 5), 120, now=now)
    text = scheme_text("open_selection")
    stage.act(save_scheme_draft, editor, selection_id, text, now=now)
    version = stage.act(propose_scheme, editor, selection_id, document_from_toml(text), now=now)
    with stage.house.database.reading() as session:
        digest = next(one.sha256 for one in rule_sets(session, selection_id) if one.version == version)
    later = now + timedelta(hours=5)
    stage.act(freeze_and_announce, stage.by("approver", later), selection_id, version, digest, now=later)
    return selection_id


def register(stage: Stage, sample: Sample, selection_id: int, pictures: Pictures) -> list[int]:
    """Let everybody register and submit, first hand and second hand decide. Returns the registrations' ids."""
    with stage.house.database.reading() as session:
        post_id = posts_of(session, selection_id)[0].id or 0
    found = []
    for place in range(sample.registered):
        now = sample.at(-69) + timedelta(hours=3 * place % 200, minutes=7 * place % 60)
        doubt = "young_in_post" if place % 11 == 5 else ""
        found.append(enter_one(stage, selection_id, post_id, place, pictures, now, doubt=doubt))
        if place % 20 == 19:
            stage.say(f"  {sample.code}: {place + 1}/{sample.registered}")
    return found


def enter_one(
    stage: Stage, selection_id: int, post_id: int, place: int, pictures: Pictures, now: datetime, *, doubt: str = ""
) -> int:
    """One candidate: account, form, photo, papers, submission. Returns the registration's id."""
    person = invent(stage.chance, oldest=43, youngest=32, year=now.year)
    actor = candidate(stage, person, now, signs_in=place == 0)
    reference = stage.act(start_registration, actor, selection_id, post_id, now=now)
    with stage.house.database.reading() as session:
        row = registration_by_reference(session, reference)
    registration_id = row.id or 0 if row else 0
    form = form_of(person, stage.chance, now.year, doubt)
    if doubt:
        form["exceptions"] = {"3": "主持工作满两年，任职文件下达较晚。"}
    stage.house.acts.keep_sync(keep_draft, registration_id, actor.person_id, form, now=now)
    photo = pictures.photos[place % len(pictures.photos)]
    for kind, saved, name in (
        (PaperKind.PHOTO, photo, "照片.jpg"),
        (PaperKind.EDUCATION, pictures.certificate, "学历证书.pdf"),
        (PaperKind.APPOINTMENT, pictures.certificate, "任职文件.pdf"),
    ):
        stage.act(attach_paper, actor, registration_id, kind, saved, name, now=now)
    stage.act(submit_registration, actor, registration_id, version=0, now=now + timedelta(minutes=20))
    return registration_id


def candidate(stage: Stage, person: Invented, now: datetime, *, signs_in: bool) -> Actor:
    """An account for an invented person; the printed sign-in gets a password."""
    account_id = stage.act(
        open_candidate_account,
        NOBODY,
        name=person.name,
        identity=stage.sealed(person.identity),
        contact=stage.sealed("139" + person.identity[-8:-1] + "0"),
        password_hash=PASSWORDS.hash(PASSWORD) if signs_in else NO_PASSWORD,
        now=now,
    )
    person_id = stage.remember(f"candidate:{person.identity}", account_id)
    if signs_in:
        stage.shown_candidate = person.identity
    return Actor(label=f"account:{account_id}", account_id=account_id, person_id=person_id, device="demo-candidate")


def vet(stage: Stage, sample: Sample, registrations: list[int]) -> None:
    """Two hands on every registration: most pass, doubtful ones are refused with the rule's number."""
    now = sample.at(-55)
    first, second = stage.by("vetter", now), stage.by("vetter2", now)
    for place, registration_id in enumerate(registrations):
        decision = Decision(VettingVerdict.PASS)
        if place % 11 == 5:
            reason = "任正科级职务不满2年，破格未获上级组织部门同意。"
            decision = Decision(VettingVerdict.REFUSE, condition_number=3, reason=reason)
        stage.act(decide_registration, first, registration_id, decision, version=1, now=now)
        with stage.house.database.reading() as session:
            waiting = waiting_decision(session, registration_id)
        stage.act(confirm_decision, second, waiting.id if waiting else 0, Answer.AGREE, now=now)


def sit(stage: Stage, sample: Sample, selection_id: int, registrations: list[int]) -> None:
    """Tickets by a drawn order, marks entered by two hands, differences settled, published."""
    now = sample.at(-45)
    passed = [one for place, one in enumerate(registrations) if place % 11 != 5]
    stage.chance.shuffle(passed)
    stage.act(issue_tickets, stage.by("exam", now), selection_id, passed, 30, now=now)
    with stage.house.database.reading() as session:
        sitting = [line.candidacy for line in candidacies(session, selection_id)]
    absent = {
        one.id for place, one in enumerate(sitting) if place % 17 == 9 and one.registration_id != registrations[0]
    }
    lines = [_written(stage, one, paper, absent=one.id in absent) for one in sitting for paper in PAPERS]
    now = sample.at(-36)
    stage.act(load_entry, stage.by("entry1", now), selection_id, 1, lines, PAPERS, now=now)
    other = list(lines)
    slip = next(place for place, line in enumerate(other) if line.mark is not None)
    other[slip] = replace(other[slip], mark=(other[slip].mark or Decimal(0)) + Decimal("0.5"))
    stage.act(load_entry, stage.by("entry2", now), selection_id, 2, other, PAPERS, now=now)
    checker, right = stage.by("entrycheck", now), lines[slip]
    settled = Settlement(right.ticket, right.paper, MarkState.PRESENT, right.mark, "核对原卷，第一人录入与卷面一致。")
    stage.act(settle_difference, checker, selection_id, settled, PAPERS, now=now)
    stage.act(confirm_marks, checker, selection_id, PAPERS, now=now)
    now = sample.at(-34)
    stage.act(publish_written_results, stage.by("approver", now), selection_id, now=now)


def _written(stage: Stage, sitting: Candidacy, paper: Paper, *, absent: bool) -> MarkEntry:
    """An invented mark, for those who appeared; who is printed as a sign-in always did."""
    ticket = sitting.ticket_number
    if absent:
        return MarkEntry(ticket, paper.key, MarkState.ABSENT, None)
    mark = Decimal(stage.chance.randint(108, 178)) / 2
    return MarkEntry(ticket, paper.key, MarkState.PRESENT, mark)
