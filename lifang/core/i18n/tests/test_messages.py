import os
from pathlib import Path

import pytest

from lifang.core.i18n.messages import (
    Found,
    compile_messages,
    faulty_messages,
    missing_messages,
    written,
)

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=1; plural=0;\\n"

msgid "Close"
msgstr "办结"

msgctxt "door"
msgid "Close"
msgstr "关门"

msgid "%(count)d case"
msgid_plural "%(count)d cases"
msgstr[0] "%(count)d件"

#, fuzzy
msgid "Guess"
msgstr "猜"

msgid "Empty"
msgstr ""
"""
PY = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
a = _("Close"), _("Guess"), _("Empty"), pgettext("door", "Close"), pgettext("box", "Close")
b = ngettext("%(count)d case", "%(count)d cases", 3)
"""
HTML = """{% load i18n %}
{% translate "Close" %} {% translate "Accept" %}
{% blocktranslate trimmed count n=n %}
  One thing
{% plural %}
  {{ n }} things
{% endblocktranslate %}
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "cases/locale/zh_Hans/LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(PO.lstrip(), "utf-8")
    (tmp_path / "cases/terms.py").write_text(PY, "utf-8")
    (tmp_path / "cases/tests").mkdir()
    (tmp_path / "cases/tests/test_x.py").write_text('_("Only in a test")', "utf-8")
    (tmp_path / "cases/templates/cases").mkdir(parents=True)
    (tmp_path / "cases/templates/cases/page.html").write_text(HTML, "utf-8")
    return tmp_path


def test_what_has_no_chinese_is_found_with_its_place(package):
    assert missing_messages(package) == [
        Found("Guess", None, "cases/terms.py:3"),
        Found("Empty", None, "cases/terms.py:3"),
        Found("Close", "box", "cases/terms.py:3"),
        Found("Accept", None, "cases/templates/cases/page.html:2"),
        Found("One thing", None, "cases/templates/cases/page.html:3"),
    ]
    assert "Only in a test" not in {found.msgid for found in written(package)}


def test_a_lost_or_invented_placeholder_is_found(package):
    assert faulty_messages(package) == []
    po = package / "cases/locale/zh_Hans/LC_MESSAGES/django.po"
    po.write_text(PO.lstrip().replace('"%(count)d件"', '"%(many)d件"'), "utf-8")
    assert faulty_messages(package) == [
        "cases/locale/zh_Hans/LC_MESSAGES/django.po: ('%(count)d case', '%(count)d cases')"
    ]


def test_built_files_are_built_once_and_again_when_the_source_changes(package):
    (built,) = compile_messages(package)
    assert built.name == "django.mo"
    assert built.read_bytes()[:4] in (b"\xde\x12\x04\x95", b"\x95\x04\x12\xde")
    assert compile_messages(package) == []
    po = built.with_suffix(".po")
    po.write_text(PO.lstrip().replace("办结", "结案"), "utf-8")
    later = built.stat().st_mtime_ns + 1_000_000

    os.utime(po, ns=(later, later))
    assert compile_messages(package) == [built]
    assert "结案".encode() in built.read_bytes()
    assert [p.name for p in built.parent.iterdir() if p.suffix == ".tmp"] == []
