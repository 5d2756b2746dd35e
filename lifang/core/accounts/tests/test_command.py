"""`lifang user`: the first account, and the way back in."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from lifang.core.accounts.models import Account, Factor
from lifang.core.accounts.tests.make import enrol, make_account
from lifang.core.audit.models import Entry

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    said = StringIO()
    call_command("user", *words, stdout=said)
    return said.getvalue()


def test_the_first_administrator_is_made_from_the_machine():
    said = run("create", "sys.one", "--name", "First", "--post", "system_admin", "--area", "990101")
    account = Account.objects.get(login="sys.one")
    assert account.check_password(said.rsplit(" ", 1)[1].strip())
    assert [(row.post, row.area, row.sees) for row in account.grants.all()] == [
        ("system_admin", "990101", "unit")
    ]
    assert [(line.action, line.kind) for line in Entry.objects.order_by("seq")] == [
        ("accounts.open", "system"),
        ("access.grant", "system"),
    ]
    assert "sys.one" in run("list")
    assert "system_admin" in run("list")


def test_an_account_is_reset_locked_unlocked_and_closed():
    account = make_account()
    enrol(account)
    assert "password, to be changed" in run("reset", "wang.hong")
    assert Factor.objects.count() == 0
    run("lock", "wang.hong")
    assert "locked" in run("list")
    run("unlock", "wang.hong")
    assert "locked" not in run("list")
    run("close", "wang.hong")
    assert run("list") == ""


@pytest.mark.parametrize(
    "words", [("lock", "nobody"), ("create", "BAD login"), ("create", "wang.hong")]
)
def test_what_cannot_be_done_is_said_in_words(words):
    make_account()
    with pytest.raises(CommandError) as caught:
        run(*words)
    assert len(str(caught.value)) > 5
    assert Account.objects.count() == 1
