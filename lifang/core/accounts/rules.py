import re
from typing import Final, Literal

from lifang.core.access import Actor, Refusal
from lifang.core.accounts.models import Account, Reset
from lifang.core.accounts.terms import AccountKind

LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
TELEPHONE: Final = re.compile(r"\+?[0-9]{5,15}")
Step = Literal["second", "password", "enrol"]


def well_formed(login: str) -> Refusal | None:
    return None if LOGIN.fullmatch(login) else Refusal("login_malformed", {"field": "login"})


def telephone(number: str) -> Refusal | None:
    ok = TELEPHONE.fullmatch(number)
    return None if ok else Refusal("telephone_malformed", {"field": "telephone"})


def open_still(account: Account) -> Refusal | None:
    return Refusal("account_closed") if account.closed_at else None


def may_enter(account: Account) -> Refusal | None:
    """Only said to somebody who has proved who they are."""
    if account.closed_at:
        return Refusal("account_closed")
    return Refusal("account_locked") if account.locked_at else None


def oneself(actor: Actor, account: Account) -> Refusal | None:
    return None if actor.id == account.pk else Refusal("not_allowed")


def another(actor: Actor, account: Account) -> Refusal | None:
    return Refusal("not_yourself") if actor.id == account.pk else None


def looks_after(actor: Actor, capability: str, area: str) -> Refusal | None:
    """An administrator of a street looks after accounts of that street; "" is the whole platform."""
    return None if actor.may(capability, area) else Refusal("not_allowed")


def may_confirm(actor: Actor, reset: Reset) -> Refusal | None:
    if reset.confirmed_at or reset.dropped_at:
        return Refusal("reset_over")
    # The system stands for somebody at the machine itself: `lifang user reset`.
    if actor.id is not None and actor.id in (reset.asked_by_id, reset.account_id):
        return Refusal("second_person")
    return None


def next_step(
    *, kind: str, factor: bool, second_proved: bool, password_old: bool, demo: bool
) -> Step | None:
    """What still stands between a right password and the desk; nothing: come in."""
    if kind != AccountKind.STAFF:
        return None
    if factor and not second_proved:
        return "second"
    if password_old:
        return "password"
    if not factor and not demo:
        return "enrol"
    return None
