"""The people of the demonstration: invented names, units, posts held; the same at every run."""

import random
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from stdnum.cn import ric

CAST = tomllib.loads((Path(__file__).parent / "cast.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Invented:
    """One invented person with an identity number of valid form in a region code that is not in use."""

    name: str
    identity: str
    born: date
    female: bool
    unit: str
    quality: int


def invent(chance: random.Random, *, oldest: int, youngest: int, year: int, unit: str = "") -> Invented:
    """An invented person between two ages in a year."""
    born = date(year - chance.randint(youngest, oldest), chance.randint(1, 12), chance.randint(1, 28))
    female = chance.random() < 0.45
    serial = chance.randint(100, 998) // 2 * 2 + (0 if female else 1)
    stem = f"{chance.choice(('110101', '310101', '320102', '420106', '510104'))}{born:%Y%m%d}{serial:03d}"
    return Invented(
        name=chance.choice(CAST["surnames"]) + chance.choice(CAST["given"]),
        identity=stem + ric.calc_check_digit(stem + "0"),
        born=born,
        female=female,
        unit=unit or chance.choice(CAST["units"]),
        quality=chance.randint(-8, 10),
    )


def form_of(person: Invented, chance: random.Random, year: int, doubt: str = "") -> dict[str, object]:
    """A filled registration form (exam.registration) of an invented person.

    `doubt` "young_in_post" gives less time at the level than is usual; "" meets the usual conditions.
    """
    graduated = person.born.year + 22
    began = graduated
    level_since = year - 1 if doubt == "young_in_post" else year - chance.randint(3, 6)
    return {
        "birth_date": person.born.isoformat(),
        "sex": "female" if person.female else "male",
        "ethnicity": chance.choice(("汉族", "汉族", "汉族", "回族", "土家族", "苗族")),
        "political_status": chance.choice(("party_member", "party_member", "democratic_party", "masses")),
        "unit": person.unit,
        "position": chance.choice(("科长", "主任", "站长", "综合科科长", "规划科科长")),
        "work_began": f"{began}-07",
        "education": [
            {
                "level": "bachelor",
                "degree": "bachelor",
                "school": chance.choice(CAST["schools"]),
                "field_of_study": chance.choice(CAST["fields"]),
                "graduated": f"{graduated}-06",
                "full_time": True,
            }
        ],
        "posts": [
            {
                "since": f"{began}-07",
                "until": f"{level_since}-06",
                "unit": person.unit,
                "title": "科员",
                "level": "clerk",
            },
            {"since": f"{level_since}-07", "until": None, "unit": person.unit, "title": "科长", "level": "section"},
        ],
        "appraisals": {str(year - back): chance.choice(("competent", "competent", "excellent")) for back in (1, 2, 3)},
        "statements": {},
        "awards": chance.choice(("", "", "2024年记三等功一次", "2023年市级先进个人")),
        "pledge": True,
    }
