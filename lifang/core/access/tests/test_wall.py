"""The second wall: what the database shows when every other check has been forgotten."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import IntegrityError, close_old_connections, connection, connections, transaction
from django.http import HttpResponse
from django.test import RequestFactory

from lifang.core.access import ANONYMOUS, SYSTEM, wall
from lifang.core.access.tests.make import make_actor, make_row
from lifang.core.access.wall import behind
from lifang.core.accounts.middleware import actor_middleware
from lifang.core.accounts.models import Account
from lifang.core.accounts.sessions import SessionStore
from lifang.core.accounts.tests.make import make_account, make_grant
from lifang.core.notify.models import Message

OURS, THEIRS = "990101001", "990101002"


def areas() -> set[str]:
    """Without any filter of ours."""
    return {row.area for row in Message.objects.all()}


def walled_tables() -> list[str]:
    """Every table whose rows lie somewhere and concern somebody; the outbox only says whom to tell, and no page reads it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
            "JOIN pg_attribute h ON h.attrelid = c.oid JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'r' AND a.attname = 'area' AND h.attname = 'holders' AND n.nspname = 'public' "
            "AND c.relname <> 'events_outbox'"
        )
        return sorted(row[0] for row in cursor.fetchall())


@pytest.mark.django_db
def test_every_scoped_table_stands_behind_a_forced_wall():
    tables = walled_tables()
    assert {"notify_message", "flow_todo"} <= set(tables)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND relrowsecurity AND relforcerowsecurity",
            [tables],
        )
        assert sorted(row[0] for row in cursor.fetchall()) == tables


@pytest.mark.django_db
def test_the_application_is_neither_owner_nor_above_the_wall():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolbypassrls, rolsuper FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("lifang_app", False, False)
        cursor.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE tablename = ANY(%s)", [walled_tables()]
        )
        assert cursor.fetchall() == [("lifang_owner",)]


def test_a_connection_with_nothing_set_sees_nothing_and_changes_nothing(real_db):
    with behind(SYSTEM):
        make_row(OURS)
        make_row("", "account:x")
    database = connection.settings_dict["NAME"]
    with psycopg.connect(real_db.url("lifang_app", database), autocommit=True) as bare:
        for table in walled_tables():
            assert bare.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
        assert bare.execute("UPDATE notify_message SET area = '1'").rowcount == 0
        assert bare.execute("DELETE FROM notify_message").rowcount == 0
    with behind(SYSTEM):
        assert areas() == {OURS, ""}


def test_the_owner_too_stands_behind_the_wall(real_db):
    with behind(SYSTEM):
        make_row(OURS)
    database = connection.settings_dict["NAME"]
    with psycopg.connect(real_db.url("lifang_owner", database), autocommit=True) as owner:
        assert owner.execute("SELECT count(*) FROM notify_message").fetchone() == (0,)


@pytest.fixture
def two(db):
    with behind(SYSTEM):
        make_row(OURS)
        make_row(THEIRS)


@pytest.mark.django_db
def test_each_sees_their_own_without_any_filter(two):
    with behind(make_actor(OURS)):
        assert areas() == {OURS}
    with behind(make_actor(THEIRS)):
        assert areas() == {THEIRS}
    with behind(make_actor("990101")):
        assert areas() == {OURS, THEIRS}
    with behind(make_actor("9901010019")), behind(ANONYMOUS):
        assert areas() == set()


@pytest.mark.django_db
def test_a_row_one_does_not_see_is_neither_changed_nor_removed(two):
    with behind(make_actor(OURS)):
        assert Message.objects.filter(area=THEIRS).update(template="x") == 0
        assert Message.objects.filter(area=THEIRS).delete()[0] == 0
    with behind(SYSTEM):
        assert areas() == {OURS, THEIRS}
        assert not Message.objects.filter(template="x").exists()


@pytest.mark.django_db
def test_walls_nest_and_give_back(two):
    ours, theirs = make_actor(OURS), make_actor(THEIRS)
    with behind(ours):
        with behind(theirs):
            assert areas() == {THEIRS}
            with behind(SYSTEM):
                assert areas() == {OURS, THEIRS}
            assert areas() == {THEIRS}
        assert areas() == {OURS}


@pytest.mark.django_db
def test_a_fall_gives_the_wall_back(two):
    ours = make_actor(OURS)
    with behind(ours):
        with pytest.raises(ZeroDivisionError), behind(SYSTEM), transaction.atomic():
            1 / 0  # noqa: B018
        assert areas() == {OURS}
        with pytest.raises(ZeroDivisionError), transaction.atomic(), behind(SYSTEM):
            1 / 0  # noqa: B018
        assert areas() == {OURS}


def broken() -> None:
    """The database refuses: the transaction is spoilt."""
    Account.objects.create(login="x.y", name="x", password="", opened_at=None)


@pytest.mark.parametrize("outer", [True, False])
def test_a_spoilt_transaction_gives_the_wall_back(real_db, outer):
    with behind(SYSTEM):
        make_row(OURS)
        make_row(THEIRS)
    wall.stand(make_actor(OURS))
    if outer:
        with pytest.raises(IntegrityError), behind(SYSTEM), transaction.atomic():
            broken()
    else:
        with pytest.raises(IntegrityError), transaction.atomic(), behind(SYSTEM):
            broken()
    assert areas() == {OURS}
    with behind(SYSTEM):
        assert areas() == {OURS, THEIRS}
    assert areas() == {OURS}, "a wall opened after a spoilt transaction was left open"


def test_a_new_connection_starts_behind_a_closed_wall(real_db):
    with behind(SYSTEM):
        make_row(OURS)
    wall.stand(SYSTEM)
    assert areas() == {OURS}
    connection.close()
    assert areas() == set()
    wall.stand(SYSTEM)
    assert areas() == {OURS}


def test_two_hundred_interleaved_requests_never_see_anothers_rows(real_db):
    people = {}
    with behind(SYSTEM):
        for number in range(5):
            area = f"99010100{number}"
            account = make_account(f"worker{number}")
            make_grant(account, "grid_worker", area)
            make_row(area)
            make_row("", f"account:{account.pk}")
            store = SessionStore()
            store["_auth_user_id"] = str(account.pk)
            store.create()
            people[area] = (store.session_key, account.pk)

    def view(request):
        with transaction.atomic():
            found = sorted((row.area, tuple(row.holders)) for row in Message.objects.all())
        return HttpResponse(repr(found))

    handle = SessionMiddleware(actor_middleware(view))
    calls = [random.Random(7).choice([*people, "nobody"]) for _ in range(200)]

    def call(area: str) -> tuple[str, str]:
        close_old_connections()
        request = RequestFactory().get("/")
        if area in people:
            request.COOKIES["sessionid"] = people[area][0]
        return area, handle(request).content.decode()

    def worker(part: list[str]) -> list[tuple[str, str]]:
        try:
            return [call(area) for area in part]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        answers = [
            answer for part in pool.map(worker, [calls[n::4] for n in range(4)]) for answer in part
        ]
    expected = {
        area: repr(sorted([(area, ()), ("", (f"account:{account}",))]))
        for area, (_, account) in people.items()
    }
    assert Counter(area for area, _ in answers) == Counter(calls)
    assert [(area, seen) for area, seen in answers if seen != expected.get(area, "[]")] == []
