"""What a helper does for somebody under an authority: kept where both read it, and told to whom it was done for."""

from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.timezone import localtime

from lifang.core.access import SYSTEM, Actor, Refused
from lifang.core.access.wall import behind
from lifang.core.action import action
from lifang.core.action.unit import seen
from lifang.core.files.models import Attachment
from lifang.core.files.store import of_subject
from lifang.core.notify import send
from lifang.living.models import Deed, Parcel
from lifang.living.selectors import helping
from lifang.living.selectors.helping import Whose
from lifang.living.terms import PARCELS_FOR, REPAIRS_FOR, Act
from lifang.registry import selectors as registry


def note_deed(actor: Actor, whose: Whose, act: Act, subject: UUID, said: str, at: datetime) -> Deed:
    """Within the act itself, so that nothing is done that is not kept."""
    if actor.id is None:
        raise Refused("not_found")
    owners = {*whose.holders, *([actor.holder] if actor.holder else [])}
    made = Deed.objects.create(
        person_id=whose.person, account_id=actor.id, agent=registry.me(actor), act=act, subject=subject, said=said[:120], at=at, area=whose.area,
        holders=sorted(owners),
    )  # fmt: skip
    if whose.account:
        by = str(made.agent.name) if made.agent else ""
        send(
            to=f"account:{whose.account}", template=f"living.deed_{act}", facts={"by": by, "said": made.said}, at=at, area=whose.area,
            link=reverse("affairs:mandates"), key=f"{made.pk}",
        )  # fmt: skip
    return made


@action(
    "living.see_parcels_for", beyond=True
)  # the principal's home lies out of the helper's sight
def see_parcels_for(*, actor: Actor, person: UUID, at: datetime) -> list[Parcel]:
    """The pick-up codes of what waits for somebody who entrusted it; each look is kept, and told to them."""
    whose = helping.whose(actor, PARCELS_FOR, person, localtime(at).date())
    found = helping.helped_parcels(actor, whose)
    if not found:
        raise Refused("parcels_none")
    seen("parcel")
    note_deed(actor, whose, Act.SAW_CODE, found[0].pk, str(len(found)), at)
    return found


@action("living.see_repair_photos_for", beyond=True)  # likewise
def see_repair_photos_for(
    *, actor: Actor, person: UUID, repair: UUID, at: datetime
) -> list[Attachment]:
    """The photos of a repair that the actor reported for somebody; each look is kept, and told to them."""
    whose = helping.whose(actor, REPAIRS_FOR, person, localtime(at).date())
    row = helping.helped_repair(actor, whose, repair)
    with behind(SYSTEM):  # they are seen by the home and by its company
        found = list(of_subject(SYSTEM, row))
    if not found:
        raise Refused("not_found")
    seen("repair")
    note_deed(actor, whose, Act.SAW_PHOTOS, row.pk, row.number, at)
    return found


def begun_for(actor: Actor, errand: str, subject: UUID, at: datetime) -> Whose | None:
    """For whom the actor began it, while that is entrusted."""
    person = helping.for_whom(actor, errand, subject, localtime(at).date())
    return helping.whose(actor, errand, person, localtime(at).date()) if person else None


def helper_accounts(subject: UUID, act: Act) -> list[UUID]:
    """Helpers who are told how it goes, too."""
    with behind(SYSTEM):
        return [one.account_id for one in helping.helpers(SYSTEM, [subject], act)]
