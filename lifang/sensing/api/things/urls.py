from django.urls import re_path

from lifang.sensing.api.things import views

app_name = "things"
urlpatterns = [
    re_path(r"^v1\.1/?$", views.root, name="root"),
    re_path(r"^v1\.1/\$batch$", views.batch, name="batch"),
    re_path(r"^v1\.1/CreateObservations$", views.arrays, name="arrays"),
    re_path(r"^v1\.1/(?P<path>.{1,2000})$", views.anything, name="anything"),
]
