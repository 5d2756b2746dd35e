from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from lifang.core.access import SYSTEM, Actor, Kind, Refused, prepared
from lifang.core.access.scope import within as lies_within
from lifang.core.access.wall import behind
from lifang.core.notify.adapters import LOCAL
from lifang.core.notify.models import Delivery, Endpoint, Message, Preference
from lifang.core.notify.terms import Channel


def inbox(actor: Actor) -> QuerySet[Message]:
    """The messages to oneself and to the units one stands for, newest first."""
    return Message.objects.filter(
        recipient__in=sorted(actor.scope.holders), channel=Channel.INBOX
    ).order_by("-asked_at")


def unread(actor: Actor) -> int:
    if not actor.scope.holders:
        return 0
    found = prepared.ask(
        ("notify.unread", actor.scope.holders),
        lambda: (
            inbox(actor)
            .filter(read_at=None)
            .order_by()
            .values("channel")
            .annotate(n=Count("pk"))
            .values_list("n")
        ),
    )
    return int(found[0][0] or 0) if found else 0


def inbox_message(actor: Actor, pk: UUID) -> Message | None:
    return inbox(actor).filter(pk=pk).first()


def outbox(actor: Actor) -> QuerySet[Message]:
    """What left, or would have left, over a telephone or mail, in the areas whose sending one watches over.

    Who does that sees no rows by area otherwise: evaluate it inside `behind(SYSTEM)`.
    """
    rows = Message.objects.filter(_where(actor, "notify.see_outbox"))
    return rows.exclude(channel=Channel.INBOX).order_by("-asked_at", "-id")


def _where(actor: Actor, capability: str) -> Q:
    """The areas in which an actor may do this, as a condition."""
    if actor.kind is Kind.SYSTEM:
        return Q()
    areas = [grant.area for grant in actor.grants if capability in grant.capabilities]
    if "" in areas:
        return Q()
    return reduce(or_, map(lies_within, areas)) if areas else Q(pk__in=[])


def stands_in(message: Message) -> bool:
    """True when a local stand-in took it: nothing left the house."""
    return message.via in LOCAL


def preference(actor: Actor) -> Preference | None:
    return Preference.objects.filter(holder=actor.holder).first() if actor.holder else None


def endpoints(actor: Actor) -> QuerySet[Endpoint]:
    """Those of the areas one keeps webhooks for, whoever added them; evaluate it inside `behind(SYSTEM)`.

    Sight of an area is not enough: an address may hold a password of somebody else's machine.
    """
    rows = Endpoint.objects.filter(_where(actor, "notify.add_endpoint"))
    return rows.order_by("added_at", "pk")


def endpoint(actor: Actor, pk: UUID) -> Endpoint:
    """One of them. Raises `Refused("not_found")`."""
    with behind(SYSTEM):  # a colleague's of one's own area too; they hold no people's data
        found = endpoints(actor).filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def delivery(actor: Actor, pk: UUID) -> Delivery:
    """One line of a log. Raises `Refused("not_found")`."""
    with behind(SYSTEM):  # as above
        rows = Delivery.objects.filter(endpoint__in=endpoints(actor).values("pk"))
        found = rows.select_related("endpoint").filter(pk=pk).first()
    if found is None:
        raise Refused("not_found")
    return found


def deliveries(actor: Actor, endpoint: UUID) -> QuerySet[Delivery]:
    """The delivery log of one endpoint, newest first."""
    return Delivery.objects.filter(endpoint__in=endpoints(actor).filter(pk=endpoint)).order_by(
        "-asked_at"
    )
