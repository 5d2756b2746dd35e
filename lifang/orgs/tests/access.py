"""What the walk of `access.yaml` needs a row of."""

from datetime import UTC, date, datetime, timedelta

from lifang.core.access import SYSTEM
from lifang.core.accounts.models import Account
from lifang.core.retention.models import LegalHold
from lifang.orgs import actions
from lifang.orgs.models import Deputy, Division, Posting, Unit
from lifang.orgs.tests.make import MONDAY, make_account, make_division, make_posting, make_unit

NOW = datetime.now(UTC)  # noqa: TID251 -- over the wire the clock is real
DAY = timedelta(days=1)


def community_of(area: str) -> tuple[str]:
    """The community an area lies in, which is there."""
    return (_there(area[:12]),)


def grid_of(area: str) -> tuple[str]:
    """A grid of the area."""
    return (_there(area if len(area) == 15 else f"{area}001"),)


def unit_of(area: str) -> Unit:
    """A unit that serves the area."""
    return make_unit(area=_there(area[:12]), name=f"试验单位{area}")


def _there(code: str) -> str:
    if not Division.objects.filter(code=code).exists():
        make_division(code)
    return code


def posting_of(area: str) -> Posting:
    """Somebody posted there, and a colleague who could stand in."""
    kind = {15: "grid_worker", 12: "community_worker"}[len(area)]
    held = make_posting(kind, _there(area))
    if not Account.objects.filter(login="posting-deputy").exists():
        make_posting("community_worker", _there(area[:12]), account=make_account("posting-deputy"))
    return held


def hold_of(area: str) -> LegalHold:
    """A hold on all that lies there, set by somebody of another county."""
    setter = make_account()
    return LegalHold.objects.create(
        area=area, kind="area", why="walk", document="walk", until=date(2029, 1, 1), set_by=setter, set_at=MONDAY
    )  # fmt: skip


def deputy_of(area: str) -> Deputy:
    """A colleague who stands in there."""
    held = posting_of(area)
    account = Account.objects.get(login="posting-deputy")
    if not Posting.objects.filter(account=account, area__startswith=area[:6]).exists():
        account = make_posting("community_worker", _there(area[:12])).account
    return actions.name_deputy(
        actor=SYSTEM, posting=held, account=account, since=NOW, until=NOW + 20 * DAY, at=NOW,
    )  # fmt: skip
