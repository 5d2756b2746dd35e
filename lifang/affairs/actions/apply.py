"""A resident applies; a window receives somebody with several matters and records them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from lifang.affairs import rules, selectors
from lifang.affairs.actions.moves import at_window, held, moved, tripped
from lifang.affairs.catalogue import APPLICATION, CHANNELS, Guide
from lifang.affairs.events import ApplicationMade
from lifang.affairs.models import Application, Intake, Laid, Mandate
from lifang.affairs.rules import day_of
from lifang.affairs.terms import Met
from lifang.core.access import Actor, Refusal, Refused, insist
from lifang.core.access.desks import desk_of
from lifang.core.action import action
from lifang.core.events import publish
from lifang.core.flow import engine
from lifang.core.flow.engine import Said
from lifang.core.forms import Filled
from lifang.core.forms import actions as forms
from lifang.core.forms.models import Draft
from lifang.core.ids import short_code
from lifang.core.site import site
from lifang.orgs import selectors as orgs
from lifang.registry import actions as registry
from lifang.registry import selectors as people

COMMUNITY = 12  # digits
COLLECTED = {"person.telephone", "person.work_place", "person.education", "person.marital"}


@action("affairs.begin")
def begin(*, actor: Actor, guide: Guide, at: datetime, mandate: Mandate | None = None) -> Draft:
    """Begin to apply, for oneself or under an authority: what the register knows stands in the form."""
    person = applicant(actor, guide, mandate, at)
    insist(
        None if guide.online else Refusal("not_online"),
        None if person else Refusal("no_record_here"),
        _not_twice(actor, person, guide),
        selectors.unfit(actor, person, guide, day_of(at)),
    )
    subject = f"affairs:{guide.key}" + (f":{mandate.pk}" if mandate else "")
    for draft in forms_of(actor, subject):
        return draft
    known = selectors.given(actor, person, day_of(at))
    return forms.begin(actor=actor, form=guide.form, subject=subject, given=known, at=at)


def applicant(actor: Actor, guide: Guide, mandate: Mandate | None, at: datetime) -> Any:
    """Whose matter it is; an authority is looked at anew each time."""
    if mandate is None:
        return people.me(actor)
    return selectors.acting_for(actor, mandate.pk, guide.key, day_of(at)).principal


def forms_of(actor: Actor, subject: str) -> list[Draft]:
    """The draft that was begun before, if there is one."""
    from lifang.core.forms import selectors as drafts  # noqa: PLC0415 -- the name is taken here

    return list(drafts.drafts(actor).filter(subject=subject)[:1])


@action("affairs.apply", beyond=True)
def apply(*, actor: Actor, draft: Draft, guide: Guide, at: datetime, reuse: bool = False, mandate: Mandate | None = None, at_kiosk: bool = False) -> Application:  # fmt: skip
    """Send what was filled in. Beyond: the window's desk lies out of a resident's sight."""
    person = applicant(actor, guide, mandate, at)
    insist(None if person else Refusal("no_record_here"), _not_twice(actor, person, guide))
    if mandate is not None:
        insist(None if draft.subject.endswith(f":{mandate.pk}") else Refusal("not_found"))
    return _made(actor, person, guide, draft, at, channel="kiosk" if at_kiosk else "online", reuse=reuse and mandate is None, account=actor.id, mandate=mandate)  # fmt: skip


@action("affairs.receive")
def receive(
    *,
    actor: Actor,
    guides: Sequence[str],
    area: str,
    at: datetime,
    person: Any = None,
    name: str = "",
    telephone: str = "",
    channel: str = "window",
    despite: str = "",
    home: str = "",
) -> Intake:
    """Somebody stands at the window, calls, or has sent an envelope: one intake for all the matters.

    `despite`: why one is recorded though what is known speaks against it. `home`: the community of the county they live in, if
    another window answers for it: each matter goes there by itself.
    """
    known = [selectors.guide(actor, key) for key in dict.fromkeys(guides)]
    insist(None if channel in CHANNELS else Refusal("not_found"))
    who = people.person(actor, person.pk) if person is not None else None
    for guide in known if who else ():
        insist(_not_twice(actor, who, guide))
    unfit = [selectors.unfit(actor, who, guide, day_of(at)) for guide in known if who]
    insist(rules.word_for(despite, [one for one in unfit if one]), _authority(actor, who, known, channel, area, at))  # fmt: skip
    elsewhere = home if who is None and not home.startswith(area) else ""
    known_there = not elsewhere or elsewhere in orgs.codes_inside(site().county, COMMUNITY)
    insist(None if known_there else Refusal("window_unknown", {"field": "home"}))
    return Intake.objects.create(
        area=who.area if who else area, token=short_code(16), person=who,
        name=who.name if who else name, telephone=(who.telephone if who else telephone) or None, channel=channel,
        desk=desk_of("affairs.accept", elsewhere or area, at), home=elsewhere, ticket=_called(actor), guides=[one.key for one in known], account_id=actor.id,
        begun_at=at, holders=list(who.holders) if who else [], despite=despite.strip()[:200] if any(unfit) else "",
    )  # fmt: skip


def _authority(actor: Actor, person: Any, guides: Sequence[Guide], channel: str, area: str, at: datetime) -> Refusal | None:  # fmt: skip
    """What the window does for somebody who is not there stands on an authority."""
    if channel != "agent":
        return None
    have = selectors.window_mandates(actor, person, area, day_of(at)) if person is not None else {}
    names = "，".join(str(one.name) for one in guides if one.key not in have)
    return Refusal("authority_missing", {"names": names, "field": "channel"}) if names else None


def _called(actor: Actor) -> Any:
    """Whose turn it is at the actor's counter."""
    mine = selectors.own_counter(actor)
    return selectors.at_counter(actor, mine) if mine else None


@action("affairs.record", beyond=True)
def record(*, actor: Actor, intake: Intake, draft: Draft, guide: Guide, at: datetime, reuse: bool = False, despite: str = "") -> Application:  # fmt: skip
    """One matter of an intake, filled in by the worker with the person; base data that changed go to the register at once.

    Beyond: the matter of somebody from another part of the county lies at the window there; the worker who took it keeps sight of it.
    """
    visit = Intake.objects.hold(intake.pk)
    insist(Refusal("intake_ended") if visit.ended_at else None)
    if despite.strip() and not visit.despite:
        visit.despite = despite.strip()[:200]
        visit.save(update_fields=["despite"])
    person = visit.person
    acted = selectors.window_mandates(actor, person, visit.area, day_of(at)) if person is not None and visit.channel in ("agent", "visit") else {}  # fmt: skip
    filled = forms.hand_in(draft, guide.form_without(_free(actor, person, guide, at)), actor)
    made = _made(
        actor, person, guide, draft, at, channel=visit.channel, reuse=reuse, intake=visit, account=None, mandate=acted.get(guide.key),
    )  # fmt: skip
    if person is not None:
        _collect(actor, person, guide, filled, at)
    if set(visit.guides) <= {*visit.applications.values_list("guide", flat=True)}:
        visit.ended_at = at
        visit.save(update_fields=["ended_at"])
    return made


def _collect(actor: Actor, person: Any, guide: Guide, filled: Filled, at: datetime) -> None:
    """Values that the person told otherwise than the register has them (checklist S1-11)."""
    if not actor.may("registry.change", person.area):
        return
    for one in guide.form.questions:
        told = filled.answers.get(one.key)
        if one.element in COLLECTED and told and one.key not in filled.origins:
            registry.change(actor=actor, row=person, element=one.element, value=str(told), source="self", at=at)  # fmt: skip


@action("affairs.withdraw", beyond=True)
def withdraw(*, actor: Actor, application: Application, at: datetime) -> Application:
    """Take one's application back."""
    row = held(application, "withdraw")
    insist(None if actor.holder and actor.holder in row.holders else Refusal("not_found"))
    row.closed_at = at
    return moved(row, "withdraw", actor=actor, at=at)


def _not_twice(actor: Actor, person: Any, guide: Guide) -> Refusal | None:
    known = selectors.open_of(actor, person.pk, guide.key) if person is not None else None
    return Refusal("applied_already", {"number": known.number}) if known else None


def _free(actor: Actor, person: Any, guide: Guide, at: datetime) -> frozenset[str]:
    needs = selectors.needs(actor, person, guide, day_of(at))
    return frozenset(one.key for one in needs if one.free)


def _made(
    actor: Actor,
    person: Any,
    guide: Guide,
    draft: Draft,
    at: datetime,
    *,
    channel: str,
    reuse: bool,
    account: Any,
    intake: Intake | None = None,
    mandate: Mandate | None = None,
) -> Application:
    needs = {one.key: one for one in selectors.needs(actor, person, guide, day_of(at))}
    form = guide.form_without(frozenset(key for key, one in needs.items() if one.free))
    filled = forms.hand_in(draft, form, actor)
    against = selectors.unfit(actor, person, guide, day_of(at), filled)
    insist(rules.word_for(intake.despite, [against]) if intake and against else against)
    known, asked = filled.counted(form)
    area = person.area if person is not None else (intake.home or intake.area) if intake else ""
    window = intake.desk if intake else desk_of("affairs.accept", area[:9] if guide.window == "street" else area, at)  # fmt: skip
    owners = [f"account:{account}"] if account else list(intake.holders) if intake else []
    if intake and intake.home:
        owners.append(actor.holder)
    if mandate is not None:
        owners = sorted({*owners, *(one for one in person.holders if one.startswith("account:"))})
    fee = rules.fee(guide, filled)
    row = Application(
        mandate=mandate, fee=fee.cents if fee else 0, fee_kind=fee.key if fee else "",
        area=area, holders=owners, number=_number(at), token=short_code(16), guide=guide.key, edition=guide.edition,
        channel=channel, desk=window, intake=intake, person=person, account_id=account,
        taken_by_id=actor.id if intake else None,
        name=_told(filled, "name", intake, "name"), telephone=_told(filled, "telephone", intake, "telephone") or None,
        answers=Filled(filled.kept(form), filled.origins).written(), known=known, asked=asked, reuse=reuse,
        delivery=filled.answers.get("delivery") or "window", submitted_at=at, trips=0,
    )  # fmt: skip
    if CHANNELS[channel].trip:
        tripped(row, at)
    try:
        with transaction.atomic():
            engine.start(
                APPLICATION(), row, actor=actor, at=at, turn=at_window(row, "accept"),
                said=Said(facts={"channel": channel}),
            )  # fmt: skip
    except IntegrityError as error:
        raise Refused("applied_already", number="") from error
    forms.passed_on(draft, filled, form, row)
    _lay(row, guide, needs, filled, form.key, at)
    publish(
        ApplicationMade(application=row.pk, guide=guide.key, channel=channel, at=at),
        area=row.area,
        holders=row.holders,
    )
    return row


def _lay(row: Application, guide: Guide, needs: Mapping[str, rules.Need], filled: Filled, form: str, at: datetime) -> None:  # fmt: skip
    for one in rules.wanted(guide, filled):
        need = needs[one.key]
        files = filled.answers.get(f"m_{one.key}") or []
        met = Met.FILE if files else need.met
        source = need.source if met == Met.HELD else None
        Laid.objects.create(application=row, key=one.key, met=met, files=files, source=source, at=at)  # type: ignore[misc]  # fmt: skip


def _told(filled: Filled, question: str, intake: Intake | None, field: str) -> str:
    from lifang.core.crypto.fields import clear  # noqa: PLC0415 -- only here

    return str(filled.answers.get(question) or (clear(intake, field) if intake else ""))


def _number(at: datetime) -> str:
    """Day and a running number; the sequence never waits and never repeats."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('affairs_number')")
        return f"S{at:%y%m%d}{cursor.fetchone()[0] % 1_000_000:06d}"
