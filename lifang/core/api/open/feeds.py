"""Feeds that readers know: RSS 2.0 and Atom with points (GeoRSS), iCalendar, GeoJSON."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, NamedTuple

import msgspec
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed

from lifang.core.api.open.tree import sayable

KINDS = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "ics": "text/calendar; charset=utf-8",
    "geojson": "application/geo+json",
}
_FOLD = 73  # octets of a line of iCalendar, with room for its end
Point = tuple[float, float]


class Item(NamedTuple):
    """One thing to read, or to have in a calendar by `due`."""

    id: str  # for ever the same
    title: str
    text: str
    link: str
    at: datetime
    changed: datetime
    kind: str = ""
    where: str = ""
    point: Point | None = None  # lon, lat
    due: datetime | None = None
    facts: dict[str, Any] = {}


class Feed(NamedTuple):
    title: str
    text: str
    link: str  # the page that shows the same
    own: str  # the feed's own address
    language: str
    items: list[Item]

    @property
    def changed(self) -> datetime | None:
        return max((item.changed for item in self.items), default=None)


class _Placed:
    """A point for each item that has one."""

    def root_attributes(self) -> dict[str, str]:
        return {**super().root_attributes(), "xmlns:georss": "http://www.georss.org/georss"}  # type: ignore[misc]

    def add_item_elements(self, handler: Any, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)  # type: ignore[misc]
        if item["point"]:
            lon, lat = item["point"]
            handler.addQuickElement("georss:point", f"{lat} {lon}")


class _Rss(_Placed, Rss201rev2Feed):
    def rss_attributes(self) -> dict[str, str]:
        return {**super().rss_attributes(), "xmlns:georss": "http://www.georss.org/georss"}

    def root_attributes(self) -> dict[str, str]:
        return {}


class _Atom(_Placed, Atom1Feed):
    pass


def rss(feed: Feed) -> bytes:
    return _written(_Rss, feed)


def atom(feed: Feed) -> bytes:
    return _written(_Atom, feed)


def _written(kind: type[Any], feed: Feed) -> bytes:
    made = kind(
        title=sayable(feed.title),
        link=feed.link,
        description=sayable(feed.text),
        language=feed.language,
        feed_url=feed.own,
        feed_guid=feed.own,
    )
    made.latest_post_date = lambda: feed.changed or datetime(2020, 1, 1, tzinfo=UTC)
    for item in feed.items:
        made.add_item(
            title=sayable(item.title),
            link=item.link,
            description=sayable(item.text),
            unique_id=item.id,
            unique_id_is_permalink=False,
            pubdate=item.at,
            updateddate=item.changed,
            categories=[sayable(item.kind)] if item.kind else [],
            point=item.point,
        )
    out = BytesIO()
    made.write(out, "utf-8")
    return out.getvalue()


def geojson(feed: Feed) -> bytes:
    """Features with and without a point, RFC 7946."""
    features = [
        {
            "type": "Feature",
            "id": item.id,
            "geometry": {"type": "Point", "coordinates": list(item.point)} if item.point else None,
            "properties": {
                "title": item.title, "text": item.text, "kind": item.kind, "where": item.where,
                "url": item.link, "at": item.at.isoformat(), "changed": item.changed.isoformat(),
                **item.facts,
            },
        }
        for item in feed.items
    ]  # fmt: skip
    return msgspec.json.encode({"type": "FeatureCollection", "features": features})


def ics(feed: Feed) -> bytes:
    """What is due when: an event of no length for each item that has a time, RFC 5545."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//lifang//open feeds//EN", "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(feed.title)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]  # fmt: skip
    for item in feed.items:
        lines += _event(item)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line)).encode()


def _event(item: Item) -> Iterable[str]:
    if item.due is None:
        return
    yield "BEGIN:VEVENT"
    yield f"UID:{item.id}"
    yield f"DTSTAMP:{_moment(item.changed)}"
    yield f"LAST-MODIFIED:{_moment(item.changed)}"
    yield f"SEQUENCE:{int(item.changed.timestamp()) - int(item.at.timestamp())}"
    yield f"DTSTART:{_moment(item.due)}"
    yield f"SUMMARY:{_escaped(item.title)}"
    yield f"DESCRIPTION:{_escaped(item.text)}"
    if item.where:
        yield f"LOCATION:{_escaped(item.where)}"
    if item.point:
        yield f"GEO:{item.point[1]};{item.point[0]}"
    yield f"URL:{item.link}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    text = sayable(text).replace("\r\n", "\n").replace("\r", "\n")
    for mark in ("\\", ";", ","):
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets; no character is cut in two."""
    part, size = "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > _FOLD:
            yield part
            part, size = " ", 1
        part, size = part + sign, size + octets
    yield part


WRITERS = {"rss": rss, "atom": atom, "ics": ics, "geojson": geojson}
