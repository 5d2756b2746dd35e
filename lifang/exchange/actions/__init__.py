from lifang.exchange.actions import retention
from lifang.exchange.actions.applying import apply_system, take_test_key, withdraw_system
from lifang.exchange.actions.runs import begin_run, end_run
from lifang.exchange.actions.systems import (
    approve_system,
    ask_system,
    draw_key,
    end_system,
    faults_of,
    lapse_systems,
    open_system,
    refuse_system,
    remind_systems,
    renew_system,
    replace_test_key,
)

__all__ = [
    "apply_system",
    "approve_system",
    "ask_system",
    "begin_run",
    "draw_key",
    "end_run",
    "end_system",
    "faults_of",
    "lapse_systems",
    "open_system",
    "refuse_system",
    "remind_systems",
    "renew_system",
    "replace_test_key",
    "retention",
    "take_test_key",
    "withdraw_system",
]
