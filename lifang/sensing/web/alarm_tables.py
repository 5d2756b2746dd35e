"""Lists of alarms and rules."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lifang.core.web.tables import Choice, Column, Empty, Period, Table
from lifang.sensing.catalogue import RULES, VERDICTS
from lifang.sensing.web import said

SHOW = {
    "open": _("Open"),
    "shelved": _("Shelved"),
    "folded": _("Folded or inhibited"),
    "unjudged": _("Over, not judged"),
    "over": _("Over"),
}


def _shown(rows, values):  # type: ignore[no-untyped-def]
    asked = {
        "open": Q(ended_at__isnull=True),
        "shelved": Q(shelved_until__isnull=False),
        "folded": Q(folded=True) | Q(inhibited_by__isnull=False) | Q(lead__isnull=False),
        "unjudged": Q(ended_at__isnull=False, verdict=""),
        "over": Q(ended_at__isnull=False),
    }
    wanted = Q()
    for value in values:
        wanted |= asked.get(value, Q())
    return rows.filter(wanted)


class AlarmTable(Table):
    rule = Column(_("Alarm"), value=lambda alarm: said.name(alarm.rule), link=said.url, wide=True)
    severity = Column(_("Severity"), cell="state", value=said.severity, sort="rank")
    state = Column(_("State"), cell="state", value=said.state)
    where = Column(_("Where"), value=said.where, wide=True)
    raised_at = Column(_("Raised"), cell="time", sort="raised_at")
    count = Column(_("Times"), cell="number", sort="count")

    key = "alarms"
    search = ("device__name", "device__code", "verdict_cause")
    filters = (
        Choice("show", _("Show"), SHOW, apply=_shown),
        Choice("rule", _("Alarm rule"), lambda actor: {one.key: str(one.name) for one in RULES}),
        Choice(
            "severity", _("Severity"), {key.value: word for key, word in said.SEVERITIES.items()}
        ),
        Choice("verdict", _("Verdict"), lambda actor: {one.key: str(one.name) for one in VERDICTS}),
        Period("raised_at", _("Raised")),
    )
    order = "-raised_at"
    empty = Empty(
        _("No alarm here."),
        _("What devices report stands here, with what was done about it."),
        act=(_("To the wall"), "sensing:wall"),
        icon="bell",
    )


def rule_url(key: str) -> str:
    return reverse("sensing:rule", args=[key])
