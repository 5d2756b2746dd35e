import pytest
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext

from lifang.core.access import prepared

NAME = "lifang_test_sum"


@pytest.fixture
def statement(real_db):
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute(f"PREPARE {NAME} (int, text) AS SELECT (10 / $1)::text, $2, NULL::text")
    yield NAME
    with connection.cursor() as cursor:
        cursor.execute(f"DEALLOCATE {NAME}")


def test_libpq_and_a_cursor_say_the_same(statement):
    straight = prepared.run(statement, "5", "里坊")
    with CaptureQueriesContext(connection) as seen:
        listened_to = prepared.run(statement, "5", "里坊")
    assert straight == listened_to == [("2", "里坊", None)]
    assert len(seen) == 1, "who listens to the statements hears this one too"


def test_what_the_database_refuses_is_the_error_that_django_knows(statement):
    with pytest.raises(DataError):
        prepared.run(statement, "0", "x")
    assert prepared.run(statement, "1", "x") == [("10", "x", None)]


def test_a_text_with_a_zero_byte_is_refused_not_cut_off(statement):
    with pytest.raises(DataError):
        prepared.run(statement, "1", "a\0b")
    assert prepared.run(statement, "1", "x") == [("10", "x", None)]
