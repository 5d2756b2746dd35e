"""Codes of earlier lists of matters: what became of each; many at once, as a table and a CSV."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from lifang.cases import selectors
from lifang.cases.catalogue import EDITIONS
from lifang.cases.selectors import Converted
from lifang.core.access import Actor, Kind
from lifang.core.web.forms import Form
from lifang.core.web.show import Chip
from lifang.core.web.tables import Choice, Column, Empty, ListTable
from lifang.core.web.tables.export import as_csv
from lifang.core.web.views import only

BETWEEN = re.compile(r"[\s,;，；、]+")
MOST = 5000
OUTCOMES = {
    "one": ("done", _("One successor")),
    "several": ("waiting", _("To be chosen")),
    "none": ("danger", _("No successor")),
}
HOW = {
    "name": _("The same name"),
    "meaning": _("The same meaning"),
    "rule": _("By the rule"),
    "local": _("A local matter"),
    "current": _("A code of 2026 already"),
}
CONFIRMED = {"yes": _("Confirmed"), "no": _("Not confirmed")}


@dataclass(frozen=True)
class Line:
    """A code and its successors as a page shows them."""

    found: Converted
    times: int = 1

    @property
    def code(self) -> str:
        return self.found.code or self.found.asked

    @property
    def outcome(self) -> str:
        return self.found.outcome

    @property
    def edition(self) -> str:
        return self.found.edition.key

    @property
    def how(self) -> str:
        return self.found.how

    @property
    def how_said(self) -> Any:
        return HOW.get(self.how, "")

    @property
    def confirmed(self) -> str:
        return "yes" if self.found.confirmed else "no"

    @cached_property
    def codes(self) -> str:
        return ", ".join(matter.key for matter in self.found.matters)

    @cached_property
    def names(self) -> str:
        return str(_(", ")).join(str(matter.name) for matter in self.found.matters)

    @property
    def said(self) -> str:
        """How sure, why there is none, or what decides between several."""
        return " ".join(str(one) for one in (self.found.reason, self.found.note) if one)

    @property
    def chip(self) -> Chip:
        return Chip(*OUTCOMES[self.found.outcome])

    @property
    def url(self) -> str:
        first = self.found.matters[:1] if self.outcome == "one" else ()
        return reverse("cases:matter_limits", args=[first[0].key]) if first else ""

    @property
    def spoken(self) -> str:
        """All that one may search for."""
        names = [self.found.name, *(matter.name for matter in self.found.matters)]
        return " ".join([self.codes, *(f"{name.zh} {name.en}" for name in names if name)])


class ConversionTable(ListTable):
    code = Column(_("Old code"), sort="code")
    name = Column(_("Old name"), value="found.name")
    codes = Column(_("New code"), sort="codes")
    names = Column(_("New name"), link="url", wide=True)
    outcome = Column(_("Result"), cell="state", value="chip")
    how = Column(_("Basis"), value="how_said")
    said = Column(_("Note"), wide=True)
    confirmed = Column(_("Official text"), value=lambda row: CONFIRMED[row.confirmed])
    edition = Column(_("Edition"), value="found.edition.name")
    source = Column(_("Source"), value="found.source", shown=False)

    key = "conversions"
    search = ("code", "spoken")
    filters = (
        Choice("edition", _("Edition"), lambda actor: EDITIONS.choices()),
        Choice("outcome", _("Result"), {key: words for key, (_kind, words) in OUTCOMES.items()}),
        Choice("how", _("Basis"), {key: HOW[key] for key in HOW if key != "current"}),
        Choice("confirmed", _("Official text"), CONFIRMED),
    )
    order = ""
    per_page = 30
    empty = Empty(
        _("No old matter is called that."),
        _("Search for another word or take a filter away."),
        act=(_("Convert codes"), "cases:conversion"),
    )


class CodesForm(Form):
    edition = forms.ChoiceField(label=_("Edition"))
    codes = forms.CharField(
        label=_("Codes to convert"), max_length=100_000, strip=True,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("One a line or with commas, as they stand in your table: 0405, 04-05 or 405. At most 5,000."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["edition"].choices = [  # type: ignore[attr-defined]
            (one.key, f"{one.name} · {one.standard}") for one in EDITIONS
        ]

    def clean_codes(self) -> list[str]:
        codes = [code for code in BETWEEN.split(self.cleaned_data["codes"]) if code]
        if not codes:
            raise forms.ValidationError(self.fields["codes"].error_messages["required"])
        if len(codes) > MOST:
            raise forms.ValidationError(_("At most 5,000 codes at once."))
        return codes


@require_GET
@only(Kind.STAFF)
def conversions(request: HttpRequest) -> HttpResponseBase:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    lines = [Line(found) for found in selectors.old_matters(actor)]
    counted = Counter(line.outcome for line in lines)
    shown = {
        "editions": EDITIONS.all(),
        "counts": [
            (words, counted[key], f"?outcome={key}") for key, (_kind, words) in OUTCOMES.items()
        ],
        "total": len(lines),
    }
    return ConversionTable(request, lines).response("cases/desk/conversions.html", shown)


@require_http_methods(["GET", "POST"])
@only(Kind.STAFF)
def conversion(request: HttpRequest) -> HttpResponseBase:
    """Many codes at once. Nothing is kept."""
    form = CodesForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _answer(request, form)
    status = 422 if form.is_bound else 200
    return render(request, "cases/desk/conversion.html", {"form": form}, status=status)


def _answer(request: HttpRequest, form: CodesForm) -> HttpResponseBase:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    codes, edition = form.cleaned_data["codes"], form.cleaned_data["edition"]
    times = Counter(codes)
    lines = {code: Line(selectors.converted(actor, code, edition), n) for code, n in times.items()}
    if "csv" in request.POST:
        return _csv(lines, codes)
    return _page(request, form, list(lines.values()))


def _page(request: HttpRequest, form: CodesForm, lines: list[Line]) -> HttpResponse:
    counted: Counter[str] = Counter()
    for line in lines:
        counted[line.outcome] += line.times
    shown = {
        "form": form,
        "lines": lines,
        "total": counted.total(),
        "counts": [(Chip(kind, words), counted[key]) for key, (kind, words) in OUTCOMES.items()],
    }
    return render(request, "cases/desk/conversion.html", shown)


def _csv(lines: dict[str, Line], codes: list[str]) -> HttpResponseBase:
    """Line for line as they were pasted, so that it can be laid beside the table they came from."""
    head = [
        _("As pasted"), _("Old code"), _("Old name"), _("Result"), _("New code"), _("New name"), _("Basis"),
        _("Note"), _("Official text"),
    ]  # fmt: skip
    rows = ([code, *_cells(lines[code])] for code in codes)
    return as_csv("conversion", [str(one) for one in head], rows)


def _cells(line: Line) -> list[str]:
    told = (
        line.found.code, line.found.name or "", OUTCOMES[line.outcome][1], line.codes, line.names,
        line.how_said, line.said, CONFIRMED[line.confirmed],
    )  # fmt: skip
    return [str(one) for one in told]
