"""Risks in the conditions of a post: a circle so narrow that it looks cut to one person (量身定制)."""

from collections.abc import Iterator, Sequence

from core.words import N_, Sentence
from exam.counts import PostCount
from scoring.linter.finding import Finding, Severity

RARE = 10  # a condition that fewer than one in so many of the registered meet is pointed out
ENOUGH = 10  # registered people from which on a single rare condition says anything


def condition_findings(posts: Sequence[PostCount]) -> Iterator[Finding]:
    """Posts whose conditions leave no competition, and single conditions that hardly anybody meets."""
    for post in posts:
        facts = {"post": post.code, "registered": post.registered, "met": post.met, "places": post.places}
        if post.registered > post.places >= post.met:
            words = N_("Post {post}: of {registered} registered {met} meet all conditions, for {places} places.")
            yield Finding(
                "narrow_conditions", Severity.ANSWER, Sentence(words, facts), f"eligibility.posts.{post.code}",
                tuple(_each(post)),
            )  # fmt: skip
            continue
        for one in post.conditions:
            if post.registered >= ENOUGH and one.met * RARE < post.registered:
                rare = {**facts, "met": one.met, "condition": one.words}
                words = N_("Post {post}: of {registered} registered {met} meet “{condition}”.")
                path = f"eligibility.posts.{post.code}.{one.number}"
                yield Finding("rare_condition", Severity.LOOK, Sentence(words, rare), path)


def _each(post: PostCount) -> Iterator[Sentence]:
    for one in post.conditions:
        facts = {"condition": one.words, "met": one.met, "registered": post.registered}
        yield Sentence(N_("“{condition}”: met by {met} of {registered}."), facts)
