"""A rotation of the keys on the real database: stopped in the middle, gone on, nothing lost."""

import os
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.accounts.models import Account
from lifang.core.accounts.terms import AccountKind
from lifang.core.accounts.tests.make import make_account
from lifang.core.audit.models import Entry
from lifang.core.config import config
from lifang.core.crypto import key_ring, rotation

MANY = 45
SLOWLY = """
import sys, django
django.setup()
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.crypto import rotation
with behind(SYSTEM):
    for step in rotation.reseal(10):
        print(step.done, flush=True)
        sys.stdin.readline()
"""


@pytest.fixture
def people(real_db, tmp_path, monkeypatch):
    """Residents with telephones, under a ring of their own."""
    monkeypatch.setenv("LIFANG_HOME", str(tmp_path))
    config.cache_clear()
    with behind(SYSTEM):
        for number in range(MANY):
            make_account(
                f"resident-{number}", kind=AccountKind.RESIDENT, telephone=f"100123450{number:02d}"
            )
        yield
    monkeypatch.undo()
    config.cache_clear()


def everybody_is_found_and_read() -> bool:
    return all(
        Account.objects.get(telephone_key=f"100123450{number:02d}").telephone
        == f"100123450{number:02d}"
        for number in range(MANY)
    )


def fingerprints() -> set[bytes]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT telephone_key FROM accounts_account WHERE telephone_key IS NOT NULL")
        return {bytes(row[0]) for row in cursor.fetchall()}


def keys(*words: str) -> str:
    out = StringIO()
    call_command("keys", *words, stdout=out)
    return out.getvalue()


def test_a_rotation_killed_between_two_batches_loses_nothing_and_goes_on(people):
    before, first = fingerprints(), key_ring().current()[0]
    key_ring().rotate()
    new = key_ring().current()[0]
    assert new != first
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "lifang.boot.settings"}
    child = subprocess.Popen(
        [sys.executable, "-c", SLOWLY],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True,
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == "10\n"
    child.stdin.write("\n")
    child.stdin.flush()
    assert child.stdout.readline() == "10\n"
    child.kill()
    child.communicate()

    assert rotation.how_many_wait() == MANY - 20
    assert len(fingerprints() & before) == MANY - 20
    assert everybody_is_found_and_read()
    assert f"{MANY - 20} rows wait" in keys("status")

    said = keys("rotate", "--batch", "10")
    assert "finished first, no new key" in said
    assert key_ring().current()[0] == new
    assert rotation.how_many_wait() == 0
    assert not fingerprints() & before
    assert everybody_is_found_and_read()
    assert set(rotation.values_by_key()) == {new.hex()}


def test_a_whole_rotation_leaves_its_line_and_no_old_fingerprint(people):
    before, old = fingerprints(), key_ring().current()[0].hex()
    said = keys("rotate")
    new = key_ring().current()[0].hex()
    assert f"New key {new}" in said
    assert old != new
    assert not fingerprints() & before
    assert everybody_is_found_and_read()
    assert Entry.objects.filter(action="accounts.rotate_keys", outcome="done").count() == 1
    # A process that still held the old ring writes under it: found, and mended by the next run.
    late = make_account("late", kind=AccountKind.RESIDENT, telephone="10012345999")
    assert Account.objects.get(telephone_key="100-1234-5999") == late


def test_a_row_that_no_key_opens_is_named_and_the_others_are_done(people):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_account SET telephone = set_byte(telephone, 40, 255 - get_byte(telephone, 40)) "
            "WHERE login = 'resident-7'"
        )
    broken = Account.objects.get(login="resident-7").pk
    err = StringIO()
    with pytest.raises(CommandError, match="1 rows are not under the current key"):
        call_command("keys", "rotate", "--batch", "3", stderr=err, stdout=StringIO())
    assert str(broken) in err.getvalue()
    assert rotation.how_many_wait() == 1


def test_a_ring_from_before_is_read_and_gets_its_first_new_key(people):
    ring = config().keys_file
    assert b'"indexes"' in ring.read_bytes()
    ring.write_bytes(ring.read_bytes().replace(b',\n "indexes": []', b""))
    assert b'"indexes"' not in ring.read_bytes()
    assert everybody_is_found_and_read()
    keys("rotate")
    assert everybody_is_found_and_read()
