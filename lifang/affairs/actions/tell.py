"""Whom to tell what: the applicant, in plain words."""

from datetime import datetime
from uuid import UUID

from django.utils.timezone import localtime

from lifang.affairs.catalogue import GUIDES
from lifang.affairs.models import Application, HomeVisit
from lifang.core.access import SYSTEM, Actor
from lifang.core.access.wall import behind
from lifang.core.crypto.fields import clear
from lifang.core.notify import send
from lifang.core.pay.rules import yuan

TOLD = {
    "accept": "affairs.accepted",
    "accept_here": "affairs.accepted",
    "ask_supplement": "affairs.supplement",
    "grant": "affairs.granted",
    "refuse": "affairs.refused",
    "decline": "affairs.refused",
    "lapse": "affairs.lapsed",
}


def applicant(system: Actor, pk: UUID, move: str, at: datetime) -> None:
    """By the account, else by the telephone that was given."""
    template = TOLD.get(move)
    row = Application.objects.filter(pk=pk).first() if template else None
    if template is not None and row is not None:
        told(system, row, template, at, by=row.promised_at)


def told(system: Actor, row: Application, template: str, at: datetime, by: datetime | None, **more: str) -> None:  # fmt: skip
    """One message of one step; asked for again it is the same one."""
    owner = next((one for one in row.holders if one.startswith("account:") and row.person_id), "")
    telephone = clear(row, "telephone")
    to = owner or (f"tel:{telephone}" if telephone else "")
    if to:
        due = localtime(by) if by else None
        facts = {"number": row.number, "matter": row.matter.name, "by": f"{due:%Y-%m-%d}" if due else "", "answer": row.answer, **more}  # fmt: skip
        send(to=to, template=template, facts=facts, at=at, area=row.area, link=f"/a/{row.token}", key=f"{template}:{row.pk}:{row.steps_taken}")  # fmt: skip


def fee_due(system: Actor, pk: UUID, at: datetime) -> None:
    """What is to be paid before the window accepts."""
    row = Application.objects.filter(pk=pk).first()
    if row is not None and row.open and row.fee_left:
        fee(system, row, "affairs.fee_due", row.fee_left, at)


def fee(system: Actor, row: Application, template: str, fen: int, at: datetime) -> None:
    """What is to be paid, or goes back."""
    told(system, row, template, at, by=None, amount=yuan(fen))


def visitor(row: HomeVisit, template: str, at: datetime, why: str = "") -> None:
    """Whoever waits at home: by the account that ordered or is theirs, else by the telephone that was given."""
    owner = f"account:{row.account_id}" if row.account_id else ""
    telephone = clear(row, "telephone") if row.telephone else ""
    to = owner or (f"tel:{telephone}" if telephone else "")
    if to:
        matters = "，".join(str(GUIDES[key].name) for key in row.guides if key in GUIDES)
        with behind(SYSTEM):  # the hall may be the street's
            hall = row.point.name_zh
        facts = {"number": row.number, "matters": matters, "when": f"{localtime(row.slot_at):%Y-%m-%d %H:%M}", "hall": hall, "why": why}  # fmt: skip
        send(to=to, template=template, facts=facts, at=at, area=row.area, link=f"/my/home-visits/{row.pk}", key=f"{template}:{row.pk}:{row.steps_taken}")  # fmt: skip
