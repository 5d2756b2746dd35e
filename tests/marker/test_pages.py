"""No number, telephone, name, birthday or place of work of fifty planted people stands unmasked at any address, for anybody of the cast."""

import json
import logging
from dataclasses import replace

import pytest

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.api.rates import BUCKETS
from lifang.core.audit.models import Entry
from lifang.core.events.models import Outbox
from lifang.core.testing.cast import CAST
from tests.marker.plant import PLANTED, Planted, addresses
from tests.marker.reading import Marks, text_of

ANSWERS = {200, 204, 301, 302, 303, 304, 400, 401, 403, 404, 405, 409, 410, 422, 429}
WIDE = {"grid_worker", "community_secretary", "street_dispatcher", "county_leader"}
_seen: dict[int, list[str]] = {}


def paths_of(planted: Planted) -> list[str]:
    """Made once: the rows that addresses need are there then."""
    if id(planted) not in _seen:
        with behind(SYSTEM):
            _seen[id(planted)] = addresses(planted)
    return _seen[id(planted)]


@pytest.mark.covers("S4-08", "S0-12")
@pytest.mark.parametrize("role", CAST)
def test_nobody_reads_a_planted_value_at_any_address(
    role: str, planted: Planted, caplog: pytest.LogCaptureFixture
):
    """Every page, interface, feed and export; and what was logged meanwhile."""
    caplog.set_level(logging.INFO)
    member = planted.cast[role]
    marks = Marks(planted.secrets - (planted.own if role == "resident" else set()))
    told, shown, exported, mine = [], 0, 0, ""
    waiting = list(paths_of(planted))
    while waiting:
        path = waiting.pop(0)
        BUCKETS.clear()
        response = member.client.get(path)
        assert response.status_code in ANSWERS, (path, response.status_code)
        text = text_of(response)
        shown += response.status_code == 200
        if "export=xlsx" in text and "export=" not in path:
            both = "&" if "?" in path else "?"
            waiting += [f"{path}{both}export={kind}" for kind in ("csv", "xlsx")]
            exported += 2
        told += [(path, one) for one in marks.found(text)]
        mine += text if path == "/my/record" else ""
    assert told == []
    said = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    assert Marks(planted.secrets).found(said) == set()
    print(f"{role}: {shown} answers of {len(paths_of(planted))} addresses, {exported} exports")
    if role in WIDE:
        assert (shown > 200, exported > 10) == (True, True), "the proof would be empty"
    if role == "resident":
        assert len(Marks(planted.own).found(mine)) > 3, "a resident reads the own record in full"


def test_no_planted_value_stands_in_an_event_or_a_line_of_the_log(planted: Planted):
    marks = Marks(planted.secrets)
    with behind(SYSTEM):
        events = json.dumps(list(Outbox.objects.values()), default=str, ensure_ascii=False)
        lines = json.dumps(list(Entry.objects.values()), default=str, ensure_ascii=False)
    assert events.count("registry.") > PLANTED
    assert marks.found(events) == set()
    assert marks.found(lines) == set()


@pytest.mark.covers("S4-08")
def test_a_searched_number_finds_its_person_and_no_other_value_of_theirs(planted: Planted):
    marks = Marks(planted.secrets)
    worker = replace(
        planted.cast["grid_worker"]
    )  # signed in anew: a terminal may have ended the walk
    for n in (0, 11, 37):
        asked = {"q": f"1007{n:07d}"}
        page = worker.client.post("/desk/registry", asked, follow=True).content.decode()
        table = page.partition("<tbody")[2].partition("</tbody>")[0]
        assert str(planted.people[n].pk) in table
        assert marks.found(table) == set()


def test_the_reader_would_find_a_value_however_it_is_packed():
    marks = Marks({"标记甲某", "10070000001"})
    import io  # noqa: PLC0415
    import zipfile  # noqa: PLC0415

    from tests.marker.reading import plain  # noqa: PLC0415

    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as packed:
        packed.writestr("xl/sharedStrings.xml", "<t>标记甲某</t>")
    for body in ("标记甲某".encode(), b'{"name": "\\u6807\\u8bb0\\u7532\\u67d0"}', b"?q=%E6%A0%87%E8%AE%B0%E7%94%B2%E6%9F%90",
                 b"x&#26631;&#35760;&#30002;&#26576;", box.getvalue()):  # fmt: skip
        assert marks.found(plain(body)) == {"标记甲某"}, body
    assert marks.found("3100700000012") == {"10070000001"}
    assert marks.found("100****0001 标*") == set()
