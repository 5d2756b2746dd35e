from django.urls import path, register_converter
from django.urls.converters import StringConverter

from lifang.cases.web import open as open_pages
from lifang.cases.web import own, public, receipt, report, report_aside


class Word(StringConverter):
    """A receipt's word: whatever looks otherwise is not found, like a word nobody wrote."""

    regex = "[34679ACDEFGHJKMNPQRTWXY]{16}"


class Number(StringConverter):
    regex = "[0-9A-Za-z-]{4,20}"


register_converter(Word, "receipt")
register_converter(Number, "case_number")

urlpatterns = [
    path("report", report_aside.start, name="report"),
    path("report/here", report_aside.here, name="report_here"),
    path("report/photos/<int:index>", report_aside.photo, name="report_photo"),
    path("report/<slug:step>", report.ReportWizard.view, name="report_step"),
    path("r", receipt.receipts, name="receipts"),
    path("r/<receipt:token>", receipt.receipt, name="receipt"),
    path("r/<receipt:token>/sent", receipt.sent, name="sent"),
    path("r/<receipt:token>/sheet", receipt.sheet, name="sheet"),
    path("r/<receipt:token>/code.svg", receipt.code, name="code"),
    path("r/<receipt:token>/more", receipt.more, name="more"),
    path("r/<receipt:token>/unsolved", receipt.unsolved, name="unsolved"),
    path("r/<receipt:token>/rating", receipt.rating, name="rating"),
    path("r/<receipt:token>/withdrawal", receipt.withdrawal, name="withdrawal"),
    path("r/<receipt:token>/hiding", receipt.hiding, name="hiding"),
    path("cases", public.cases, name="public"),
    path("cases/points", public.points, name="public_points"),
    path("cases/<case_number:number>", public.case, name="public_case"),
    path("open", open_pages.home, name="open"),
    path("open311", open_pages.open311, name="open311"),
    path("my/cases", own.mine, name="mine"),
]
