from django.urls import path

from lifang.cases.web import acts, case, inbox, limits, lists, record

urlpatterns = [
    path("desk/inbox", inbox.inbox, name="inbox"),
    path("desk/report", record.report, name="desk_report"),
    path("desk/matters", record.matters, name="matters"),
    path("desk/cases", lists.cases, name="list"),
    path("desk/cases/board", lists.board, name="board"),
    path("desk/cases/map", lists.case_map, name="map"),
    path("desk/cases/points", lists.points, name="points"),
    path("desk/cases/views", lists.save_view, name="save_view"),
    path("desk/cases/views/<uuid:pk>/removal", lists.drop_view, name="drop_view"),
    path("desk/cases/<uuid:pk>", case.case, name="case"),
    path("desk/cases/<uuid:pk>/sheet", case.sheet, name="work_order"),
    path("desk/cases/<uuid:pk>/contact", case.contact, name="contact"),
    path("desk/cases/<uuid:pk>/units", record.units, name="units"),
    path("desk/limits", limits.paces, name="limits"),
    path("desk/limits/<slug:matter>", limits.matter, name="matter_limits"),
    path("desk/limits/<slug:matter>/revision", limits.revision, name="limits_revision"),
    path(
        "desk/limits/revisions/<uuid:pk>/withdrawal", limits.withdrawal, name="revision_withdrawal"
    ),
    *acts.urlpatterns,
]
