"""A machine of the register and its device stand together: state, faults and papers on one page, whether it works for everybody."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.testing.cast import MONDAY
from lifang.living import actions
from lifang.living.models import Machine
from lifang.living.tests.test_machines import told
from lifang.orgs.tests.make import make_county
from lifang.sensing import actions as sensing
from lifang.sensing.tests.make import known_of, make_device, make_series, observed

pytestmark = pytest.mark.django_db


@pytest.mark.covers("S0-31")
def test_state_faults_and_papers_of_a_machine_stand_on_one_page(community_secretary, anonymous, stranger):  # fmt: skip
    make_county()
    now = timezone.now()  # noqa: TID251 -- the page is read today
    with behind(SYSTEM):
        row: Machine = actions.add_machine(actor=SYSTEM, told=told(), at=MONDAY)
    assert "设施自身状态" not in anonymous.get("living:machine", row.number).content.decode()
    device = make_device(type="water_machine", code="W1", area=row.area)
    given = {"code": "W1", "label": row.number, "installed_on": "2026-11-01"}
    assert community_secretary.post("sensing:act", device.pk, "description", data=given).status_code == 302  # fmt: skip
    series = make_series(device, "outage")
    for value, word, at in ((0, "正常运行", now - timedelta(minutes=9)), (1, "故障", now)):
        with behind(SYSTEM):
            sensing.store([observed(series, at, value)], known_of(series), at)
        for reader, where in ((anonymous, ("living:machine", row.number)), (community_secretary, ("living:desk_machine", row.pk))):  # fmt: skip
            assert word in reader.get(*where).content.decode()
    assert f"/desk/devices/{device.pk}" in community_secretary.get("living:desk_machine", row.pk).content.decode()  # fmt: skip
    assert f"/desk/devices/{device.pk}" not in anonymous.get("living:machine", row.number).content.decode()  # fmt: skip
    page = community_secretary.get("sensing:device", device.pk).content.decode()
    assert row.number in page
    assert "清源净水" in page
    assert stranger.get("sensing:device", device.pk).status_code == 404
