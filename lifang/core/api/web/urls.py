from django.urls import path

from lifang.core.api.web import views

app_name = "keys"
urlpatterns = [
    path("", views.keys, name="list"),
    path("new", views.issue, name="new"),
    path("<uuid:pk>/revocation", views.revocation, name="revocation"),
]
