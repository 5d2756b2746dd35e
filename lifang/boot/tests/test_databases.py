"""The test run's own databases: real PostgreSQL, the role that row-level security binds, one clone a worker."""

import subprocess
import sys
import threading

import psycopg
import pytest
from django.db import ProgrammingError, connection, transaction


def _one(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_tests_speak_to_the_database_as_a_role_that_owns_nothing_and_bypasses_nothing():
    assert _one("SELECT current_user") == "lifang_app"
    assert (
        _one("SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user") is False
    )
    assert _one("SELECT count(*) FROM pg_class WHERE relowner = 'lifang_app'::regrole") == 0
    assert _one("SELECT count(*) FROM django_migrations") > 0


@pytest.mark.django_db
def test_the_application_may_write_rows_but_not_change_or_empty_tables():
    for forbidden in ("TRUNCATE django_content_type CASCADE", "DROP TABLE django_content_type"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(forbidden)


@pytest.mark.django_db
def test_chinese_words_have_trigrams():
    assert _one("SELECT cardinality(show_trgm('周村区'))") > 0


def test_real_commits_are_seen_by_threads_and_other_processes_and_are_gone_afterwards(real_db):
    name = _one("SELECT current_database()")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_content_type (app_label, model) VALUES ('a', 'b')")
    seen: list[object] = []

    def look() -> None:
        seen.append(_one("SELECT current_database()"))
        seen.append(_one("SELECT count(*) FROM django_content_type WHERE app_label = 'a'"))
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [name, 1]
    with psycopg.connect(real_db.url("lifang_app", str(name))) as other:
        assert other.execute(
            "SELECT count(*) FROM django_content_type WHERE model = 'b'"
        ).fetchone() == (1,)
    code = (
        "import os, psycopg; print(psycopg.connect(os.environ['LIFANG_DATABASE_URL']).info.dbname)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == name


def test_no_clone_of_this_process_is_left_by_the_test_before(real_db, django_db_setup):
    with psycopg.connect(real_db.url("lifang", "postgres")) as server:
        mine = server.execute(
            "SELECT count(*) FROM pg_database WHERE datname LIKE 'clone\\_%\\_real\\_%'"
        ).fetchone()
    assert mine is not None
    assert mine[0] >= 1
