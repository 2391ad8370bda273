"""A candidate at their own browser, for tests of candidate pages; everything goes through pages and forms."""

import re
from dataclasses import dataclass, field
from typing import Any

from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from sqlmodel import select
from stdnum.cn import ric

from core.actions import open_candidate_account
from core.people import NOBODY
from exam.tables import Registration
from tests.web.desk import PASSWORD, PASSWORD_HASH, Desk, jpeg
from web.app import make_app


@dataclass(slots=True)
class Applicant:
    """One candidate, signed in, reading English."""

    desk: Desk
    number: int = 1
    client: TestClient[Litestar] = field(init=False)
    token: str = ""

    def __post_init__(self) -> None:
        """Open the account and sign in."""
        vault = self.desk.house.vault
        self.desk.run(
            open_candidate_account,
            NOBODY,
            name=self.name,
            identity=(vault.seal(self.identity), vault.fingerprint(self.identity)),
            contact=(vault.seal(self.contact), vault.fingerprint(self.contact)),
            password_hash=PASSWORD_HASH,
        )
        self.client = TestClient(make_app(self.desk.house))
        self.client.headers["accept-language"] = "en"
        self.get("/sign-in")
        self.post("/sign-in", name=self.identity, password=PASSWORD, next="")

    @property
    def name(self) -> str:
        return f"报考人{self.number}"

    @property
    def identity(self) -> str:
        body = f"11010119860512{self.number:03}"
        return body + ric.calc_check_digit(body + "0")

    @property
    def contact(self) -> str:
        return f"138000{self.number:05}"

    def get(self, path: str, status: int = 200) -> str:
        """A page's text; redirects are followed."""
        answer = self.client.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.text[-600:])
        return self._seen(answer)

    def post(self, path: str, status: int = 303, files: Any = None, **fields: Any) -> Response:
        """Send a form with the token of the page last seen; the answer is not followed."""
        answer = self.client.post(path, data={"_csrf": self.token, **fields}, files=files, follow_redirects=False)
        assert answer.status_code == status, (path, answer.status_code, answer.text[-600:])
        if status != 303:
            self._seen(answer)
        return answer

    def _seen(self, answer: Response) -> str:
        if found := re.search(r'name="csrf-token" content="([^"]+)"', answer.text):
            self.token = found[1]
        return answer.text

    # ── the registration ─────────────────────────────────────────────────────────────────────────────────────────

    def start(self, post: str = "01") -> str:
        """Begin a registration; returns the address of its own page."""
        self.get("/my/start/LC-2026")
        return self.post("/my/start/LC-2026", post=post).headers["location"]

    def fill(self, path: str) -> None:
        """Fill in every page of a registration and send what must be sent with it."""
        self.post(
            f"{path}/person", sex="male", birth_date="1986-05-12", ethnicity="汉族", political_status="party_member",
            unit="示例区水利局", position="科长", work_began="2009年7月",
        )  # fmt: skip
        self.post(
            f"{path}/education/1", was="new", level="bachelor", degree="bachelor", full_time="1", school="示例大学",
            field_of_study="水文", graduated="2009.7",
        )  # fmt: skip
        self.post(
            f"{path}/posts/1", was="new", unit="示例区水利局", title="科长", level="section", since="2009-07", until=""
        )
        for place, kind in enumerate(("photo", "education")):
            self.send(path, kind, jpeg(self.number * 2 + place))

    def send(self, path: str, kind: str, content: bytes, status: int = 303, name: str = "a.jpg") -> Response:
        """Send one file."""
        return self.post(f"{path}/papers", status, files={f"papers.{kind}": (name, content)}, kind=kind)

    def submit(self, path: str, status: int = 303, version: int = 0) -> Response:
        """Give the promise and submit."""
        return self.post(f"{path}/submit", status, pledge="1", version=str(version))

    def row(self, path: str) -> Registration:
        """The registration as it is kept."""
        with self.desk.house.database.reading() as session:
            reference = path.rpartition("/")[2]
            return session.exec(select(Registration).where(Registration.reference == reference)).one()
