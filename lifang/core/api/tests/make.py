from datetime import datetime, timedelta
from typing import Any

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.accounts.models import Account
from lifang.core.api import actions
from lifang.core.api.models import ApiKey
from lifang.core.api.secret import new_token
from lifang.core.flow.models import Step
from lifang.core.ids import new_id
from lifang.core.testing.cast import MONDAY, Member
from lifang.core.testing.places import GRID


def make_key(of: Member, at: datetime, **kwargs: Any) -> ApiKey:
    """A key of one of the cast; `at` is the real present where it goes over the wire."""
    facts = {"name": "Reader", "days": 30, **kwargs}
    return actions.issue_key(actor=of.actor, account=of.id, at=at, **facts)


def make_step(area: str = GRID, number: int = 1, minutes: int = 0) -> Step:
    with behind(SYSTEM):
        return Step.objects.create(
            area=area,
            flow="case",
            subject=new_id(),
            seq=number,
            move="start",
            to_state="new",
            at=MONDAY + timedelta(minutes=minutes),
        )


def bearer(key: ApiKey) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {key.token}"}}


def make_account_key(account: Account) -> ApiKey:
    """A key of this account, whoever it is."""
    token = new_token()
    return ApiKey.objects.create(
        account=account,
        name="Reader",
        prefix=token.prefix,
        digest=token.digest(),
        issued_by=account,
        issued_at=MONDAY,
        expires_at=MONDAY + timedelta(days=300),
    )
