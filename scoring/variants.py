"""Other rules for some posts (分类设置规则): a variant is the scheme's own document with some tables changed (§1.5).

What a variant does not write stays as it is for everybody, so the notice shows one scheme and what differs.
"""

from collections.abc import Collection, Mapping

from scoring.document import Table

CHANGED = ("parts", "panel", "ballots", "rooms", "order", "cuts", "floors")
Document = Mapping[str, object]


def variant_document(document: Document, table: Table) -> dict[str, object]:
    """The whole document as it holds for the variant's posts; `without` names the parts that fall away."""
    without = set(table.words("without"))
    found = {key: value for key, value in document.items() if key not in {"variants", "replacement", "opening"}}
    for key in CHANGED:
        if key in found and without:
            found[key] = _left(key, found[key], without)
        if table.has(key):
            found[key] = merged(found.get(key), table.values[key])
            table.read.add(key)
    return found


def merged(base: object, change: object) -> object:
    """Tables are joined key by key, lists of tables by their `key`; anything else is replaced."""
    if isinstance(base, Mapping) and isinstance(change, Mapping):
        joined = {key: merged(base[key], change[key]) if key in change else base[key] for key in base}
        return joined | {key: change[key] for key in change if key not in base}
    if _keyed(base) and _keyed(change):
        changes = {inner["key"]: inner for inner in _tables(change)}
        known = [inner["key"] for inner in _tables(base)]
        return [merged(inner, changes.get(inner["key"], {})) for inner in _tables(base)] + [
            inner for inner in _tables(change) if inner["key"] not in known
        ]
    return change


def _keyed(value: object) -> bool:
    """Whether this is a list of tables that all have a key."""
    tables = _tables(value)
    return isinstance(value, list | tuple) and len(tables) == len(value) and all("key" in one for one in tables)


def _tables(value: object) -> list[Document]:
    return [inner for inner in value if isinstance(inner, Mapping)] if isinstance(value, list | tuple) else []


def _left(key: str, value: object, without: Collection[str]) -> object:
    """A section without what belongs to the parts that fall away."""
    if key in {"panel", "ballots", "rooms"} and isinstance(value, Mapping):
        return {part: inner for part, inner in value.items() if part not in without}
    if key == "parts":
        return [inner for inner in _tables(value) if inner.get("key") not in without]
    if key == "floors":
        return [inner for inner in _tables(value) if inner.get("part") not in without]
    if key == "cuts":
        return [_opening_less(inner, without) for inner in _tables(value)]
    return value


def _opening_less(cut: Document, without: Collection[str]) -> Document:
    opens = cut.get("opens")
    if not isinstance(opens, list | tuple):
        return cut
    return {**cut, "opens": [part for part in opens if part not in without]}
