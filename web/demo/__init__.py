"""The demonstration: two selections at different stages and a third open for registration, all through the acts."""

import io
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import Session, select

from core.errors import Refusal
from core.kinds import PICTURES
from exam.plan import PostPlan
from exam.tables import Selection
from web.demo import day, front, pool
from web.demo.front import Pictures, Sample
from web.demo.pictures import draw_papers
from web.demo.stage import ADMINISTRATORS, PASSWORD, PIN, STAFF, Stage
from web.house import House
from web.i18n import Language, Translator
from web.words import duty_words

Say = Callable[[str], None]
PORTRAITS = 12
BEGUN = timedelta(minutes=50)  # how long the interviews of the second selection have been going on
PICTURE_CAP = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SignIns:
    """What is printed for somebody who tries the demonstration."""

    candidate: str
    card: str


def fill(house: House, say: Say) -> SignIns:
    """Fill an empty house, or find what an earlier run has filled. Progress is said line by line."""
    kept = house.settings.data / "demo.json"
    if kept.exists():
        return SignIns(**json.loads(kept.read_text("utf-8")))
    with house.database.reading() as session:
        if _has_selections(session):
            raise Refusal(
                "This folder holds selections of its own, or a demonstration broken off: begin anew (RESET=1)."
            )
    found = _play(Stage(house, say))
    kept.write_text(json.dumps(asdict(found)), "utf-8")
    return found


def _play(stage: Stage) -> SignIns:
    """Everything in order; the pages show it as it grows."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    today = now.replace(hour=0, minute=30)
    water, culture, emergency = samples(today, now - BEGUN)
    stage.say("演示数据 1/6　人员和职责")
    stage.employ(today - timedelta(days=110))
    pictures = _pictures(stage.house)
    stage.say("演示数据 2/6　正在报名的选拔")
    front.register(stage, emergency, front.announce(stage, emergency), pictures)
    stage.say("演示数据 3/6　报名、审查、笔试")
    first, second = (_to_entry(stage, sample, pictures) for sample in (water, culture))
    stage.say("演示数据 4/6　面试日")
    heard = day.hear(stage, water, day.seat_panel(stage, water, first, "1", ("第1考场", "Room 1")))
    room = day.seat_panel(stage, culture, second, "2", ("第2考场", "Room 2"))
    sealed = day.hear(stage, culture, room, most=1)
    day.begin(stage, culture, room, place=1)
    stage.say("演示数据 5/6　录像")
    day.film(stage, water, heard)
    day.film(stage, culture, sealed)
    day.wait_for_videos(stage, first)
    stage.say("演示数据 6/6　综合成绩、名单、人选库")
    day.finish(stage, water, first)
    pool.keep(stage, water, first)
    return SignIns(stage.shown_candidate, stage.shown_cards["2"])


def _to_entry(stage: Stage, sample: Sample, pictures: Pictures) -> int:
    """A selection from its announcement to the published interview list."""
    selection_id = front.announce(stage, sample)
    registrations = front.register(stage, sample, selection_id, pictures)
    front.vet(stage, sample, registrations)
    front.sit(stage, sample, selection_id, registrations)
    day.enter(stage, sample, selection_id)
    return selection_id


def samples(today: datetime, begun: datetime) -> tuple[Sample, Sample, Sample]:
    """Three selections: one finished, one whose interviews began a while ago, one open for registration."""
    water = PostPlan("01", "市水务局副局长", "澜川市水务局", 1, "Deputy Director, Water Bureau", "Water Bureau")
    culture = PostPlan(
        "01", "市文化和旅游局副局长", "澜川市文化和旅游局", 1, "Deputy Director, Culture and Tourism Bureau",
        "Culture and Tourism Bureau",
    )  # fmt: skip
    emergency = PostPlan(
        "01", "市应急管理局副局长", "澜川市应急管理局", 1, "Deputy Director, Emergency Management Bureau",
        "Emergency Management Bureau",
    )  # fmt: skip
    return (
        _sample("LC2026-1", "市水务局副局长", "Water Bureau", water, 34, today - timedelta(days=21)),
        _sample("LC2026-2", "市文化和旅游局副局长", "Culture and Tourism Bureau", culture, 30, begun),
        _sample("LC2026-3", "市应急管理局副局长", "Emergency Bureau", emergency, 16, today + timedelta(days=65)),
    )


def _sample(code: str, post: str, bureau: str, plan: PostPlan, registered: int, interview: datetime) -> Sample:
    title = f"澜川市{interview.year}年公开选拔{post}"
    return Sample(code, title, f"Lanchuan {interview.year}: Deputy Director, {bureau}", plan, registered, interview)


def _pictures(house: House) -> Pictures:
    portraits, certificate = draw_papers(PORTRAITS)
    saved = [house.files.receive(io.BytesIO(one), cap=PICTURE_CAP, kinds=PICTURES) for one in [*portraits, certificate]]
    return Pictures(tuple(saved[:-1]), saved[-1])


def _has_selections(session: Session) -> bool:
    return session.exec(select(Selection.id)).first() is not None


def show_sign_ins(found: SignIns, address: str, outbox: Path, say: Say) -> None:
    """Print the address and the sign-ins by audience, those of the staff in the order of the road."""
    chinese = Translator(Language.CHINESE)
    staff = [f"{sign_in} {chinese(duty_words(duty))}" for sign_in, _, duty in (*STAFF, *ADMINISTRATORS)]
    for line in (
        "",
        f"公开页面 / public      {address}",
        f"登录 / sign in         {address}sign-in   密码 / password  {PASSWORD}",
        f"  考生 / candidate     {found.candidate}",
        *(f"  {'　'.join(staff[start : start + 4])}" for start in range(0, len(staff), 4)),
        f"评委 / judge           {address}judge     {found.card}   PIN {PIN}",
        f"一次性验证码 / one-time codes appear here and in {outbox}",
        "Ctrl-C 结束 / ends it",
    ):
        say(line)
