"""Networks: what an operator states or somebody measured at some buildings."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.utils.timezone import localtime

from lifang.core.access import Actor, Refusal, insist
from lifang.core.action import action
from lifang.registry import selectors as registry
from lifang.sensing.models import NetworkCheck
from lifang.sensing.rules import networks as rules


@action("sensing.note_network")
def note_network(
    *, actor: Actor, area: str, kind: str, operator: str, evidence: str, found_on: date, buildings: Sequence["registry.Doors"], batch: UUID,
    at: datetime, measured: float | None = None, covered: bool | None = None,
) -> int:  # fmt: skip
    """Measured, or stated as covered or not; the same of each of the buildings of a community. How many are new; sent twice, noted once."""
    insist(
        rules.fits(kind, operator, evidence, measured, covered, found_on, len(buildings), localtime(at).date()),
        None if len(area) == 12 and all(one.area.startswith(area) for one in buildings) else Refusal("network_place", {"field": "buildings"}),
    )  # fmt: skip
    if NetworkCheck.objects.filter(batch=batch).exists():
        return 0
    yes = rules.enough(kind, measured) if measured is not None else bool(covered)
    rows = [
        NetworkCheck(
            area=one.area, building_id=one.pk, kind=kind, operator=operator.strip(), measured=measured, covered=yes, found_on=found_on,
            evidence=evidence.strip(), batch=batch, noted_at=at,
        )
        for one in buildings
    ]  # fmt: skip
    return len(NetworkCheck.objects.bulk_create(rows))
