"""The vetters' desk: first hand and second hand, refusal by the rule's number, return for correction."""

from collections.abc import Callable, Mapping

from tests.web.walk.person import Person

Decide = Callable[[Person], None]
REASON = "任正科级职务不满3年，破格未获上级组织部门同意。"


def passes(vetter: Person) -> None:
    """Pass."""
    vetter.press("Pass")


def refuses(vetter: Person) -> None:
    """Do not pass, by condition 3; without a reason this is refused, and the condition chosen stays chosen."""
    vetter.fill(condition_number="3")
    vetter.press("Do not pass", status=422)
    assert vetter.page.input_value("#condition_number") == "3"
    vetter.fill(reason=REASON)
    vetter.press("Do not pass")


def returns(remarks: Mapping[str, str]) -> Decide:
    """Return these fields, each with what is to be corrected; the deadline stands ready."""

    def decide(vetter: Person) -> None:
        vetter.page.locator("details.return > summary").click()
        for name, remark in remarks.items():
            vetter.put(f"remarks.{name}", remark)
        vetter.press("Return for correction")

    return decide


def first_hand(vetter: Person, decisions: Mapping[str, Decide]) -> None:
    """Everything that waits, by reference; the next one opens by itself, papers are turned by the arrow keys."""
    vetter.go("/staff")
    vetter.follow("To vet: {count}", count=len(decisions))
    done = set()
    while "/vetting/" in vetter.page.url:
        reference = reference_on(vetter)
        if not done:
            _look_at_papers(vetter)
        decisions[reference](vetter)
        done.add(reference)
    assert done == decisions.keys()
    vetter.sees("Nothing more waits for you here.")


def second_hand(second: Person, verdicts: Mapping[str, str]) -> None:
    """The second hand, proven afresh each time, agrees with every decision, by reference and verdict."""
    second.go("/staff")
    second.follow("To confirm or refer back: {count}", count=len(verdicts))
    done = set()
    while "/vetting/" in second.page.url:
        reference = reference_on(second)
        second.prove()
        second.press("Agree: {verdict}", verdict=second.say(verdicts[reference]))
        done.add(reference)
    assert done == verdicts.keys()


def reference_on(vetter: Person) -> str:
    """The reference of the registration that is open."""
    return vetter.page.url.partition("?")[0].rsplit("/", 1)[1]


def _look_at_papers(vetter: Person) -> None:
    """Back to the first paper, the photo, which is really drawn, and on to the next."""
    picture = vetter.page.locator("img.paper-picture")
    while not picture.count():
        with vetter.page.expect_navigation():
            vetter.page.keyboard.press("ArrowLeft")
    assert picture.evaluate("one => one.decode().then(() => one.naturalWidth)") > 0
    first = vetter.page.url
    with vetter.page.expect_navigation():
        vetter.page.keyboard.press("ArrowRight")
    assert vetter.page.url != first
