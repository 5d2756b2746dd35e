"""What the walk of `access.yaml` needs a row of."""

from uuid import UUID

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.ids import new_id
from lifang.core.testing.rows import a_row
from lifang.orgs.tests.make import MONDAY
from lifang.sensing import actions
from lifang.sensing.models import Admission, Quarantined
from lifang.sensing.tests.make import make_device


def device_to_service(area: str) -> tuple[UUID, str]:
    return make_device(area).pk, "service"


def poison_of(area: str) -> Quarantined:
    with behind(SYSTEM):
        made = a_row(
            Quarantined,
            area=area,
            reason="not_json",
            way="http",
            source="key:NOKEY234",
            digest=new_id().bytes,
        )
    assert isinstance(made, Quarantined)
    return made


def admission_of(area: str) -> Admission:
    return actions.ask_admission(
        actor=SYSTEM, maker="walked", type="smoke", model="W", dialect="lifang", area=area, at=MONDAY
    )  # fmt: skip


def passed_of(area: str) -> tuple[UUID, str]:
    return admission_of(area).pk, "acceptance"
