"""What happens to the reserve pool of the finished sample: extended, noted in, one called up, one withdrawn."""

from datetime import datetime, timedelta

from exam.actions import add_condition, add_post, create_selection
from exam.plan import PostPlan, SelectionKind, SelectionPlan
from exam.queries import posts_of
from scoring.actions import (
    decide_extension,
    decide_use,
    note_in_pool,
    propose_extension,
    propose_use,
    withdraw_from_pool,
)
from scoring.queries import pool, pool_last_day
from web.demo.front import CONDITIONS, Sample
from web.demo.stage import Stage


def plan(stage: Stage, now: datetime) -> int:
    """A selection that is still being planned, with a post of the same level. Returns the post's id."""
    opens = now + timedelta(days=20)
    wanted = SelectionPlan(
        code="LC2026-4",
        kind=SelectionKind.OPEN_SELECTION,
        title=f"澜川市{now.year}年公开选拔市自然资源局副局长",
        title_en=f"Lanchuan {now.year}: Deputy Director, Natural Resources Bureau",
        authority="中共澜川市委组织部",
        authority_en="Organisation Department, Lanchuan Municipal Committee",
        reference_date=opens.date(),
        registration_opens=opens,
        registration_closes=opens + timedelta(days=10),
    )
    selection_id = stage.act(create_selection, stage.by("editor", now), wanted, now=now)
    stage.appoint(selection_id, now)
    bureau = "Natural Resources Bureau"
    post = PostPlan("01", "市自然资源局副局长", "澜川市自然资源局", 1, f"Deputy Director, {bureau}", bureau)
    editor = stage.by("editor", now)
    stage.act(add_post, editor, selection_id, post, now=now)
    for condition in CONDITIONS[:3]:
        stage.act(add_condition, editor, selection_id, condition, None, now=now)
    with stage.house.database.reading() as session:
        return posts_of(session, selection_id)[0].id or 0


def keep(stage: Stage, sample: Sample, selection_id: int) -> None:
    """An extension approved, the first of the pool called up, the second withdrawn; notes before."""
    now = sample.at(16)
    post_id = plan(stage, now)
    with stage.house.database.reading() as session:
        tickets = [line.ticket_number for line in pool(session, (selection_id,), now.date())]
        found = pool_last_day(session, selection_id)
    secretary, approver = stage.by("secretary", now), stage.by("approver", now)
    until = found[0] + timedelta(days=180) if found else now.date()
    reason = "机构改革期间暂缓补充副职，需继续使用本库人选。"
    asked = stage.act(propose_extension, secretary, selection_id, until, reason, now=now)
    stage.act(decide_extension, approver, selection_id, asked, agree=True, now=now)
    for note in ("列入市委党校秋季学期主体班。", "所在单位反映其近期牵头完成河道整治项目。"):
        stage.act(note_in_pool, secretary, selection_id, tickets[0], note, now=now)
    fit = "《澜川市自然资源局职能配置、内设机构和人员编制规定》：副局长为副处级。"
    use = stage.act(propose_use, secretary, selection_id, tickets[0], post_id, fit=fit, now=now)
    stage.act(decide_use, approver, selection_id, use, agree=True, now=now)
    stage.act(withdraw_from_pool, secretary, selection_id, tickets[1], "本人书面申请退出。", now=now)
