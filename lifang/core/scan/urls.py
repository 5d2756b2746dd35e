from django.urls import path

from lifang.core.scan import views

app_name = "scan"
urlpatterns = [
    path("scans", views.scans, name="scans"),
    path("scans/<uuid:pk>", views.one, name="scan"),
    path("scans/<uuid:pk>/removal", views.removal, name="removal"),
]
