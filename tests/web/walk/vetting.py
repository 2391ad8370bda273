"""The vetters' desk: first hand and second hand, refusal by the rule's number, return for correction."""

from tests.web.walk.person import Person
from tests.web.walk.planning import Plan


def open_item(vetter: Person, plan: Plan, reference: str) -> None:
    """One registration out of the list, found by its reference."""
    vetter.go(f"{plan.path}/vetting?q={reference}")
    vetter.press_it(vetter.page.get_by_role("link", name=reference, exact=True))
    vetter.heading("Registration {reference}", reference=reference)


def look_at_papers(vetter: Person, count: int) -> None:
    """Every paper, one after the other by the keys; pictures are really drawn."""
    for place in range(1, count):
        before = vetter.page.url
        vetter.page.keyboard.press("ArrowRight")
        vetter.page.wait_for_url(lambda address, seen=before: address != seen)
        assert f"paper={'' if place else ''}" in vetter.page.url
    drawn = vetter.page.locator("img.paper-picture")
    if drawn.count():
        assert drawn.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0


def decide(vetter: Person, verdict: str, **fields: object) -> None:
    """The first hand's decision: "Pass", "Do not pass", "Return for correction"."""
    vetter.fill(**fields)
    vetter.press(verdict)


def return_for_correction(vetter: Person, **remarks: str) -> None:
    """Return some fields, each with what is to be corrected; the deadline stands ready."""
    vetter.page.locator("details.return > summary").click()
    for name, remark in remarks.items():
        vetter.put(f"remarks.{name.replace('__', '.')}", remark)
    vetter.press("Return for correction")


def agree(second: Person, verdict: str) -> None:
    """The second hand, proven afresh, agrees: the decision takes effect."""
    second.prove()
    second.press("Agree: {verdict}", verdict=second.say(verdict))
