"""Results and names: computed, published, explained, proposed, shown to the committee, the pool filled."""

from collections.abc import Mapping

from tests.web.walk.person import Person
from tests.web.walk.planning import Plan
from tests.web.walk.reckoning import Reckoned


def compute_and_publish(clerk: Person, checker: Person, plan: Plan, kind: str) -> None:
    """One computes, another looks at the ranking and publishes it."""
    clerk.go(f"{plan.path}/results")
    clerk.press("Compute")
    checker.go(f"{plan.path}/results/{kind}")
    checker.prove()
    checker.press_it(checker.page.locator("form .button-final"))
    checker.sees("Published")


def public_ranking(anyone: Person, plan: Plan, number: int) -> dict[str, tuple[str, str]]:
    """A published ranking as anybody reads it: by ticket number, rank and last figure."""
    anyone.go(f"/s/{plan.code}/p/{number}")
    rows = anyone.page.locator("table.ranking tbody tr:not(.cut):has(th.rank)").evaluate_all(
        "all => all.map(row => [...row.cells].map(cell => cell.innerText.trim()))"
    )
    return {ticket: (rank, next(one for one in reversed(rest) if "." in one)) for rank, ticket, *rest in rows}


def explained(anyone: Person, ticket: str, reckoned: Reckoned, rank: str) -> None:
    """The page that says why: every figure reckoned independently stands on it, and the total with its rank."""
    anyone.press_it(anyone.page.get_by_role("link", name=ticket, exact=True).first)
    anyone.heading("Why {number} has rank {rank}", number=ticket, rank=rank)
    text = anyone.page.inner_text("main")
    missing = [one for one in reckoned.texts() if one not in text]
    assert not missing, (ticket, missing, text)
    anyone.page.go_back()


def propose_names(clerk: Person, secretary: Person, plan: Plan, count: int) -> None:
    """Names proposed by rank, confirmed by the second hand."""
    clerk.go(f"{plan.path}/names")
    clerk.press("Propose names by rank")
    secretary.go(f"{plan.path}/names")
    secretary.prove()
    secretary.press("Confirm {count} names", count=count)
    secretary.sees("Confirmed by two hands")


def compare(member: Person, plan: Plan, people: Mapping[str, Reckoned]) -> None:
    """The committee sees the people side by side with their composites, and watches a hearing."""
    member.go("/committee")
    member.press_it(member.page.locator(f"a[href='/committee/{plan.code}']"))
    table = member.page.locator("table.side-by-side").inner_text()
    for name, reckoned in people.items():
        assert name in table
        assert reckoned.texts()[-1] in table
    member.follow("why")
    member.page.go_back()


def publish_names(approver: Person, plan: Plan) -> None:
    """The proposed names published by number."""
    approver.go(f"{plan.path}/names")
    approver.press("Publish the proposed names by number")


def fill_pool(secretary: Person, plan: Plan) -> list[str]:
    """The reserve pool filled by the scheme; answers with its ticket numbers."""
    secretary.go(f"{plan.path}/names")
    secretary.press("Fill the reserve pool by the scheme")
    secretary.sees("Reserve pool")
    rows = secretary.page.locator("table.ranking").last.locator("tbody tr")
    return rows.evaluate_all("all => all.map(row => row.cells[2].innerText)")
