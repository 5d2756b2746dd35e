"""What a request costs, and who sits behind a cookie."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lifang.core.access import wall
from lifang.core.access.grants import actor_of
from lifang.core.access.seat import seat
from lifang.core.accounts.models import Session
from lifang.core.accounts.sessions import SessionStore, key_digest
from lifang.core.accounts.tests.make import AT, make_account, make_grant, now

pytestmark = pytest.mark.django_db


def session_of(account, **facts) -> SessionStore:
    store = SessionStore()
    store.at = AT
    store["_auth_user_id"] = str(account.pk)
    store.create()
    return store


def test_session_account_grants_and_wall_are_one_statement():
    account = make_account()
    make_grant(account, "grid_worker", "370306001002003")
    make_grant(account, "department_handler", "370306", sees="unit", holder="unit:u1")
    make_grant(account, "street_dispatcher", "370306001", valid_to=AT)
    key = session_of(account).session_key
    seat(b"the connection learns the statement", AT)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = seat(key_digest(key), AT)
    assert len(asked) == 1
    assert found.actor == actor_of(account.pk, AT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lifang.areas'), current_setting('lifang.holders')")
        told = cursor.fetchone()
    assert told == ("370306001002003", f"account:{account.pk},unit:u1")
    with CaptureQueriesContext(connection) as asked:
        wall.stand(found.actor)
    assert len(asked) == 0


def test_a_grant_for_everywhere_opens_the_whole_wall():
    account = make_account()
    make_grant(account, "city_leader", "")
    make_grant(account, "grid_worker", "370306001002003")
    found = seat(key_digest(session_of(account).session_key), AT)
    assert found.actor.scope.everywhere
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lifang.areas')")
        assert cursor.fetchone() == ("*",)


def test_an_unknown_key_seats_nobody():
    assert seat(key_digest("nobody"), AT) is None


@pytest.mark.parametrize("fact", ["closed_at", "locked_at"])
def test_a_closed_or_locked_account_is_nobody_in_its_session(fact):
    account = make_account()
    make_grant(account, "city_leader", "")
    key = key_digest(session_of(account).session_key)
    setattr(account, fact, AT)
    account.save()
    found = seat(key, AT)
    assert found.actor.id is None
    assert found.actor.scope.areas == frozenset()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lifang.areas'), current_setting('lifang.holders')")
        assert cursor.fetchone() == ("", "")


def test_a_silent_session_is_over_on_the_server():
    key = key_digest(session_of(make_account()).session_key)
    assert seat(key, AT + timedelta(minutes=59)) is not None
    assert seat(key, AT + timedelta(minutes=61)) is None


def test_a_session_ends_after_its_whole_hours_however_busy():
    store = session_of(make_account())
    end = AT + timedelta(hours=12)
    Session.objects.update(seen_at=end - timedelta(minutes=1))
    assert seat(key_digest(store.session_key), end - timedelta(seconds=1)) is not None
    assert seat(key_digest(store.session_key), end) is None


def test_a_signed_in_request_costs_one_statement_before_its_view(settings):
    client, account = Client(), make_account()
    client.force_login(account)
    client.get("/account/nothing-here")
    with CaptureQueriesContext(connection) as asked:
        client.get("/favicon-that-is-not-there")
    from_us = [query["sql"] for query in asked if "lifang_seat" in query["sql"]]
    assert len(from_us) == 1
    assert not any("accounts_session" in query["sql"] for query in asked)
    assert not any("set_config" in query["sql"] for query in asked)


def test_the_last_sign_of_life_is_kept_to_the_minute():
    client, account = Client(), make_account()
    client.force_login(account)
    Session.objects.update(seen_at=now() - timedelta(minutes=2))
    client.get("/nothing")
    assert now() - Session.objects.get().seen_at < timedelta(seconds=30)


def test_the_content_is_sealed_and_the_key_a_digest():
    store = SessionStore()
    store["marker"] = "a street lamp is out"
    store.create()
    row = Session.objects.get()
    assert b"street lamp" not in bytes(row.content)
    assert bytes(row.key) == key_digest(store.session_key)
    assert SessionStore(store.session_key)["marker"] == "a street lamp is out"


def test_a_content_moved_to_another_session_does_not_open():
    ours, theirs = SessionStore(), SessionStore()
    ours["who"], theirs["who"] = "ours", "theirs"
    ours.create()
    theirs.create()
    content = Session.objects.get(key=key_digest(theirs.session_key)).content
    Session.objects.filter(key=key_digest(ours.session_key)).update(content=content)
    assert SessionStore(ours.session_key).get("who") is None


def test_a_page_for_somebody_stays_in_no_cache():
    client = Client()
    client.force_login(make_account())
    assert client.get("/account").headers["Cache-Control"] == "no-store"
