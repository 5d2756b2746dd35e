"""A measure of a home that holds nothing says so."""

import os
import subprocess
import sys


def test_without_a_table_it_says_in_a_sentence_what_to_do(real_db):
    bare = real_db.url("lifang_app", "postgres")
    asked = [sys.executable, "-m", "lifang", "measure", "duplicates"]
    told = subprocess.run(
        asked,
        env={**os.environ, "LIFANG_DATABASE_URL": bare},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert "Nothing is stored here yet: run `lifang up`" in told.stderr
    assert "Traceback" not in told.stderr
