"""`lifang demo_accounts`: whom to sign in as in a demo, one account for each kind of post."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from rich.console import Console
from rich.table import Table

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.accounts.terms import DEMO_PASSWORD
from lifang.core.config import config
from lifang.orgs.catalogue import POSTS

ONE_OF_EACH = """
SELECT DISTINCT ON (g.post) g.post, a.login, a.name
FROM access_grant g JOIN accounts_account a ON a.id = g.account_id
WHERE a.closed_at IS NULL AND a.kind = 'staff' ORDER BY g.post, a.opened_at, a.login
"""


class Command(BaseCommand):
    help = "One demo account for each kind of post."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if not config().demo:
            raise CommandError("Only a demo has demo accounts: `lifang demo`.")
        with behind(SYSTEM), connection.cursor() as cursor:
            cursor.execute(ONE_OF_EACH)
            found = {post: (login, name) for post, login, name in cursor.fetchall()}
        table = Table(
            title="账号 accounts",
            title_justify="left",
            show_header=False,
            box=None,
            padding=(0, 2, 0, 0),
        )
        for post in POSTS.all():
            if post.key in found:
                login, name = found[post.key]
                table.add_row(
                    f"[bold]{login} / {DEMO_PASSWORD}[/bold]",
                    name,
                    post.name.zh,
                    f"[dim]{post.name.en}[/dim]",
                )
        Console(highlight=False, width=120).print(table)
