from django.urls import path

from lifang.core.sheets.web import views

app_name = "sheets"
urlpatterns = [
    path("desk/sheets", views.sheets, name="sheets"),
    path("desk/sheets/<str:key>", views.sheet, name="sheet"),
    path("desk/sheets/<str:key>/template", views.template, name="template"),
    path("desk/imports/<uuid:pk>", views.one, name="import"),
    path("desk/imports/<uuid:pk>/workbook", views.workbook, name="workbook"),
    path("desk/imports/<uuid:pk>/upload", views.upload, name="upload"),
    path("desk/imports/<uuid:pk>/writing", views.writing, name="writing"),
    path("desk/imports/<uuid:pk>/undoing", views.undoing, name="undoing"),
    path("desk/imports/<uuid:pk>/removal", views.removal, name="removal"),
    path("desk/imports/<uuid:pk>/secrets", views.secrets, name="secrets"),
]
