"""The scheme as a form: a document as fields, and fields as a document again.

Which keys each table has stands in `scoring.scheme_shapes`. What a form does not show (bands of the judges' sheet,
retention, rules of single posts) travels with it unchanged.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.canonical import canonical
from core.errors import Problem
from scoring.scheme_shapes import ORDERED, WHOLE, Kind, Shape, Typed

Document = dict[str, object]
HERE, REST = "_here", "_rest"
FIGURE = re.compile(r"-?\d{1,20}(\.\d{1,12})?", re.ASCII)


# ── a document as fields ─────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Input:
    """One field: its name in the form, its key, how it is typed, its text, and where problems of it stand."""

    name: str
    key: str
    typed: Typed
    text: str
    path: str

    @property
    def choices(self) -> tuple[str, ...]:
        """The words to choose from, none where anything may be typed."""
        return () if isinstance(self.typed, Kind) else tuple(one.value for one in self.typed)

    @property
    def flag(self) -> bool:
        """Whether it is a box to be ticked."""
        return self.typed is Kind.FLAG


@dataclass(frozen=True, slots=True)
class Node:
    """One table of the scheme in the form, or a list or group of them (`many`); `place` is "" for what cannot move."""

    name: str
    key: str
    path: str
    title: str
    inputs: tuple[Input, ...] = ()
    inner: "tuple[Node, ...]" = ()
    rest: str = ""
    there: bool = True
    many: str = ""
    movable: bool = False

    def walk(self) -> "Iterator[Node]":
        """This table and everything in it."""
        yield self
        for one in self.inner:
            yield from one.walk()


def fields_of(document: Mapping[str, object]) -> tuple[Node, ...]:
    """The sections of a scheme as a form, in the order of the calculation."""
    return tuple(_section(document, WHOLE, key, "", "") for key in ORDERED)


def rest_of(document: Mapping[str, object]) -> str:
    """The sections that the form does not show, as text that travels with it."""
    return _rest(document, set(ORDERED))


def _section(table: Mapping[str, object], shape: Shape, key: str, name: str, path: str) -> Node:
    own, where = f"{name}.{key}".lstrip("."), f"{path}.{key}".lstrip(".")
    value = table.get(key)
    if key in shape.tables:
        there = isinstance(value, Mapping)
        return _node(value if isinstance(value, Mapping) else {}, shape.tables[key], own, where, key, there=there)
    if key in shape.maps:
        inside = value.items() if isinstance(value, Mapping) else ()
        nodes = [
            _node(inner, shape.maps[key], f"{own}.{part}", f"{where}.{part}", key, title=part)
            for part, inner in inside
            if isinstance(inner, Mapping)
        ]
        return Node(own, key, where, "", inner=tuple(nodes), many="map")
    listed = [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []
    nodes = [
        _node(one, shape.lists[key], f"{own}.{at}", _item_path(where, one, at), key, title=_title(one), movable=True)
        for at, one in enumerate(listed)
    ]
    return Node(own, key, where, "", inner=tuple(nodes), many="list")


def _node(
    table: Mapping[str, object], shape: Shape, name: str, path: str, key: str, *, title: str = "",
    there: bool = True, movable: bool = False,
) -> Node:  # fmt: skip
    inputs = tuple(
        Input(f"{name}.{one}", one, typed, _text(table.get(one)), f"{path}.{one}") for one, typed in shape.keys.items()
    )
    inner = tuple(_section(table, shape, one, name, path) for one in (*shape.tables, *shape.lists, *shape.maps))
    known = {*shape.keys, *shape.tables, *shape.lists, *shape.maps}
    return Node(name, key, path, title, inputs, inner if there else (), _rest(table, known), there, movable=movable)


def _item_path(where: str, item: Mapping[str, object], at: int) -> str:
    """How problems name an item of a list: by its key where it has one, else by its place from 1."""
    key = item.get("key")
    return f"{where}.{key}" if isinstance(key, str) and key else f"{where}[{at + 1}]"


def _title(item: Mapping[str, object]) -> str:
    return str(item.get("name") or item.get("key") or item.get("part") or "")


def _rest(table: Mapping[str, object], known: set[str]) -> str:
    left = {key: value for key, value in table.items() if key not in known}
    return canonical(left).decode() if left else ""


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    return format(value, "f") if isinstance(value, Decimal) else str(value)


# ── fields as a document ─────────────────────────────────────────────────────────────────────────────────────────────


def document_of(texts: Mapping[str, str]) -> Document:
    """The document that the fields of a form say. What is no number stays text, so that reading the scheme tells it."""
    found = _left(texts.get(REST, ""))
    for key in ORDERED:
        value = _said(texts, WHOLE, key, key)
        if value is not None:
            found[key] = value
    return {key: found[key] for key in (*ORDERED, *found) if key in found}


def _said(texts: Mapping[str, str], shape: Shape, key: str, name: str) -> object | None:
    if key in shape.tables:
        return _table(texts, shape.tables[key], name) if f"{name}.{HERE}" in texts else None
    below = _below(texts, name)
    if key in shape.maps:
        return {part: _table(texts, shape.maps[key], f"{name}.{part}") for part in below} or None
    places = sorted(int(place) for place in below if place.isdigit())
    return [_table(texts, shape.lists[key], f"{name}.{place}") for place in places] or None


def _below(texts: Mapping[str, str], name: str) -> list[str]:
    """The items of a list, or the keys of a group of tables, that the form holds."""
    pattern = re.compile(re.escape(name) + r"\.([a-z0-9_]{1,40})\." + HERE)
    return [found[1] for one in texts if (found := pattern.fullmatch(one))]


def _table(texts: Mapping[str, str], shape: Shape, name: str) -> Document:
    found: Document = {}
    for key, typed in shape.keys.items():
        value = _typed(texts.get(f"{name}.{key}", "").strip(), typed)
        if value is not None:
            found[key] = value
    for key in (*shape.tables, *shape.lists, *shape.maps):
        inner = _said(texts, shape, key, f"{name}.{key}")
        if inner is not None:
            found[key] = inner
    return found | _left(texts.get(f"{name}.{REST}", ""))


def _typed(text: str, typed: Typed) -> object | None:
    if not text:
        return None
    if typed is Kind.FLAG:
        return {"1": True, "0": False}.get(text, text)
    if typed in {Kind.WORDS, Kind.NUMBERS}:
        words = re.split(r"[\s,，、]+", text)
        return [_figure(one) if typed is Kind.NUMBERS else one for one in words if one]
    return _figure(text) if typed is Kind.NUMBER else text


def _figure(text: str) -> object:
    if not FIGURE.fullmatch(text):
        return text
    return Decimal(text) if "." in text else int(text)


def _left(text: str) -> Document:
    """What travelled with the form; nothing where somebody has meddled with it."""
    try:
        found = json.loads(text or "{}", parse_float=Decimal)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


# ── tables added, taken away, moved ──────────────────────────────────────────────────────────────────────────────────


def changed(document: Document, act: str, new: str = "") -> Document:
    """The document after `add:`, `remove:`, `up:` or `down:` and a name; `new` is the key of a new table."""
    verb, _, name = act.partition(":")
    steps = name.split(".")
    holder = _holder(document, steps[:-1], make=verb == "add")
    last = steps[-1]
    if isinstance(holder, list) and last.isdigit() and int(last) < len(holder):
        _move(holder, int(last), verb)
    elif isinstance(holder, dict) and verb == "add":
        _add(holder, last, new, many=_many(steps))
    elif isinstance(holder, dict) and verb == "remove":
        holder.pop(last, None)
    return {key: value for key, value in document.items() if value not in ([], {}) or key in WHOLE.tables}


def _holder(document: Document, steps: Sequence[str], *, make: bool) -> object:
    found: object = document
    for step in steps:
        if isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        elif isinstance(found, dict):
            found = found.setdefault(step, {}) if make else found.get(step)
        else:
            return None
    return found


def _move(items: list[object], place: int, verb: str) -> None:
    if verb == "remove":
        del items[place]
        return
    other = place + {"up": -1, "down": 1}.get(verb, 0)
    if 0 <= other < len(items):
        items[place], items[other] = items[other], items[place]


def _add(holder: Document, key: str, new: str, *, many: str) -> None:
    if many == "list":
        items = holder.setdefault(key, [])
        if isinstance(items, list):
            items.append({})
    elif many == "map":
        tables = holder.setdefault(key, {})
        if isinstance(tables, dict) and re.fullmatch(r"[a-z][a-z0-9_]{0,39}", new):
            tables.setdefault(new, {})
    else:
        holder.setdefault(key, {})


def _many(steps: Sequence[str]) -> str:
    """Whether the last step names a list, tables by key, or one table."""
    shape = WHOLE
    for step in steps[:-1]:
        inner = {**shape.lists, **shape.tables, **shape.maps}
        shape = inner.get(step, shape)
    return "list" if steps[-1] in shape.lists else "map" if steps[-1] in shape.maps else "table"


def placed(problems: Sequence[Problem], nodes: Sequence[Node]) -> list[Problem]:
    """Problems of a scheme at the fields of its form; one about a whole table stands at that table."""
    inputs = {one.path: one.name for top in nodes for node in top.walk() for one in node.inputs}
    tables = {node.path: node.name for top in nodes for node in top.walk()}
    return [Problem(one.sentence, one.facts, _nearest(one.field, inputs, tables)) for one in problems]


def _nearest(path: str, inputs: Mapping[str, str], tables: Mapping[str, str]) -> str:
    if path in inputs:
        return inputs[path]
    while path:
        if path in tables:
            return tables[path]
        path = path[: max(path.rfind("."), path.rfind("["), 0)]
    return "_whole"
