"""The board of the police and the community: what people reported and a police station answers for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lifang.affairs import selectors as affairs
from lifang.cases.models import Case
from lifang.cases.tests.make import make_case
from lifang.core.access import ANONYMOUS, SYSTEM
from lifang.core.access.wall import behind
from lifang.core.ids import new_id
from lifang.core.testing import cast, places
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.proofs import grows
from lifang.orgs.models import Unit
from lifang.orgs.tests.make import make_county
from lifang.registry import selectors as registry
from lifang.registry.tests.make import make_building, make_household, make_linked, number
from lifang.sensing import actions as sensing

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.mark.covers("S2-09", "S3-22")
def test_a_question_is_answered_by_what_the_police_tell_while_it_stands(resident, stranger):
    make_county()
    _estate, building, _stair, *doors = make_building()
    make_household(make_linked(resident, identity=number()), door=doors[0])
    with behind(SYSTEM):
        station = Unit.objects.create(name_zh="和平派出所", name_en="Heping Police Station", kind="public_security", area=places.GRID[:9], opened=MONDAY.date())  # fmt: skip
        chosen = [one for one in registry.buildings_in(SYSTEM, places.GRID[:12]) if one.pk == building.pk]  # fmt: skip

    def asked(text, member, at=MONDAY + DAY):
        with behind(member.actor):
            return affairs.answer(member.actor, text, at)

    given = {"kind": "fraud", "title": "冒充客服退款", "text": "近日多人接到冒充客服电话。", "until": MONDAY + 7 * DAY, "batch": new_id(), "buildings": chosen, "area": places.GRID[:12]}  # fmt: skip
    assert asked("最近有什么诈骗", resident) is None
    row = sensing.tell_safety(actor=SYSTEM, unit=station, at=MONDAY, **given)
    told = asked("最近有什么诈骗", resident).passage
    assert (told.mine, told.url) == (True, f"/safety#safety-{row.pk}")
    for said in ("冒充客服退款", "96110", "和平派出所"):
        assert said in told.text.zh
    assert asked("小偷", resident) is None  # another kind
    assert asked("最近有什么诈骗", resident, MONDAY + 8 * DAY) is None  # its time is over
    sensing.end_safety(actor=SYSTEM, notice=row, outcome="", at=MONDAY + DAY)
    assert asked("最近有什么诈骗", resident) is None
    assert asked("最近有什么诈骗", stranger) is None


def test_a_question_of_something_else_reads_no_notice(django_assert_num_queries):
    with django_assert_num_queries(0):
        affairs.answer(ANONYMOUS, "老年证怎么办", MONDAY)


@pytest.mark.covers("S2-09")
def test_the_shared_board_shows_what_residents_reported_to_the_police(community_secretary, stranger, anonymous):  # fmt: skip
    make_county()
    with behind(SYSTEM):
        station = Unit.objects.create(name_zh="和平派出所", name_en="Heping Police Station", kind="public_security", area=places.GRID[:9], opened=MONDAY.date())  # fmt: skip
    police = cast.member("department_handler", station.area, unit=station.pk, sees="unit")

    def reported() -> Case:
        case = make_case(area=places.GRID)
        opened = timezone.now() - DAY  # noqa: TID251 -- the page is read today
        with behind(SYSTEM):
            Case.objects.filter(pk=case.pk).update(lead=station, opened_at=opened, holders=[station.holder])  # fmt: skip
        return case

    case = reported()
    for reader in (community_secretary, police):
        assert str(case.pk) in reader.get("sensing:safety_board").content.decode()
    for nobody in (stranger.get("sensing:safety_board"), police.get("sensing:safety_board", query={"area": "999999"})):  # fmt: skip
        assert str(case.pk) not in nobody.content.decode()
    assert "/report" in anonymous.client.get("/safety").content.decode(), "the way to tell"
    grows(reported, lambda: community_secretary.get("sensing:safety_board"), many=5)
