from django.urls import re_path

from lifang.cases.api.open311 import views

app_name = "open311"
SHAPE = r"\.(?P<shape>json|xml)$"

urlpatterns = [
    re_path(rf"^discovery{SHAPE}", views.discovery, name="discovery"),
    re_path(rf"^v2/discovery{SHAPE}", views.discovery, name="discovery_v2"),
    re_path(rf"^v2/services{SHAPE}", views.services, name="services"),
    re_path(rf"^v2/services/(?P<code>[0-9A-Za-z_-]{{1,40}}){SHAPE}", views.definition, name="definition"),
    re_path(rf"^v2/requests{SHAPE}", views.requests, name="requests"),
    re_path(rf"^v2/requests/(?P<number>[0-9A-Za-z-]{{1,40}}){SHAPE}", views.one, name="request"),
    re_path(rf"^v2/tokens/(?P<token>[0-9A-Za-z]{{1,40}}){SHAPE}", views.token, name="token"),
    re_path(rf"^v2/servicerequestupdates{SHAPE}", views.updates, name="updates"),
    re_path(r"^v2/(?P<rest>.*)$", views.nothing, name="nothing"),
]  # fmt: skip
