"""Run inside the town's settings: a small county, and API keys of those who act. Prints them as JSON."""

import json
import sys
from datetime import UTC, datetime
from typing import Any

import django

django.setup()

from lifang.core.access import SYSTEM  # noqa: E402 -- Django must be set up first
from lifang.core.access.grants import actor_of  # noqa: E402
from lifang.core.access.wall import behind  # noqa: E402
from lifang.core.accounts.models import Account  # noqa: E402
from lifang.core.api.actions import issue_key  # noqa: E402
from lifang.demo import seed  # noqa: E402
from lifang.registry.models import Place  # noqa: E402

CAPABILITIES = ("cases.record", "cases.report", "cases.accept", "cases.dispatch", "cases.sign")


def main() -> None:
    now = datetime.now(UTC)  # noqa: TID251 -- a command of its own
    seed.build(now, people_count=120, days=1)
    told: dict[str, Any] = {"keys": {}, "units": {}}
    with behind(SYSTEM):
        accounts = list(Account.objects.filter(kind="staff"))
    for account in accounts:
        actor = actor_of(account.pk, now)
        wanted = [name for name in CAPABILITIES if actor.may(name)]
        if account.login not in ("wg01", "jd01") and "cases.sign" not in wanted:
            continue
        key = issue_key(
            actor=actor, account=account.pk, name="chaos", days=1, capabilities=wanted,
            per_minute=1_000_000, at=now,
        )  # fmt: skip
        told["keys"][account.login] = key.token
        for unit in actor.units:
            told["units"][unit.removeprefix("unit:")] = account.login
    with behind(SYSTEM):
        area = actor_of(Account.objects.get(login="wg01").pk, now).grants[0].area
        place = Place.objects.filter(area=area, lon__isnull=False).first()
    told["place"] = {"lon": place.lon, "lat": place.lat, "place": place.name}
    sys.stdout.write("\n" + json.dumps(told) + "\n")


main()
