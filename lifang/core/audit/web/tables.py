from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lifang.core.access.capabilities import capabilities
from lifang.core.access.refusal import reasons
from lifang.core.audit.diff import DEPUTY_FOR
from lifang.core.audit.models import Entry, Outcome
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, Period, Table

OUTCOMES = {Outcome.DONE: _("done"), Outcome.REFUSED: _("refused"), Outcome.SEEN: _("seen")}
KINDS = {
    "staff": _("Staff"),
    "resident": _("Resident"),
    "anonymous": _("Not signed in"),
    "machine": _("Machine"),
    "system": _("The system"),
}
_CHIPS = {Outcome.DONE: "done", Outcome.REFUSED: "waiting", Outcome.SEEN: "progress"}


def action_name(entry: Entry) -> str:
    known = capabilities().get(entry.action)
    return str(known.name) if known else entry.action


def outcome_chip(entry: Entry) -> Chip:
    return Chip(_CHIPS[Outcome(entry.outcome)], OUTCOMES[Outcome(entry.outcome)])


def reason_text(entry: Entry) -> str:
    """The sentence, with its placeholders: facts are not kept."""
    known = reasons().get(entry.reason)
    return str(known.text) if known else entry.reason


def changed(entry: Entry) -> str:
    """Names of changed fields; of codes and times also the values."""
    parts = []
    for field, change in entry.changes.items():
        if field == DEPUTY_FOR:
            continue
        before, after = change if isinstance(change, list) else ("*", "*")
        parts.append(field if change == "*" else f"{field}: {before} → {after}")
    return "; ".join(parts)


def who_acted(entry: Any) -> Any:
    """The account, and on whose post where a deputy acted."""
    who = entry.who or KINDS.get(entry.kind, entry.kind)
    if not entry.instead_of:
        return who
    return _("%(who)s for %(absent)s") % {"who": who, "absent": entry.instead_of}


class LogTable(Table):
    seq = Column(_("Line"), sort="seq", cell="number")
    at = Column(_("Time"), cell="time")
    who = Column(_("Who"), value=who_acted)
    action = Column(_("Act"), value=action_name)
    outcome = Column(_("Outcome"), value=outcome_chip, cell="state")
    reason = Column(_("Reason"), value=reason_text)
    subject_type = Column(_("Kind of thing"), shown=False)
    subject = Column(_("Thing"), shown=False)
    area = Column(_("Area"))
    changes = Column(_("Changed"), value=changed, wide=True)
    digest = Column(_("Digest"), value=lambda row: bytes(row.digest).hex(), shown=False)

    key = "log"
    private = True
    filters = (
        Choice("outcome", _("Outcome"), {str(key): words for key, words in OUTCOMES.items()}),
        Choice(
            "action",
            _("Act"),
            lambda actor: {key: str(one.name) for key, one in capabilities().items()},
        ),
        Choice(
            "kind",
            _("Who"),
            KINDS,
        ),
        Period("at", _("Time")),
    )
    order = "-seq"
    per_page = 50
    paging = "more"
    empty = Empty(_("No line yet."), _("Every act and every refusal leaves one."))

    def search_in(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """An id of a person or thing, an area, the beginning of an act's name, or a name."""
        wanted = Q(action__startswith=text) | Q(area__startswith=text) | Q(who__icontains=text)
        with suppress(ValueError):
            wanted |= Q(account=UUID(text)) | Q(subject=str(UUID(text)))
        return rows.filter(wanted)
