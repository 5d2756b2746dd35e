"""What the walk of `access.yaml` needs a row of."""

from datetime import UTC, datetime, timedelta

from lifang.core.accounts.models import Account, Reset, Session
from lifang.core.ids import new_id
from lifang.core.testing import cast

NOW = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real


def make_account_at(area: str) -> Account:
    made = cast.account()
    made.area = area
    made.save()
    return made


def make_reset_at(area: str) -> Reset:
    account = make_account_at(area)
    return Reset.objects.create(
        account=account, area=area, asked_by=make_account_at(area), asked_at=NOW
    )


def make_session(account: Account) -> Session:
    return Session.objects.create(
        key=new_id().bytes * 2,
        account=account,
        content=b"",
        started_at=NOW,
        seen_at=NOW,
        ends_at=NOW + timedelta(hours=1),
        idle_seconds=3600,
    )
