"""The look at the socket: a line that the server has closed is made anew, a living one is not asked anything."""

import select

import psycopg
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from lifang.boot.engines.postgres import SUPERUSER
from lifang.core.access import SYSTEM
from lifang.core.access.wall import stand


def test_a_line_that_the_server_closed_is_not_usable_and_a_living_one_is_not_asked(real_db):
    connection.ensure_connection()
    with CaptureQueriesContext(connection) as asked:
        assert connection.is_usable()
    assert not asked.captured_queries
    pid = connection.connection.info.backend_pid
    with psycopg.connect(real_db.url(SUPERUSER), autocommit=True) as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert not connection.is_usable()


def test_a_request_after_the_server_closed_the_line_is_answered(real_db, client):
    connection.ensure_connection()
    before = connection.connection.info.backend_pid
    with psycopg.connect(real_db.url(SUPERUSER), autocommit=True) as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    connection.health_check_enabled, connection.health_check_done = True, False
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    assert connection.connection.info.backend_pid != before
    connections.close_all()


def test_a_line_made_anew_stands_behind_the_same_wall(real_db):
    """Else who is known to look would be shown nothing, and a device would be nobody's."""
    stand(SYSTEM)
    before = connection.connection.info.backend_pid
    with psycopg.connect(real_db.url(SUPERUSER), autocommit=True) as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    connection.health_check_enabled, connection.health_check_done = True, False
    stand(SYSTEM)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lifang.areas')")
        assert cursor.fetchone() == ("*",)
    assert connection.connection.info.backend_pid != before
    connections.close_all()


def test_a_line_that_is_told_something_is_kept(real_db):
    connection.ensure_connection()
    heard = []
    connection.connection.add_notify_handler(heard.append)
    with connection.cursor() as cursor:
        cursor.execute("LISTEN sensing_register")
    here = real_db.url(SUPERUSER, connection.settings_dict["NAME"])
    with psycopg.connect(here, autocommit=True) as other:
        other.execute("NOTIFY sensing_register")
    assert select.select([connection.connection], [], [], 10)[0]
    assert connection.is_usable()
    assert [one.channel for one in heard] == ["sensing_register"]
    connections.close_all()


@pytest.mark.django_db
def test_a_closed_line_is_not_usable():
    line = connection.copy()
    line.connect()
    line.connection.close()
    assert not line.is_usable()
