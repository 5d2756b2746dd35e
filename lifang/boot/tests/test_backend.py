"""The look at the socket: a line that the server has closed is made anew, a living one is not asked anything."""

import psycopg
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from lifang.boot.engines.postgres import SUPERUSER


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


@pytest.mark.django_db
def test_a_closed_line_is_not_usable():
    line = connection.copy()
    line.connect()
    line.connection.close()
    assert not line.is_usable()
