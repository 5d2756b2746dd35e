"""Report a trouble: a photo, a place, a tap. Every step has its address; nothing is lost on the way back."""

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from lifang.cases import actions, selectors
from lifang.cases.actions import thrift
from lifang.cases.catalogue import MAJORS, MATTERS, Emergency, Matter
from lifang.cases.models import Case
from lifang.cases.selectors import Near
from lifang.cases.web.plain import chip_of, place_of
from lifang.cases.web.report_forms import (
    MOST_PHOTOS,
    ContactForm,
    DangerForm,
    MatterForm,
    NearForm,
    PhotoForm,
    PlaceForm,
    county_bounds,
    name_at,
)
from lifang.core.access import Actor, Kind, Refused
from lifang.core.access.desks import desk_of
from lifang.core.accounts.source import place_of as network_of
from lifang.core.accounts.source import source_of
from lifang.core.files.darkroom import Print
from lifang.core.files.store import stash, unstash
from lifang.core.geo.divisions import Level
from lifang.core.geo.measure import metres_between
from lifang.core.site import site
from lifang.core.web.htmx import page, wants
from lifang.core.web.wizard import REVIEW, Answers, Step, Wizard
from lifang.orgs import selectors as orgs
from lifang.registry import selectors as registry

DRAFT = "draft"  # beside the steps in the answers: the name of this draft
APART = 100.0  # metres between photo and chosen place that deserve a word
RECEIPTS = "receipts"  # in the session: what was sent from this browser
MOST_RECEIPTS = 30


class ReportWizard(Wizard):
    name = "report"
    url_name = "cases:report_step"
    review = "cases/public/report_review.html"
    steps = (
        Step(
            "photo", PhotoForm, gettext_lazy("Take a photo, if you can"),
            gettext_lazy("It shows us what is wrong and where. You may go on without one."),
            template="cases/public/report_photo.html", skip=True,
        ),
        Step("place", PlaceForm, gettext_lazy("Where is it?"), template="cases/public/report_place.html"),
        Step("matter", MatterForm, gettext_lazy("What is wrong?"), template="cases/public/report_matter.html"),
        Step("danger", DangerForm, gettext_lazy("Call first"), template="cases/public/report_danger.html"),
        Step(
            "near", NearForm, gettext_lazy("Is it one of these?"),
            gettext_lazy("Somebody has already reported something like it here."),
            template="cases/public/report_near.html",
        ),
    )  # fmt: skip

    def __init__(self) -> None:
        self.found: dict[tuple[Any, ...], list[Near]] = {}
        self.contact: ContactForm | None = None
        self.photos: list[Print] = []

    # the draft

    def answers(self, request: HttpRequest) -> Answers:
        self.request: Any = request
        return super().answers(request)

    def store(self, request: HttpRequest, answers: Answers) -> None:
        """What an earlier answer made untrue is asked again."""
        entry = self.danger(answers)
        if "danger" in answers and answers["danger"].get("entry") != (entry.key if entry else ""):
            del answers["danger"]
        if "near" in answers and answers["near"].get("of") != self.asked_near(answers):
            del answers["near"]
        answers.setdefault(DRAFT, {"key": secrets.token_hex(12)})
        super().store(request, answers)

    def danger(self, answers: Answers) -> Emergency | None:
        told = answers.get("matter")
        return selectors.danger(told["matter"], told["text"]) if told else None

    def matter(self, answers: Answers) -> str:
        """The matter it is reported as: what was in danger, when that was confirmed."""
        entry, chosen = self.danger(answers), str(answers["matter"]["matter"])
        if (
            entry
            and answers.get("danger", {}).get("go") == "called"
            and chosen not in entry.matters
        ):
            return next((key for key in entry.matters if MATTERS[key].public), chosen)
        return chosen

    def asked_near(self, answers: Answers) -> list[Any]:
        place, told = answers.get("place"), answers.get("matter")
        if not place or not told or place["lon"] is None:
            return []
        return [place["lon"], place["lat"], self.matter(answers)]

    def near(self, answers: Answers) -> list[Near]:
        asked = self.asked_near(answers)
        if not asked or MATTERS[asked[2]].level == "life":
            return []
        if tuple(asked) not in self.found:
            request, (lon, lat, matter) = self.request, asked
            self.found[tuple(asked)] = selectors.nearby(
                request.actor, lon, lat, request.at, matter=matter
            )
        return self.found[tuple(asked)]

    def wanted(self, step: Step, answers: Answers) -> bool:
        if step.key == "danger":
            return self.danger(answers) is not None
        if step.key == "near":
            return bool(self.near(answers))
        return True

    # the steps

    def form(self, request: HttpRequest, step: Step, answers: Answers) -> Any:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if step.key == "photo" and request.method == "POST":
            sent = len(request.FILES.getlist("photos"))
            if sent:
                thrift.spend_photos(source_key(request), request.at, sent)  # type: ignore[attr-defined]
        form = super().form(request, step, answers)
        form.actor = actor
        if step.key == "danger":
            entry = self.danger(answers)
            assert entry is not None  # noqa: S101 -- the step is asked only then
            form.entry, form.chosen = entry, answers["matter"]["matter"]
        if step.key == "near":
            form.offered = frozenset(str(one.case.pk) for one in self.near(answers))
        return form

    def initial(self, request: HttpRequest, step: Step, answers: Answers) -> dict[str, Any]:
        if step.key != "place":
            return {}
        photo = answers.get("photo", {})
        if photo.get("lon") is not None:
            return {"lon": photo["lon"], "lat": photo["lat"]}
        return _home(request.actor)  # type: ignore[attr-defined]

    def keep(self, request: HttpRequest, step: Step, form: Any) -> dict[str, Any]:
        told: dict[str, Any] = form.cleaned_data
        answers = self.answers(request)
        if step.key == "photo":
            return self.keep_photos(request, told, answers.get("photo", {}))
        if step.key == "danger":
            return {"go": told["go"], "entry": form.entry.key}
        if step.key == "near":
            return {"join": told["join"], "of": self.asked_near(answers)}
        if step.key == "matter":
            return {"matter": told["matter"], "text": told["text"].strip()}
        return dict(told)

    def keep_photos(
        self, request: HttpRequest, told: dict[str, Any], before: dict[str, Any]
    ) -> dict[str, Any]:
        """Photos go to disk at once; the draft carries a signed word for each."""
        at: datetime = request.at  # type: ignore[attr-defined]
        prints: list[Print] = [photo.believed(at) for photo in told["photos"]]
        lon, lat, taken = told.get("lon"), told.get("lat"), told.get("taken_at")
        if prints and lon is not None and lat is not None and _on_earth(lon, lat):
            # The browser made the photo smaller, and read its place and time before.
            first = prints[0]
            if first.lon is None:
                first = replace(first, lon=lon, lat=lat)
            prints[0] = replace(first, taken_at=first.taken_at or taken).believed(at)
        words = [*before.get("words", []), *(stash(photo, at) for photo in prints)][:MOST_PHOTOS]
        placed = next((photo for photo in prints if photo.lon is not None), None)
        return {
            "words": words,
            "lon": placed.lon if placed else before.get("lon"),
            "lat": placed.lat if placed else before.get("lat"),
            "taken_at": _iso(placed.taken_at) if placed else before.get("taken_at"),
        }

    def at_step(self, request: HttpRequest, step: Step, answers: Answers) -> HttpResponseBase:
        if step.key == "photo" and "remove" in request.POST:
            return self.remove_photo(request, answers)
        if step.key == "matter" and wants(request, "proposals"):
            context = {"step": step, **self.context(request, step, answers)}
            return page(request, step.template, context, partial="proposals")
        if step.key == "photo" and request.method == "POST" and "skip" in request.POST:
            self.store(request, {**answers, "photo": answers.get("photo") or {}})
            return self.onward(request, step, self.answers(request))
        return super().at_step(request, step, answers)

    def remove_photo(self, request: HttpRequest, answers: Answers) -> HttpResponseBase:
        photo = answers.get("photo", {})
        index = request.POST["remove"]
        words = photo.get("words", [])
        if index.isascii() and index.isdigit() and int(index) < len(words):
            kept = [word for i, word in enumerate(words) if i != int(index)]
            answers["photo"] = {**photo, "words": kept} if kept else {}
            self.store(request, answers)
        return redirect(self.url("photo"))

    # what the pages need

    def context(self, request: HttpRequest, step: Step | None, answers: Answers) -> dict[str, Any]:
        shown = getattr(self, f"show_{step.key if step else REVIEW}", None)
        context: dict[str, Any] = shown(request, answers) if shown else {}
        return context

    def show_photo(self, request: HttpRequest, answers: Answers) -> dict[str, Any]:
        count = len(answers.get("photo", {}).get("words", []))
        fields = {"lat": "id_lat", "lon": "id_lon", "taken_at": "id_taken_at"}
        return {"kept": range(count), "photo": {"max": MOST_PHOTOS - count, "fields": fields}}

    def show_place(self, request: HttpRequest, answers: Answers) -> dict[str, Any]:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        county = site().county
        start = answers.get("place") or self.initial(request, self.steps[1], answers)
        props: dict[str, Any] = {
            "areas": f"{reverse('orgs:shapes', args=[county])}?level=12",
            "pick": {"lat": "id_lat", "lon": "id_lon"},
        }
        bounds = county_bounds(actor)
        if bounds:
            props["bounds"] = bounds
        text = request.GET.get("q", "").replace("\x00", "").strip()[:60]
        lon, lat = start.get("lon"), start.get("lat")
        found = registry.find_places(actor, text, 12) if text else []
        around = (
            registry.places_near(actor, lon, lat, 300, 6) if lon is not None and not text else []
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
        asked = request.POST.get("text", request.GET.get("text", told.get("text", "")))
        text = asked.replace("\x00", "").strip()[:1000]
        area = answers.get("place", {}).get("area", "")
        proposed = [one.matter for one in selectors.propose(actor, text, 6)] if text else []
        offered = proposed or selectors.frequent(actor, area[:12], request.at)  # type: ignore[attr-defined]
        return {
            "text": text,
            "said": bool(text),
            "understood": bool(proposed),
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
        cards = [
            {
                "case": one.case,
                "metres": max(5, round(one.metres / 5) * 5),
                "chip": chip_of(one.case),
                "place": place_of(one.case),
                "plain": one.case.stage.plain,
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
        area = answers["place"]["area"]
        return {
            "contact": self.contact or ContactForm(),
            "known": request.actor.kind is Kind.RESIDENT,  # type: ignore[attr-defined]
            "kept": range(len(answers.get("photo", {}).get("words", []))),
            "matter": MATTERS[matter],
            "joined": joined,
            "desk": orgs.place_name(desk_of("cases.accept", area, at), 1),
            "by": joined.promised_at if joined else selectors.expected(matter, at),
            "apart": _apart(answers),
        }

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

    # sending

    def joined(self, answers: Answers) -> Case | None:
        chosen = answers.get("near", {}).get("join", "none")
        return next((one.case for one in self.near(answers) if str(one.case.pk) == chosen), None)

    def at_review(self, request: HttpRequest, answers: Answers) -> HttpResponseBase:
        if request.method == "POST" and self.first_open(answers) == REVIEW:
            self.contact = ContactForm(request.POST)
            if not self.contact.is_valid():
                request.method = "GET"  # show the page again, with what is wrong
                shown = super().at_review(request, answers)
                shown.status_code = 422
                return shown
        return super().at_review(request, answers)

    def finish(self, request: HttpRequest, answers: Answers) -> HttpResponseBase:
        """Send once: a second press of the button finds the draft taken and is shown what the first one made."""
        at: datetime = request.at  # type: ignore[attr-defined]
        words = answers.get("photo", {}).get("words", [])
        try:
            self.photos = [unstash(word, at) for word in words]
        except Refused:
            del answers["photo"]
            self.store(request, answers)
            messages.warning(
                request,
                _(
                    "Your photos waited for more than a day. Please take them again; the rest is kept."
                ),
            )
            return redirect(self.url("photo"))
        draft = answers[DRAFT]["key"]
        if not thrift.claim(draft, at):
            return redirect("cases:receipts")
        try:
            return super().finish(request, answers)
        except Refused:
            thrift.release(draft, at)
            raise

    def done(self, request: HttpRequest, answers: Answers) -> HttpResponseBase:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        at: datetime = request.at  # type: ignore[attr-defined]
        assert self.contact is not None  # noqa: S101 -- the review was valid
        phone = "" if actor.kind is Kind.RESIDENT else self.contact.cleaned_data["phone"]
        text, matter, joined = answers["matter"]["text"], self.matter(answers), self.joined(answers)
        thrift.spend_report(source_key(request), at)
        if joined is not None:
            reporter = actions.join(
                actor=actor, case=joined, at=at, said=text, phone=phone, photos=self.photos
            )
            token = reporter.token
        else:
            place = answers["place"]
            case = actions.report(
                actor=actor, at=at, matter=matter, lon=place["lon"], lat=place["lat"],
                # The chip that was pressed is what somebody said who wrote nothing and took no photo.
                text=text or ("" if self.photos else MATTERS[matter].name.zh),
                area=place["area"], place=place["place"], photos=self.photos, phone=phone,
            )  # fmt: skip
            token = selectors.first_token(actor, case)
        remember(request, token)
        return redirect("cases:sent", token)


@require_GET
def start(request: HttpRequest) -> HttpResponseBase:
    """Begin, or go on; `?matter=` comes from the search and answers that question."""
    key = request.GET.get("matter", "")
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if key in MATTERS and MATTERS[key] in selectors.matters(actor):
        wizard = ReportWizard()
        answers = wizard.answers(request)
        told = {"matter": key, "text": answers.get("matter", {}).get("text", "")}
        wizard.store(request, {**answers, "matter": told})
    return ReportWizard.start(request)


@require_GET
def photo(request: HttpRequest, index: int) -> HttpResponse:
    """A photo of the draft, as it will be sent; only to the browser that took it."""
    answers = ReportWizard().answers(request)
    words = answers.get("photo", {}).get("words", [])
    if index >= len(words):
        raise Http404
    try:
        found = unstash(words[index], request.at)  # type: ignore[attr-defined]
    except Refused:
        raise Http404 from None
    return HttpResponse(
        found.thumb, content_type="image/jpeg", headers={"Cache-Control": "private, no-store"}
    )


@require_GET
def here(request: HttpRequest) -> HttpResponse:
    """What a point of the map is called, and whether it is far from the photo: asked while the map moves."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    point = _point(request.GET.get("lon", ""), request.GET.get("lat", ""))
    answers = ReportWizard().answers(request)
    area = orgs.locate(*point, 200.0) if point else None
    facts = {
        "point": point,
        "inside": area is not None,
        "area": orgs.place_name(area, 2) if area else "",
        "named": name_at(actor, *point) if point and area else "",
        "apart": _distance(answers, *point) if point else None,
    }
    return render(request, "cases/public/report_here.html", facts)


def remember(request: HttpRequest, token: str) -> None:
    """Keep the receipt with this browser, so that "my reports" works without an account."""
    kept = [known for known in request.session.get(RECEIPTS, []) if known != token]
    request.session[RECEIPTS] = [token, *kept][:MOST_RECEIPTS]


def source_key(request: HttpRequest) -> str:
    """Whom the limits count: the account, else the network the request came from."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor.holder or f"net:{network_of(source_of(request))}"


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
    streets = {
        row.code: {"street": row, "communities": []} for row in rows if row.level == Level.STREET
    }
    for row in rows:
        if row.level == Level.COMMUNITY and row.parent_id in streets:
            streets[row.parent_id]["communities"].append(row)
    return list(streets.values())


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


def _home(actor: Actor) -> dict[str, Any]:
    """Most residents report where they live."""
    resident = registry.resident_of(actor)
    home = resident.home if resident else None
    return {"lon": home.lon, "lat": home.lat} if home and home.lon is not None else {}


def _apart(answers: Answers) -> int | None:
    place = answers["place"]
    return _distance(answers, place["lon"], place["lat"]) if place["lon"] is not None else None


def _distance(answers: Answers, lon: float, lat: float) -> int | None:
    """Metres between the photo and the chosen place, when that is worth a word."""
    photo = answers.get("photo", {})
    if photo.get("lon") is None:
        return None
    metres = metres_between(lon, lat, photo["lon"], photo["lat"])
    return round(metres / 10) * 10 if metres > APART else None


def _point(lon: str, lat: str) -> tuple[float, float] | None:
    try:
        x, y = float(lon), float(lat)
    except ValueError:
        return None
    return (x, y) if _on_earth(x, y) else None


def _on_earth(lon: float, lat: float) -> bool:
    return abs(lon) <= 180 and abs(lat) <= 90  # false for nan as well


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
