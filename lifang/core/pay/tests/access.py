"""What the walk of `access.yaml` needs a row of."""

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.accounts.models import Account
from lifang.core.i18n import text
from lifang.core.ids import new_id
from lifang.core.pay import PURPOSES, LedgerKind, Purpose, actions
from lifang.core.testing import places
from lifang.core.testing.cast import MONDAY

WALK = text("走查", "Walk")


def an_order(account: Account) -> tuple[str]:
    """Of this account: nobody else finds it."""
    PURPOSES.setdefault("test.walk", Purpose("test.walk", WALK, lambda *_: 0, lambda *_: None, lambda _: "/my"))  # fmt: skip
    with behind(SYSTEM):
        book = actions.open_book(f"walk:{new_id()}", places.AWAY_GRID, MONDAY)
        into = actions.ledger(book, "receivable", LedgerKind.ASSET, MONDAY)
        made = actions.open_order(
            actor=SYSTEM, purpose="test.walk", subject=new_id(), book_=book, into=into, amount=5, way="local",
            title=WALK, payee=WALK, payer=f"account:{account.pk}", at=MONDAY,
        )  # fmt: skip
    return (made.number,)
