"""What the walk of `access.yaml` needs: a photo that this person had read."""

from lifang.core.accounts.models import Account
from lifang.core.scan.models import Scan
from lifang.core.scan.terms import State
from lifang.core.testing.cast import MONDAY


def make_scan(account: Account) -> Scan:
    return Scan.objects.create(
        account=account, holders=[f"account:{account.pk}"], state=State.READ, asked_at=MONDAY
    )
