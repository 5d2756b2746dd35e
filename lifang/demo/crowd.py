"""People of a city in bulk: for finding somebody at size, where how a row came to be does not matter.

Every person is sealed, fingerprinted and found as if entered by hand, and lives in a household behind a door. Python
seals, the server does the rest: rows go by COPY into a table of the connection and from there behind row-level security.
Nobody of them exists: numbers are of division 990199, which belongs to nobody.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any, NamedTuple
from uuid import UUID, uuid5

import psycopg

from lifang.core.crypto.numbers import identity_check
from lifang.core.crypto.seals import seal
from lifang.core.ids import new_id
from lifang.core.search.words import name_terms, terms
from lifang.demo.beside import Step
from lifang.demo.city import CITY, Made, done_quietly, filled
from lifang.demo.county import county

HOME = 3  # people behind one door
BATCH = 60_000  # a multiple of HOME
DIVISION = "990199"
FIRST = date(1930, 1, 1)
BORN_DAYS = 34_000
TABLES = ("registry_person", "registry_place", "registry_household", "registry_membership", "registry_occupancy")  # fmt: skip
_SOME = UUID("01990199-0000-7000-8000-000000000000")

_INCOMING = """
CREATE TEMP TABLE incoming (n bigint, id uuid, name bytea, name_terms bigint[], name_key bytea, identity bytea,
  identity_key bytea, telephone bytea, telephone_key bytea, sex text, born date);
CREATE TEMP TABLE grids AS SELECT row_number() OVER (ORDER BY code) - 1 AS g, code FROM orgs_division
  WHERE level = 15 AND code LIKE %s || '%%';
CREATE UNIQUE INDEX ON grids (g);
CREATE TEMP TABLE doors (h bigint PRIMARY KEY, address text, number text, tokens text[]);
CREATE TEMP TABLE homes (h bigint PRIMARY KEY, area text, place uuid, household uuid)
"""
_BATCH = """
TRUNCATE homes;
INSERT INTO homes SELECT h, code, uuidv7(), uuidv7() FROM doors JOIN grids ON g = h %% (SELECT count(*) FROM grids);
INSERT INTO registry_place (id, area, holders, tokens, kind, name, address, number, use, valid_from)
  SELECT place, area, '{}', tokens, 'dwelling', number, address, number, '', %(at)s FROM homes JOIN doors USING (h);
INSERT INTO registry_household (id, area, holders, kind, valid_from) SELECT household, area, '{}', 'family', %(at)s FROM homes;
INSERT INTO registry_occupancy (id, area, holders, kind, household_id, dwelling_id, valid_from)
  SELECT uuidv7(), area, '{}', 'own', household, place, %(at)s FROM homes;
INSERT INTO registry_person (id, area, holders, name, name_terms, name_key, document, identity, identity_key, telephone,
    telephone_key, sex, born, ethnicity, nationality, education, marital, residence, valid_from)
  SELECT i.id, area, '{}', name, name_terms, name_key, 'citizen', identity, identity_key, telephone,
    telephone_key, sex, born, '01', 'CHN', '', '', 'registered', %(at)s
  FROM incoming i JOIN homes ON h = n / %(home)s;
INSERT INTO registry_membership (id, area, holders, household_id, person_id, relation, ended, valid_from)
  SELECT uuidv7(), area, '{}', household, i.id, CASE n %% %(home)s WHEN 0 THEN 'head' WHEN 1 THEN 'spouse' ELSE 'child' END, '', %(at)s
  FROM incoming i JOIN homes ON h = n / %(home)s;
TRUNCATE incoming, doors
"""


class One(NamedTuple):
    """Somebody who is looked for."""

    name: str
    identity: str
    telephone: str


def who(n: int) -> One:
    """The n-th person, always the same: so that whoever measures knows whom to look for."""
    dice, plan = Random(n), county()
    born = FIRST + timedelta(days=n % BORN_DAYS)
    number = f"{DIVISION}{born:%Y%m%d}{n // BORN_DAYS % 1000:03d}"
    given = dice.choices(_characters(), k=1 if n % 5 == 0 else 2)
    return One(
        dice.choice(plan.surnames) + "".join(given), number + identity_check(number), f"101{n:08d}"
    )


@cache
def _characters() -> list[str]:
    """Of given names: two of them and a surname make 80,000 names."""
    return sorted({one for name in county().given for one in name})


def add_people(
    url: str,
    at: datetime,
    people: int,
    *,
    already: int = 0,
    made: Made | None = None,
    step: Step = done_quietly,
) -> Made:
    """Fill the register at `url` (as its owner) up to so many people; areas are there already."""
    made = made or Made()
    with psycopg.connect(url, autocommit=True, options="-c lifang.areas=* -c synchronous_commit=off") as owner:  # fmt: skip
        for statement in (_INCOMING % f"'{CITY}'").split(";"):
            owner.execute(statement)
        (grids,) = owner.execute("SELECT count(*) FROM grids").fetchone() or (1,)
        with filled(owner, TABLES, made):
            for first in range(already, people, BATCH):
                last = min(people, first + BATCH)
                with made.part("sealing"), owner.cursor().copy("COPY incoming FROM STDIN") as copy:
                    for row in _rows(first, last):
                        copy.write_row(row)
                with made.part("doors"), owner.cursor().copy("COPY doors FROM STDIN") as copy:
                    for door in _doors(first, last, grids):
                        copy.write_row(door)
                with made.part("rows"):
                    _batch(owner, at)
                made.rows["people"] = last - already
                step(last - first)
    return made


def _batch(owner: Any, at: datetime) -> None:
    facts = {"home": HOME, "at": f"'{at.isoformat()}'"}
    for statement in (_BATCH % facts).split(";"):
        owner.execute(statement)


def _doors(first: int, last: int, grids: int) -> Iterator[tuple[Any, ...]]:
    """The homes of these people: each grid has an estate of its own name, each home a door of its own."""
    estates = county().estates
    for h in range(first // HOME, (last - 1) // HOME + 1):
        grid, nth = h % grids, h // grids
        estate = f"{estates[grid % len(estates)]}{1 + grid // len(estates)}区"
        door = f"{1 + nth // 4 % 6}0{1 + nth % 4}"
        said = f"{estate}{1 + nth // 72}号楼{1 + nth // 24 % 3}单元{door}"
        yield h, said, door, sorted({*terms(said), *name_terms(door)})


def _rows(first: int, last: int) -> Iterator[tuple[Any, ...]]:
    from lifang.registry.models import Person  # noqa: PLC0415 -- read when the site is known

    meta = Person._meta
    identities, telephones = meta.get_field("identity_key"), meta.get_field("telephone_key")
    for n in range(first, last):
        one, key = who(n), new_id()
        born = FIRST + timedelta(days=n % BORN_DAYS)
        yield (
            n, key, _sealed("name", one.name, key), *_name(one.name),
            _sealed("identity", one.identity, key), identities.fingerprint(one.identity),  # type: ignore[union-attr]
            _sealed("telephone", one.telephone, key), telephones.fingerprint(one.telephone),  # type: ignore[union-attr]
            "male" if n % 2 else "female", born,
        )  # fmt: skip


def _sealed(column: str, text: str, key: UUID) -> bytes:
    return seal(text.encode(), f"registry.person.{column}:{key}".encode())


@cache
def _name(name: str) -> tuple[list[int], bytes]:
    """The fingerprints of a name, as its fields would write them."""
    from lifang.registry.models import Person  # noqa: PLC0415

    row = Person(id=uuid5(_SOME, name), name=name)
    fields = Person._meta
    return (
        fields.get_field("name_terms").pre_save(row, True),
        fields.get_field("name_key").pre_save(row, True),
    )
