"""The board of the police and the community: what people reported and a police station answers for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lifang.cases.models import Case
from lifang.cases.tests.make import make_case
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing import cast, places
from lifang.core.testing.cast import MONDAY
from lifang.core.testing.proofs import grows
from lifang.orgs.models import Unit
from lifang.orgs.tests.make import make_county

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


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
