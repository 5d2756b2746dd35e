"""What the pages of a report show beside their question."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lifang.cases import selectors
from lifang.cases.catalogue import MAJORS, MATTERS, Emergency, Matter
from lifang.cases.models import Case
from lifang.cases.selectors import Near
from lifang.cases.web.likeness import because
from lifang.cases.web.offers import MOVED_SHOWN
from lifang.cases.web.plain import chip_of, place_of
from lifang.cases.web.report_forms import MOST_PHOTOS, ContactForm, county_bounds
from lifang.core.access import Actor, Kind
from lifang.core.access.desks import desk_of
from lifang.core.geo.divisions import Level
from lifang.core.geo.measure import metres_between
from lifang.core.site import site
from lifang.core.web.wizard import Answers, Line, Step, Wizard
from lifang.orgs import selectors as orgs
from lifang.registry import selectors as registry

APART = 100.0  # metres between photo and chosen place that deserve a word


class Pages(Wizard):
    """The wizard's show side: `show_<step>` gives a template its facts."""

    contact: ContactForm | None

    def danger(self, answers: Answers) -> Emergency | None:
        raise NotImplementedError

    def matter(self, answers: Answers) -> str:
        raise NotImplementedError

    def near(self, answers: Answers) -> list[Near]:
        raise NotImplementedError

    def asked_near(self, answers: Answers) -> list[Any]:
        raise NotImplementedError

    def joined(self, answers: Answers) -> Case | None:
        raise NotImplementedError

    def show_photo(self, request: HttpRequest, answers: Answers) -> dict[str, Any]:
        count = len(answers.get("photo", {}).get("words", []))
        fields = {"lat": "id_lat", "lon": "id_lon", "taken_at": "id_taken_at"}
        return {"kept": range(count), "photo": {"max": MOST_PHOTOS - count, "fields": fields}}

    def show_place(self, request: HttpRequest, answers: Answers) -> dict[str, Any]:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        county = site().county
        start = answers.get("place") or opened_on(request.actor, answers)  # type: ignore[attr-defined]
        props: dict[str, Any] = {
            "areas": f"{reverse('orgs:shapes', args=[county])}?level=12",
            "pick": {"lat": "id_lat", "lon": "id_lon"},
        }
        bounds = county_bounds(actor)
        if bounds:
            props["bounds"] = bounds
        text = request.POST.get("q", "").replace("\x00", "").strip()[:60]
        lon, lat = start.get("lon"), start.get("lat")
        found = registry.find_places(actor, text, 12) if text else []
        around = (
            registry.places_near(actor, lon, lat, 300, 6)
            if lon is not None and lat is not None and not text
            else []
        )
        return {
            "map": props,
            "q": text,
            "places": _named(found or around),
            "nothing": bool(text) and not found,
            "communities": _communities(actor, county),
            "from_photo": lon is not None and lon == answers.get("photo", {}).get("lon"),
        }

    def show_matter(self, request: HttpRequest, answers: Answers) -> dict[str, Any]:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        told = answers.get("matter", {})
        asked = request.POST.get("text", told.get("text", ""))
        text = str(asked).replace("\x00", "").strip()[:1000]
        area = answers.get("place", {}).get("area", "")
        found = selectors.propose(actor, text, 6) if text else []
        proposed = [one.matter for one in found]
        offered = proposed or selectors.frequent(actor, area[:12], request.at)  # type: ignore[attr-defined]
        return {
            "text": text,
            "said": bool(text),
            "understood": bool(proposed),
            "moved": {one.matter.key: one.moved for one in found if one.moved >= MOVED_SHOWN},
            "offered": with_confused(offered) if proposed else offered,
            "majors": _by_major(actor),
            "danger": selectors.danger("", text) if text else None,
            "chosen": told.get("matter", ""),
        }

    def show_danger(self, request: HttpRequest, answers: Answers) -> dict[str, Any]:
        entry = self.danger(answers)
        assert entry is not None  # noqa: S101 -- the step is asked only then
        chosen = answers["matter"]["matter"]
        return {"danger": entry, "sure": chosen in entry.matters, "chosen": MATTERS[chosen].name}

    def show_near(self, request: HttpRequest, answers: Answers) -> dict[str, Any]:
        lon, lat, _matter = self.asked_near(answers)
        cards: list[dict[str, Any]] = [
            {
                "case": one.case,
                "metres": max(5, round(one.metres / 5) * 5),
                "chip": chip_of(one.case),
                "place": place_of(one.case),
                "plain": one.case.stage.plain,
                "probable": one.probable,
                "because": because(one.why),
            }
            for one in self.near(answers)[:5]
        ]
        points = [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [card["case"].lon, card["case"].lat]},
                "properties": {
                    "id": str(i), "number": str(i), "state": card["chip"].kind,
                    "name": str(card["case"].title),
                },
            }
            for i, card in enumerate(cards, 1)
        ]  # fmt: skip
        shown = {"type": "FeatureCollection", "features": points}
        areas = f"{reverse('orgs:shapes', args=[answers['place']['area'][:12]])}?level=15"
        return {
            "cards": cards,
            "map": {"points": shown, "areas": areas, "centre": [lon, lat], "zoom": 16.5},
            "neighbours": sum(card["case"].reports for card in cards),
        }

    def show_review(self, request: HttpRequest, answers: Answers) -> dict[str, Any]:
        at: datetime = request.at  # type: ignore[attr-defined]
        matter = self.matter(answers)
        joined = self.joined(answers)
        area, actor = answers["place"]["area"], request.actor  # type: ignore[attr-defined]
        return {
            "contact": self.contact or ContactForm(),
            "known": actor.kind is Kind.RESIDENT,
            "kept": range(len(answers.get("photo", {}).get("words", []))),
            "matter": MATTERS[matter],
            "joined": joined,
            "desk": orgs.place_name(desk_of("cases.accept", area, at), 1),
            "by": joined.promised_at if joined else selectors.expected(actor, matter, area, at),
            "apart": apart_of(answers),
            "lines": self.lines(answers),
        }

    def lines(self, answers: Answers) -> list[Line]:
        """The answers by short names; questions would read oddly as titles."""
        names = {
            "photo": _("Photos"), "place": _("Where"), "matter": _("What"), "near": _("Together with"),
        }  # fmt: skip
        told = {step.key: self.words(step, answers) for step in self.asked(answers)}
        shown = [key for key in names if told.get(key) is not None]
        return [Line(names[key], told[key], self.url(key)) for key in shown]

    def words(self, step: Step, answers: Answers) -> Any:
        if step.key == "photo":
            count = len(answers.get("photo", {}).get("words", []))
            return (
                ngettext("%(n)d photo", "%(n)d photos", count) % {"n": count}
                if count
                else _("None")
            )
        if step.key == "place":
            place = answers["place"]
            return f"{orgs.place_name(place['area'], 2)} {place['place']}".strip()
        if step.key == "matter":
            name, text = MATTERS[self.matter(answers)].name, answers["matter"]["text"]
            return f"{name} — {text}" if text else str(name)
        if step.key == "near":
            joined = self.joined(answers)
            return _("Add mine to no. %(number)s") % {"number": joined.number} if joined else None
        return None


def with_confused(offered: list[Matter]) -> list[Matter]:
    """What is easily taken for one another stands side by side, each with its hint."""
    keys = [matter.key for matter in offered]
    for matter in offered[:2]:
        keys += [key for key in matter.confused if key in MATTERS and MATTERS[key].public]
    return [MATTERS[key] for key in list(dict.fromkeys(keys))[:8]]


def _by_major(actor: Actor) -> list[dict[str, Any]]:
    known = selectors.matters(actor)
    return [
        {"major": major, "matters": [one for one in known if one.major == major.key]}
        for major in sorted(MAJORS.all(), key=lambda major: (major.kind == "component", major.key))
    ]


def _communities(actor: Actor, county: str) -> list[dict[str, Any]]:
    rows = list(
        orgs.divisions(actor, within=county).filter(level__in=(Level.STREET, Level.COMMUNITY))
    )
    inside: dict[str | None, list[Any]] = {}
    for row in rows:
        if row.level == Level.COMMUNITY:
            inside.setdefault(row.parent_id, []).append(row)
    streets = [row for row in rows if row.level == Level.STREET and row.code in inside]
    return [{"street": row, "communities": inside[row.code]} for row in streets]


def _named(places: list[Any]) -> list[dict[str, Any]]:
    areas = orgs.names_of([place.area for place in places], 2)
    return [
        {
            "pk": place.pk,
            "name": place.name,
            "where": place.address or areas[place.area],
            "metres": round(getattr(place, "metres_away", 0) or 0),
        }
        for place in places
    ]


def opened_on(actor: Actor, answers: Answers) -> dict[str, Any]:
    """Where the map opens: at the photo, at home, or nowhere in particular."""
    photo = answers.get("photo", {})
    if photo.get("lon") is not None:
        return {"lon": photo["lon"], "lat": photo["lat"]}
    return home_of(actor)


def home_of(actor: Actor) -> dict[str, Any]:
    """Most residents report where they live."""
    resident = registry.resident_of(actor)
    home = resident.home if resident else None
    return {"lon": home.lon, "lat": home.lat} if home and home.lon is not None else {}


def apart_of(answers: Answers) -> int | None:
    place = answers["place"]
    return distance(answers, place["lon"], place["lat"]) if place["lon"] is not None else None


def distance(answers: Answers, lon: float, lat: float) -> int | None:
    """Metres between the photo and the chosen place, when that is worth a word."""
    photo = answers.get("photo", {})
    if photo.get("lon") is None:
        return None
    metres = metres_between(lon, lat, photo["lon"], photo["lat"])
    return round(metres / 10) * 10 if metres > APART else None


def on_earth(lon: float, lat: float) -> bool:
    return abs(lon) <= 180 and abs(lat) <= 90  # false for nan as well
