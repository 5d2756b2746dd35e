from django.urls import path

from lifang.core.offline.web import views

app_name = "offline"
urlpatterns = [
    path("phone", views.phone, name="phone"),
    path("phone/worker.js", views.worker, name="worker"),
    path("phone/app.webmanifest", views.webmanifest, name="manifest"),
    path("phone/<slug:short>", views.phone_in, name="phone_in"),
]
