"""Ask about works."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from lifang.core.access import Actor, Refused
from lifang.sensing.models import Device, Works, WorksMoney
from lifang.sensing.rules.works import WORKS_MARK, Stand, stands
from lifang.sensing.selectors.devices import coverage_of
from lifang.sensing.selectors.utility import metres_of_works


def all_works(actor: Actor) -> QuerySet[Works]:
    """Works of the actor's areas."""
    return Works.objects.visible_to(actor)


def works(actor: Actor, pk: UUID | str) -> Works:
    """One of them. Raises `Refused("not_found")`."""
    found = all_works(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def devices_of_works(actor: Actor, of: Works) -> QuerySet[Device]:
    """Its devices that are not retired."""
    return Device.objects.visible_to(actor).filter(works=of, retired_at__isnull=True)


def stand_of(actor: Actor, of: Works, at: datetime) -> list[Stand]:
    """By type: planned, installed, heard, in order; also what a check of its kind looks for and nobody planned."""
    counted: dict[str, list[int]] = {}
    for row in coverage_of(actor, devices_of_works(actor, of), at):
        sums = counted.setdefault(row.type, [0, 0, 0])
        for n, many in enumerate((row.installed, row.connected, row.intact)):
            sums[n] += many
    for kind, metres in metres_of_works(actor, of).items():
        counted[WORKS_MARK + kind] = [metres] * 3  # what lies there is not heard
    return stands(of.kind, of.planned, counted)


def works_money(actor: Actor, of: Works) -> QuerySet[WorksMoney]:
    """Every line of its money, struck ones too, by day."""
    rows = WorksMoney.objects.visible_to(actor).filter(works=of)
    return rows.select_related("account", "struck_by")


def works_line(actor: Actor, pk: UUID | str) -> WorksMoney:
    """One of them. Raises `Refused("not_found")`."""
    found = WorksMoney.objects.visible_to(actor).filter(pk=pk).select_related("works").first()
    if found is None:
        raise Refused("not_found")
    return found
