from django.urls import path

from lifang.core.audit.web import views

app_name = "audit"
urlpatterns = [
    path("desk/log", views.log, name="log"),
    path("desk/log/verification", views.verification, name="verification"),
    path("desk/log/anchors", views.anchors, name="anchors"),
    path("desk/log/anchors/<int:pk>", views.anchor, name="anchor"),
    path("desk/log/export", views.exported, name="export"),
]
