"""Works: planned, filled with devices, checked; nobody passes what has gaps, and what was found stays as it was."""

from datetime import timedelta

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast, hostile
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.places import FAR_GRID
from lifang.core.testing.proofs import grows, refused
from lifang.registry.tests.make import GRID
from lifang.sensing import actions, selectors
from lifang.sensing.models import Works
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

pytestmark = pytest.mark.django_db
AREA = GRID[:12]


def make_works(area: str = AREA, **more) -> Works:
    more = {"kind": "new_estate", "name": "一期", "planned": {"camera": 2, "manhole": 1}} | more
    return actions.open_works(actor=SYSTEM, area=area, at=MONDAY, **more)


def heard(device, measure: str, value: float) -> None:
    series = make_series(device, measure)
    with behind(SYSTEM):
        actions.store([observed(series, MONDAY, value)], known_of(series), MONDAY)


@pytest.mark.covers("S0-28", "S2-11")
def test_works_are_checked_by_what_stands_is_heard_and_is_in_order(community_secretary):
    works = make_works(investment=1_200_000)
    north, south = make_device(type="camera", code="N"), make_device(type="camera", code="S")
    make_device(type="smoke", code="X")  # of no planned type
    make_device(area=FAR_GRID, type="camera", code="F")  # elsewhere
    cover = make_device(type="manhole", code="M")
    actor = community_secretary.actor
    assert actions.fill_works(actor=actor, works=works, at=MONDAY, everything=True) == 3
    heard(north, "picture", 1)
    heard(south, "picture", 0)
    heard(cover, "tilt", 0)
    with behind(actor):
        stand = {one.type: one for one in selectors.stand_of(actor, works, MONDAY)}
    assert stand["camera"][1:] == (2, 2, 2, 1)
    assert stand["manhole"].whole
    assert stand["access_gate"].planned == 0  # looked for, planned by nobody
    with refused("works_gaps"):
        actions.check_works(actor=actor, works=works, verdict="passed", at=MONDAY)
    with refused("works_note"):
        actions.check_works(actor=actor, works=works, verdict="gaps", at=MONDAY)
    held = actions.check_works(actor=actor, works=works, verdict="gaps", note="南侧摄像机一周内更换", at=MONDAY)  # fmt: skip
    assert (held.state, held.handed_over_at) == ("gaps", MONDAY)
    heard(south, "recording", 1)
    series = make_series(south, "picture")
    with behind(SYSTEM):
        actions.store([observed(series, MONDAY + timedelta(minutes=1), 1)], known_of(series), MONDAY + timedelta(minutes=1))  # fmt: skip
    with refused("works_no_gap"):
        actions.check_works(actor=actor, works=held, verdict="gaps", note="x", at=MONDAY)
    done = actions.check_works(actor=actor, works=held, verdict="passed", at=MONDAY)
    assert [one["state"] for one in done.checks] == ["gaps", "passed"]
    assert ["camera", 2, 2, 2, 1] in done.checks[0]["found"]  # as it was then
    with refused("works_over"):
        actions.fill_works(actor=actor, works=done, at=MONDAY, everything=True)
    answer = community_secretary.get("sensing:work", works.pk)
    assert "南侧摄像机一周内更换" in answer.content.decode()


def test_devices_of_others_are_not_taken(community_secretary):
    first, second = make_works(name="一期"), make_works(name="二期")
    make_device(type="camera", code="N")
    make_device(area=FAR_GRID, type="camera", code="F")
    actor = community_secretary.actor
    assert actions.fill_works(actor=actor, works=first, at=MONDAY, codes=["N", "F", "?"]) == 1
    assert actions.fill_works(actor=actor, works=second, at=MONDAY, codes=["N"]) == 0
    with refused("works_codes"):
        actions.fill_works(actor=actor, works=second, at=MONDAY)


@pytest.mark.parametrize(("more", "reason"), [({"kind": "x"}, "works_kind"), ({"planned": {}}, "works_planned"), ({"planned": {"camera": -1}}, "works_planned"), ({"planned": {"x": 1}}, "works_planned"), ({"investment": -1}, "works_money"), ({"name": " "}, "works_name")])  # fmt: skip
def test_what_makes_no_works(community_secretary, more, reason):
    given = {"kind": "xueliang", "name": "一期", "planned": {"camera": 1}} | more
    with refused(reason):
        actions.open_works(actor=community_secretary.actor, area=AREA, at=MONDAY, **given)


def test_the_ledger_grows_and_hostile_names_are_shown_as_they_are(community_secretary):
    names = iter(one.text for one in hostile.sample(80, "works") if one.text.strip() and "\x00" not in one.text)  # fmt: skip

    def one() -> Works:
        works = make_works(name=next(names)[:100].strip() or "x")
        make_device(type="camera")
        return works

    grows(one, lambda: community_secretary.get("sensing:works"))
    works = make_works()
    grows(lambda: actions.fill_works(actor=SYSTEM, works=works, at=MONDAY, codes=[make_device(type="camera").code]), lambda: community_secretary.get("sensing:work", works.pk))  # fmt: skip


def test_works_are_entered_by_a_form():
    secretary = cast.community_secretary(AREA)
    given = {"kind": "smart_security", "name": "里坊小区", "area": AREA, "many_camera": "12", "many_access_gate": ""}  # fmt: skip
    assert secretary.post("sensing:works_new", data=given).status_code == 302
    with behind(SYSTEM):
        assert Works.objects.get().planned == {"camera": 12}
    assert "works_planned" not in secretary.post("sensing:works_new", data=given | {"many_camera": "0"}).content.decode()  # fmt: skip
