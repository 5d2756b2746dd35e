"""A kept piece of a page is given again only while everything it was made of is the same."""

import pytest
from django.template import Context, Template, TemplateSyntaxError, VariableDoesNotExist
from django.utils import translation

from lifang.core.web import kept as module
from lifang.core.web.kept import Kept

pytestmark = pytest.mark.django_db


class Spy:
    """Something a template shows, and how often it was asked."""

    def __init__(self, word: str = "word") -> None:
        self.word, self.shown = word, 0

    def __str__(self) -> str:
        self.shown += 1
        return self.word


def drawn(template, **context):
    return template.render(Context(context))


def test_a_piece_is_drawn_once_while_its_facts_are_the_same():
    template, spy = Template("{% load kit %}{% kept key %}<b>{{ spy }}</b>{% endkept %}"), Spy()
    assert {drawn(template, key=1, spy=spy) for _ in range(3)} == {"<b>word</b>"}
    assert spy.shown == 1
    spy.word = "another"
    assert drawn(template, key=2, spy=spy) == "<b>another</b>"
    assert drawn(template, key=1, spy=spy) == "<b>word</b>"


def test_two_places_never_share_a_piece():
    one, two = (Template("{% load kit %}{% kept key %}" + word + "{% endkept %}") for word in "ab")
    assert (drawn(one, key=1), drawn(two, key=1)) == ("a", "b")


def test_the_language_and_the_world_are_facts_of_every_piece(monkeypatch):
    revision, spy = [1], Spy()
    monkeypatch.setattr(module, "_WORLD", [lambda: revision[0]])
    template = Template("{% load kit %}{% kept key %}{{ spy }}{% endkept %}")
    for language in ("en", "zh-hans", "en"):
        with translation.override(language):
            drawn(template, key=1, spy=spy)
    assert spy.shown == 2
    revision[0] = 2
    drawn(template, key=1, spy=spy)
    assert spy.shown == 3


def test_what_is_kept_is_escaped_once_and_for_all():
    template = Template("{% load kit %}{% kept key %}{{ spy }}{% endkept %}")
    assert {drawn(template, key=1, spy="<i>") for _ in range(2)} == {"&lt;i&gt;"}


def test_where_a_fact_is_none_nothing_is_kept():
    template, spy = Template("{% load kit %}{% kept key %}{{ spy }}{% endkept %}"), Spy()
    for _ in range(3):
        drawn(template, key=None, spy=spy)
    assert spy.shown == 3


def test_a_fact_that_is_not_there_is_an_error_and_so_is_a_piece_without_an_end():
    with pytest.raises(VariableDoesNotExist):
        drawn(Template("{% load kit %}{% kept key.gone %}x{% endkept %}"), key=1)
    with pytest.raises(TemplateSyntaxError):
        Template("{% load kit %}{% kept key %}x")


def test_memory_is_bounded_and_the_longest_unused_goes_first():
    kept: Kept[str] = Kept(most=250, each=120)
    for number in range(3):
        kept.put(number, "x", 100)
        kept.get(1)
    kept.put("large", "x", 121)
    assert [kept.get(key) for key in (0, 1, 2, "large")] == [None, "x", "x", None]
    kept.put(1, "y", 30)  # what is put again is counted once
    kept.put(3, "z", 120)
    assert [kept.get(key) for key in (1, 2, 3)] == ["y", "x", "z"]
