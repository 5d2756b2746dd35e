from lifang.exchange.actions.runs import begin_run, end_run
from lifang.exchange.actions.systems import (
    approve_system,
    ask_system,
    draw_key,
    end_system,
    faults_of,
    lapse_systems,
    refuse_system,
    remind_systems,
    renew_system,
    replace_test_key,
)

__all__ = [
    "approve_system",
    "ask_system",
    "begin_run",
    "draw_key",
    "end_run",
    "end_system",
    "faults_of",
    "lapse_systems",
    "refuse_system",
    "remind_systems",
    "renew_system",
    "replace_test_key",
]
