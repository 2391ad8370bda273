"""A candidate's own way: account, topics, papers, conditions, submission, correction, ticket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stdnum.cn import ric

from tests.web.walk import files
from tests.web.walk.person import PASSWORD, House, Person, payload
from web.i18n import Language


@dataclass(frozen=True, slots=True)
class Candidate:
    """An invented person and what they declare; the identity number is of valid form and of nobody."""

    name: str
    serial: int
    unit: str
    position: str = "科长"
    level_since: str = "2019-03"
    school: str = "江淮大学"
    field_of_study: str = "水利水电工程"
    ethnicity: str = "汉族"
    began_as: str = "科员"
    awards: str = "无"
    work_began: str = "2008年7月"

    @property
    def identity(self) -> str:
        """An identity number with a right check digit, of somebody born on 12 May 1986."""
        stem = f"11010119860512{self.serial:03}"
        return stem + str(ric.calc_check_digit(stem + "0"))

    @property
    def contact(self) -> str:
        """A mobile number."""
        return f"1390000{self.serial:04}"


@dataclass(slots=True)
class Registration:
    """A candidate at their browser, and the reference they got."""

    who: Candidate
    person: Person
    reference: str = ""

    @property
    def path(self) -> str:
        """The registration's own page."""
        return f"/my/{self.reference}"

    # ── account and start ────────────────────────────────────────────────────────────────────────────────────────

    def sign_up(self) -> None:
        """Open an account: everything wrong is named at once, then a code, a wrong code, the code."""
        me = self.person
        me.go("/sign-up")
        me.fill(name=self.who.name, identity=self.who.identity[:-1] + "?", contact=self.who.contact)
        me.press("Send me a code", status=422)
        assert len(me.problems()) == 3, me.problems()
        assert me.page.input_value("#name") == self.who.name
        me.fill(identity=self.who.identity, password=PASSWORD, notice="1")
        me.press("Send me a code")
        me.fill(code="000000" if me.house.newest_code(self.who.contact) != "000000" else "111111")
        me.press("Go on", status=422)
        me.fill(code=me.house.newest_code(self.who.contact))
        me.press("Go on")
        me.heading("My registrations")

    def start(self, code: str) -> None:
        """From the announcement to the list of topics."""
        me = self.person
        me.go(f"/s/{code}")
        me.follow("Start registration")
        me.fill(post="01")
        me.press("Start registration")
        self.reference = me.page.url.rsplit("/", 1)[1]

    # ── topics ───────────────────────────────────────────────────────────────────────────────────────────────────

    def fill_in(self) -> None:
        """Every topic; birth date and sex come from the identity number."""
        me, who = self.person, self.who
        me.go(f"{self.path}/person")
        assert me.page.input_value("#birth_date") == "1986-05-12"
        me.fill(ethnicity=who.ethnicity, political_status="party_member", unit=who.unit, position=who.position)
        me.fill(work_began=who.work_began)
        me.press("Save, back to the list")
        me.go(f"{self.path}/education/1")
        me.fill(level="bachelor", degree="bachelor", full_time="1", school=who.school, graduated="2008-06")
        me.fill(field_of_study=who.field_of_study)
        me.press("Save")
        self._posts()
        me.go(f"{self.path}/appraisals")
        years = me.page.locator("select[name^='appraisals.']").evaluate_all("all => all.map(one => one.name)")
        for year in years:
            me.put(year, "competent")
        me.fill(awards=who.awards)
        me.press("Save, back to the list")
        me.go(f"{self.path}/accommodation")
        me.press("Save, back to the list")

    def _posts(self) -> None:
        me, who = self.person, self.who
        last = _month_before(who.level_since)
        for row, (title, level, since, until) in enumerate(
            ((who.began_as, "clerk", "2008-07", last), (who.position, "section", who.level_since, "")), start=1
        ):
            me.go(f"{self.path}/posts/{row}")
            me.fill(unit=who.unit, title=title, level=level, since=since, until=until)
            me.press("Save")

    def upload(self, kinds: Sequence[str] = ("education", "appointment")) -> None:
        """A photo, after something that is none was refused, and papers as PDF and JPEG."""
        me = self.person
        me.go(f"{self.path}/papers")
        self.send("photo", payload("photo.jpg", b"GIF89a no picture at all", "image/jpeg"), status=422)
        assert len(me.problems()) == 1
        self.send("photo", payload("photo.jpg", files.portrait(self.who.serial), "image/jpeg"))
        for kind in kinds:
            self.send(kind, payload(f"{kind}.pdf", files.pdf(f"{kind} {self.who.serial}"), "application/pdf"))

    def send(self, kind: str, file: object, status: int = 200) -> None:
        """Send one file of a kind."""
        me = self.person
        me.put(f"papers.{kind}", file)
        form = me.page.locator("form", has=me.page.locator(f'[name="papers.{kind}"]'))
        me.press_it(form.locator("button"), status)

    # ── conditions, submission ───────────────────────────────────────────────────────────────────────────────────

    def conditions(self) -> list[str]:
        """The state of each condition as the page names it."""
        self.person.go(f"{self.path}/conditions")
        return self.person.page.locator("ul.ruled .state").all_inner_texts()

    def ask_exception(self, number: int, reason: str) -> None:
        """State why an exception to a condition is asked for."""
        me = self.person
        me.go(f"{self.path}/conditions")
        me.put(f"exceptions.{number}", reason)
        me.press("Save, back to the list")

    def submit(self) -> None:
        """Look everything through, promise, submit."""
        me = self.person
        me.go(f"{self.path}/check")
        assert me.problems() == []
        me.press("Submit registration", status=422)
        assert len(me.problems()) == 1
        me.fill(pledge="1")
        me.press("Submit registration")
        me.sees("Reference number {reference}", reference=self.reference)

    def correct(self, position: str) -> None:
        """Only what was returned can be changed: the post, and the certificate once more."""
        me = self.person
        me.go(self.path)
        me.heading("Returned for correction: {post}", post=me.page.locator("h1").inner_text().partition("：")[2])
        me.press_it(me.page.locator(f"a[href='{self.path}/person']"))
        assert me.page.locator("#unit").count() == 0
        me.fill(position=position)
        me.press("Save, back to the list")
        me.press_it(me.page.locator(f"a[href='{self.path}/papers']"))
        assert me.page.locator("[name='papers.photo']").count() == 0
        self.send("education", payload("学位证书.jpg", files.portrait(self.who.serial + 50), "image/jpeg"))
        me.go(self.path)
        me.follow("Check and submit again")
        me.fill(pledge="1")
        me.press("Submit again")

    # ── the same without a window ────────────────────────────────────────────────────────────────────────────────

    def register_by_forms(self, code: str) -> None:
        """The whole way by the forms alone, for those whose pages would show nothing new."""
        me, who = self.person, self.who
        account = {"name": who.name, "identity": who.identity, "contact": who.contact, "password": PASSWORD}
        me.send("/sign-up", **account, notice="1", status=200)
        me.send("/sign-up/code", contact=who.contact, code=me.house.newest_code(who.contact))
        me.token = ""
        self.reference = me.send(f"/my/start/{code}", post="01").rsplit("/", 1)[1]
        last = _month_before(who.level_since)
        for topic, fields in (
            ("person", {
                "sex": "male", "birth_date": "1986-05-12", "ethnicity": who.ethnicity, "unit": who.unit,
                "political_status": "party_member", "position": who.position, "work_began": "2008-07",
            }),
            ("education/1", {
                "was": "new", "level": "bachelor", "degree": "bachelor", "full_time": "1", "school": who.school,
                "field_of_study": who.field_of_study, "graduated": "2008-06",
            }),
            ("posts/1", {
                "was": "new", "unit": who.unit, "title": who.began_as, "level": "clerk", "since": "2008-07",
                "until": last,
            }),
            ("posts/2", {
                "was": "new", "unit": who.unit, "title": who.position, "level": "section", "since": who.level_since,
            }),
            ("appraisals", {f"appraisals.{files.YEAR - back}": "competent" for back in (1, 2, 3)}),
        ):  # fmt: skip
            me.send(f"{self.path}/{topic}", **fields)
        for kind in ("photo", "education", "appointment"):
            content = files.portrait(who.serial + len(kind) * 10)
            me.send(f"{self.path}/papers", kind=kind, **{f"papers.{kind}": payload("a.jpg", content, "image/jpeg")})
        me.send(f"{self.path}/submit", pledge="1", version="0")


def candidate(house: House, who: Candidate, language: Language = Language.CHINESE, **settings: object) -> Registration:
    """A candidate on a telephone."""
    phone: Mapping[str, object] = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
    return Registration(who, Person(house, who.name, who.contact, language, {**phone, **settings}))


def _month_before(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{year - 1}-12" if number == 1 else f"{year}-{number - 1:02}"
