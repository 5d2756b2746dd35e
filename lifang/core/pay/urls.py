from django.urls import path

from lifang.core.pay.web import cashier

app_name = "pay"
urlpatterns = [
    path("pay/<slug:number>", cashier.cashier, name="cashier"),
    path("pay/notices/<slug:way>", cashier.notice, name="notice"),
]
