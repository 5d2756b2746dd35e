"""What a tour found becomes a case; found again there within a day it joins; what is in order becomes none."""

from datetime import timedelta

import pytest

from lifang.cases.models import Case
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.told import deliver
from lifang.orgs.tests.make import make_county
from lifang.registry.tests.make import GRID
from lifang.sensing import actions
from lifang.sensing.tests.make import make_device

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def noted(hours: int = 1, **more):
    given = {"kind": "volunteer_patrol", "area": GRID, "who": "巡逻队", "begun": MONDAY - hours * HOUR, "ended": MONDAY, "found": {"": "clear"}} | more  # fmt: skip
    return actions.note_tour(actor=SYSTEM, at=MONDAY, **given)


def cases() -> list[Case]:
    deliver(MONDAY)
    with behind(SYSTEM):
        return list(Case.objects.order_by("opened_at", "pk"))


@pytest.mark.covers("S4-07", "S0-26", "S0-27")
def test_a_finding_opens_a_case_of_what_its_words_say_and_the_next_one_joins():
    make_county()
    noted(1)
    assert cases() == [], "in order"
    noted(2, found={"": "finding"}, note="垃圾桶满了，没清运")
    (case,) = cases()
    assert (case.matter, case.source, case.area) == ("06042", "tour", GRID)
    noted(3, found={"": "finding"}, note="垃圾桶满了，还没有清")
    assert cases() == [case], "joined"
    bins = [make_device(type="rubbish_bin", code=f"B{n}") for n in range(2)]
    noted(4, kind="collection", who="一号车", found={str(bins[0].pk): "sorted", str(bins[1].pk): "missed"})  # fmt: skip
    assert cases() == [case], "the same trouble in the same grid"
