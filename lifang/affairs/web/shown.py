"""How an application is shown: chips, lines of the to-do list, the timeline, what lies with it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.affairs import selectors
from lifang.affairs.catalogue import APPLICATION, CHANNELS, GUIDES, MATERIALS
from lifang.affairs.models import Application, Confirmation, Laid, Mandate
from lifang.affairs.terms import Met
from lifang.core.access import SYSTEM, Actor
from lifang.core.access.wall import behind
from lifang.core.files.models import Attachment
from lifang.core.flow import selectors as flow
from lifang.core.flow.lines import Line, tells
from lifang.core.web.show import TONES, Chip, Entry
from lifang.orgs.selectors import place_name, unit_names

Facts = dict[str, Any]
HOW = {
    Met.REGISTER: _("known from the register"),
    Met.RESULT: _("an earlier result meets it"),
    Met.HELD: _("on file from an earlier matter"),
    Met.DECLARED: _("a declaration takes its place"),
    Met.FILE: _("sent as a file"),
    Met.SEEN: _("the original was shown"),
    Met.MISSING: _("still missing"),
}
NEEDS = {
    Met.MISSING: _("please add a photo, or bring it"),
}
WAYS = {
    "online": _("agreed online"), "written": _("signed paper"), "photo": _("photo of agreeing"), "voice": _("said aloud"),
}  # fmt: skip
CONFIRMED = {"mark": _("a thumb on the glass"), "signature": _("a signature on the glass"), "photo": _("a photo"), "words": _("words before a witness")}  # fmt: skip
OF = {"form": _("The form was read aloud"), "result": _("The result was read aloud")}
SIGNS = {
    "start": "send", "pay": "cash", "accept": "check", "accept_here": "check", "decline": "x", "ask_supplement": "message-question", "supplement": "file-plus", "opine": "building",
    "gather": "arrows-join", "grant": "certificate", "refuse": "x", "deliver": "package", "hand_over": "transfer", "withdraw": "arrow-back-up", "lapse": "clock-off", "shelve": "archive",
}  # fmt: skip


@tells("application")
def applications_told(actor: Actor, ids: list[UUID]) -> dict[UUID, Line]:
    """Which matter, of whom, where."""
    rows = selectors.by_ids(actor, ids)
    return {
        pk: Line(f"{row.matter.name} · {row.name}", place_name(row.area, 2), row.matter.icon)
        for pk, row in rows.items()
    }


def chip(row: Application) -> Chip:
    return Chip(TONES[row.stage.tone], row.stage.name)


def url(row: Application) -> str:
    return reverse("affairs:application", args=[row.pk])


def matter(key: str) -> str:
    return str(GUIDES[key].name) if key in GUIDES else key


def channel(key: str) -> str:
    return str(CHANNELS[key].name) if key in CHANNELS else key


def entries(actor: Actor, row: Application) -> list[Entry]:
    """What happened, newest first."""
    steps = list(flow.steps(actor, row.pk))
    units = unit_names([UUID(one.body[5:]) for one in steps if one.body.startswith("unit:")])
    made = [
        Entry(
            at=one.at, title=APPLICATION().move[one.move].done, who=units.get(UUID(one.body[5:]), "") if one.body else "",
            icon=SIGNS.get(one.move, "point"), text=one.note,
        )
        for one in steps
    ]  # fmt: skip
    return made[::-1]


def hands(row: Application) -> list[Facts]:
    """Through whose hands it went: whose it is, who acted under which authority, who wrote it down."""
    found: list[Facts] = [{"role": _("Whose matter it is"), "name": row.name}]
    if row.mandate_id:
        with behind(SYSTEM):  # the helper may live anywhere; the name reads masked
            one = Mandate.objects.select_related("agent", "recorded_by").get(pk=row.mandate_id)
        found.append({"role": _("Handled on behalf by"), "name": one.agent.name if one.agent else place_name(one.desk, 2), "way": WAYS[one.way], "until": one.until})  # fmt: skip
        if one.recorded_by:
            found.append({"role": _("Authority recorded by"), "name": one.recorded_by.name})
    if row.taken_by:
        found.append({"role": _("Written down by"), "name": row.taken_by.name})
    return found


def heard(row: Confirmation) -> Facts:
    """What was read aloud, and how they said that it is right."""
    return {"row": row, "of": OF[row.of], "way": CONFIRMED[row.way]}


def materials(row: Application, laid: Iterable[Laid], files: Iterable[Attachment] = ()) -> list[Facts]:  # fmt: skip
    """What lies with it, and how each is met."""
    known = {str(one.pk): one for one in files}
    return [
        {
            "key": one.key, "name": MATERIALS[one.key].name if one.key in MATERIALS else one.key, "how": HOW[Met(one.met)],
            "missing": one.met == Met.MISSING, "files": [known[key] for key in one.files if key in known], "wanted": one.key in row.wanted,
        }
        for one in laid
    ]  # fmt: skip


def story(row: Application) -> list[Entry]:
    """The same for whoever holds the receipt."""
    with behind(SYSTEM):  # the receipt itself is the permission
        return entries(SYSTEM, row)
