"""Residents: a telephone and a code."""

import re
from datetime import timedelta

import pytest
from django.db import connection

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.grants import anonymous
from lifang.core.access.wall import behind
from lifang.core.accounts import actions
from lifang.core.accounts.models import Account, OneTimeCode
from lifang.core.accounts.tests.make import AT
from lifang.core.audit.models import Entry
from lifang.core.notify import carrying, compose
from lifang.core.notify.models import Message
from lifang.core.notify.selectors import outbox
from lifang.core.notify.terms import Letter, Undeliverable
from lifang.core.site import site
from lifang.core.testing import cast

pytestmark = pytest.mark.django_db
NUMBER = "10012345678"


def send(telephone=NUMBER, source="192.0.2.7", at=AT):
    return actions.send_code(actor=anonymous(), telephone=telephone, source=source, at=at)


def sent_code() -> str:
    with behind(SYSTEM):
        message = (
            Message.objects.filter(template="accounts.code").order_by("-asked_at", "-id").first()
        )
        return re.fullmatch(r"\d{6}", str(compose.told(message)["code"]))[0]


def ring(code, telephone=NUMBER, source="192.0.2.7", at=AT):
    return actions.ring(telephone=telephone, code=code, source=source, at=at)


def refused(act, *args, **facts) -> str:
    with pytest.raises(Refused) as caught:
        act(*args, **facts)
    return caught.value.refusal.reason


def other_than(code):
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_first_code_opens_an_account_and_the_next_finds_it():
    send()
    account = ring(sent_code())
    assert (account.kind, account.telephone, account.has_usable_password()) == (
        "resident",
        NUMBER,
        False,
    )
    assert account.name == "100****5678"
    later = AT + timedelta(hours=1)
    send(telephone="+86 100-1234-5678", at=later)
    assert ring(sent_code(), at=later) == account
    assert Account.objects.count() == 1


@pytest.mark.parametrize("demo", [True, False])
def test_a_code_can_be_read_in_the_outbox_of_a_demonstration_and_nowhere_else(configured, demo):
    configured(demo=demo)
    send()
    administrator = cast.system_admin(area=site().county)
    with behind(SYSTEM):
        assert outbox(administrator.actor).exists() is demo


def test_a_code_works_once():
    send()
    code = sent_code()
    ring(code)
    assert refused(ring, code) == "code_wrong"


@pytest.mark.parametrize(("minutes", "good"), [(9, True), (10, False)])
def test_a_code_is_good_for_ten_minutes(minutes, good):
    send()
    late = AT + timedelta(minutes=minutes)
    if good:
        assert ring(sent_code(), at=late).telephone == NUMBER
    else:
        assert refused(ring, sent_code(), at=late) == "code_wrong"
        assert Account.objects.count() == 0


def test_five_wrong_figures_use_the_code_up():
    send()
    code = sent_code()
    for _ in range(5):
        assert refused(ring, other_than(code)) == "code_wrong"
    assert refused(ring, code) == "code_wrong"


def test_a_new_code_ends_the_old_one():
    send()
    first = sent_code()
    send(at=AT + timedelta(minutes=2))
    second = sent_code()
    if first != second:
        assert refused(ring, first, at=AT + timedelta(minutes=2)) == "code_wrong"
    assert ring(second, at=AT + timedelta(minutes=2)).telephone == NUMBER


def test_the_code_of_one_telephone_opens_no_other():
    send()
    assert refused(ring, sent_code(), telephone="10087654321") == "code_wrong"


def test_one_code_a_minute_and_ten_a_day():
    send()
    assert refused(send, at=AT + timedelta(seconds=59)) == "code_too_soon"
    for step in range(1, 10):
        send(at=AT + timedelta(minutes=2 * step))
    assert refused(send, at=AT + timedelta(minutes=30)) == "code_too_many"
    send(at=AT + timedelta(days=1, minutes=30))


def test_a_flood_from_one_place_is_stopped_for_every_number():
    for step in range(60):
        send(telephone=f"100000000{step:02d}")
    assert refused(send, telephone="10000000099") == "code_too_many"
    send(telephone="10000000099", source="198.51.100.9")


@pytest.mark.parametrize("telephone", ["", "12", "not a number", "1" * 30, "10012345678'--"])
def test_what_is_no_number_gets_no_code(telephone):
    assert refused(send, telephone=telephone) == "telephone_malformed"
    assert OneTimeCode.objects.count() == 0


def test_known_and_unknown_numbers_get_the_same_answer():
    Account.objects.create(
        login="r1", kind="resident", name="x", telephone=NUMBER, password="!", opened_at=AT
    )
    known, unknown = send(), send(telephone="10087654321")
    assert type(known) is type(unknown) is OneTimeCode
    lines = Entry.objects.filter(action="accounts.send_code")
    assert [(line.outcome, line.area) for line in lines] == [("done", "")] * 2


def test_number_and_code_are_nowhere_in_clear_in_our_tables():
    send()
    code = sent_code()
    ring(code)
    with connection.cursor() as cursor:
        for table in ("accounts_account", "accounts_onetimecode", "accounts_tries", "audit_entry"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            rows = "".join(row[0] for row in cursor.fetchall())
            assert NUMBER not in rows
            assert NUMBER.encode().hex() not in rows
    assert code.encode() not in bytes(OneTimeCode.objects.get().fingerprint)


class Gateway:
    """Takes letters out of the house, or not."""

    key, local = "sms_http", False

    def __init__(self, *, broken: bool = False) -> None:
        self.broken, self.letters = broken, list[Letter]()

    def carry(self, letter: Letter) -> None:
        self.letters.append(letter)
        if self.broken:
            raise Undeliverable("no answer")


def everywhere(words: str) -> list[str]:
    """The tables of the database in which these words stand, readable or as bytes."""
    with connection.cursor() as cursor, behind(SYSTEM):
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        assert {"notify_message", "accounts_onetimecode", "procrastinate_jobs"} <= {*tables}
        found = []
        for table in tables:
            cursor.execute(
                f"SELECT 1 FROM {table} t WHERE t::text LIKE %s OR t::text LIKE %s LIMIT 1",
                [f"%{words}%", f"%{words.encode().hex()}%"],
            )
            found += [table] * len(cursor.fetchall())
    return found


def test_no_table_of_the_database_holds_a_code_in_the_clear_before_or_after_it_left(monkeypatch):
    out = Gateway()
    monkeypatch.setattr(carrying, "adapter", lambda channel: out)
    send()
    code = sent_code()
    assert everywhere(code) == []
    with behind(SYSTEM):
        message = Message.objects.get(template="accounts.code")
        assert everywhere(message.template) != []  # what is there is found
        carrying.carry(message.pk, AT)
        assert code in out.letters[0].body
        message = Message.objects.get(pk=message.pk)
        assert (message.state, message.secrets) == ("sent", None)
        assert compose.told(message)["code"] == compose.HIDDEN
    assert everywhere(code) == []
    assert ring(code)


def test_a_code_that_did_not_get_out_stays_sealed_for_the_next_attempt(monkeypatch):
    out = Gateway(broken=True)
    monkeypatch.setattr(carrying, "adapter", lambda channel: out)
    send()
    code = sent_code()
    with behind(SYSTEM):
        pk = Message.objects.get(template="accounts.code").pk
        carrying.carry(pk, AT)
        assert Message.objects.get(pk=pk).state == "queued"
        out.broken = False
        carrying.carry(pk, AT + timedelta(minutes=1))
    assert [code in letter.body for letter in out.letters] == [True, True]
    assert everywhere(code) == []
