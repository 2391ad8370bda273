"""A result package is replayed by whoever has it, and every change of it is found and named."""

import io
import json
import shutil
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from core.acts import Acts
from core.audit import read_head
from core.canonical import canonical, fingerprint
from core.db import Database
from core.errors import Refusal
from core.tables import Person
from scoring.package import INPUTS, JOURNAL, MANIFEST, OUTCOME, PUBLICATION, README, SCHEME, parsed
from scoring.queries import COMPOSITE, ENTRY
from scoring.verifying import Check, Verdict
from tests.scoring.course import Course, make_course
from tests.scoring.packages import Files, changed, checks, journal_with, package_of, stated_anew, unpacked, zipped

HOLDS, FAILS, SKIPPED = Verdict.HOLDS, Verdict.FAILS, Verdict.SKIPPED
NAMES = ["files", "rules", "marks", "result", "chain", "records", "publication", "computed"]


def frozen(database: Database, acts: Acts) -> Course:
    """The usual course, its rules frozen by two hands."""
    course = make_course(database, acts)
    course.freeze_anew("decimals = 2", "decimals = 2 # 与从前相同")
    return course


def ranked(database: Database, acts: Acts) -> Course:
    return frozen(database, acts).rank()


@pytest.fixture
def course(database: Database, acts: Acts) -> Course:
    return ranked(database, acts)


@pytest.fixture(scope="module")
def files(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Files]:
    path = tmp_path_factory.mktemp("package") / "gongxuan.sqlite"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    runner = Acts(database)
    yield unpacked(package_of(ranked(database, runner)))
    runner.close()
    database.close()


def verdicts(found: list[Check]) -> dict[str, Verdict]:
    return dict(zip(NAMES, [one.verdict for one in found], strict=True))


def failing(found: list[Check]) -> dict[str, list[str]]:
    return {
        name: [str(one) for one in check.found]
        for name, check in zip(NAMES, found, strict=True)
        if check.verdict is FAILS
    }


# ── as it is handed out ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_package_holds_is_always_the_same_and_names_nobody(course: Course, tmp_path: Path) -> None:
    content = package_of(course)
    assert verdicts(checks(tmp_path / "p.zip", content)) == dict.fromkeys(NAMES, HOLDS)
    course.leave(course.tickets[-1])  # the journal goes on
    assert package_of(course) == content
    text = b"".join(unpacked(content).values()).decode()
    assert course.tickets[0] in text
    people = course.read(lambda session: [person.name for person in session.exec(select(Person))])
    assert [name for name in people if name in text] == []


def test_the_entry_list_is_packed_by_its_own_kind_and_an_unpublished_result_says_so(
    database: Database, acts: Acts, tmp_path: Path
) -> None:
    course = frozen(database, acts).enter().seat().hear().film()
    assert verdicts(checks(tmp_path / "p.zip", package_of(course, ENTRY))) == dict.fromkeys(NAMES, HOLDS)
    course.accept(COMPOSITE)
    found = checks(tmp_path / "p.zip", package_of(course))
    assert verdicts(found) == {**dict.fromkeys(NAMES, HOLDS), "publication": SKIPPED}


def test_bodies_of_other_acts_are_not_handed_out(files: Files) -> None:
    bodies = [json.loads(line["body"])[2] for line in map(json.loads, files[JOURNAL].splitlines()) if "body" in line]
    assert set(bodies) == {"rule_set.frozen", "tally.accepted", "publication.published", "tally.published"}


def test_a_head_noted_earlier_must_lie_on_the_chain(course: Course, tmp_path: Path) -> None:
    head = course.read(lambda session: read_head(session.connection()))
    content = package_of(course)
    assert verdicts(checks(tmp_path / "p.zip", content, [head]))["chain"] is HOLDS
    other = type(head)(3, bytes(32))
    assert failing(checks(tmp_path / "p.zip", content, [other])) == {
        "chain": ["Line 3 of the journal is not the one noted earlier."]
    }


# ── planted faults ───────────────────────────────────────────────────────────────────────────────────────────────────


def raise_a_mark(document: Any) -> None:
    marks = document["candidates"][0]["marks"]
    marks["common"] = "99"


def raise_a_total(document: Any) -> None:
    document["results"][0]["total"] = "99.99"


def exchange_ranks(document: Any) -> None:
    document["results"][0]["rank"], document["results"][1]["rank"] = 2, 1


def ease_a_rule(document: Any) -> None:
    document["parts"][0]["decimals"] = "1"


@pytest.mark.parametrize(
    ("name", "change", "check"),
    [
        (INPUTS, raise_a_mark, "marks"),
        (OUTCOME, raise_a_total, "result"),
        (OUTCOME, exchange_ranks, "result"),
        (SCHEME, ease_a_rule, "rules"),
    ],
)
def test_one_changed_figure_is_found_and_named(
    files: Files, tmp_path: Path, name: str, change: Callable[[Any], None], check: str
) -> None:
    wrong = changed(files, name, change)
    found = failing(checks(tmp_path / "p.zip", zipped(wrong)))
    assert found["files"] == [f"{name} is not the file of which the manifest has the SHA-256."]
    assert check in found
    assert "computed" in found
    again = failing(checks(tmp_path / "p.zip", zipped(stated_anew(wrong))))
    assert again.keys() == found.keys() - {"files"}


def test_whose_figure_differs_is_told(files: Files, tmp_path: Path) -> None:
    found = failing(checks(tmp_path / "p.zip", zipped(changed(files, OUTCOME, raise_a_total))))
    first = json.loads(files[OUTCOME])["results"][0]
    place = f"results {first['candidate']} total"
    assert found["computed"] == [f"{place}: 99.99 in the package, {first['total']} computed"]
    assert found["publication"] == [f"{place}: 99.99 in the package, {first['total']} as published"]


def test_one_byte_of_the_rules_is_found(files: Files, tmp_path: Path) -> None:
    spaced = {**files, SCHEME: files[SCHEME].replace(b":", b": ", 1)}
    found = failing(checks(tmp_path / "p.zip", zipped(stated_anew(spaced))))
    assert found["rules"] == ["scheme.json cannot be read: it is no document of a package."]


def another_digest(lines: list[dict[str, Any]]) -> None:
    lines[1]["digest"] = "00" * 32


def another_body(lines: list[dict[str, Any]]) -> None:
    line = next(one for one in lines if "tally.accepted" in one.get("body", ""))
    line["body"] = line["body"].replace('"version":1', '"version":2')


def one_line_less(lines: list[dict[str, Any]]) -> None:
    del lines[2]


def cut_short(lines: list[dict[str, Any]]) -> None:
    del lines[-1]


@pytest.mark.parametrize("change", [another_digest, another_body, one_line_less, cut_short])
def test_a_changed_line_of_the_journal_is_found(files: Files, tmp_path: Path, change: Any) -> None:
    found = failing(checks(tmp_path / "p.zip", zipped(stated_anew(journal_with(files, change)))))
    assert len(found["chain"]) == 1
    assert found["chain"][0].startswith("Line ")


def test_a_chain_made_anew_around_another_result_lacks_its_acts_or_its_anchor(files: Files, tmp_path: Path) -> None:
    """Everything inside rewritten but the act of acceptance: the digests it names are others."""
    wrong = changed(files, INPUTS, raise_a_mark)
    manifest = json.loads(wrong[MANIFEST])
    manifest["digests"]["inputs"] = fingerprint(json.loads(wrong[INPUTS]))
    found = failing(checks(tmp_path / "p.zip", zipped(stated_anew({**wrong, MANIFEST: canonical(manifest)}))))
    assert found["records"] == ["The journal does not say that this result was accepted."]


@pytest.mark.parametrize("name", [INPUTS, JOURNAL, OUTCOME, README, SCHEME, PUBLICATION])
def test_a_file_that_is_gone_is_named(files: Files, tmp_path: Path, name: str) -> None:
    found = checks(tmp_path / "p.zip", zipped({one: content for one, content in files.items() if one != name}))
    assert failing(found)["files"] == [f"{name} is missing."]


def test_marks_that_cannot_be_computed_are_told(files: Files, tmp_path: Path) -> None:
    def too_high(document: Any) -> None:
        document["candidates"][0]["marks"]["common"] = "1000"

    found = failing(checks(tmp_path / "p.zip", zipped(changed(files, INPUTS, too_high))))
    assert found["computed"] == ["1000 is not between 0 and 100."]


# ── what is no package ───────────────────────────────────────────────────────────────────────────────────────────────


def refused(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    with pytest.raises(Refusal) as refusal:
        checks(path, content)
    return refusal.value.sentence


def doubled(files: Files) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in files:
            archive.writestr(name, files[name])
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr(SCHEME, files[SCHEME])
    return target.getvalue()


def encrypted(files: Files) -> bytes:
    content = bytearray(zipped(files))
    at = content.index(b"PK\x01\x02") + 8
    content[at] |= 1
    return bytes(content)


def lying_about_its_size(files: Files) -> bytes:
    """The directory says that the marks are small; what is packed is a bomb."""
    content = bytearray(zipped({**files, INPUTS: b" " * 50_000_000}))
    at = content.index(INPUTS.encode(), content.index(b"PK\x01\x02"))
    struct.pack_into("<I", content, at - 46 + 24, 1000)
    return bytes(content)


NO_ZIP = "This is not a zip file, or it is damaged."
UNKNOWN = "The package holds a file that no result package has: {name}"
DAMAGED = "The file {name} in the package is damaged."
TOO_MUCH = "The file {name} in the package would unpack to {size} bytes, which is too much."
OTHER = "The manifest is not one of a result package of this kind."
ODD_MANIFEST = {"format": "gongxuan-result-package/1", "result": []}
HOSTILE: dict[str, tuple[Callable[[Files], bytes], str]] = {
    "nothing": (lambda _: b"", NO_ZIP),
    "text": (lambda _: b"scheme " * 100, NO_ZIP),
    "truncated": (lambda files: zipped(files)[:-200], NO_ZIP),
    "no directory": (lambda _: b"PK\x05\x06" + bytes(18), "The package has no manifest."),
    "traversal": (lambda files: zipped({**files, "../scheme.json": b"{}"}), UNKNOWN),
    "absolute": (lambda files: zipped({**files, "/etc/passwd": b"{}"}), UNKNOWN),
    "unknown": (lambda files: zipped({**files, "run.exe": b"{}"}), UNKNOWN),
    "twice": (doubled, "The file {name} stands in the package twice."),
    "many": (
        lambda _: zipped({str(n): b"" for n in range(5000)}),
        "The package holds files that no result package has.",
    ),
    "bomb": (lambda files: zipped({**files, INPUTS: bytes(50_000_000)}), TOO_MUCH),
    "large": (lambda files: zipped({**files, README: bytes(range(256)) * 8192}), TOO_MUCH),
    "encrypted": (encrypted, DAMAGED),
    "other method": (lambda files: zipped(files, zipfile.ZIP_BZIP2), DAMAGED),
    "no manifest": (lambda files: zipped({SCHEME: files[SCHEME]}), "The package has no manifest."),
    "another format": (lambda files: zipped(changed(files, MANIFEST, lambda one: one.update(format="x"))), OTHER),
    "no document": (
        lambda files: zipped({**files, MANIFEST: b"[1]"}),
        "{name} cannot be read: it is no document of a package.",
    ),
    "a manifest of other things": (lambda files: zipped({**files, MANIFEST: canonical(ODD_MANIFEST)}), OTHER),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_package_is_refused(files: Files, tmp_path: Path, name: str) -> None:
    make, sentence = HOSTILE[name]
    assert refused(tmp_path / "p.zip", make(files)) == sentence


def test_a_file_that_is_larger_than_it_says_is_never_unpacked(files: Files, tmp_path: Path) -> None:
    found = failing(checks(tmp_path / "p.zip", lying_about_its_size(files)))
    assert found["marks"] == ["The file inputs.json in the package is damaged."]


NO_DOCUMENTS = {
    "NaN": b'{"a":NaN}',
    "float": b'{"a":1.5}',
    "exponent": b'{"a":1e9}',
    "endless integer": b'{"a":' + b"9" * 100_000 + b"}",
    "bottomless": b'{"a":' + b"[" * 200_000,
    "lone surrogate": b'{"a":"\\ud800"}',
    "twice the same key": b'{"a":"1","a":"2"}',
    "bytes": b"\xff\xfe",
    "a list": b"[]",
}


@pytest.mark.parametrize("content", NO_DOCUMENTS.values(), ids=NO_DOCUMENTS)
@pytest.mark.parametrize("name", [INPUTS, OUTCOME, SCHEME, PUBLICATION])
def test_documents_that_are_none_are_refused_by_name(files: Files, tmp_path: Path, name: str, content: bytes) -> None:
    found = failing(checks(tmp_path / "p.zip", zipped(stated_anew({**files, name: content}))))
    assert any(f"{name} cannot be read: it is no document of a package." in told for told in found.values())


MISSHAPEN: list[tuple[str, Any]] = [
    (INPUTS, {}),
    (INPUTS, {"posts": {}, "candidates": [1], "admitted": {}}),
    (INPUTS, {"posts": [], "candidates": [], "admitted": [], "rooms": [{}]}),
    (OUTCOME, {"results": [[]]}),
    (SCHEME, {"parts": {"a": 1}}),
    (PUBLICATION, {"tally": {}}),
]


@pytest.mark.parametrize(("name", "document"), MISSHAPEN)
def test_documents_of_another_shape_fail_their_check(files: Files, tmp_path: Path, name: str, document: Any) -> None:
    found = failing(checks(tmp_path / "p.zip", zipped(stated_anew({**files, name: canonical(document)}))))
    assert found


@pytest.mark.parametrize("figure", ["1e999999999", "NaN", "Infinity", "٣", "1/0", "9" * 400])
def test_figures_that_are_none_end_the_computation(files: Files, tmp_path: Path, figure: str) -> None:
    def bonus(document: Any) -> None:
        document["candidates"][0]["bonus"] = [{"part": "common", "kind": "x", "points": figure}]

    found = failing(checks(tmp_path / "p.zip", zipped(changed(files, INPUTS, bonus))))
    assert found["computed"] == ["It cannot be read: it has not the form of a result package."]


LINES = {
    "no line": b"\n",
    "a list": b"[1]\n",
    "no number": b'{"digest":"00","seq":"x"}\n',
    "a body that is none": b'{"body":"[]","digest":"00","nonce":"","seq":1}\n',
    "endless": b"x" * 3_000_000,
}


@pytest.mark.parametrize("content", LINES.values(), ids=LINES)
def test_a_journal_that_is_none_fails(files: Files, tmp_path: Path, content: bytes) -> None:
    found = failing(checks(tmp_path / "p.zip", zipped(stated_anew({**files, JOURNAL: content}), zipfile.ZIP_STORED)))
    assert len(found["chain"]) == 1


def test_integers_are_read_up_to_any_count() -> None:
    assert parsed(b'{"n":999999999999999999}') == {"n": 999_999_999_999_999_999}
