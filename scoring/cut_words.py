"""Order, cuts, floors and reserve of a scheme in words."""

from collections.abc import Iterator, Mapping

from core.words import N_, Sentence
from scoring.cuts import Break, CutRule, Equal, OpeningRule, PartOf, Short, Take
from scoring.explain import Names, tie_key_sentence
from scoring.figures import precision_words
from scoring.floors import FloorBy, FloorRule, Satisfy
from scoring.marks import exact_document
from scoring.reserve import CallOrder, ReserveBy, ReserveRule, ReuseScope
from scoring.review import ReviewRule
from scoring.scheme import RankWithin, Scheme

EQUALS: Mapping[Equal, str] = {
    Equal.IN: N_("“{cut}”: who is still equal at the last place enters too."),
    Equal.OUT: N_("“{cut}”: of those still equal at the last place nobody enters."),
    Equal.WAIT: N_("“{cut}”: those still equal at the last place wait until their order is recorded."),
}

SCOPES: Mapping[ReuseScope, str] = {
    ReuseScope.SAME_POST: N_("Entries are called up for the same post only."),
    ReuseScope.SAME_LEVEL: N_("Entries are called up for posts of the same level."),
    ReuseScope.SAME_KIND: N_("Entries are called up for posts of the same kind."),
    ReuseScope.ANY_POST: N_("Entries are called up for any post whose conditions they meet."),
}


FRACTIONS: Mapping[PartOf, str] = {
    PartOf.UP: N_("“{cut}”: a fraction of a person counts as one."),
    PartOf.DOWN: N_("“{cut}”: a fraction of a person does not count."),
    PartOf.HALF_UP: N_("“{cut}”: half a person and more counts as one, less does not count."),
}


def opening_words(rule: OpeningRule | None, names: Names) -> Iterator[Sentence]:
    """How many applicants a place needs."""
    if rule is None:
        return
    text = N_("A post opens with {ratio} applicants for each place; places without them are dropped.")
    if rule.short is Short.CANCEL:
        text = N_("A post opens with {ratio} applicants for each place; with fewer it is cancelled.")
    yield Sentence(text, {"ratio": exact_document(rule.per_place)})
    for ratio in dict.fromkeys(rule.posts.values()):
        posts = tuple(post for post, own in rule.posts.items() if own == ratio)
        yield Sentence(N_("For the posts {posts} it is {ratio}."), {"posts": posts, "ratio": exact_document(ratio)})
    for waiver in rule.waivers:
        facts = {"ratio": exact_document(waiver.fewer_than), "part": names.part(waiver.part)}
        yield Sentence(N_("With fewer than {ratio} applicants for each place nobody sits {part}."), facts)


def order_words(scheme: Scheme, names: Names) -> Iterator[Sentence]:
    """How ranks are given and ties are broken."""
    yield Sentence(
        N_("Ranks are by {part}; equal ones share a rank, and the next is left out."), _by(scheme.total, names)
    )
    if scheme.within is RankWithin.GROUP:
        yield Sentence(N_("Ranks are given inside each group of posts."))
    else:
        yield Sentence(N_("Ranks are given inside each post."))
    keys = tuple(tie_key_sentence(str(key), names) for key in scheme.ties)
    if keys and scheme.breaking is Break.EVERYWHERE:
        yield Sentence(N_("Equal ones are compared in this order: {keys}."), {"keys": keys})
    elif keys:
        yield Sentence(N_("Equal ones at the last place of a cut are compared in this order: {keys}."), {"keys": keys})


def _by(part: str, names: Names) -> dict[str, object]:
    return {"part": names.part(part)}


def cut_words(rule: CutRule, names: Names, ranked: str) -> Iterator[Sentence]:
    """How many enter, by what, and what equal ones do; `ranked` is the part that makes the final ranks."""
    facts = {"cut": rule.name, **_by(rule.by, names)}
    for band in rule.table:
        own = {**facts, "places": band.places}
        if band.take is not None:
            text = N_("“{cut}”: {take} people for up to {places} places, by {part}.")
            yield Sentence(text, {**own, "take": band.take})
        else:
            said = _take_words(Take(None, band.per_place, band.plus), facts)
            yield Sentence(N_("Up to {places} places: {rule}"), {"places": band.places, "rule": said})
    if rule.usual.said:
        yield _take_words(rule.usual, facts)
    ratios = [rule.per_place, *(band.per_place for band in rule.table)]
    if any(ratio is not None and ratio.denominator > 1 for ratio in ratios):
        yield Sentence(FRACTIONS[rule.fraction], facts)
    if rule.by != ranked and rule.ties:
        keys = tuple(tie_key_sentence(str(key), names) for key in rule.ties)
        yield Sentence(N_("“{cut}”: equal ones are compared in this order: {keys}."), {**facts, "keys": keys})
    yield Sentence(EQUALS[rule.equal], facts)


def _take_words(own: Take, facts: Mapping[str, object]) -> Sentence:
    """How many are taken, in one sentence."""
    if own.take is not None:
        return Sentence(N_("“{cut}”: the first {take} by {part}."), {**facts, "take": own.take})
    said = {**facts, "ratio": exact_document(own.per_place or 1), "plus": own.plus}
    if own.plus and own.per_place is None:
        return Sentence(N_("“{cut}”: {plus} more people than places, by {part}."), said)
    if own.plus:
        return Sentence(N_("“{cut}”: {ratio} people for each place and {plus} more, by {part}."), said)
    return Sentence(N_("“{cut}”: {ratio} people for each place, by {part}."), said)


def floor_words(rule: FloorRule, names: Names) -> Iterator[Sentence]:
    """What must be reached where there is no competition."""
    ratio, text = rule.at_most_per_place, N_("With at most {ratio} present for each place, {part} must reach {floors}.")
    if ratio is None:
        ratio = rule.fewer_than_per_place
        text = N_("With fewer than {ratio} present for each place, {part} must reach {floors}.")
    floors = tuple(_floor(by, rule) for by in rule.floors)
    yield Sentence(text, {"ratio": exact_document(ratio or 1), "floors": floors, **_by(rule.part, names)})
    if len(floors) > 1:
        yield Sentence(
            N_("Reaching one of these is enough.")
            if rule.satisfy is Satisfy.ANY
            else N_("All of these must be reached.")
        )
    if rule.precision:
        yield Sentence(N_("This mean keeps {precision}."), {"precision": precision_words(rule.precision)})


def _floor(by: FloorBy, rule: FloorRule) -> Sentence:
    if by is FloorBy.FIXED:
        return Sentence(N_("the mark {mark}"), {"mark": rule.fixed})
    if by is FloorBy.ROOM_MEAN:
        return Sentence(N_("the mean of all heard by the same panel"))
    return Sentence(N_("the lowest mark that entered in posts with competition"))


def review_words(rule: ReviewRule) -> Iterator[Sentence]:
    """How long a recount may be asked for, and what it is."""
    if rule.working:
        yield Sentence(
            N_("A recount of a mark may be asked for until {days} working days after its publication, once."),
            {"days": rule.days},
        )
    else:
        yield Sentence(
            N_("A recount of a mark may be asked for until {days} days after its publication, once."),
            {"days": rule.days},
        )
    yield Sentence(N_("It counts, adds and compares again; nothing is marked anew. The answer is given in writing."))


def reserve_words(rule: ReserveRule) -> Iterator[Sentence]:
    """Who enters the reserve pool, for how long, in which order."""
    if rule.by is ReserveBy.TOP_NOT_CHOSEN:
        yield Sentence(N_("The first {top} of those not chosen enter the reserve pool."), {"top": rule.top})
    elif rule.by is ReserveBy.WITHIN_RANK:
        yield Sentence(N_("Of the first {top}, those not chosen enter the reserve pool."), {"top": rule.top})
    else:
        yield Sentence(N_("Those not chosen with at least {mark} enter the reserve pool."), {"mark": rule.mark})
    yield Sentence(N_("An entry is valid for {months} months."), {"months": rule.months})
    if rule.extend_to is not None:
        yield Sentence(N_("By approval it may be extended to {months} months in all."), {"months": rule.extend_to})
    yield Sentence(SCOPES[rule.scope])
    if rule.uses > 1:
        yield Sentence(N_("The same person may be called up {times} times."), {"times": rule.uses})
    if rule.order is CallOrder.MERIT:
        yield Sentence(N_("Entries are called up in order of merit."))
    else:
        yield Sentence(N_("Entries may be called up in another order with a recorded reason."))
    if rule.told:
        yield Sentence(N_("People see their own entry and may leave the pool."))
