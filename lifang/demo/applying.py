"""What residents of the demo county applied for: some dozens, in every state, made by those whose turn it was."""

import random
from collections.abc import Container
from datetime import datetime, timedelta
from typing import Any

from lifang.affairs import actions, selectors
from lifang.affairs.catalogue import GUIDES, Guide
from lifang.affairs.models import Application
from lifang.core.access import Actor, Refused
from lifang.core.access.grants import actor_of
from lifang.core.forms import FormSpec
from lifang.core.forms import actions as forms
from lifang.demo.people import Cast
from lifang.registry import selectors as registry

MATTERS = (
    "elderly-card", "temporary-residence", "disability-certificate", "old-age-allowance", "family-doctor", "temporary-relief",
    "mediation", "newborn-registration", "home-care", "legal-aid",
)  # fmt: skip
# How far each got, in turn.
FATES = ("submitted", "supplement", "handling", "deciding", "granted", "done", "refused", "declined", "withdrawn", "done")  # fmt: skip
ANSWERS: dict[str, Any] = {
    "telephone": "10099000321", "address": "和平小区1号楼1单元101", "registered_at": "里坊区和平路1号", "reason": "家里遇到困难，请给予帮助。",
    "bank_number": "6200 0000 0000 0000", "arrived_on": "2026-05-01", "work_place": "", "type": "limbs", "other": "楼上住户", "court": "no",
    "child_name": "王小小", "child_born": "2026-10-08", "child_sex": "female", "help": ["meal", "clean"], "delivery": "online",
    "post_to": "", "ethnicity": "汉族", "sex": "female", "born": "1955-06-01", "residence": "registered",
}  # fmt: skip


def leave(cast: Cast, at: datetime, seed: int, count: int = 40) -> int:
    """As of today: applications of the last weeks; how many."""
    dice = random.Random(seed)
    grids = sorted(grid for grid in cast.residents if len(cast.residents[grid]) > 3)
    made = 0
    for number in range(count if grids else 0):
        grid = grids[(number * 7 + number // 10) % len(grids)]
        begun = at - timedelta(days=9 - number % 8, hours=dice.randrange(1, 6))
        guide = GUIDES[MATTERS[number % len(MATTERS)]]
        actors = [
            actor_of(one.pk, begun) for one in cast.residents[grid][2 + number // len(grids) :]
        ]
        row = next(filter(None, (_applied(one, guide, begun) for one in actors)), None)
        if row is not None:
            _lived(cast, row, FATES[(number * 3 + number // len(FATES)) % len(FATES)], begun)
            made += 1
    return made


def _applied(actor: Actor, guide: Guide, at: datetime) -> Application | None:
    person = registry.me(actor)
    if person is None or selectors.unfit(actor, person, guide, at.date()):
        return None  # nobody young applies for an elderly card
    known = selectors.given(actor, person, at.date())
    try:
        draft = actions.begin(actor=actor, guide=guide, at=at)
        form = _form(actor, person, guide, at)
        forms.answer(actor=actor, draft=draft, form=form, answers=_answers(form, known), at=at)
        return actions.apply(actor=actor, draft=draft, guide=guide, reuse=True, at=at)
    except Refused:
        return None


def _form(actor: Actor, person: Any, guide: Guide, at: datetime) -> FormSpec:
    needs = selectors.needs(actor, person, guide, at.date())
    return guide.form_without(frozenset(one.key for one in needs if one.free))


def _answers(form: FormSpec, known: Container[str]) -> dict[str, Any]:
    """What the register does not know, and nothing for papers that come later."""
    asked = [one for one in form.questions if one.element not in known]
    return {one.key: ANSWERS.get(one.key, "") for one in asked}


def _lived(cast: Cast, row: Application, fate: str, begun: datetime) -> None:
    """Moved by those whose turn it is, as far as it got."""
    worker = cast.actor("street_dispatcher" if len(row.desk) == 9 else "community_worker", row.desk)
    later = begun + timedelta(hours=2)
    if fate in ("submitted", "withdrawn"):
        if fate == "withdrawn":
            owner = actor_of(row.account_id, later)  # type: ignore[arg-type]
            actions.withdraw(actor=owner, application=row, at=later)
        return
    if fate == "supplement":
        wanted = [row.matter.materials[-1].key]
        actions.ask_supplement(actor=worker, application=row, wanted=wanted, note="照片看不清，请重新拍一张。", at=later)  # fmt: skip
        return
    if fate == "declined":
        actions.decline(actor=worker, application=row, note="户籍不在本地，请到户籍地窗口办理。", at=later)  # fmt: skip
        return
    keys = [one.key for one in row.matter.materials]
    row = actions.accept(actor=worker, application=row, seen=keys, at=later)
    if fate != "handling" or not row.matter.parts:
        _decided(cast, row, worker, fate, later)


def _decided(cast: Cast, row: Application, worker: Actor, fate: str, at: datetime) -> None:
    for part in selectors.parts(worker, row):
        handler = cast.actor("department_handler", str(part.unit_id))
        at += timedelta(hours=3)
        actions.opine(actor=handler, application=row, agrees=fate != "refused", note="经核实，情况属实。", at=at)  # fmt: skip
    at += timedelta(hours=1)
    if fate in ("handling", "deciding"):
        return
    granted = fate != "refused"
    note = "" if granted else "经核对，暂不符合条件。情况变化后可以再申请。"
    row = actions.decide(actor=worker, application=row, granted=granted, note=note, at=at)
    if row.state == "delivering" and fate == "done":
        actions.deliver(actor=worker, application=row, how="window", at=at + timedelta(hours=1))
