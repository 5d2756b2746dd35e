"""Ask about applications: one's own, one's window's, one's unit's; masked."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from lifang.affairs.models import Application, Intake, Laid, Part, Result
from lifang.affairs.terms import OPEN
from lifang.core.access import SYSTEM, Actor, Kind, Refused
from lifang.core.access.desks import desk_of
from lifang.core.access.wall import behind
from lifang.core.files.models import Attachment
from lifang.core.forms import Filled
from lifang.orgs import selectors as orgs


def applications(actor: Actor) -> QuerySet[Application]:
    """All that one may see, newest first."""
    return Application.objects.visible_to(actor).order_by("-submitted_at", "-id")


def own(actor: Actor) -> QuerySet[Application]:
    """What the actor applied for, or what was applied for them."""
    rows = applications(actor)
    return rows.filter(holders__contains=[actor.holder]) if actor.holder else rows.none()


def application(actor: Actor, pk: UUID) -> Application:
    """One. Raises `Refused("not_found")`."""
    found = (
        applications(actor).filter(pk=pk).select_related("intake", "account", "taken_by").first()
    )
    if found is None:
        raise Refused("not_found")
    return found


def own_application(actor: Actor, pk: UUID) -> Application:
    """One of the actor's own. Raises `Refused("not_found")`."""
    found = own(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def by_ids(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, Application]:
    rows = Application.objects.visible_to(actor).filter(pk__in=list(ids))
    return {row.pk: row for row in rows}


def receipt(actor: Actor, token: str) -> Application:
    """The application a printed receipt belongs to. The token is the key. Raises `Refused("not_found")`."""
    with behind(SYSTEM):  # the receipt itself is the permission
        found = Application.objects.filter(token=token).first()
    if found is None:
        raise Refused("not_found")
    return found


def laid(actor: Actor, application: Application) -> list[Laid]:
    """What lies with it, as the guide names it."""
    return list(application.laid.select_related("source__application"))


def parts(actor: Actor, application: Application) -> list[Part]:
    return list(application.parts.select_related("unit"))


def own_parts(actor: Actor, application: Application) -> list[Part]:
    """Those of the actor's units that wait."""
    mine = actor.units
    return [one for one in parts(actor, application) if f"unit:{one.unit_id}" in mine and one.done_at is None]  # fmt: skip


def result(actor: Actor, application: Application) -> Result | None:
    return Result.objects.filter(application=application).first()


def filled(actor: Actor, application: Application) -> Filled:
    """What was written, in the clear: of one's own; staff read it by an action."""
    if actor.kind is not Kind.SYSTEM and actor.holder not in application.holders:
        raise Refused("not_found")
    return Filled.read(str(application.answers))


def files(actor: Actor, application: Application) -> QuerySet[Attachment]:
    return Attachment.objects.visible_to(actor).filter(subject=application.pk)


def open_of(actor: Actor, person: UUID, guide: str) -> Application | None:
    """The application of this person for this matter that is under way."""
    with behind(
        SYSTEM
    ):  # only whether there is one: nobody has a matter open twice, wherever it lies
        return Application.objects.filter(person=person, guide=guide, state__in=OPEN).first()


def intake(actor: Actor, pk: UUID) -> Intake:
    """One visit to a window. Raises `Refused("not_found")`."""
    found = Intake.objects.visible_to(actor).filter(pk=pk).select_related("person").first()
    if found is None:
        raise Refused("not_found")
    return found


def intakes(actor: Actor, day: date | None = None) -> QuerySet[Intake]:
    rows = Intake.objects.visible_to(actor).order_by("-begun_at", "-id")
    return rows.filter(begun_at__date=day) if day else rows


def intake_receipt(actor: Actor, token: str) -> Intake:
    """The visit a printed receipt belongs to, with its applications. Raises `Refused("not_found")`."""
    with behind(SYSTEM):  # the receipt itself is the permission
        found = Intake.objects.filter(token=token).prefetch_related("applications").first()
    if found is None:
        raise Refused("not_found")
    return found


def verified(actor: Actor, number: str) -> Result:
    """A result by its number: facts that the paper itself shows, for whoever holds it. Raises `Refused("not_found")`."""
    return _issued(Q(number=number))


def verified_file(actor: Actor, sha256: str) -> Result:
    """The result whose paper this is, byte for byte. Raises `Refused("not_found")`."""
    return _issued(Q(sha256=sha256))


def _issued(which: Q) -> Result:
    with behind(SYSTEM):  # whoever holds the paper may know whether it is ours
        found = Result.objects.select_related("application").filter(which).first()
    if found is None:
        raise Refused("not_found")
    return found


def windows(actor: Actor, row: Application, at: datetime) -> list[tuple[str, str]]:
    """The other windows that answer for the applicant's area and that somebody stands at."""
    codes = [code for code in (row.area[:12], row.area[:9]) if len(code) in (9, 12) and code != row.desk]  # fmt: skip
    found = [code for code in codes if desk_of("affairs.accept", code, at) == code]
    return [(code, orgs.place_name(code, 2)) for code in found]
