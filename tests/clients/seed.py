"""Run inside the settings of a house of one's own: a small county, and a key that may report and describe Things. Prints it."""

import sys
from datetime import UTC, datetime

import django

django.setup()

from lifang.core.access import SYSTEM  # noqa: E402 -- Django must be set up first
from lifang.core.access.grants import actor_of  # noqa: E402
from lifang.core.access.wall import behind  # noqa: E402
from lifang.core.accounts.models import Account  # noqa: E402
from lifang.core.api.actions import issue_key  # noqa: E402
from lifang.demo import seed  # noqa: E402

WANTED = (
    "sensing.install_device", "sensing.open_series", "sensing.describe_thing", "sensing.send_observations", "sensing.retire_device",
    "sensing.move_device", "cases.report",
)  # fmt: skip


def main() -> None:
    now = datetime.now(UTC)  # noqa: TID251 -- a command of its own
    seed.build(now, people_count=120, days=4)  # on a Sunday the last day has next to nothing open
    with behind(SYSTEM):
        accounts = list(Account.objects.filter(kind="staff"))
    # Whoever may most of it, over the widest area.
    actors = [actor_of(account.pk, now) for account in accounts]
    able = max(actors, key=lambda one: (sum(one.may(name) for name in WANTED), -min((len(area) for area in one.scope.areas), default=99)))  # fmt: skip
    may = [name for name in WANTED if able.may(name)]
    key = issue_key(actor=able, account=able.id, name="clients", days=1, capabilities=may, per_minute=1_000_000, at=now)  # fmt: skip
    sys.stdout.write(f"\n{key.token}\n")


main()
