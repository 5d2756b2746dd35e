import re

import pytest

from lifang.boot.reference import FOLDER, pages
from lifang.core.access.capabilities import capabilities
from lifang.core.access.posts import posts
from lifang.core.catalogue import declared
from lifang.core.notify.catalogue import templates


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_page_of_the_reference_is_up_to_date(name: str):
    assert (FOLDER / name).read_text("utf-8") == pages()[name], "run: lifang reference"


def test_nothing_else_lies_in_the_folder():
    assert {file.name for file in FOLDER.iterdir()} == set(pages())


def test_every_declaration_has_its_line():
    made = pages()
    assert set(re.findall(r"^\| `([a-z_.]+)`", made["capabilities.md"], re.MULTILINE)) == set(
        capabilities()
    )
    assert set(re.findall(r"^\| `([a-z_.]+)`", made["messages.md"], re.MULTILINE)) == set(
        templates()
    )
    assert all(f"`{post}`\n" in made["capabilities.md"] for post in posts())
    files = {
        (each.owner, each.name) for each in declared() if ".tests" not in each.shape.__module__
    }
    assert (
        set(re.findall(r"^\| ([a-z.]+) \| `(\w+)\.yaml`", made["catalogues.md"], re.MULTILINE))
        == files
    )


def test_a_bar_in_a_text_does_not_break_its_table():
    rows = [line for text in pages().values() for line in text.splitlines() if line[:1] == "|"]
    widths = {len(re.findall(r"(?<!\\)\|", line)) - 1 for line in rows}
    assert rows
    assert widths <= {3, 4, 5}
