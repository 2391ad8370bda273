"""Inputs checked as a whole, quickly where nothing is wrong: one look at those who are alike and at their columns."""

from decimal import Decimal

from core.errors import Problem
from scoring.alike import Alike, alike
from scoring.inputs import (
    IN_ROOM_MEANS,
    Inputs,
    beside_problems,
    candidate_problems,
    input_problems,
    post_problems,
)
from scoring.parts import Part, PartKind
from scoring.scheme import Scheme


def problems_of(scheme: Scheme, inputs: Inputs) -> list[Problem]:
    """What inputs.input_problems tells, in the same order; every candidate is looked at only if one is wrong."""
    groups = grouped(scheme, inputs)
    codes = {code for group in groups for code in group.codes}
    posts = {post.code: post for post in inputs.posts}
    if len(codes) < len(inputs.candidates) or any(not posts.keys() >= set(group.posts) for group in groups):
        return input_problems(scheme, inputs)
    if all(_sound(scheme.at(posts[group.posts[0]]), group) for group in groups):
        return [*post_problems(scheme, inputs), *beside_problems(scheme, inputs, codes)]
    return input_problems(scheme, inputs)


def in_play_at_first(scheme: Scheme, inputs: Inputs) -> list[Alike]:
    """Everybody whose marks may count somewhere: who withdrew stays in the means of rooms."""
    return [group for group in grouped(scheme, inputs) if group.one(0).standing in IN_ROOM_MEANS]


def grouped(scheme: Scheme, inputs: Inputs) -> list[Alike]:
    """Everybody in groups of those who are alike and of one set of rules."""
    rules = {post.code: scheme.at(post) for post in inputs.posts}
    found: list[Alike] = []
    for group in alike(inputs.candidates):
        own = [rules.get(post, scheme) for post in group.posts] if scheme.variants else []
        if all(one is own[0] for one in own):
            found.append(group)
            continue
        for rule in scheme.everywhere():
            places = [place for place, one in enumerate(own) if one is rule]
            found += [group.only(places)] if places else []
    return found


def _sound(scheme: Scheme, group: Alike) -> bool:
    """Whether nothing is wrong with the marks of any of them."""
    parts, first = scheme.all_parts(), group.one(0)
    if any(candidate_problems(first, scheme, parts)):
        return False
    for key, mark in first.marks.items():
        if mark.value is None:
            continue
        if parts[key].kind is not PartKind.GIVEN:
            return not any(any(candidate_problems(group.one(n), scheme, parts)) for n in range(len(group.codes)))
        if not group.marks(key).within(0, parts[key].maximum, _step(parts[key])):
            return False
    if first.bonus:
        return all(one.points > 0 for n in range(len(group.codes)) for one in group.one(n).bonus)
    return True


def _step(part: Part) -> Decimal | None:
    return None if part.input_decimals is None else Decimal(1).scaleb(-part.input_decimals)
