"""What the walk of `access.yaml` needs: an import of one person."""

from lifang.core.accounts.models import Account
from lifang.core.sheets.models import Import, Paper
from lifang.core.sheets.sealed import fingerprint, seal_file
from lifang.core.testing.cast import MONDAY


def make_import(account: Account) -> Import:
    """A checked file of this person, with its answer."""
    made = Import.objects.create(
        within="990101",
        sheet="orgs.accounts",
        account=account,
        language="zh-hans",
        name="list.csv",
        size=1,
        fingerprint=fingerprint(b"x"),
        state="checked",
        asked_at=MONDAY,
        checked_at=MONDAY,
        counts={"wrong": 1},
        holders=[f"account:{account.pk}"],
    )
    for kind in ("upload", "answer"):
        Paper.objects.create(of=made, kind=kind, content=seal_file(b"PK", made.pk, kind))
    return made
