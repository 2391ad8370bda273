"""Messages to people: e-mail by SMTP, or text files in an outbox folder (the default, picked up by a gateway)."""

import logging
import re
import smtplib
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlparse

from core.settings import Settings

log = logging.getLogger("gongxuan.messages")


class Sender(Protocol):
    """Sends one text to one contact (a telephone number or e-mail address)."""

    def send(self, contact: str, text: str, now: datetime) -> None:
        """Send, or raise OSError; nothing is kept beyond what was sent."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """Each message is a file; a local gateway, or a person at the desk, takes it from there."""

    folder: Path

    def send(self, contact: str, text: str, now: datetime) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{now:%Y%m%dT%H%M%S%f}-{re.sub(r'[^0-9A-Za-z@.+-]', '_', contact)[:60]}.txt"
        part = self.folder / (name + ".part")
        part.write_text(f"{contact}\n{text}\n", "utf-8")
        part.replace(self.folder / name)


@dataclass(frozen=True, slots=True)
class Smtp:
    """E-mail through a relay: `smtp://user:password@host:port?from=address`, or `smtps://` where TLS comes first.

    A password is sent only to a relay whose certificate is trusted.
    """

    url: str

    def send(self, contact: str, text: str, now: datetime) -> None:
        parts = urlparse(self.url)
        message = EmailMessage()
        message["To"], message["Subject"] = contact, text.splitlines()[0][:70]
        message["From"] = parse_qs(parts.query)["from"][0]
        message["Date"] = now
        message.set_content(text)
        host, trusted = parts.hostname or "localhost", ssl.create_default_context()
        with (
            smtplib.SMTP_SSL(host, parts.port or 465, timeout=10, context=trusted)
            if parts.scheme == "smtps"
            else smtplib.SMTP(host, parts.port or 25, timeout=10)
        ) as relay:
            if parts.username:
                if parts.scheme == "smtp":
                    relay.starttls(context=trusted)
                relay.login(unquote(parts.username), unquote(parts.password or ""))
            relay.send_message(message)


class Later:
    """Sends as another sender does, from a thread of its own.

    Nobody waits for a relay, is stopped by a broken one, or learns from the time it takes whether anything was sent.
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="messages")

    def send(self, contact: str, text: str, now: datetime) -> None:
        self._thread.submit(self._send, contact, text, now)

    def close(self) -> None:
        """Send what waits, then end."""
        self._thread.shutdown()

    def _send(self, contact: str, text: str, now: datetime) -> None:
        try:
            self._sender.send(contact, text, now)
        except Exception as cause:  # noqa: BLE001 - whatever it was, the next message is to go out
            log.error("a message could not be sent (%s)", type(cause).__name__)  # noqa: TRY400 - a trace names the contact


@dataclass(frozen=True, slots=True)
class Shown:
    """Sends as another sender does, and says each message aloud: for demonstrations only."""

    sender: Sender
    say: Callable[[str], None]

    def send(self, contact: str, text: str, now: datetime) -> None:
        self.sender.send(contact, text, now)
        self.say(f"→ {contact}: {text}")


def open_sender(settings: Settings) -> Sender:
    """The sender the settings name."""
    if settings.message_sender == "smtp":
        return Later(Smtp(settings.smtp_url))
    return Outbox(settings.data / "outbox")
