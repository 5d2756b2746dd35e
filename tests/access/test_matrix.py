"""The matrix: every url by every member of the cast by every relation of a row to them."""

import pytest

from lifang.core.testing.cast import CAST, Member
from tests.access.walk import entries, missing_urls, url_names, walk

pytestmark = pytest.mark.django_db
ENTRIES = entries()


def test_every_url_is_in_an_access_yaml():
    assert missing_urls(url_names(), ENTRIES) == []


def test_every_access_yaml_speaks_of_everybody():
    assert [fault for name, entry in ENTRIES.items() for fault in entry.faults(name)] == []


@pytest.fixture
def cast(county: None) -> dict[str, Member]:
    return {key: made() for key, made in CAST.items()}


@pytest.mark.parametrize("name", ENTRIES)
def test_each_answers_as_declared(name: str, cast: dict[str, Member]):
    looked, wrong = walk(name, ENTRIES[name], cast)
    print(f"{name}: {looked} answers")
    assert looked >= len(CAST)
    assert wrong == []
