"""Identity numbers and contacts at rest: sealed, found again by a keyed hash, under keys that can be renewed."""

import json
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from core.errors import Refusal
from core.vault import Vault, fresh_keys, open_vault, with_new_key, write_keys

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
NUMBER = "11010119900307803X"


def vault(document: dict[str, object] | None = None) -> Vault:
    return open_vault(Path("unused"), json.dumps(document or fresh_keys()))


HOUSE = vault()
SEALED = HOUSE.seal(NUMBER)


@given(texts)
def test_what_is_sealed_opens_to_the_same_text(text: str) -> None:
    assert HOUSE.open(HOUSE.seal(text)) == text


def test_a_sealed_value_names_its_algorithm_and_key_and_never_repeats() -> None:
    first, second = HOUSE.seal(NUMBER), HOUSE.seal(NUMBER)
    assert first != second
    assert first.split(".")[:2] == ["aesgcm1", HOUSE.sealing_id]
    assert NUMBER not in first


def test_a_hash_names_its_algorithm_and_key_and_is_the_same_for_the_same_text_only() -> None:
    assert HOUSE.fingerprint(NUMBER) == HOUSE.fingerprint(NUMBER)
    assert HOUSE.fingerprint(NUMBER).startswith(f"hmacsha256.{HOUSE.hashing_id}.")
    assert HOUSE.fingerprint(NUMBER) != HOUSE.fingerprint(NUMBER[:-1] + "x")
    assert HOUSE.fingerprint(NUMBER) != vault().fingerprint(NUMBER).replace(HOUSE.hashing_id, "other")


def test_salts_are_the_same_for_a_text_and_say_nothing_without_the_key() -> None:
    assert HOUSE.salt(NUMBER) == HOUSE.salt(NUMBER)
    assert len(HOUSE.salt(NUMBER)) == 16
    assert HOUSE.salt(NUMBER) != vault().salt(NUMBER)
    assert HOUSE.salt(NUMBER).hex() not in HOUSE.fingerprint(NUMBER)


def test_nothing_stays_nothing() -> None:
    assert (HOUSE.seal(""), HOUSE.open(""), HOUSE.fingerprint("")) == ("", "", "")
    assert HOUSE.sealed_by_newest("")
    assert HOUSE.hashed_by_newest("")


def test_a_wrong_key_opens_nothing() -> None:
    other = vault()
    with pytest.raises(Refusal, match="is not at hand"):
        other.open(HOUSE.seal(NUMBER))
    stolen_name = vault({**fresh_keys(), "sealing": [{"id": HOUSE.sealing_id, "key": "00" * 32}]})
    with pytest.raises(Refusal, match="changed from outside"):
        stolen_name.open(HOUSE.seal(NUMBER))


@given(st.data())
def test_any_altered_sign_is_found(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(SEALED) - 2))  # the last letter may hold bits that mean nothing
    sign = data.draw(st.sampled_from("Aa0.-_é\x00").filter(lambda sign: sign != SEALED[place]))
    with pytest.raises(Refusal):
        HOUSE.open(SEALED[:place] + sign + SEALED[place + 1 :])


@given(texts.filter(bool))
def test_what_was_never_sealed_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        HOUSE.open(text)


def test_a_value_does_not_open_under_another_key_s_name() -> None:
    two = vault(with_new_key(fresh_keys(), "sealing"))
    old, new = two.sealing
    with pytest.raises(Refusal, match="changed from outside"):
        two.open(two.seal(NUMBER).replace(new, old))


# ── renewing ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_newest_key_seals_and_every_known_one_opens() -> None:
    document = fresh_keys()
    before = vault(document)
    after = vault(with_new_key(document, "sealing"))
    old = before.seal(NUMBER)
    assert after.open(old) == NUMBER
    assert not after.sealed_by_newest(old)
    assert after.sealed_by_newest(after.seal(NUMBER))
    with pytest.raises(Refusal):
        before.open(after.seal(NUMBER))


def test_the_newest_key_alone_hashes() -> None:
    document = fresh_keys()
    before = vault(document)
    after = vault(with_new_key(document, "hashing"))
    assert after.fingerprint(NUMBER) != before.fingerprint(NUMBER)
    assert after.hashed_by_newest(after.fingerprint(NUMBER))
    assert not after.hashed_by_newest(before.fingerprint(NUMBER))


# ── the key file ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "keys.json"
    first = open_vault(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert open_vault(file).open(first.seal(NUMBER)) == NUMBER
    assert [one.name for one in file.parent.iterdir()] == ["keys.json"]


def test_renewed_keys_are_still_for_their_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    first = open_vault(file)
    file.chmod(0o644)
    write_keys(file, with_new_key(json.loads(file.read_text("utf-8")), "sealing"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert open_vault(file).open(first.seal(NUMBER)) == NUMBER


def test_processes_that_start_at_once_agree_on_the_first_keys(tmp_path: Path) -> None:
    file, gate, made = tmp_path / "keys.json", threading.Barrier(8), []

    def start() -> None:
        gate.wait()
        made.append(open_vault(file))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.sealing_id for one in made} == {open_vault(file).sealing_id}
    assert [one.name for one in tmp_path.iterdir()] == ["keys.json"]


@pytest.mark.parametrize(
    "keys",
    [
        "nonsense",
        "[]",
        "{}",
        "null",
        '{"sealing": [], "hashing": []}',
        '{"sealing": [{"id": "s1", "key": "00"}], "hashing": [{"id": "h1", "key": "00"}]}',
        '{"sealing": [{"id": "s1", "key": "zz"}], "hashing": [{"id": "h1", "key": "zz"}]}',
        json.dumps({**fresh_keys(), "hashing": [{"id": "h1", "key": ""}]}),
        json.dumps({**fresh_keys(), "sealing": "s1"}),
    ],
)
def test_keys_that_cannot_be_used_are_refused(tmp_path: Path, keys: str) -> None:
    with pytest.raises(Refusal, match="The keys cannot be read"):
        open_vault(tmp_path / "none", keys)
    (tmp_path / "keys.json").write_text(keys, "utf-8")
    with pytest.raises(Refusal, match="The keys cannot be read"):
        open_vault(tmp_path / "keys.json")
    assert not (tmp_path / "none").exists()
