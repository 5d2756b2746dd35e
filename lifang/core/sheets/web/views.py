"""Upload, look, decide; a progress page that needs no script."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lifang.core.access import Kind, Refusal, Refused
from lifang.core.sheets import actions, selectors
from lifang.core.sheets.catalogue import limits
from lifang.core.sheets.declare import SHEETS, sheets_of
from lifang.core.sheets.handing import handed, named_by
from lifang.core.sheets.models import Import
from lifang.core.sheets.template import template as workbook_of
from lifang.core.sheets.terms import RUNNING, State, Verdict
from lifang.core.sheets.web.tables import VERDICTS, ImportTable, LineTable, state_chip
from lifang.core.web.forms import Form
from lifang.core.web.htmx import page, wants
from lifang.core.web.tables.export import XLSX
from lifang.core.web.views import only

DOORS = (Kind.STAFF,)


class UploadForm(Form):
    file = forms.FileField(label=gettext_lazy("File"))


class WriteForm(Form):
    whole = forms.ChoiceField(
        label=gettext_lazy("If some rows are wrong"),
        widget=forms.RadioSelect,
        choices=[
            ("", gettext_lazy("Write the good rows, leave the others")),
            ("1", gettext_lazy("Write all rows or none")),
        ],
        required=False,
    )


@require_http_methods(["GET", "POST"])
@only(*DOORS)
def sheets(request: HttpRequest) -> HttpResponseBase:
    actor = request.actor  # type: ignore[attr-defined]
    table = ImportTable(request, selectors.imports(actor))
    return table.response("sheets/sheets.html", {"sheets": sheets_of(actor)})


@require_http_methods(["GET", "POST"])
@only(*DOORS)
def sheet(request: HttpRequest, key: str) -> HttpResponse:
    """What it looks like, the template, and the way in."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    declared = selectors.sheet_for(actor, key)
    form = UploadForm(request.POST or None, request.FILES or None)
    most = limits()
    form.fields["file"].help_text = _("XLSX, XLS, ODS or CSV, at most %(rows)d rows and %(mb)d MB. Titles in Chinese or English, columns in any order.") % {"rows": most.most_rows, "mb": most.most_bytes // 1_000_000}  # fmt: skip
    form.fields["file"].widget.attrs["accept"] = ".xlsx,.xlsm,.xls,.xlsb,.ods,.et,.csv"
    if request.method == "POST" and form.is_valid():
        with form.refusals():
            given = form.cleaned_data["file"]
            made = actions.take_in(
                actor=actor,
                sheet=declared,
                data=_bounded(given),
                name=given.name or "",
                language=get_language() or "",
                at=at,
            )
            return redirect("sheets:import", made.pk)
    recent = selectors.imports(actor).filter(sheet=key)[:5]
    return page(request, "sheets/sheet.html", {"form": form, "sheet": declared, "recent": recent})


def _bounded(given: Any) -> bytes:
    """Never more in memory than may be uploaded."""
    return bytes(given.read(limits().most_bytes + 1))


@require_GET
@only(*DOORS)
def template(request: HttpRequest, key: str) -> HttpResponse:
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    declared = selectors.sheet_for(actor, key)
    area = declared.home(actor)
    filled = declared.fills and request.GET.get("filled") == "1"
    rows = actions.fill(actor=actor, sheet=declared, area=area, at=at) if filled else []
    made = workbook_of(declared, actor, area, rows, language=get_language() or "")
    return _download(made, f"{key.replace('.', '-')}{'-filled' if filled else ''}.xlsx")


def _download(made: bytes, name: str) -> HttpResponse:
    told = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(made, content_type=XLSX, headers=told)


@require_GET
@only(*DOORS)
def one(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """How far it is; when checked: the counts, the rows, and the choice."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    found = selectors.one(actor, pk)
    context = _shown(found) | {"form": WriteForm(initial={"whole": ""})}
    if found.state in RUNNING:
        return page(request, "sheets/import.html", context, partial="progress")
    if wants(request, "progress"):
        return HttpResponse(headers={"HX-Refresh": "true"})  # done: the page as a whole
    if found.lapsed_at is None:
        context["twin"] = selectors.same_file(actor, found, at)
        context["rows"] = True
    rows = selectors.lines(actor, found).select_related("of")
    return LineTable(request, rows).response("sheets/import.html", context)


def _shown(found: Import) -> dict[str, Any]:
    declared = SHEETS.get(found.sheet)
    columns = declared.by_key if declared else {}
    heads = [(written, columns[key].name) for written, key in found.heads if key in columns]
    why = found.fault and Refusal(found.fault["reason"], found.fault.get("facts", {}))
    counts = [
        (VERDICTS[verdict][1], int(found.counts.get(verdict, 0)), verdict.value)
        for verdict in Verdict
    ]
    return {
        "it": found,
        "sheet": declared,
        "chip": state_chip(found),
        "running": found.state in RUNNING,
        "percent": int(100 * found.done / found.of) if found.of else 0,
        "counts": counts,
        "heads": heads,
        "left_out": [written for written, key in found.heads if not key],
        "why": why,
        "keep_days": limits().keep_days,
        "secrets": bool(
            declared
            and declared.hands_over
            and found.state == State.DONE
            and found.written
            and found.handed_at is None
            and found.lapsed_at is None
        ),
    }


@require_GET
@only(*DOORS)
def workbook(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The person's own workbook, its wrong rows marked."""
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.one(actor, pk)
    return _download(selectors.paper(actor, found, "answer"), _named(found, "-checked"))


@require_GET
@only(*DOORS)
def upload(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The file as it was uploaded, while it is kept."""
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.one(actor, pk)
    made = selectors.paper(actor, found, "upload")
    answer = _download(made, f"upload-{found.pk}")
    answer["Content-Type"] = "application/octet-stream"
    return answer


def _named(found: Import, end: str) -> str:
    return f"{found.sheet.replace('.', '-')}-{found.asked_at:%Y%m%d-%H%M}{end}.xlsx"


@require_POST
@only(*DOORS)
def writing(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    found = selectors.one(actor, pk)
    actions.write(actor=actor, of=found, whole=request.POST.get("whole") == "1", at=at)
    return redirect("sheets:import", pk)


@require_POST
@only(*DOORS)
def undoing(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    found = selectors.one(actor, pk)
    if "confirmed" not in request.POST:
        context = {
            "question": _("Take this import back?"),
            "consequence": _("%(count)d rows that it wrote are undone. What others changed since stays.") % {"count": found.written},
            "act": _("Take this import back"),
            "back": request.path.rpartition("/")[0],
            "action": request.path,
        }  # fmt: skip
        return page(request, "web/confirm.html", context)
    actions.undo(actor=actor, of=found, at=at)
    return redirect("sheets:import", pk)


@require_POST
@only(*DOORS)
def removal(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    found = selectors.one(actor, pk)
    actions.drop(actor=actor, of=found, at=at)
    messages.success(request, _("Dropped; nothing was written."))
    return redirect("sheets:sheet", found.sheet)


@require_POST
@only(*DOORS)
def secrets(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What was made for the rows and is shown once."""
    actor, at = request.actor, request.at  # type: ignore[attr-defined]
    found = selectors.one(actor, pk)
    declared = SHEETS.get(found.sheet)
    if declared is None or not declared.hands_over:
        raise Refused("not_found")
    rows = actions.hand_over(actor=actor, of=found, at=at)
    if request.POST.get("as") == "xlsx":
        return _download(handed(declared, rows), _named(found, "-secrets"))
    keys = named_by(declared)
    lines = [([row.values.get(key, "") for key in keys], row.secret) for row in rows]
    titles = [declared.by_key[key].name for key in keys]
    context = {"it": found, "sheet": declared, "titles": titles, "lines": lines}
    answer = page(request, "sheets/secrets.html", context)
    answer["Cache-Control"] = "no-store"  # shown this once
    return answer
