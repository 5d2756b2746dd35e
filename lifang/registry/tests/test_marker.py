"""Fifty planted people: no number, telephone, name or birthday of theirs stands unmasked on any page, file, answer, event or line of the log."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry
from lifang.core.events.models import Outbox
from lifang.core.testing import cast, places
from lifang.orgs.tests.make import make_county
from lifang.registry import actions
from lifang.registry.models import Correction, Membership, Merge, MissedVisit, Tagging
from lifang.registry.tests.make import (
    make_building,
    make_household,
    make_linked,
    make_person,
    number,
)

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real
LONG_AGO = NOW - timedelta(days=300)
PLANTED = 50
STAFF = ("grid_worker", "community_secretary", "street_dispatcher", "county_leader", "stranger", "system_admin")  # fmt: skip


@pytest.fixture
def planted():
    """Fifty people in households, one in each place a value could leak from; and every value of theirs."""
    with behind(SYSTEM):
        make_county()
        doors, secrets, people = make_building(floors=10, doors=5)[3:], set(), []
        for n in range(PLANTED):
            born = date(1950, 1, 1) + timedelta(days=n * 97)
            told = {
                "name": f"标记{chr(0x4E00 + n)}某",
                "identity": number(f"{born:%Y%m%d}", 100 + n),
                "telephone": f"1007{n:07d}",
            }
            work = f"标记单位{chr(0x5000 + n)}"
            resident = cast.resident() if n == 0 else None
            person = (
                make_linked(resident, born=born, work_place=work, **told)
                if resident
                else make_person(born=born, work_place=work, **told)
            )
            people.append(person)
            secrets |= {*told.values(), work, f"{born:%Y-%m-%d}", f"{born:%Y年%-m月%-d日}"}
        for n in range(0, PLANTED, 2):
            make_household(people[n], people[n + 1], door=doors[n // 2])
        car = actions.add_vehicle(
            actor=SYSTEM, plate="里A77777", kind="car", area=places.GRID, at=LONG_AGO
        )
        actions.tie(actor=SYSTEM, kind="keeper", who=people[1], what=car, at=LONG_AGO)
        body = actions.add_organisation(
            actor=SYSTEM,
            name="标记店",
            kind="shop",
            area=places.GRID,
            telephone="10070009999",
            at=LONG_AGO,
        )
        actions.tie(actor=SYSTEM, kind="legal", who=people[2], what=body, at=LONG_AGO)
        actions.tag(actor=SYSTEM, person=people[3], tag="very_old", source="visit", at=LONG_AGO)
        actions.tag(actor=SYSTEM, person=people[4], tag="volunteer", consented=True, at=LONG_AGO)
        actions.plan_visits(
            actor=SYSTEM,
            household=Membership.objects.get(person=people[5]).household,
            kind="household",
            at=LONG_AGO,
            due_on=(NOW - timedelta(days=60)).date(),
        )
        actions.tell_missed(actor=SYSTEM, at=NOW - timedelta(hours=5))
        actions.change(
            actor=SYSTEM,
            row=people[6],
            element="person.telephone",
            value="10079999999",
            source="visit",
            at=NOW - timedelta(hours=5),
        )
        me = resident_of(people[0])
        actions.ask_correction(
            actor=me,
            person=people[0],
            element="person.telephone",
            value="10078888888",
            at=NOW - timedelta(hours=5),
        )
        twin = make_person(name=f"标记{chr(0x4E00 + 7)}某", born=people[7].born)
        pair = make_person(name=f"标记{chr(0x4E00 + 8)}某", born=people[8].born)
        actions.merge(actor=SYSTEM, kept=people[8], dropped=pair, at=NOW - timedelta(hours=4))
        secrets |= {"里A77777", "10070009999", "10079999999", "10078888888"}
        yield people, secrets, addresses(people, twin, car, body)


def resident_of(person):
    from lifang.core.access.grants import actor_of  # noqa: PLC0415

    return actor_of(person.resident.account_id, NOW)


def addresses(people, twin, car, body) -> list[str]:
    """Every page of the register that shows or asks, of every row that could give something away."""
    desk = "/desk/registry"
    found = [desk, f"{desk}/places", f"{desk}/visits", f"{desk}/coverage", f"{desk}/coverage/shapes", f"{desk}/doubles", f"{desk}/grids/{places.GRID}",
             f"{desk}/vehicles", f"{desk}/organisations", f"{desk}/facilities", f"{desk}/vehicles/{car.pk}", f"{desk}/organisations/{body.pk}",
             f"{desk}/vehicles/{car.pk}/ties/new", f"{desk}/vehicles/{car.pk}/values/vehicle.plate", f"{desk}/people/{people[7].pk}/merge/{twin.pk}",
             f"{desk}/people/{people[6].pk}/history/person.telephone", f"{desk}/merges/{Merge.objects.get().pk}/undoing",
             "/desk", "/desk/inbox", "/api/v1/registry/persons", "/api/v1/registry/households"]  # fmt: skip
    for person in people[:12]:
        row = Membership.objects.get(person=person, valid_to=None)
        found += [f"{desk}/people/{person.pk}", f"{desk}/people/{person.pk}/look/person.identity", f"{desk}/people/{person.pk}/values/person.telephone",
                  f"{desk}/people/{person.pk}/groups/new", f"{desk}/people/{person.pk}/ties/new", f"{desk}/households/{row.household_id}",
                  f"{desk}/households/{row.household_id}/parting", f"{desk}/households/{row.household_id}/union", f"{desk}/households/{row.household_id}/visit",
                  f"{desk}/members/{row.pk}/departure", f"{desk}/members/{row.pk}/head", f"{desk}/members/{row.pk}/renewal",
                  f"/api/v1/registry/persons/{person.pk}"]  # fmt: skip
    found += [f"{desk}/corrections/{one.pk}" for one in Correction.objects.all()]
    found += [
        f"{desk}/missed/{one.pk}{end}"
        for one in MissedVisit.objects.all()
        for end in ("", "/visit")
    ]
    found += [
        f"{desk}/groups/{one.pk}/{end}"
        for one in Tagging.objects.all()
        for end in ("end", "review")
    ]
    return [*found, *(f"{desk}{path}?export={kind}" for path in ("", "/vehicles", "/organisations", "/visits") for kind in ("csv", "xlsx"))]  # fmt: skip


def told(response) -> str:
    whole = b"".join(response) if response.streaming else response.content
    if whole[:2] == b"PK":
        from io import BytesIO  # noqa: PLC0415

        from python_calamine import CalamineWorkbook  # noqa: PLC0415

        sheets = CalamineWorkbook.from_filelike(BytesIO(whole))
        return str([sheets.get_sheet_by_name(name).to_python() for name in sheets.sheet_names])
    return whole.decode()


@pytest.mark.covers("S4-08", "S0-12")
@pytest.mark.parametrize("role", STAFF)
def test_no_planted_value_is_read_without_a_purpose(role, planted):
    _people, secrets, paths = planted
    member, shown = cast.CAST[role](), 0
    for path in paths:
        response = member.client.get(path, follow=True)
        assert response.status_code in (200, 401, 403, 404, 409), path
        shown += response.status_code == 200
        body = told(response)
        assert not [secret for secret in secrets if secret in body], path
    if role in ("grid_worker", "community_secretary"):
        assert shown > 100, "the proof would be empty"


def test_no_planted_value_stands_in_an_event_or_a_line_of_the_log(planted):
    _people, secrets, _paths = planted
    with behind(SYSTEM):
        events = json.dumps(list(Outbox.objects.values()), default=str, ensure_ascii=False)
        lines = json.dumps(list(Entry.objects.values()), default=str, ensure_ascii=False)
    assert events.count("registry.") > PLANTED
    assert not [secret for secret in secrets if secret in events]
    assert not [secret for secret in secrets if secret in lines]


@pytest.mark.covers("S4-08")
def test_a_searched_number_finds_its_person_and_no_other_value_of_theirs(planted):
    people, secrets, _paths = planted
    worker = cast.CAST["grid_worker"]()
    for n in (0, 11, 37):
        asked = f"1007{n:07d}"
        page = worker.client.post("/desk/registry", {"q": asked}, follow=True).content.decode()
        table = page.partition("<tbody")[2].partition("</tbody>")[0]
        assert str(people[n].pk) in table
        assert not [secret for secret in secrets if secret in table]
