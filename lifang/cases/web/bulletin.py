"""The bulletin of an area and a period: one set of tables, as a page and as Excel, Word and PDF."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lifang.cases.catalogue import INDICATORS
from lifang.cases.selectors import figures as asked
from lifang.cases.selectors import patterns
from lifang.cases.web import papers
from lifang.cases.web.figures import line, reader, views_of
from lifang.cases.web.frames import Framed, framed
from lifang.cases.web.patterns import name_of, spots
from lifang.core.access import Actor, Kind
from lifang.core.site import site
from lifang.core.web.views import only

COMPARED = "closing_rate"


@dataclass
class Section:
    """A heading and one table of four columns; `numbers` says which are figures, `widths` how they share the page."""

    heading: str
    header: list[str]
    rows: list[list[str]]
    numbers: tuple[int, ...] = ()
    note: str = ""
    widths: tuple[int, ...] = (5, 2, 2, 2)


@dataclass
class Bulletin:
    """What every form of the bulletin says."""

    title: str
    period: str
    made: str
    sections: list[Section] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


WAYS = {
    "xlsx": (papers.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "docx": (papers.as_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": (papers.as_pdf, "application/pdf"),
}  # fmt: skip


@require_GET
@only(Kind.STAFF)
def bulletin(request: HttpRequest) -> HttpResponse:
    actor, look = reader(request), framed(request)
    paper = made(actor, look)
    way = WAYS.get(request.GET.get("as", ""))
    if way is None:
        query = look.query()
        files = [(name, f"?{query}&as={key}") for name, key in (("Excel", "xlsx"), ("Word", "docx"), ("PDF", "pdf"))]  # fmt: skip
        return render(request, "cases/desk/bulletin.html", {"paper": paper, "files": files, "look": look})  # fmt: skip
    write, kind = way
    name = f"figures-{look.frame.area}-{look.first:%Y%m%d}-{look.last:%Y%m%d}.{request.GET['as']}"
    response = HttpResponse(write(paper), content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def made(actor: Actor, look: Framed) -> Bulletin:
    """The bulletin: all rates, the closing rate compared, what rises and what comes again."""
    frame = look.frame
    rates = [line(look, one) for one in asked.rates(actor, frame)]
    paper = Bulletin(
        title=_("Bulletin of cases, %(area)s") % {"area": " · ".join([look.area_name, *look.narrowed])},
        period=f"{look.first:%Y-%m-%d} – {look.last:%Y-%m-%d}",
        made=f"{site().name} · {localtime(frame.at):%Y-%m-%d %H:%M}",
        sections=[_rates(rates), *_compared(actor, look), _rising(actor, look), _spots(actor, look)],
        notes=[_("Units and problems are compared, never persons.")],
    )  # fmt: skip
    if not all(one["confirmed"] for one in rates):
        paper.notes.append(_("* Customary in city management (CJ/T 292), the exact wording of the standard is not confirmed."))  # fmt: skip
    return paper


def _rates(rates: list[dict[str, Any]]) -> Section:
    rows = [
        [f"{one['name']}{'' if one['confirmed'] else ' *'}", f"{one['numerator_name']} {one['numerator']:,}",
         f"{one['denominator_name']} {one['denominator']:,}", one["share"]]
        for one in rates
    ]  # fmt: skip
    header = [_("Rate"), _("Counted"), _("Of"), _("Percentage")]
    return Section(_("All rates"), header, rows, (3,), widths=(6, 5, 5, 4))


def _compared(actor: Actor, look: Framed) -> list[Section]:
    one = INDICATORS[COMPARED]
    header = [_("Item"), str(one.numerator.name), str(one.denominator.name), str(one.name)]
    return [
        Section(
            f"{one.name} · {view['heading']}", header,
            [[row["label"], f"{row['numerator']:,}", f"{row['denominator']:,}", row["share"]] for row in view["rows"]],
            (1, 2, 3),
        )
        for view in views_of(actor, look, one)
    ]  # fmt: skip


def _rising(actor: Actor, look: Framed) -> Section:
    rows = [
        [name_of(one.matter), f"{one.before:,}", f"{one.now:,}", f"+{one.more:,}"]
        for one in patterns.rising(actor, look.frame)
    ]
    header = [_("Matter"), _("Period before"), _("This period"), _("Increase")]
    return Section(
        _("Rising matters"), header, rows, (1, 2, 3), "" if rows else _("Nothing rises.")
    )


def _spots(actor: Actor, look: Framed) -> Section:
    rows = [
        [one["where"], one["matter"], f"{one['count']:,}", f"{one['open']:,}"]
        for one in spots(actor, look)
    ]
    header = [_("Where"), _("Matter"), _("Cases"), _("Still open")]
    note = "" if rows else _("No place comes again.")
    return Section(_("Repeat places"), header, rows, (2, 3), note, widths=(5, 4, 2, 2))


__all__ = ["Bulletin", "Section", "bulletin", "made"]
