"""Every word of the product can be read in Chinese and in English."""

from lifang.core.i18n.messages import (
    clashing_messages,
    faulty_messages,
    missing_messages,
    written,
)


def test_every_message_has_its_chinese():
    assert [f"{found.place}: {found.msgid!r}" for found in missing_messages()] == []


def test_a_message_says_the_same_in_every_catalogue():
    assert clashing_messages() == []


def test_no_translation_lost_a_placeholder():
    assert faulty_messages() == []


def test_the_search_for_messages_finds_some():
    places = {found.place.rpartition(":")[0].rpartition(".")[2] for found in written()}
    assert {"py", "html"} <= places
