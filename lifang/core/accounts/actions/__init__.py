"""The only writers of accounts. `knock` and `second` are the two doors that count bad tries."""

from lifang.core.accounts.actions.codes import check_code, prove_code, ring, send_code
from lifang.core.accounts.actions.entry import (
    end_session,
    end_sessions,
    knock,
    prove_factor,
    prove_password,
    second,
    sign_in,
    sign_out,
)
from lifang.core.accounts.actions.factor import enrol_totp, renew_recovery_codes
from lifang.core.accounts.actions.keeping import (
    close,
    lock,
    open_account,
    set_language,
    set_password,
    set_telephone,
    unlock,
)
from lifang.core.accounts.actions.keys import rotate_keys
from lifang.core.accounts.actions.reset import confirm_reset, drop_reset, reset

__all__ = [
    "check_code",
    "close",
    "confirm_reset",
    "drop_reset",
    "end_session",
    "end_sessions",
    "enrol_totp",
    "knock",
    "lock",
    "open_account",
    "prove_code",
    "prove_factor",
    "prove_password",
    "renew_recovery_codes",
    "reset",
    "ring",
    "rotate_keys",
    "second",
    "send_code",
    "set_language",
    "set_password",
    "set_telephone",
    "sign_in",
    "sign_out",
    "unlock",
]
