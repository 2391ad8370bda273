"""Settings come from the environment and the command line; what is unusable is refused, all of it at once."""

from pathlib import Path

import pytest

from core.errors import Refusal
from core.settings import NAMES, Zone, read_settings

ENVIRONMENT = {
    "GONGXUAN_DATA": "/srv/gx",
    "DATABASE_URL": "postgres://gx@db/gx",
    "STORAGE_URL": "s3://bucket/prefix",
    "GONGXUAN_KEY_FILE": "/etc/gx/keys.json",
    "GONGXUAN_KEYS": "{}",
    "GONGXUAN_ZONE": "public",
    "GONGXUAN_TIME_ZONE": "Asia/Urumqi",
    "GONGXUAN_SECURE_COOKIES": "1",
    "GONGXUAN_ORIGINS": "https://a.example.cn, https://b.example.cn,",
    "GONGXUAN_MESSAGES": "smtp",
    "GONGXUAN_SMTP_URL": "smtp://gx:p%40ss@mail.example.cn:587?from=gx@example.cn",
    "GONGXUAN_SESSION_IDLE": "600",
    "GONGXUAN_SESSION_LIFE": "7200",
}


def test_without_an_environment_everything_stands_in_one_folder(tmp_path: Path) -> None:
    settings = read_settings({}, data=tmp_path)
    assert settings.sqlite
    assert settings.database_url == f"sqlite:///{tmp_path}/gongxuan.sqlite"
    assert settings.storage_url == f"file://{tmp_path}/files"
    assert settings.key_file == tmp_path / "keys.json"
    assert settings.zone is Zone.ALL
    assert settings.message_sender == "outbox"
    assert (settings.session_idle, settings.session_life) == (1800, 43200)


def test_every_variable_that_is_named_is_read() -> None:
    assert set(ENVIRONMENT) == set(NAMES)
    settings = read_settings(ENVIRONMENT)
    assert settings.data == Path("/srv/gx")
    assert settings.database_url == "postgresql+psycopg://gx@db/gx"
    assert not settings.sqlite
    assert settings.storage_url == "s3://bucket/prefix"
    assert settings.key_file == Path("/etc/gx/keys.json")
    assert settings.keys == "{}"
    assert settings.zone is Zone.PUBLIC
    assert settings.time_zone.key == "Asia/Urumqi"
    assert settings.secure_cookies
    assert settings.origins == ("https://a.example.cn", "https://b.example.cn")
    assert settings.smtp_url == ENVIRONMENT["GONGXUAN_SMTP_URL"]
    assert (settings.session_idle, settings.session_life) == (600, 7200)


def test_the_command_line_wins() -> None:
    settings = read_settings(ENVIRONMENT, data="/elsewhere", zone=Zone.INNER)
    assert settings.data == Path("/elsewhere")
    assert settings.zone is Zone.INNER


def test_everything_unusable_is_named_at_once() -> None:
    with pytest.raises(Refusal) as caught:
        read_settings({
            "GONGXUAN_ZONE": "outer",
            "GONGXUAN_TIME_ZONE": "../etc/passwd",
            "GONGXUAN_SESSION_IDLE": "-1",
            "GONGXUAN_SESSION_LIFE": "1e3",
            "GONGXUAN_MESSAGES": "pigeon",
        })  # fmt: skip
    assert [problem.field for problem in caught.value.problems] == [
        "GONGXUAN_ZONE", "GONGXUAN_TIME_ZONE", "GONGXUAN_SESSION_IDLE", "GONGXUAN_SESSION_LIFE", "GONGXUAN_MESSAGES",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "url",
    [
        "",
        "smtp://host",
        "smtp://host?from=",
        "smtp://host?from=a@b.cn&from=x",
        "http://host?from=a@b.cn",
        "smtp://h o",
    ],
)
def test_messages_by_smtp_need_a_relay_and_a_sender(url: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_settings({"GONGXUAN_MESSAGES": "smtp", "GONGXUAN_SMTP_URL": url})
    assert caught.value.problems[0].field == "GONGXUAN_SMTP_URL"


@pytest.mark.parametrize("url", ["smtp://localhost?from=a@b.cn", "smtps://u:p@mail.example.cn:465/?from=a@b.cn"])
def test_usable_relays_are_taken(url: str) -> None:
    assert read_settings({"GONGXUAN_MESSAGES": "smtp", "GONGXUAN_SMTP_URL": url}).smtp_url == url


@pytest.mark.parametrize("url", ["s3:bucket", "s3://", "s4://bucket", "/folder", "file://folder", "memory:///"])
def test_files_are_kept_in_a_folder_or_a_bucket(url: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_settings({"STORAGE_URL": url})
    assert caught.value.problems[0].field == "STORAGE_URL"
