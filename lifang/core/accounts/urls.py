from django.urls import path

from lifang.core.accounts.web import account, admin, sign_in

app_name = "accounts"
urlpatterns = [
    path("sign-in", sign_in.sign_in, name="sign-in"),
    path("sign-in/telephone", sign_in.telephone, name="sign-in-telephone"),
    path("sign-in/code", sign_in.code, name="sign-in-code"),
    path("sign-in/second", sign_in.second, name="sign-in-second"),
    path("sign-in/password", sign_in.new_password, name="sign-in-password"),
    path("sign-in/factor", sign_in.new_factor, name="sign-in-factor"),
    path("sign-in/qr.svg", sign_in.qr, name="qr"),
    path("sign-out", sign_in.sign_out, name="sign-out"),
    path("account", account.account, name="account"),
    path("account/confirm", account.confirm, name="confirm"),
    path("account/password", account.password, name="password"),
    path("account/factor", account.factor, name="factor"),
    path("account/recovery-codes", account.recovery_codes, name="recovery-codes"),
    path("account/telephone", account.telephone, name="telephone"),
    path("account/telephone/code", account.telephone_code, name="telephone-code"),
    path("account/language", account.language, name="language"),
    path("account/sessions/end", account.sessions_end, name="sessions-end"),
    path("account/sessions/<uuid:pk>/end", account.session_end, name="session-end"),
    path("desk/accounts", admin.accounts, name="list"),
    path("desk/accounts/open", admin.open_one, name="open"),
    path("desk/accounts/<uuid:pk>", admin.one, name="one"),
    path("desk/accounts/<uuid:pk>/lock", admin.lock, name="lock"),
    path("desk/accounts/<uuid:pk>/unlock", admin.unlock, name="unlock"),
    path("desk/accounts/<uuid:pk>/closure", admin.close, name="close"),
    path("desk/accounts/<uuid:pk>/reset", admin.reset, name="reset"),
    path("desk/accounts/resets/<uuid:pk>/confirmation", admin.confirm_reset, name="confirm-reset"),
    path("desk/accounts/resets/<uuid:pk>/drop", admin.drop_reset, name="drop-reset"),
]
