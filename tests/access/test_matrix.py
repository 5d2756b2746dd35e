"""The matrix: every url by every member of the cast by every relation of a row to them."""

import pytest

from lifang.core.testing.cast import CAST
from tests.access.walk import Entry, World, entries, missing_urls, url_names, walk

pytestmark = pytest.mark.django_db
ENTRIES = entries()
EACH = [(name, entry) for name, found in ENTRIES.items() for entry in found]


def test_every_url_is_in_an_access_yaml():
    assert missing_urls(url_names(), ENTRIES) == []


def test_every_access_yaml_speaks_of_everybody():
    assert [fault for name, entry in EACH for fault in entry.faults(name)] == []


@pytest.fixture
def world(county: None) -> World:
    return World({key: made() for key, made in CAST.items()})


def _part(name: str, entry: Entry) -> str:
    """One test a context, door and method: enough to share the county, little enough to share the work."""
    context = entry.home.removeprefix("lifang.").removesuffix(".tests")
    return f"{context}{' api' if name.startswith('api:') else ''} {entry.method}"


PARTS = sorted({_part(name, entry) for name, entry in EACH})


@pytest.mark.parametrize("part", PARTS)
def test_everybody_is_answered_as_declared(part: str, world: World):
    wrong, total = [], 0
    for name, entry in EACH:
        if _part(name, entry) == part:
            looked, found = walk(name, entry, world)
            assert looked >= len(CAST)
            wrong += found
            total += looked
    print(f"{part}: {total} answers")
    assert wrong == [], "\n" + "\n".join(wrong)
