"""Grant or not, hand the result over, read what was written."""

from datetime import date, datetime, timedelta
from typing import Any

from lifang.affairs import rules, selectors
from lifang.affairs.actions import paper
from lifang.affairs.actions.moves import at_window, held, moved, tripped
from lifang.affairs.actions.window import complete
from lifang.affairs.events import ResultIssued
from lifang.affairs.models import Application, Result
from lifang.affairs.rules import day_of
from lifang.core.access import SYSTEM, Actor, insist
from lifang.core.action import action, seen
from lifang.core.crypto.fields import clear
from lifang.core.events import publish
from lifang.core.files import store
from lifang.core.forms import Filled
from lifang.core.forms.fields import Paper as Upload
from lifang.core.ids import short_code
from lifang.core.site import site
from lifang.orgs import selectors as orgs
from lifang.registry import actions as registry
from lifang.registry import selectors as people

MONTH_DAYS = 30.4375


@action("affairs.decide")
def decide(
    *,
    actor: Actor,
    application: Application,
    at: datetime,
    granted: bool,
    note: str = "",
    home: str = "",
) -> Application:
    """Grant with a signed result, or say why not. `home`: the address of the site, for the code on the paper."""
    row = held(application, "grant", "refuse")
    row.decided_at, row.answer = at, note.strip()
    if not granted:
        row.closed_at, row.outcome = at, "refused"
        return moved(row, "refuse", actor=actor, at=at, note=note)
    parts = selectors.parts(SYSTEM, row)
    insist(
        complete(row, later=True), rules.agreed([(str(one.unit.name), one.agrees) for one in parts])
    )
    row.laid.filter(accepted_at__isnull=True).update(accepted_at=at)
    row.outcome = "granted"
    result = _issue(actor, row, at, home)
    _group(actor, row, at)
    moved(row, "grant", actor=actor, at=at, turn=at_window(row, "deliver"), note=note)
    publish(
        ResultIssued(application=row.pk, result=result.pk, at=at),
        area=row.area,
        holders=row.holders,
    )
    if row.delivery == "online" and row.account_id:
        row.closed_at = at
        moved(row, "deliver", actor=actor, at=at, how="online")
    return row


def _issue(actor: Actor, row: Application, at: datetime, home: str) -> Result:
    guide, day = row.matter, day_of(at)
    number = f"{day:%Y}{short_code(10)}"
    until = day + timedelta(days=int(guide.result.months * MONTH_DAYS)) if guide.result.months else None  # fmt: skip
    made = paper.made(_told(row, number, day, until), f"{home.rstrip('/')}/verify/{number}")
    kept = store.take_in_paper(
        Upload(f"{number}.pdf", made.pdf), name=f"{number}.pdf", subject=row, actor=actor, at=at
    )
    return Result.objects.create(
        application=row, area=row.area, holders=row.holders, number=number, issued_on=day, holds_until=until,
        sha256=made.sha256, signature=made.stamp.mark, key=made.stamp.key, file=kept.pk,
    )  # fmt: skip


def _told(row: Application, number: str, day: date, until: date | None) -> dict[str, Any]:
    """The words of the paper, in Chinese with the title in English beside: it goes to offices."""
    guide = row.matter
    words = {key: one.zh for key, one in paper.WORDS.items()}
    who = guide.form.question.get("name")
    rows = [
        [who.name.zh if who else words["matter"], clear(row, "name")],
        [words["matter"], guide.name.zh],
        [words["application"], row.number],
        [words["number"], number],
        [words["issued"], f"{day:%Y-%m-%d}"],
        [words["until"], f"{until:%Y-%m-%d}" if until else words["always"]],
        [words["basis"], "；".join(f"{one.name.zh}{one.number}" for one in guide.basis)],
    ]
    return {
        "number": number, "office": str(site().name), "title": guide.result.name.zh, "title_en": guide.result.name.en,
        "rows": rows, "issuer": orgs.place_name(row.desk, 2), "issued": f"{day:%Y-%m-%d}", "hint": words["hint"],
    }  # fmt: skip


def _group(actor: Actor, row: Application, at: datetime) -> None:
    """What was granted puts the person into a group, where somebody of the window may say so."""
    if row.person is None or not actor.may("registry.tag", row.person.area):
        return
    have = {one.tag for one in people.taggings(SYSTEM, row.person)}
    for tag in row.matter.writes:
        if tag not in have:
            registry.tag(actor=actor, person=row.person, tag=tag, source="visit", at=at)


@action("affairs.deliver")
def deliver(*, actor: Actor, application: Application, at: datetime, how: str, note: str = "") -> Application:  # fmt: skip
    """The result is in the applicant's hands: picked up, posted, read aloud at home."""
    row = held(application, "deliver")
    row.closed_at = at
    if how == "window":
        tripped(row, at)
    return moved(row, "deliver", actor=actor, at=at, note=note, how=how)


@action("affairs.read")
def read(*, actor: Actor, application: Application, at: datetime) -> Filled:
    """What was written, in the clear, for whoever works on it: a line of the log each time."""
    row = selectors.application(actor, application.pk)
    seen("case")
    return Filled.read(str(row.answers))
