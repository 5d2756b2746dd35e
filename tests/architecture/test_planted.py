"""Each check of this folder fails on a planted fault. `pytest tests/architecture/test_planted.py -s` prints the list."""

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from lifang.affairs.models import Application, Intake
from lifang.core.access.models import Scoped
from lifang.core.catalogue import Mistake
from lifang.core.catalogue.loader import Catalogue
from lifang.core.config import config
from lifang.core.i18n import Text
from lifang.core.retention import SHELVES
from tests.access.walk import missing_urls
from tests.architecture.checks import declared, graph, kept, pages, shapes, walls, writes
from tests.architecture.test_contracts import PLANTED as IMPORTS
from tests.architecture.test_events import broken_promises

Files = dict[str, str]
Check = Callable[[Path], list[str]]


def _bare(check: Callable[..., list[str]]) -> Check:
    """Without the real tree's exemptions, which a small tree would call unused."""
    return lambda root: check(root, exemptions={})


# name of the fault → (check, files with the fault, what must be said)
FAULTS: dict[str, tuple[Check, Files, str]] = {
    "a page that saves": (
        _bare(writes.writes_outside_actions),
        {
            "lifang/cases/web/desk.py": "def closure(request, case):\n    case.state = 'closed'\n    case.save()\n"
        },
        "lifang/cases/web/desk.py:3 .save(",
    ),
    "a selector that updates": (
        _bare(writes.writes_outside_actions),
        {
            "lifang/cases/selectors/find.py": "def seen(actor, rows):\n    rows.filter(a=1).update(seen=True)\n"
        },
        "find.py:2 .update(",
    ),
    "a listener that creates": (
        _bare(writes.writes_outside_actions),
        {
            "lifang/cases/listeners.py": "def on_it(told, system):\n    Case.objects.create(source=told.ref)\n"
        },
        "listeners.py:2 .create(",
    ),
    "a job that deletes": (
        _bare(writes.writes_outside_actions),
        {
            "lifang/cases/jobs.py": "def tidy(system, at):\n    Case.objects.filter(old=True).delete()\n"
        },
        "jobs.py:2 .delete(",
    ),
    "SQL that writes in a selector": (
        _bare(writes.writes_outside_actions),
        {"lifang/orgs/selectors.py": 'SQL = """\n  UPDATE orgs_unit SET name = 1\n"""\n'},
        "selectors.py:1 UPDATE orgs_unit SET",
    ),
    "an exemption that nobody needs": (
        lambda root: writes.writes_outside_actions(root, {"lifang/cases/web/*": "once was"}),
        {"lifang/cases/web/desk.py": "x = 1\n"},
        "exemption without use: lifang/cases/web/*",
    ),
    "a selector that asks for nobody": (
        _bare(shapes.selectors_without_actor),
        {"lifang/cases/selectors/inbox.py": "def open_cases(area):\n    return area\n"},
        "lifang.cases.selectors.inbox.open_cases: who asks?",
    ),
    "a selector without parameters": (
        _bare(shapes.selectors_without_actor),
        {"lifang/cases/selectors.py": "def all_cases():\n    return 1\n"},
        "all_cases: who asks?",
    ),
    "an action that takes positional arguments": (
        shapes.loose_actions,
        {
            "lifang/cases/actions.py": "@action('cases.close')\ndef close(case, *, actor, at):\n    ...\n"
        },
        "close: keywords only, with actor and at",
    ),
    "an action that reads its own clock": (
        shapes.loose_actions,
        {
            "lifang/cases/actions.py": "@action('cases.close')\ndef close(*, actor, case):\n    ...\n"
        },
        "close: keywords only, with actor and at",
    ),
    "a module of 401 lines": (
        shapes.long_modules,
        {"lifang/cases/rules.py": "x = 1\n" * 401},
        "lifang/cases/rules.py: 401 lines",
    ),
    "a rule that reads the clock": (
        _bare(shapes.clock_reads),
        {
            "lifang/cases/rules.py": "from django.utils import timezone\ndef late(case):\n    return timezone.now()\n"
        },
        "rules.py:3 timezone.now",
    ),
    "an action that asks what day it is": (
        _bare(shapes.clock_reads),
        {
            "lifang/orgs/actions.py": "from datetime import date\nfrom django.utils.timezone import localdate\nx = date.today()\ny = localdate()\n"
        },
        "actions.py:4 localdate()",
    ),
    "an inline style": (
        pages.inline_code,
        {"lifang/cases/templates/cases/a.html": '<p>\n<b class="x" style="color:red">a</b>'},
        "a.html:2 style=",
    ),
    "an inline style behind a template tag": (
        pages.inline_code,
        {
            "lifang/cases/templates/cases/a.html": '<b {% if a > b %}class="x"{% endif %} style="{{ s }}">a</b>'
        },
        "a.html:1 style=",
    ),
    "an inline script": (
        pages.inline_code,
        {"lifang/cases/templates/cases/a.html": "<script>\nalert(1)</script>"},
        "a.html:1 <script> with a body",
    ),
    "an inline handler": (
        pages.inline_code,
        {"lifang/cases/templates/cases/a.html": '<button onclick="go()">a</button>'},
        "a.html:1 on…=",
    ),
    "a javascript: link": (
        pages.inline_code,
        {"lifang/cases/templates/cases/a.html": '<a href="javascript:go()">a</a>'},
        "a.html:1 javascript:",
    ),
    "a link to a page of a higher context": (
        pages.upward_templates,
        {
            "lifang/cases/web/urls.py": 'app_name = "cases"\n',
            "lifang/registry/templates/registry/a.html": 'x\n{% url "cases:list" %}',
        },
        "lifang/registry/templates/registry/a.html:2",
    ),
    "a template of a higher context included": (
        pages.upward_templates,
        {
            "lifang/cases/templates/cases/b.html": "b",
            "lifang/orgs/templates/orgs/a.html": '{% include "cases/b.html" %}',
        },
        "is of cases",
    ),
    "a template of a higher context extended": (
        pages.upward_templates,
        {
            "lifang/cases/templates/cases/b.html": "b",
            "lifang/core/web/templates/web/a.html": '{% extends "cases/b.html" %}',
        },
        "is of cases",
    ),
    "Chinese in a view": (
        _bare(pages.chinese_literals),
        {"lifang/cases/web/desk.py": 'TITLE = "办结"\n'},
        "desk.py:1",
    ),
    "Chinese in a template": (
        _bare(pages.chinese_literals),
        {"lifang/cases/templates/cases/a.html": "<h1>事件</h1>"},
        "lifang/cases/templates/cases/a.html 事",
    ),
    "an action that no post can be given": (
        lambda root: declared.undeclared_actions({"cases.accept"}, root, {}),
        {"lifang/cases/actions.py": "@action('cases.acept')\ndef accept(*, actor, at):\n    ...\n"},
        "cases.acept is no capability",
    ),
    "an action named for another context": (
        lambda root: declared.undeclared_actions({"orgs.accept"}, root, {}),
        {"lifang/cases/actions.py": "@action('orgs.accept')\ndef accept(*, actor, at):\n    ...\n"},
        "orgs.accept is named for another context",
    ),
    "a capability that nothing asks for": (
        lambda root: declared.unused_capabilities({"cases.accept", "cases.bless"}, root),
        {
            "lifang/cases/actions.py": "@action('cases.accept')\ndef accept(*, actor, at):\n    ...\n"
        },
        "cases.bless",
    ),
    "a reason without a sentence": (
        lambda root: declared.undeclared_reasons({"not_allowed"}, root),
        {"lifang/cases/rules.py": 'def may(a):\n    return Refusal("too_purple", {"a": a})\n'},
        "lifang/cases/rules.py:2 too_purple",
    ),
}
ASIDE = (
    "a neighbour's private module imported",
    "a neighbour's private module imported inside a function",
    "a string foreign key that points up",
    "a string foreign key to a sibling",
    "a scoped table without a wall",
    "an event that is gone",
    "an event that lost a fact",
    "a url that access.yaml does not name",
    "a catalogue with a mistake",
)


def plant(root: Path, files: Files) -> Path:
    """A small tree with these files."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(textwrap.dedent(text), "utf-8")
    return root


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_named(tmp_path: Path, fault: str):
    check, files, told = FAULTS[fault]
    said = check(plant(tmp_path, files))
    assert any(told in line for line in said), said


@pytest.mark.parametrize("fault", FAULTS)
def test_the_same_check_is_silent_on_a_clean_tree(tmp_path: Path, fault: str):
    check, _, told = FAULTS[fault]
    clean = {
        "lifang/cases/actions.py": "@action('cases.accept')\ndef accept(*, actor, case, at):\n    case.save()\n",
        "lifang/cases/selectors.py": "def cases(actor):\n    return 1\n\ndef _helper(x):\n    return {}.update(x)\n",
        "lifang/cases/web/urls.py": 'app_name = "cases"\n',
        "lifang/cases/web/desk.py": 'NAME = Text(zh="事件", en="Case")\nUSED = "cases.bless"\n',
        "lifang/cases/templates/cases/b.html": '{# 事件 #}<p class="style">{% url "cases:list" %}</p><script src="a.js"></script>',
        "lifang/cases/rules.py": 'def may(a, at):\n    return Refusal("not_allowed") if localdate(at) else None\n',
    }
    if "exemption" not in fault and "no post" not in fault and "another context" not in fault:
        assert check(plant(tmp_path, clean)) == []
    else:
        assert (
            not any(told in line for line in check(plant(tmp_path, clean))) or "exemption" in fault
        )


@pytest.fixture
def package(tmp_path: Path) -> Iterator[Callable[[Files], str]]:
    """Makes an importable tree under a name of its own."""
    name = f"planted_{abs(hash(tmp_path)) % 10**8}"

    def made(files: Files) -> str:
        plant(
            tmp_path,
            {
                file.replace("lifang/", f"{name}/", 1): text.replace("lifang.", f"{name}.")
                for file, text in files.items()
            },
        )
        for folder in {
            parent
            for file in tmp_path.rglob("*.py")
            for parent in file.parents
            if parent.is_relative_to(tmp_path / name)
        }:
            (folder / "__init__.py").touch()
        return name

    sys.path.insert(0, str(tmp_path))
    yield made
    sys.path.remove(str(tmp_path))


@pytest.mark.parametrize(
    "importing",
    ["import lifang.registry.models\n", "def f():\n    from lifang.registry.models import Place\n"],
)
def test_a_neighbours_private_module_is_named(package, importing: str):
    name = package(
        {
            "lifang/registry/models.py": "class Place: ...\n",
            "lifang/registry/selectors.py": "x = 1\n",
            "lifang/cases/rules.py": importing + "import lifang.registry.selectors\n",
            "lifang/cases/tests/make.py": "import lifang.registry.models\n",
        }
    )
    assert graph.private_imports(graph.build(name), name) == [
        f"{name}.cases.rules imports {name}.registry.models"
    ]


@isolate_apps("lifang.registry", "lifang.orgs", "lifang.cases")
def test_a_foreign_key_that_points_up_is_named():
    case = type(
        "Case",
        (models.Model,),
        {"__module__": "lifang.cases.models", "Meta": type("Meta", (), {"app_label": "cases"})},
    )
    meta = type("Meta", (), {"app_label": "registry"})
    key = models.ForeignKey("cases.Case", models.PROTECT, related_name="+")
    place = type(
        "Place",
        (models.Model,),
        {"__module__": "lifang.registry.models", "Meta": meta, "case": key},
    )
    assert graph.foreign_keys_up([case, place]) == ["registry.Place.case points to cases.Case"]


@isolate_apps("lifang.registry", "lifang.orgs", "lifang.cases")
def test_a_foreign_key_to_a_sibling_is_named():
    party = type(
        "Branch",
        (models.Model,),
        {"__module__": "lifang.party.models", "Meta": type("Meta", (), {"app_label": "orgs"})},
    )
    key = models.ForeignKey("orgs.Branch", models.PROTECT, related_name="+")
    bill = type(
        "Bill",
        (models.Model,),
        {
            "__module__": "lifang.living.models",
            "Meta": type("Meta", (), {"app_label": "registry"}),
            "branch": key,
        },
    )
    assert graph.foreign_keys_up([party, bill]) == ["registry.Bill.branch points to orgs.Branch"]


@pytest.mark.django_db
@isolate_apps("lifang.registry")
def test_a_scoped_table_without_a_wall_is_named():
    bare = type(
        "Bare",
        (Scoped,),
        {
            "__module__": "lifang.registry.models",
            "Meta": type("Meta", (), {"app_label": "registry"}),
        },
    )
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE registry_bare (id uuid, area text, holders text[])")
    assert walls.without_wall([bare]) == [
        "registry_bare: row-level security is not forced",
        "registry_bare: no policy for ['a', 'd', 'r', 'w']",
    ]


@pytest.mark.django_db
def test_a_table_of_people_without_a_term_is_named():
    others = [one for key, one in SHELVES.items() if not key.startswith("affairs.")]
    assert kept.without_term([Application, Intake], others, {}) == [
        "affairs.Application: `person` names somebody, and no term says how long",
        "affairs.Intake: `person` names somebody, and no term says how long",
    ]
    assert kept.without_term([Application, Intake], SHELVES.values(), {"affairs.Intake": "x"}) == [
        "exemption without use: affairs.Intake"
    ]


def test_an_event_that_is_gone_or_lost_a_fact_is_named():
    golden = {
        "cases.CaseClosed": {"case": "UUID", "at": "datetime"},
        "cases.Gone": {"at": "datetime"},
    }
    now = {"cases.CaseClosed": {"case": "str", "by": "UUID"}}
    assert broken_promises(golden, now) == [
        "cases.Gone is told no more",
        "cases.CaseClosed.case was UUID, is str",
        "cases.CaseClosed.at was datetime, is gone",
    ]
    assert broken_promises(golden, {**golden, "cases.New": {"at": "datetime"}}) == []


def test_a_url_that_access_yaml_does_not_name_is_named():
    assert missing_urls(["cases:list", "cases:case"], {"cases:list": {}, "cases:old": {}}) == [
        "cases:case: no access.yaml says who may",
        "cases:old: access.yaml names a url that is not there",
    ]


def test_a_catalogue_with_a_mistake_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        key: str
        name: Text

    plant(
        tmp_path,
        {"data/calendar/pattern.yaml": "a:\n  name: {zh: 甲, en: A}\nb:\n  name: {zh: 乙}\n"},
    )
    monkeypatch.setattr(type(config()), "site_dir", property(lambda _: tmp_path))
    with pytest.raises(Mistake, match=r"pattern\.yaml:3: `b`: Object missing required field `en`"):
        Catalogue("calendar", "pattern", Entry, required=False).load()


def test_the_list_of_planted_faults():
    listed = [
        *(
            f"{contract}: {name} ({text.strip() or 'a new module'})"
            for name, (text, contract, _) in IMPORTS.items()
        ),
        *FAULTS,
        *ASIDE,
    ]
    print(f"\n{len(listed)} planted faults, each named by its contract or test:")
    for number, name in enumerate(listed, 1):
        print(f"  {number:2}. {' '.join(name.split())}")
    assert len(set(listed)) == len(listed) >= 40
