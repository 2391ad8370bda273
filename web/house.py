"""The opened house: database, act runner, keys, files and senders of one process."""

from dataclasses import dataclass, field

from core.acts import Acts
from core.db import Database
from core.files import Files
from core.messages import Sender, open_sender
from core.settings import Settings
from core.vault import Vault, open_vault
from web.live import Live
from web.tries import Tries


@dataclass(frozen=True, slots=True)
class House:
    """What routes and workers work with; one per process."""

    settings: Settings
    database: Database
    acts: Acts
    vault: Vault
    files: Files
    sender: Sender
    live: Live = field(default_factory=Live)
    tries: Tries = field(default_factory=Tries)

    def close(self) -> None:
        """Finish waiting acts and close the database."""
        self.live.close()
        self.acts.close()
        self.database.close()


def open_house(settings: Settings) -> House:
    """Open everything the settings name. Raises Refusal if the keys are not usable."""
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    live = Live()
    if not database.sqlite:
        live.follow(settings.database_url)
    return House(
        settings=settings,
        database=database,
        acts=Acts(database, listener=live.tell if database.sqlite else live.warn),
        vault=open_vault(settings.key_file, settings.keys),
        files=Files(settings.storage_url, settings.data / "incoming"),
        sender=open_sender(settings),
        live=live,
    )
