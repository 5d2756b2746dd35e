"""A shop behind the business door: asked for, looked at, listed, removed; what it offers."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse

from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.access.desks import desk, desk_of
from lifang.core.action import action
from lifang.core.action.unit import seen
from lifang.core.calendar import Limit
from lifang.core.events import publish
from lifang.core.files.darkroom import Print
from lifang.core.files.store import keep
from lifang.core.flow import engine
from lifang.core.flow.clocks import Allowance
from lifang.core.flow.engine import Said, Turn
from lifang.core.ids import short_code
from lifang.core.notify import send
from lifang.living.actions.metering import one_by_one
from lifang.living.catalogue import SHOP, operator, policy
from lifang.living.events import ShopAsked, ShopMoved
from lifang.living.models import Offer, Shop, ShopLicence
from lifang.living.rules import shops as rules
from lifang.orgs import selectors as orgs

COMMUNITY = 12
NEAR = 30.0  # metres outside a community that still count as inside


@action("living.enter_shop", beyond=True)  # the desk that looks at it
def enter_shop(*, actor: Actor, told: rules.Told, terms: str, licence: Sequence[Print], at: datetime) -> Shop:  # fmt: skip
    """Somebody asks for a shop to be listed, with its licence; another try after a refusal goes on with the same shop."""
    area = _fits(told, terms)
    insist(None if licence else Refusal("shop_licence", {"field": "licence"}))
    one_by_one(f"living.shop:{rules.plain_code(told.code)}")
    _free(actor, told, None)
    made = Shop(
        number=f"M{at:%y%m%d}{short_code(5)}", account_id=actor.id, area=area, holders=[actor.holder], asked_at=at, terms=terms, **_columns(told),
    )  # fmt: skip
    try:
        with transaction.atomic():
            engine.start(SHOP(), made, actor=actor, at=at, turn=_turn(area, told.name, at), said=Said(public=True))  # fmt: skip
    except IntegrityError as error:
        raise Refused(Refusal("shop_taken", {"field": "code"})) from error
    _keep(made, licence, actor, at)
    publish(ShopAsked(shop=made.pk, trade=made.trade, at=at), area=made.area, holders=made.holders)
    return made


@action("living.change_shop", beyond=True)  # likewise
def change_shop(*, actor: Actor, shop: Shop, told: rules.Told, terms: str, licence: Sequence[Print], at: datetime) -> Shop:  # fmt: skip
    """What is told of it anew. Name, trade, code or place changed, or asked again after a refusal: it is looked at again."""
    held = _own(actor, shop)
    area = _fits(told, terms)
    one_by_one(f"living.shop:{rules.plain_code(told.code)}")
    _free(actor, told, held.pk)
    new = _columns(told)
    weighty = area != held.area or any(
        getattr(held, name) != new[name] for name in ("name", "trade", "code", "address")
    )
    elsewhere = (
        area[:COMMUNITY] != held.area[:COMMUNITY]
    )  # others look at it there: they see a licence of their own
    insist(Refusal("shop_licence", {"field": "licence"}) if elsewhere and not licence else None)
    for name, value in new.items():
        setattr(held, name, value)
    held.terms, held.area = terms, area
    if licence:
        _keep(held, licence, actor, at)
    if not elsewhere and (held.state == "asked" or (held.state == "listed" and not weighty)):
        held.save()
        return held
    held.ended_at, held.asked_at = None, at
    if held.state in ("asked", "listed"):
        held.listed_at = None
        return _moved(held, "change", actor, at, turn=_turn(area, held.name, at))
    return _moved(held, "again", actor, at, turn=_turn(area, held.name, at))


@action("living.leave_shop", beyond=True)  # likewise
def leave_shop(*, actor: Actor, shop: Shop, at: datetime) -> Shop:
    """Its keeper takes it off the door."""
    held = _own(actor, shop)
    held.ended_at = at
    return _moved(held, "leave", actor, at)


@action("living.list_shop")
def list_shop(*, actor: Actor, shop: Shop, note: str, at: datetime) -> Shop:
    """Looked at and in order: everybody reads it from now on."""
    held = Shop.objects.hold(shop.pk)
    insist(rules.code_fits(held.code))
    held.listed_at = at
    return _moved(held, "list", actor, at, note=note)


@action("living.refuse_shop")
def refuse_shop(*, actor: Actor, shop: Shop, note: str, at: datetime) -> Shop:
    """Not in order: why, so that it can be mended."""
    held = Shop.objects.hold(shop.pk)
    held.ended_at = at
    return _moved(held, "refuse", actor, at, note=note)


@action("living.remove_shop")
def remove_shop(*, actor: Actor, shop: Shop, note: str, at: datetime) -> Shop:
    """Off the door at once, with the reason."""
    held = Shop.objects.hold(shop.pk)
    held.ended_at = at
    return _moved(held, "remove", actor, at, note=note)


@action("living.see_licence")
def see_licence(*, actor: Actor, shop: Shop, area: str, at: datetime) -> None:
    """Its licence, for whoever decides; the log keeps who looked."""
    seen("review")


@action("living.add_offer")
def add_offer(*, actor: Actor, shop: Shop, name: str, unit: str, price: int, at_home: bool, at: datetime) -> Offer:  # fmt: skip
    """A service with its price."""
    held = _own(actor, shop)
    standing = Offer.objects.filter(shop=held, ended_at__isnull=True).count()
    insist(_stands(held), rules.offer_fits(name, unit, price, standing))
    return Offer.objects.create(shop=held, name=name.strip(), unit=unit.strip(), price=price, at_home=at_home, since=at)  # fmt: skip


@action("living.end_offer")
def end_offer(*, actor: Actor, shop: Shop, offer: UUID, at: datetime) -> None:
    """No longer offered; orders that name it stay as they are."""
    held = _own(actor, shop)
    row = Offer.objects.filter(shop=held, pk=offer, ended_at__isnull=True).first()
    if row is None:
        raise Refused("not_found")
    row.ended_at = at
    row.save(update_fields=["ended_at"])


def _fits(told: rules.Told, terms: str) -> str:
    located = orgs.locate(told.lon, told.lat, NEAR)
    insist(rules.shop_fits(told, located), rules.agreed(terms, operator().terms))
    return located or ""


def _free(actor: Actor, told: rules.Told, own: UUID | None) -> None:
    """An account keeps one shop; a code has one at an address."""
    standing = Shop.objects.filter(ended_at__isnull=True)
    standing = standing.exclude(pk=own) if own else standing
    same = standing.filter(code=rules.plain_code(told.code), address=told.address.strip()[:120])
    insist(
        Refusal("shop_one") if standing.filter(account=actor.id).exists() else None,
        Refusal("shop_taken", {"field": "code"}) if same.exists() else None,
    )


def _columns(told: rules.Told) -> dict[str, object]:
    return {
        **told._asdict(), "name": told.name.strip()[:60], "code": rules.plain_code(told.code), "about": told.about.strip()[:300],
        "address": told.address.strip()[:120], "days": "".join(sorted(set(told.days))),
    }  # fmt: skip


def _own(actor: Actor, shop: Shop) -> Shop:
    held = Shop.objects.hold(shop.pk)
    insist(None if actor.id and held.account_id == actor.id else Refusal("not_found"))
    return held


def _stands(held: Shop) -> Refusal | None:
    return None if held.state in ("asked", "listed") else Refusal("shop_not_listed")


def _keep(shop: Shop, licence: Sequence[Print], actor: Actor, at: datetime) -> None:
    """Sensitive: kept one level up, so that whoever has a grid alone does not come across it."""
    paper = ShopLicence.objects.create(shop=shop, area=shop.area[:COMMUNITY], holders=[actor.holder], sent_at=at)  # fmt: skip
    for photo in licence:
        keep(photo, subject=paper, actor=actor, at=at)


def _turn(area: str, name: str, at: datetime) -> Turn:
    limit = Allowance(Limit(policy("shop_review_days"), "work_day"), "", area)  # type: ignore[arg-type]
    return Turn((desk(desk_of("living.list_shop", area, at)),), limit, name)


def _moved(row: Shop, key: str, actor: Actor, at: datetime, turn: Turn | None = None, note: str = "") -> Shop:  # fmt: skip
    engine.move(SHOP(), row, key, actor=actor, at=at, turn=turn, said=Said(note=note.strip()[:300], public=True))  # fmt: skip
    publish(ShopMoved(shop=row.pk, move=key, to_state=row.state, at=at), area=row.area, holders=row.holders)  # fmt: skip
    if key in ("list", "refuse", "remove") and row.account_id:
        template = {"list": "living.shop_listed", "refuse": "living.shop_refused", "remove": "living.shop_removed"}[key]  # fmt: skip
        facts = {"name": row.name} | ({"why": note.strip()[:300]} if key != "list" else {})
        send(to=f"account:{row.account_id}", template=template, facts=facts, at=at, area=row.area, link=reverse("living:trade"), key=f"{row.pk}:{row.steps_taken}")  # fmt: skip
    return row
