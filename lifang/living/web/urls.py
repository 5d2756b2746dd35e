from django.urls import path

from lifang.living.web import desk, issuing, my

app_name = "living"
DESK = "desk/bills"

urlpatterns = [
    path("my/bills", my.bills, name="bills"),
    path("my/bills/sums", my.sums, name="sums"),
    path("my/bills/<uuid:pk>", my.bill, name="bill"),
    path("receipts/<slug:number>", my.receipt, name="receipt"),
    path("receipts/<slug:number>/<slug:sign>", my.check, name="check"),
    path(DESK, desk.bills, name="desk_bills"),
    path(f"{DESK}/sums", desk.sums, name="desk_sums"),
    path(f"{DESK}/months", issuing.runs, name="runs"),
    path(f"{DESK}/months/new", issuing.start, name="start"),
    path(f"{DESK}/months/<uuid:pk>", issuing.run, name="run"),
    path(f"{DESK}/prices", issuing.tariffs, name="tariffs"),
    path(f"{DESK}/prices/new", issuing.tariff, name="tariff"),
    path(f"{DESK}/<uuid:pk>", desk.bill, name="desk_bill"),
    path(f"{DESK}/<uuid:pk>/cash", desk.cash, name="cash"),
    path(f"{DESK}/<uuid:pk>/refunds/<slug:number>", desk.refund, name="refund"),
    path(f"{DESK}/<uuid:pk>/reduction", desk.reduction, name="reduction"),
]
