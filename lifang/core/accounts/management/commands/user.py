"""`lifang user …`: accounts from the machine itself, when nobody can sign in yet."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.actions import grant
from lifang.core.access.models import ADMINS
from lifang.core.access.posts import posts
from lifang.core.accounts import actions
from lifang.core.accounts.models import Account
from lifang.core.accounts.terms import AccountKind
from lifang.core.action import together


class Command(BaseCommand):
    help = (
        "Accounts: create, list, reset, lock, unlock, close. Each act leaves its line in the log."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, title="acts")
        create = acts.add_parser("create", help="open an account, perhaps with a post")
        create.add_argument("login")
        create.add_argument("--name", default="")
        create.add_argument("--kind", choices=["staff", "machine"], default="staff")
        create.add_argument("--post", choices=sorted(posts()), help="grant this post at once")
        create.add_argument("--area", default="", help="division code of the account and its post")
        acts.add_parser("list", help="open accounts of staff and machines")
        for act in ("reset", "lock", "unlock", "close"):
            acts.add_parser(act, help=f"{act} an account").add_argument("login")

    def handle(self, *args: Any, **options: Any) -> None:
        at = datetime.now(UTC)  # noqa: TID251 -- the command line is an edge
        try:
            getattr(self, f"_{options['act']}")(at, options)
        except Refused as refused:
            raise CommandError(str(refused.refusal)) from refused

    def _create(self, at: datetime, options: dict[str, Any]) -> None:
        post, area = options["post"], options["area"]
        with together(actor=SYSTEM, at=at):
            made = actions.open_account(
                actor=SYSTEM,
                login=options["login"],
                name=options["name"] or options["login"],
                kind=options["kind"],
                area=area,
                at=at,
            )
            if post:
                sees = "unit" if post in ADMINS else "area"
                grant(actor=SYSTEM, account=made, post=post, area=area, sees=sees, at=at)
        self.stdout.write(f"{made.login} is open.")
        self._say(made)

    def _list(self, at: datetime, options: dict[str, Any]) -> None:
        known = Account.objects.exclude(kind=AccountKind.RESIDENT).filter(closed_at=None)
        for account in known.prefetch_related("grants").order_by("login"):
            held = ", ".join(sorted({row.post for row in account.grants.all()})) or "-"
            state = "locked" if account.locked_at else "open"
            self.stdout.write(f"{account.login:<24} {account.kind:<8} {state:<7} {held}")

    def _reset(self, at: datetime, options: dict[str, Any]) -> None:
        with together(actor=SYSTEM, at=at):
            asked = actions.reset(actor=SYSTEM, account=self._account(options), at=at)
            account = actions.confirm_reset(actor=SYSTEM, asked=asked, at=at)
        self._say(account)

    def _lock(self, at: datetime, options: dict[str, Any]) -> None:
        actions.lock(actor=SYSTEM, account=self._account(options), at=at)

    def _unlock(self, at: datetime, options: dict[str, Any]) -> None:
        actions.unlock(actor=SYSTEM, account=self._account(options), at=at)

    def _close(self, at: datetime, options: dict[str, Any]) -> None:
        actions.close(actor=SYSTEM, account=self._account(options), at=at)

    def _account(self, options: dict[str, Any]) -> Account:
        try:
            return Account.objects.get(login=options["login"], closed_at=None)
        except Account.DoesNotExist:
            raise CommandError(f"No open account has the login {options['login']!r}.") from None

    def _say(self, account: Account) -> None:
        if getattr(account, "issued", ""):
            self.stdout.write(f"password, to be changed at the first sign-in: {account.issued}")  # type: ignore[attr-defined]
