from django.urls import path, re_path

from lifang.core.api.router import api, mounted, nothing
from lifang.core.api.web.views import reference

urlpatterns = [
    path("", reference, name="api_reference"),
    path("v1/", mounted(api())),
    re_path(r"^(?P<rest>.*)$", nothing, name="api_nothing"),
]
