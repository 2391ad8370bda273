"""A scheme's document as TOML text, the way back from `scoring.scheme.document_from_toml`."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal


def toml_text(document: Mapping[str, object]) -> str:
    """The document as TOML; read again it is the same document. Raises TypeError on what TOML cannot say exactly."""
    return "\n".join(_table(document, "")).strip("\n") + "\n"


def _table(table: Mapping[str, object], path: str) -> Iterator[str]:
    """Plain keys first, then tables, then lists of tables, because TOML wants it so."""
    inner = {key: value for key, value in table.items() if isinstance(value, Mapping)}
    lists = {key: value for key, value in table.items() if _of_tables(value)}
    for key, value in table.items():
        if key not in inner and key not in lists:
            yield f"{_word(key)} = {_value(value)}"
    for key, value in inner.items():
        own = f"{path}.{_word(key)}".lstrip(".")
        yield from ("", f"[{own}]", *_table(value, own))
    for key, values in lists.items():
        own = f"{path}.{_word(key)}".lstrip(".")
        for value in values if isinstance(values, list | tuple) else ():
            yield from ("", f"[[{own}]]", *_table(value, own))


def _of_tables(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    raise TypeError(f"{type(value).__name__} has no exact form in TOML")


def _word(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else _value(key)
