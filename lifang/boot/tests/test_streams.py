"""Live events reach exactly those who may see them."""

import asyncio
import json
from collections.abc import Callable, Iterator
from uuid import uuid4

import httpx
import pytest

from lifang.boot import streams
from lifang.boot.streams import ASK_AGAIN, HELLO, QUEUE_LENGTH, READERS, Reader, fan_out
from lifang.core.access.actor import Actor, Kind
from lifang.core.access.scope import Scope
from lifang.core.config import config

Ask = Callable[..., httpx.Response]


def _actor(*areas: str) -> Actor:
    return Actor(uuid4(), "a", Kind.STAFF, scope=Scope(areas=frozenset(areas)))


def _reader(*areas: str, asked: tuple[str, ...] = (), names: tuple[str, ...] = ()) -> Reader:
    reader = Reader(_actor(*areas), asked, names)
    READERS.add(reader)
    return reader


def _event(area: str, name: str = "cases.CaseAccepted") -> bytes:
    return json.dumps(
        {"id": "1", "name": name, "area": area, "at": "2026-01-01", "facts": {}}
    ).encode()


def _got(reader: Reader) -> list[str]:
    return [reader.queue.get_nowait() for _ in range(reader.queue.qsize())]


@pytest.fixture(autouse=True)
def _nobody_reads() -> Iterator[None]:
    READERS.clear()
    yield
    READERS.clear()


def test_an_event_reaches_its_street_and_its_city_and_nobody_of_the_next_street():
    street, city, neighbour, nobody = (
        _reader("990101001"),
        _reader(""),
        _reader("990101002"),
        _reader(),
    )
    assert fan_out(_event("990101001002003")) == 2
    assert len(_got(street)) == 1
    assert len(_got(city)) == 1
    assert _got(neighbour) == []
    assert _got(nobody) == []


def test_an_event_without_a_place_reaches_only_who_sees_everywhere():
    street, everywhere = _reader("990101001"), _reader("")
    assert fan_out(_event("")) == 1
    assert _got(street) == []
    assert len(_got(everywhere)) == 1


def test_asking_for_less_gives_less_and_asking_for_more_gives_nothing_more():
    narrow = _reader("990101", asked=("990101001",), names=("cases.",))
    greedy = _reader("990101001", asked=("990101002",))
    fan_out(_event("990101001001"))
    fan_out(_event("990101002001"))
    fan_out(_event("990101001001", "orgs.UnitOpened"))
    assert len(_got(narrow)) == 1
    assert _got(greedy) == []


def test_an_event_is_named_by_what_pages_listen_for():
    reader = _reader("")
    fan_out(_event("990101", "cases.CaseClosed"))
    fan_out(_event("990101", "orgs.UnitOpened"))
    case, unit = _got(reader)
    assert "event: case\n" in case
    assert "event: todo\n" in case
    assert "event: orgs\n" in unit
    assert json.loads(case.split("data: ")[1].split("\n")[0])["name"] == "cases.CaseClosed"


def test_a_reader_too_slow_is_told_to_ask_again_instead_of_growing_without_end():
    reader = _reader("")
    for _ in range(QUEUE_LENGTH + 5):
        fan_out(_event("990101"))
    assert reader.queue.qsize() == QUEUE_LENGTH

    async def read() -> list[str]:
        lines = streams._lines(reader, "")
        told = [await anext(lines), await anext(lines)]
        await lines.aclose()
        return told

    assert asyncio.run(read()) == [HELLO, ASK_AGAIN]
    assert reader not in READERS


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    """GET the stream with a session cookie or without, from a page of some origin."""
    monkeypatch.setattr(
        streams,
        "actor_of_session",
        lambda key: _actor("990101") if key == "good" else streams.NOBODY,
    )

    def ask(origin: str | None = None, session: str = "") -> httpx.Response:
        headers = {"Cookie": f"sessionid={session}"} | ({"Origin": origin} if origin else {})

        async def get() -> httpx.Response:
            transport = httpx.ASGITransport(streams.app)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://testserver:8001"
            ) as client:
                return await client.get("/streams/events", headers=headers)

        return asyncio.run(get())

    return ask


def test_without_a_session_there_is_no_stream_and_the_browser_is_told_not_to_come_again(ask: Ask):
    answer = ask()
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("origin", ["http://evil.example:8000", "http://testserver:9999", "null"])
def test_a_page_of_another_origin_gets_nothing(ask: Ask, origin: str):
    answer = ask(origin, session="good")
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_our_own_page_on_the_other_port_is_answered_with_credentials(ask: Ask):
    origin = f"http://testserver:{config().port}"
    answer = ask(origin)
    assert answer.headers["access-control-allow-origin"] == origin
    assert answer.headers["access-control-allow-credentials"] == "true"
