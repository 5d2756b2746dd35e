"""Every page of affairs."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from lifang.affairs.web import (
    aloud,
    asking,
    cards,
    desk,
    due,
    guides,
    halls,
    home,
    kiosk,
    mandates,
    own,
    paying,
    reception,
    shares,
    verify,
)


class Word(StringConverter):
    """A receipt's word: whatever looks otherwise is not found."""

    regex = "[34679ACDEFGHJKMNPQRTWXY]{16}"


class ResultNumber(StringConverter):
    regex = "[0-9A-Z]{10,24}"


register_converter(Word, "affairs_word")
register_converter(ResultNumber, "result_number")

app_name = "affairs"

urlpatterns = [
    path("ask", asking.ask, name="ask"),
    path("ask/person", asking.person, name="person"),
    path("desk/questions", asking.unanswered, name="unanswered"),
    path("desk/questions/<uuid:pk>", asking.settling, name="settling"),
    path("desk/calls/<uuid:pk>", asking.callback, name="callback"),
    path("desk/calls/<uuid:pk>/reading", asking.callback_reading, name="callback_reading"),
    path("my/mandates", mandates.mandates, name="mandates"),
    path("mandates/<uuid:pk>/ending", mandates.ending, name="mandate_ending"),
    path("desk/reception/elsewhere", reception.elsewhere, name="elsewhere"),
    path("desk/reception/people/<uuid:pk>/authority", mandates.mandates_of, name="mandates_of"),
    path("desk/due", due.benefits, name="benefits"),
    path("desk/due/<slug:key>", due.benefit, name="benefit"),
    path("halls", halls.halls, name="halls"),
    path("halls/<uuid:pk>", halls.hall, name="hall"),
    path("halls/<uuid:pk>/board", halls.board, name="board"),
    path("halls/<uuid:pk>/tickets", halls.ticket_taking, name="ticket_taking"),
    path("halls/<uuid:pk>/bookings", halls.booking, name="booking"),
    path("q/<affairs_word:token>", halls.ticket, name="ticket"),
    path("q/<affairs_word:token>/code.svg", halls.ticket_code, name="ticket_code"),
    path("q/<affairs_word:token>/leaving", halls.ticket_leaving, name="ticket_leaving"),
    path("desk/halls", halls.lines, name="lines"),
    path("desk/halls/new", halls.setting, name="setting_new"),
    path("desk/halls/<uuid:pk>", halls.line, name="line"),
    path("desk/halls/<uuid:pk>/setting", halls.setting, name="setting"),
    path("desk/halls/<uuid:pk>/seat", halls.seat, name="seat"),
    path("desk/halls/<uuid:pk>/call", halls.call, name="call"),
    path("desk/halls/<uuid:pk>/turn", halls.turn, name="turn"),
    path("kiosk/at/<affairs_word:word>", kiosk.start, name="kiosk_start"),
    path("kiosk/here", kiosk.sign_of_life, name="kiosk_here"),
    path("kiosk/ticket", kiosk.take, name="kiosk_ticket"),
    path("kiosk/query", kiosk.query, name="kiosk_query"),
    path("kiosk/card", cards.card, name="kiosk_card"),
    path("kiosk/card/code", cards.code, name="kiosk_card_code"),
    path("desk/terminals", kiosk.register, name="terminals"),
    path("desk/terminals/new", kiosk.setting, name="terminal_new"),
    path("desk/terminals/<uuid:pk>", kiosk.setting, name="terminal"),
    path("desk/terminals/<uuid:pk>/pairing", kiosk.pairing, name="terminal_pairing"),
    path("affairs", guides.guides, name="guides"),
    path("affairs/cards", guides.cards, name="cards"),
    path("affairs/<slug:key>", guides.guide, name="guide"),
    path("affairs/<slug:key>/card", guides.card, name="card"),
    path("affairs/<slug:key>/code.svg", guides.code, name="guide_code"),
    path("affairs/<slug:key>/beginning", own.beginning, name="beginning"),
    path("verify", verify.verify, name="verify"),
    path("verify/<result_number:number>", verify.verify, name="verify_number"),
    path("a/<affairs_word:token>", own.receipt, name="receipt"),
    path("a/visits/<affairs_word:token>", own.visit, name="visit"),
    path("a/visits/<affairs_word:token>/code.svg", own.visit_code, name="visit_code"),
    path("my/applications", own.mine, name="mine"),
    path("my/applications/<uuid:pk>", own.own, name="own"),
    path("my/applications/<uuid:pk>/supplement", own.supplement, name="supplement"),
    path("my/applications/<uuid:pk>/withdrawal", own.withdrawal, name="withdrawal"),
    path("my/applications/<uuid:pk>/fee", paying.payment, name="fee"),
    path("my/applications/<uuid:pk>/fee/<slug:number>", paying.own_receipt, name="own_fee_receipt"),
    path("my/applications/drafts/<uuid:pk>", own.go_on, name="apply_go_on"),
    path("my/applications/drafts/<uuid:pk>/dropping", own.dropping, name="dropping"),
    path("my/applications/drafts/<uuid:pk>/<slug:step>", own.apply_step, name="apply_step"),
    path("desk/applications/shares", shares.shares, name="shares"),
    path("desk/applications", desk.applications, name="applications"),
    path("desk/applications/<uuid:pk>", desk.application, name="application"),
    path("desk/applications/<uuid:pk>/reading", desk.reading, name="reading"),
    path("desk/applications/<uuid:pk>/aloud/<slug:of>", aloud.aloud, name="aloud"),
    path(
        "desk/applications/<uuid:pk>/aloud/<slug:of>/confirming",
        aloud.confirming,
        name="confirming",
    ),
    path("my/home-visits", home.mine, name="own_home_visits"),
    path("my/home-visits/new", home.ordering, name="home_visit_ordering"),
    path("my/home-visits/<uuid:pk>", home.own, name="own_home_visit"),
    path("my/home-visits/<uuid:pk>/calling-off", home.calling_off, name="home_visit_calling_off"),
    path("desk/home-visits", home.listed, name="home_visits"),
    path("desk/home-visits/<uuid:pk>", home.visit, name="home_visit"),
    path("desk/home-visits/<uuid:pk>/<slug:deed>", home.act, name="home_visit_act"),
    path("desk/reception/people/<uuid:pk>/home-visit", home.recording, name="home_visit_recording"),
    path("desk/applications/<uuid:pk>/fee/<slug:number>", paying.receipt, name="fee_receipt"),
    path("desk/applications/<uuid:pk>/<slug:deed>", desk.act, name="act"),
    path("desk/reception", reception.reception, name="reception"),
    path("desk/reception/people/<uuid:pk>", reception.reception_of, name="reception_of"),
    path("desk/intakes/<uuid:pk>", reception.intake, name="intake"),
    path("desk/intakes/<uuid:pk>/sheet", reception.sheet, name="intake_sheet"),
    path("desk/intakes/<uuid:pk>/<slug:key>", reception.record, name="record"),
    path(
        "desk/intakes/<uuid:pk>/<slug:key>/<slug:step>", reception.record_step, name="record_step"
    ),
]
