from django.urls import path

from lifang.living.web import community, desk, issuing, my, own_repairs, repairs

app_name = "living"
DESK = "desk/bills"
REPAIRS = "desk/repairs"

urlpatterns = [
    path("my/bills", my.bills, name="bills"),
    path("my/bills/sums", my.sums, name="sums"),
    path("my/bills/<uuid:pk>", my.bill, name="bill"),
    path("my/repairs", own_repairs.repairs, name="repairs"),
    path("my/repairs/new", own_repairs.order, name="order"),
    path("my/repairs/<uuid:pk>", own_repairs.repair, name="own_repair"),
    path("my/repairs/<uuid:pk>/agreement", own_repairs.agreement, name="agreement"),
    path("my/repairs/<uuid:pk>/objection", own_repairs.objection, name="objection"),
    path("my/repairs/<uuid:pk>/withdrawal", own_repairs.withdrawal, name="repair_withdrawal"),
    path("my/repairs/<uuid:pk>/rating", own_repairs.rating, name="rating"),
    path(REPAIRS, repairs.board, name="board"),
    path(f"{REPAIRS}/list", repairs.repairs, name="repair_list"),
    path(f"{REPAIRS}/<uuid:pk>", repairs.repair, name="repair"),
    path(f"{REPAIRS}/<uuid:pk>/taking", repairs.take, name="take"),
    path(f"{REPAIRS}/<uuid:pk>/quote", repairs.quote, name="quote"),
    path(f"{REPAIRS}/<uuid:pk>/visit", repairs.visit, name="repair_visit"),
    path(f"{REPAIRS}/<uuid:pk>/finish", repairs.finish, name="finish"),
    path(f"{REPAIRS}/<uuid:pk>/refusal", repairs.refusal, name="repair_refusal"),
    path(f"{REPAIRS}/<uuid:pk>/telephone", repairs.telephone, name="repair_telephone"),
    path("my/complaints", community.complaints, name="complaints"),
    path("communities/accounts", community.accounts, name="accounts"),
    path("communities/<slug:area>/accounts", community.account, name="account"),
    path("desk/community-accounts", community.lines, name="lines"),
    path("desk/community-accounts/new", community.line, name="line"),
    path("desk/community-accounts/<uuid:pk>/counter", community.counter, name="counter"),
    path("desk/rounds", community.rounds, name="rounds"),
    path("desk/rounds/new", community.plan, name="plan"),
    path("desk/rounds/<uuid:pk>", community.one_round, name="round"),
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
