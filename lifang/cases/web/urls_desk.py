from django.urls import path

from lifang.cases.web import (
    acts,
    bulletin,
    case,
    figures,
    inbox,
    likeness,
    limits,
    lists,
    patterns,
    record,
    samples,
)

urlpatterns = [
    path("desk/inbox", inbox.inbox, name="inbox"),
    path("desk/report", record.report, name="desk_report"),
    path("desk/learning", likeness.learning, name="learning"),
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
    path("desk/figures", figures.figures, name="figures"),
    path("desk/figures/cases/<slug:measure>", figures.figure_cases, name="figure_cases"),
    path("desk/figures/patterns", patterns.patterns, name="patterns"),
    path("desk/figures/steps", patterns.steps, name="steps"),
    path("desk/figures/bulletin", bulletin.bulletin, name="bulletin"),
    path("desk/figures/samples", samples.samples, name="samples"),
    path("desk/figures/samples/<uuid:pk>", samples.sample, name="sample"),
    path("desk/figures/samples/<uuid:pk>/sheet", samples.sheet, name="sample_sheet"),
    path("desk/figures/samples/<uuid:pk>/<int:rank>", samples.recheck, name="recheck"),
    *acts.urlpatterns,
]
