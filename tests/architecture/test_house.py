"""What import-linter cannot see, on the real tree. `test_planted.py` proves that each of these can fail."""

import re

import pytest
from django.apps import apps

from lifang.core.access.capabilities import capabilities
from lifang.core.access.refusal import reasons
from lifang.core.catalogue import load_all
from lifang.core.config import ROOT
from lifang.core.retention import SHELVES
from tests.architecture.checks import declared, graph, kept, pages, shapes, tree, walls, writes


@pytest.fixture(scope="module", autouse=True)
def _parsed_once():
    yield
    tree.real.cache_clear()  # a million nodes would slow every later collection of garbage


def test_no_foreign_key_points_up_or_beside():
    assert graph.foreign_keys_up(apps.get_models()) == []


def test_neighbours_import_only_public_modules():
    assert graph.private_imports(graph.build()) == []


def test_only_actions_write():
    assert writes.writes_outside_actions() == []


def test_every_selector_asks_who_asks():
    assert shapes.selectors_without_actor() == []


def test_actions_take_keywords_an_actor_and_a_time():
    assert shapes.loose_actions() == []


def test_no_module_is_longer_than_a_reader():
    assert shapes.long_modules() == []


def test_clocks_are_read_at_the_edge():
    assert shapes.clock_reads() == []


def test_templates_have_nothing_inline():
    assert pages.inline_code() == []


def test_templates_name_nothing_of_a_higher_context():
    assert pages.upward_templates() == []


def test_chinese_is_in_catalogues_and_locales():
    assert pages.chinese_literals() == []


def test_every_catalogue_loads():
    assert [str(mistake) for mistake in load_all()] == []
    assert capabilities()
    assert reasons()


def test_every_action_is_a_capability_of_its_context():
    assert declared.undeclared_actions(set(capabilities())) == []


def test_every_capability_is_asked_for_somewhere():
    assert declared.unused_capabilities(set(capabilities())) == []


def test_every_reason_that_code_gives_is_declared():
    assert declared.undeclared_reasons(set(reasons())) == []


@pytest.mark.django_db
def test_every_scoped_table_stands_behind_its_wall():
    assert walls.without_wall(apps.get_models()) == []


@pytest.mark.django_db
def test_everything_that_holds_something_of_a_person_has_a_term():
    faults = kept.without_term(apps.get_models(), SHELVES.values())
    assert not faults, "\n".join(faults)


def test_every_island_is_mounted_by_its_name():
    sources = ROOT / "frontend" / "src"
    names = {file.stem for file in (sources / "islands").glob("*.ts")}
    mounted = set(re.findall(r"^  (\w+): \(\) => import", (sources / "mount.ts").read_text("utf-8"), re.MULTILINE))  # fmt: skip
    assert mounted == names
