"""Hostile inputs at every address: no server error, nothing of it comes back as markup."""

import html
import re
from itertools import islice
from typing import Any

import pytest
from django import forms
from django.urls import reverse

from lifang.core.access.models import GrantRow
from lifang.core.testing import hostile
from lifang.core.testing.cast import CAST, Member
from tests.access.walk import Entry, World, entries, maker, undone, url_names

pytestmark = pytest.mark.django_db
EACH = [(name, entry) for name, found in entries().items() for entry in found]
HOMES = sorted({entry.home for _, entry in EACH})
# What lists and pages read from an address.
PARAMETERS = (
    "q",
    "sort",
    "page",
    "after",
    "limit",
    "cols",
    "export",
    "next",
    "lang",
    "state",
    "area",
    "level",
    "code",
    "mark",
)
PER_ADDRESS = 27
TURNED_AWAY, NOT_FOUND = {401, 403}, 404
LIVE = re.compile(
    r"<(script|img|svg|iframe|object|video|math)\b[^>]*(alert|fetch|document\.cookie|x\.invalid)",
    re.IGNORECASE,
)


def _fields() -> list[str]:
    """Every field name of every form of the product."""
    assert url_names()  # forms are known once their views are
    found: set[str] = set()
    waiting: list[type[Any]] = [forms.Form]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind.__module__.startswith("lifang."):
            found |= set(getattr(kind, "base_fields", ()))
    return sorted(found)


def _try(member: Member, method: str, path: str, data: Any, json: bool) -> tuple[str, int]:
    """What is wrong with the answer, or nothing; and its status."""
    member.client.raise_request_exception = False
    call = getattr(member.client, method.lower())
    with undone():
        response = call(path, data, content_type="application/json") if json else call(path, data)
        body = b"".join(response.streaming_content) if response.streaming else response.content
    status = response.status_code
    if status >= 500:
        return f"{method} {path} by {member.key}: {status}", status
    text = body.decode("utf-8", "replace")
    if "html" in response.headers.get("Content-Type", "") and (live := LIVE.search(text)):
        return f"{method} {path} by {member.key}: {html.escape(live[0][:80])}", status
    return "", status


@pytest.mark.parametrize("home", HOMES)
def test_no_address_breaks_and_nothing_comes_back_alive(home: str, county: None):
    cast = {key: CAST[key]() for key in ("county_leader", "system_admin", "resident")}
    others = {"grid_worker": CAST["grid_worker"](), "checker": CAST["checker"]()}
    world = World({**cast, **others}, relations=("own",))
    assert GrantRow.objects.exists()
    names, wrong, tried = _fields(), [], 0
    for name, entry in EACH:
        if entry.home != home:
            continue
        texts = [one.text for one in hostile.sample(PER_ADDRESS, name)]
        for member in cast.values():
            found, many = _at(name, entry, member, world, texts, names)
            wrong, tried = wrong + found, tried + many
    print(f"{home}: {tried} hostile inputs")
    assert [found for found in wrong if found] == []


def _at(
    name: str,
    entry: Entry,
    member: Member,
    world: World,
    texts: list[str],
    names: list[str],
) -> tuple[list[str], int]:
    """One address: in its query, in the fields of its form or body; and how many texts were tried.

    Who may not come in is turned away before anything is read: one request shows it.
    """
    args = world.rows(entry, member)[0].args
    path, write = reverse(name, args=args), entry.method != "GET"
    json = name.startswith("api:") and write
    found, tried, width = [], 0, len(names) if write else len(PARAMETERS)
    for start in range(0, len(texts), width):
        part = texts[start : start + width]
        given = dict(zip(names if write else PARAMETERS, part, strict=False))
        # And all fields with the same text, which reaches those far down the alphabet.
        one = dict.fromkeys([*names, *entry.data] if write else PARAMETERS, part[0])
        missing = 0
        for data in (given, one):
            fault, status = _try(member, entry.method, path, data, json)
            tried += len(part) if data is given else 1
            found.append(fault)
            missing += status == NOT_FOUND  # of one of them the text may be to blame
            if status in TURNED_AWAY or missing > 1:
                return found, tried
    return found, tried


def test_every_kind_is_in_every_sample():
    kinds = {one.kind for one in hostile.sample(PER_ADDRESS, "x")}
    assert kinds == set(hostile.GENERATORS)
    assert hostile.sample(PER_ADDRESS, "x") == hostile.sample(PER_ADDRESS, "x")
    assert maker("lifang.core.api.tests", "make_account_key")


def test_hundreds_of_texts_at_the_search_of_everybody(client):
    """The one field that everybody may fill with anything: every eighth text there is."""
    client.raise_request_exception = False
    path, wrong, tried = reverse("web:search"), [], 0
    for one in islice(hostile.texts(), 0, None, 8):
        tried += 1
        response = client.post(path, {"q": one.text}, follow=True)
        text = response.content.decode("utf-8", "replace")
        if response.status_code >= 500 or LIVE.search(text):
            wrong.append((one.kind, one.text[:60], response.status_code))
    print(f"search: {tried} hostile texts; {dict(hostile.count())}")
    assert wrong == []
    assert tried > 600
