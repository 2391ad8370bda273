"""Messages reach their contact whole, or fail without a word about whom they were for."""

import logging
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import BinaryIO

import pytest

from core.messages import Later, Outbox, Shown, Smtp, open_sender
from core.settings import read_settings

NOW = datetime(2026, 9, 1, 1, 2, 3, 456789, tzinfo=UTC)
TEXT = "你的一次性验证码是123456，10分钟内有效。"


def test_the_outbox_keeps_each_message_as_a_file_of_its_own(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    outbox.send("13800138000", TEXT, NOW)
    outbox.send("a@b.cn", TEXT, NOW)
    kept = {one.name: one.read_text("utf-8") for one in (tmp_path / "outbox").iterdir()}
    assert kept == {
        "20260901T010203456789-13800138000.txt": f"13800138000\n{TEXT}\n",
        "20260901T010203456789-a@b.cn.txt": f"a@b.cn\n{TEXT}\n",
    }


@pytest.mark.parametrize("contact", ["../../etc/passwd", "a/b@c.cn", "x" * 500, "a@b.cn\nBcc: c@d.cn", "\x00", "中文"])
def test_no_contact_leads_out_of_the_outbox(tmp_path: Path, contact: str) -> None:
    Outbox(tmp_path / "outbox").send(contact, TEXT, NOW)
    assert [one.name for one in tmp_path.iterdir()] == ["outbox"]
    assert len(list((tmp_path / "outbox").iterdir())) == 1


class Relay:
    """A mail relay on this machine that takes whatever comes, and no TLS."""

    def __init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self.taken: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            with line, line.makefile("rwb") as talk:
                self._talk(talk)

    def _talk(self, talk: BinaryIO) -> None:
        def say(words: str) -> None:
            talk.write(words.encode() + b"\r\n")
            talk.flush()

        say("220 here")
        data: list[bytes] | None = None
        for words in talk:
            if data is not None:
                if words.strip() == b".":
                    self.taken.append(b"".join(data))
                    data = None
                    say("250 taken")
                else:
                    data.append(words)
            elif words.upper().startswith(b"DATA"):
                data = []
                say("354 go on")
            elif words.upper().startswith(b"QUIT"):
                say("221 bye")
                return
            else:
                say("250 fine" if words.upper().startswith((b"EHLO", b"MAIL", b"RCPT")) else "502 no")

    def close(self) -> None:
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join()


@pytest.fixture
def relay() -> Iterator[Relay]:
    opened = Relay()
    yield opened
    opened.close()


def test_mail_goes_to_its_contact_with_the_text_whole(relay: Relay) -> None:
    Smtp(f"smtp://127.0.0.1:{relay.port}?from=gx@example.cn").send("a@b.cn", TEXT, NOW)
    message = message_from_bytes(relay.taken[0], policy=policy.default)
    assert (message["To"], message["From"]) == ("a@b.cn", "gx@example.cn")
    assert message["Date"].datetime == NOW.replace(microsecond=0)
    assert message.get_content().strip() == TEXT


@pytest.mark.parametrize("contact", ["a@b.cn\nBcc: c@d.cn", "a@b.cn\r\n\r\nbody"])
def test_no_contact_adds_a_header(relay: Relay, contact: str) -> None:
    with pytest.raises(ValueError, match=r"Header|linefeed|newline"):
        Smtp(f"smtp://127.0.0.1:{relay.port}?from=gx@example.cn").send(contact, TEXT, NOW)
    assert relay.taken == []


def test_a_password_is_never_sent_without_tls(relay: Relay) -> None:
    with pytest.raises(OSError, match="STARTTLS"):
        Smtp(f"smtp://gx:secret@127.0.0.1:{relay.port}?from=gx@example.cn").send("a@b.cn", TEXT, NOW)
    assert relay.taken == []


class Halting:
    """A sender that waits until it is let go, and may then fail."""

    def __init__(self, *, failing: bool = False) -> None:
        self.go, self.sent, self._failing = threading.Event(), list[str](), failing

    def send(self, contact: str, text: str, now: datetime) -> None:
        self.go.wait(30)
        if self._failing:
            self._failing = False
            raise OSError(f"no such mailbox: {contact}")
        self.sent.append(contact)


def test_nobody_waits_for_a_relay() -> None:
    slow = Halting()
    later = Later(slow)
    later.send("a@b.cn", TEXT, NOW)
    assert slow.sent == []
    slow.go.set()
    later.close()
    assert slow.sent == ["a@b.cn"]


def test_a_message_that_fails_stops_no_other_and_the_log_does_not_say_whose_it_was(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR, "gongxuan.messages")
    broken = Halting(failing=True)
    later = Later(broken)
    later.send("first@b.cn", TEXT, NOW)
    later.send("second@b.cn", TEXT, NOW)
    broken.go.set()
    later.close()
    assert broken.sent == ["second@b.cn"]
    assert "a message could not be sent (OSError)" in caplog.text
    assert "first@b.cn" not in caplog.text


def test_a_demonstration_says_aloud_what_it_sends(tmp_path: Path) -> None:
    heard: list[str] = []
    Shown(Outbox(tmp_path), heard.append).send("a@b.cn", TEXT, NOW)
    assert heard == [f"→ a@b.cn: {TEXT}"]
    assert len(list(tmp_path.iterdir())) == 1


def test_the_settings_choose_the_sender(tmp_path: Path) -> None:
    assert open_sender(read_settings({}, data=tmp_path)) == Outbox(tmp_path / "outbox")
    mail = {"GONGXUAN_MESSAGES": "smtp", "GONGXUAN_SMTP_URL": "smtp://localhost?from=a@b.cn"}
    later = open_sender(read_settings(mail, data=tmp_path))
    assert isinstance(later, Later)
    later.close()
