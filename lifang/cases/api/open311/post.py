"""`POST requests`: a report of somebody else's program, by the action and under the limits of everybody's report."""

import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from lifang.cases import actions, selectors
from lifang.cases.actions import thrift
from lifang.cases.api.open311.asked import Fields, between, instant, jurisdiction, number
from lifang.cases.catalogue import MATTERS, Matter, Question, questions_of, service_of
from lifang.cases.models import Case
from lifang.core.access import Actor, Refused
from lifang.core.accounts.source import place_of, source_of
from lifang.core.config import config
from lifang.core.files.darkroom import MAX_MEGABYTES, Print, develop
from lifang.core.geo.divisions import Level
from lifang.core.notify import outbound
from lifang.core.notify.terms import Undeliverable
from lifang.orgs import selectors as orgs
from lifang.registry import selectors as registry

WORDS = 4000
ANSWER = 500
PHOTOS = 6
FETCH_SECONDS = 6.0
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,40})\](\[\])?")
_MAIL = re.compile(r"[^@\s<>,;:\"]{1,64}@[^@\s<>,;:\"]{1,120}")
_PHONE = re.compile(r"[0-9+() -]{3,20}")
_PERSON = {"first_name": 60, "last_name": 60, "device_id": 200, "account_id": 200}


class Where(NamedTuple):
    lon: float | None
    lat: float | None
    area: str
    place: str


@dataclass(frozen=True)
class Posted:
    """A call, understood."""

    matter: Matter
    where: Where
    description: str
    answers: dict[str, list[str]]
    fields: Fields

    @property
    def text(self) -> str:
        """The words and, line by line, what was answered; only staff read them."""
        known = {one.key: one for one in questions_of(self.matter.key)}
        lines = [
            f"{known[key].name.zh}: {'、'.join(_named(known[key], values))}"
            for key, values in self.answers.items()
            if key not in ("called", "joins")
        ]
        words = "\n".join(filter(None, [self.description, *lines]))
        return words or self.matter.name.zh

    @property
    def person(self) -> str:
        """A name as it was given, with the address to write to: both are sealed."""
        name = " ".join(filter(None, [self.fields["first_name"], self.fields["last_name"]]))
        mail = self.fields["email"]
        return f"{name} <{mail}>".strip() if mail else name


class Made(NamedTuple):
    number: str
    token: str
    notices: list[str]
    deferred: bool


def posted(request: HttpRequest) -> Posted:
    """Read the whole call. Raises `Refused` with every fault, or for a service that does not exist."""
    fields = Fields.of(request.GET.dict(), request.POST.dict())
    inside = jurisdiction(request, fields)
    code = fields["service_code"]
    if code and (code not in MATTERS or not MATTERS[code].public):
        raise Refused("service_unknown", code=code[:40])
    if not code:
        fields.fault(_("service_code is missing."))
    for name, most in {"description": WORDS, **_PERSON}.items():
        if len(fields[name]) > most:
            fields.wrong(name, _("at most %(most)s characters") % {"most": most})
    _contact(fields)
    where = _where(request.actor, fields, inside)  # type: ignore[attr-defined]
    answers = _answers(code, fields, request) if code else {}
    fields.insist()
    assert where is not None  # noqa: S101 -- else a fault was told
    return Posted(MATTERS[code], where, fields["description"], answers, fields)


def _contact(fields: Fields) -> None:
    if fields["email"] and not _MAIL.fullmatch(fields["email"]):
        fields.wrong("email", "name@example.org")
    if fields["phone"] and not _PHONE.fullmatch(fields["phone"]):
        fields.wrong("phone", "+86 10 0000 0000")


# -- where ----------------------------------------------------------------------------------------------------------


def _where(actor: Actor, fields: Fields, inside: str) -> Where | None:
    """A point, an address that has an id, or one in words; the first that is given."""
    words = fields["address_string"][:200]
    faults = len(fields.faults)
    if fields["lat"] or fields["long"]:
        found = _point(fields, words)
    elif fields["address_id"]:
        found = _by_id(actor, fields["address_id"], words)
    else:
        found = _by_words(actor, words) if words else None
    if found is None and len(fields.faults) == faults:
        fields.fault(_no_place(fields))
    if found is not None and not found.area.startswith(inside):
        fields.fault(_("The place lies outside this jurisdiction."))
    return found


def _no_place(fields: Fields) -> str:
    if fields["address_id"]:
        return _("address_id is not known here; send lat and long.")
    if fields["address_string"]:
        return _("The address was not found; send lat and long with it.")
    return _("Where is it? Send lat and long, address_id or address_string.")


def _point(fields: Fields, words: str) -> Where | None:
    lat = fields.read("lat", between(-90, 90), "-90 … 90")
    lon = fields.read("long", between(-180, 180), "-180 … 180")
    if not (fields["lat"] and fields["long"]):
        fields.fault(_("lat and long come together."))
    if lat is None or lon is None:
        return None
    area = orgs.locate(lon, lat)
    if area is None:
        fields.fault(str(Refused("out_of_area").refusal))
        return None
    return Where(lon, lat, area, words)


def _by_id(actor: Actor, text: str, words: str) -> Where | None:
    """A place of the register, or a community or grid by its code."""
    if re.fullmatch("[0-9]{12}([0-9]{3})?", text):
        rows = orgs.divisions(actor, within=text, level=len(text)).filter(pk=text)
        return Where(None, None, text, words) if rows.exists() else None
    if not re.fullmatch("[0-9a-fA-F-]{36}", text):
        return None
    try:
        place = registry.place(actor, text)
    except (Refused, ValueError):
        return None
    return Where(place.lon, place.lat, place.area, words or place.name)


def _by_words(actor: Actor, words: str) -> Where | None:
    """The one place or community that these words name; when they may mean several, none."""
    places = registry.find_places(actor, words, 5)
    named = [place for place in places if place.name in words] or places
    if len(named) == 1:
        place = named[0]
        return Where(place.lon, place.lat, place.area, words)
    rows = orgs.divisions(actor, within="", level=Level.COMMUNITY)
    codes = [row.code for row in rows if row.name in words]
    return Where(None, None, codes[0], words) if len(codes) == 1 else None


# -- what is asked of the service -----------------------------------------------------------------------------------


def _answers(code: str, fields: Fields, request: HttpRequest) -> dict[str, list[str]]:
    given = _given(request)
    known = {one.key: one for one in questions_of(code)}
    for key in given.keys() - known.keys() - {"hint"}:
        fields.wrong(f"attribute[{key}]", _("this service has no such attribute"))
    answers = {}
    for key, one in known.items():
        values = given.get(key, [])
        if values:
            answers[key] = _valid(one, values, fields)
        elif one.required:
            fields.fault(_("attribute[%(key)s] is required.") % {"key": key})
    return answers


def _given(request: HttpRequest) -> dict[str, list[str]]:
    """Every `attribute[CODE]` and `attribute[CODE][]` that says something."""
    found: dict[str, list[str]] = {}
    for source in (request.GET, request.POST):
        for name, values in source.lists():
            if match := _ATTRIBUTE.fullmatch(str(name)):
                said = [text for value in values if (text := str(value).strip())]
                found.setdefault(match[1], []).extend(said)
    return {key: values for key, values in found.items() if values}


_READERS = {"number": number, "datetime": instant}


def _valid(one: Question, values: list[str], fields: Fields) -> list[str]:
    name = f"attribute[{one.key}]"
    if one.kind != "multivaluelist":
        values = values[-1:]
    choices = {choice.key for choice in one.choices}
    if choices and set(values) - choices:
        fields.wrong(name, ", ".join(sorted(choices)))
    if any(len(value) > ANSWER for value in values):
        fields.wrong(name, _("at most %(most)s characters") % {"most": ANSWER})
    reader = _READERS.get(one.kind)
    if reader:
        try:
            reader(values[-1])
        except (ValueError, OverflowError):
            fields.wrong(name, one.kind)
    return values


def _named(one: Question, values: list[str]) -> list[str]:
    names = {choice.key: choice.name.zh for choice in one.choices}
    return [names.get(value, value) for value in values]


# -- doing it -------------------------------------------------------------------------------------------------------


def take(request: HttpRequest, call: Posted) -> Made:
    """Count, stop where life is in danger, develop the photos, then report or join."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    at: datetime = request.at  # type: ignore[attr-defined]
    matter = _stop_for_life(call)
    thrift.spend_key(actor.holder, at)
    photos, notices, link = _photos(request, call, at)
    text = f"{call.text}\n{link}" if link else call.text
    common: dict[str, Any] = {
        "actor": actor, "at": at, "photos": photos,
        "name": call.person, "phone": call.fields["phone"], "payer": _sender(request, call),
    }  # fmt: skip
    near = _near(actor, call, matter, at)
    number = call.answers.get("joins", [""])[-1]
    if number:
        case = near.get(number)
        if case is None:
            raise Refused("not_near", number=number[:20])
        reporter = actions.join(case=case, said=text, **common)
        said = _("It was added to no. %(number)s, which somebody had reported before.")
        notices.insert(0, said % {"number": number})
        return Made(case.number, reporter.token, notices, deferred=False)
    case = actions.report(
        matter=matter, text=text, source="open311", reference="",
        lon=call.where.lon, lat=call.where.lat, area=call.where.area, place=call.where.place,
        **common,
    )  # fmt: skip
    if near:
        said = _(
            "Already reported nearby: no. %(numbers)s. If it is the same, send attribute[joins] next time."
        )
        notices.append(said % {"numbers": ", ".join(near)})
    deferred = service_of(call.matter.key).type == "batch"
    return Made(case.number, selectors.first_token(actor, case), notices, deferred)


def _stop_for_life(call: Posted) -> str:
    """The matter to report it as: what was in danger, once the call was made."""
    chosen = call.matter.key
    entry = selectors.danger(chosen, call.description)
    if entry is None:
        return chosen
    if "yes" not in call.answers.get("called", []):
        numbers = ", ".join(one.number for one in entry.numbers)
        raise Refused("call_first", title=str(entry.title), numbers=numbers)
    if chosen in entry.matters:
        return chosen
    return next((key for key in entry.matters if MATTERS[key].public), chosen)


def _sender(request: HttpRequest, call: Posted) -> str:
    """Whom the limit of one person counts: what the program says of them, else where the call came from."""
    told = (call.fields[name] for name in ("account_id", "device_id", "phone", "email"))
    who = next((one for one in told if one), f"net:{place_of(source_of(request))}")
    return f"{request.actor.holder}:{who}"  # type: ignore[attr-defined]


def _near(actor: Actor, call: Posted, matter: str, at: datetime) -> Mapping[str, Case]:
    lon, lat, *_rest = call.where
    if lon is None or lat is None or MATTERS[matter].level == "life":
        return {}
    found = selectors.nearby(actor, lon, lat, at, matter)
    return {one.case.number: one.case for one in found[:5] if one.case.number}


def _photos(request: HttpRequest, call: Posted, at: datetime) -> tuple[list[Print], list[str], str]:
    """Photos that came along or lie at `media_url`; a link that cannot be followed is kept as words."""
    files = [file for name in ("media", "media[]") for file in request.FILES.getlist(name)]
    url = call.fields["media_url"]
    if len(files) > PHOTOS:
        fault = _("at most %(most)s photos") % {"most": PHOTOS}
        raise Refused("bad_input", detail=fault, faults=(f"media: {fault}",))
    if files or url:
        actor = request.actor  # type: ignore[attr-defined]
        thrift.spend_photos(f"{actor.holder}:photos", at, len(files) or 1)
    if files or not url:
        return [develop(file) for file in files], [], ""
    try:
        data = outbound.fetch(url, MAX_MEGABYTES * 1024 * 1024, seconds=FETCH_SECONDS)
        return [develop(io.BytesIO(data))], [], ""
    except (Undeliverable, Refused):
        said = _(
            "The photo could not be taken over from its address; the address was kept with the report."
        )
        return [], [said], f"media_url: {url[:500]}"


def notice(made: Made) -> str:
    """What the person is told now, with the address of the receipt."""
    receipt = f"{config().origin}{reverse('cases:receipt', args=[made.token])}"
    told = _("Follow it and answer here: %(url)s") % {"url": receipt}
    return " ".join([*made.notices, told])


def key_of(request: HttpRequest) -> str:
    """`api_key` in the body or the address, or the header the API takes."""
    shown = request.headers.get("Authorization", "")
    bearer = shown[7:] if shown.lower().startswith("bearer ") else ""
    return str(request.POST.get("api_key") or request.GET.get("api_key") or bearer).strip()


def content(request: HttpRequest) -> bytes:
    """What was sent, for telling a repeated call from another one under the same key."""
    parts = [repr(sorted(request.POST.lists())).encode()]
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            whole = hashlib.sha256(file.read()).digest()
            file.seek(0)
            parts += [name.encode(), whole]
    return b"\n".join(parts)
