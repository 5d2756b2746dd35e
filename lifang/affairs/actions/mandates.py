"""Let somebody act for one: agreed online or at the window, for some matters, until a day; ended by either."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from lifang.affairs import rules, selectors
from lifang.affairs.catalogue import GUIDES
from lifang.affairs.models import Application, Mandate
from lifang.affairs.rules import day_of
from lifang.affairs.selectors import retention as kept
from lifang.affairs.terms import Agreed
from lifang.core.access import SYSTEM, Actor, Refusal, Refused, insist
from lifang.core.access.desks import desk_of
from lifang.core.access.errands import ERRANDS
from lifang.core.action import action
from lifang.core.files import store
from lifang.core.retention import Shelf, shelf
from lifang.registry import selectors as people


@action("affairs.entrust", beyond=True)
def entrust(*, actor: Actor, name: str, telephone: str, guides: Sequence[str], until: date, at: datetime) -> Mandate:  # fmt: skip
    """The principal agrees online. Beyond: the helper may live anywhere; name and telephone must both be right."""
    principal = people.me(actor)
    if principal is None:
        raise Refused("no_record_here")
    agent = selectors.helper(actor, name, telephone)
    return _made(actor, principal, agent, guides, until, at, way=Agreed.ONLINE)


@action("affairs.record_mandate", beyond=True)
def record_mandate(
    *,
    actor: Actor,
    principal: Any,
    guides: Sequence[str],
    until: date,
    way: str,
    at: datetime,
    name: str = "",
    telephone: str = "",
    who: str = "helper",
    proof: Sequence[Any] = (),
    voice: Any = None,
    area: str = "",
) -> Mandate:
    """The principal agrees before a worker: to a helper, or that the window itself acts (`who="window"`).

    Beyond: the helper may live anywhere; the principal is one the worker sees. `voice`: how it was said, recorded.
    """
    insist(
        None if way in (Agreed.WRITTEN, Agreed.PHOTO, Agreed.VOICE) else Refusal("not_found"),
        None if proof or way == Agreed.VOICE else Refusal("proof_missing", {"field": "proof"}),
    )
    agent = selectors.helper(actor, name, telephone) if who != "window" else None
    more = {} if agent else {"desk": desk_of("affairs.accept", principal.area[:12], at)}
    row = _made(actor, principal, agent, guides, until, at, way=way, recorded_by_id=actor.id, **more)  # fmt: skip
    for heard in [*proof[:1], *([voice] if voice else [])][:1]:
        row.proof = store.keep(heard, subject=row, actor=actor, at=at).pk
        row.save(update_fields=["proof"])
    return row


def _made(actor: Actor, principal: Any, agent: Any, guides: Sequence[str], until: date, at: datetime, **more: Any) -> Mandate:  # fmt: skip
    known = [key for key in dict.fromkeys(guides) if key in GUIDES or key in ERRANDS]
    insist(
        rules.entrusts(known, until, day_of(at)),
        Refusal("helper_is_self") if agent is not None and agent.pk == principal.pk else None,
    )
    account = selectors.account_of(actor, agent) if agent is not None else None
    if agent is not None and account is None:
        raise Refused("helper_unknown", field="telephone")
    owners = {*principal.holders, *([f"account:{account}"] if account else [])}
    row = Mandate(
        area=principal.area, holders=sorted(owners), principal=principal, agent=agent, account_id=account,
        guides=known, until=until, began_at=at, **more,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Refused("helper_already") from error
    return row


@action("affairs.end_mandate")
def end_mandate(*, actor: Actor, mandate: Mandate, at: datetime) -> Mandate:
    """Either ends it at any time; the window does for whoever asks."""
    row = Mandate.objects.hold(mandate.pk)
    insist(Refusal("mandate_over") if row.ended_at else None)
    mine = people.me(actor)
    by = "principal" if mine and mine.pk == row.principal_id else "agent" if row.account_id and row.account_id == actor.id else "window"  # fmt: skip
    insist(None if by != "window" or actor.may("affairs.record_mandate", row.area) else Refusal("not_found"))  # fmt: skip
    row.ended_at, row.ended_by = at, by
    row.save(update_fields=["ended_at", "ended_by"])
    return row


def drop_mandates(rows: Sequence[Any], at: datetime) -> Mapping[str, int]:
    keys = [row.pk for row in rows]
    Application.objects.filter(mandate__in=keys).update(mandate=None)
    files = store.remove(Mandate._meta.label_lower, keys)
    return {"files": files, "mandates": Mandate.objects.filter(pk__in=keys).delete()[0]}


shelf(Shelf("affairs.mandates", kept.mandates, drop_mandates, lambda force: kept.held_mandates(SYSTEM, force)))  # fmt: skip
