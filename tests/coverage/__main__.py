"""`python -m tests.coverage`: make docs/coverage.md from docs/coverage.yaml and the `covers` marks of the tests."""

from tests.coverage.table import TARGET, written

if __name__ == "__main__":
    TARGET.write_text(written(), "utf-8")
