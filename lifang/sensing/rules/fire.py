"""Decides about telling the fire service: of which alarms, in which words, and when it is tried again."""

from datetime import datetime, timedelta
from typing import Final

from lifang.core.access import Refusal
from lifang.sensing.models import Alarm
from lifang.sensing.terms import FIRE_HAZARDS

MOST_WORDS, MOST_ANSWER, MOST_NUMBER = 1000, 300, 40
EARLIEST = timedelta(minutes=10)  # a call may have been made before the alarm was here
WAITS_SECONDS: Final = (10, 30, 60, 120, 300, 600)  # and then it has failed: somebody telephones


def of_fire(alarm: Alarm) -> bool:
    """Smoke, heat, gas, a fire panel: what the fire service comes for."""
    return alarm.hazard in FIRE_HAZARDS and alarm.life


def may_call_fire(alarm: Alarm, words: str, called_at: datetime, at: datetime) -> Refusal | None:
    if not of_fire(alarm):
        return Refusal("fire_no_fire")
    if not 0 < len(words.strip()) <= MOST_WORDS:
        return Refusal("fire_words", {"field": "words", "most": MOST_WORDS})
    if not alarm.told_at - EARLIEST <= called_at <= at:
        return Refusal("fire_when", {"field": "called_at"})
    return None


def may_answer(answer: str, number: str) -> Refusal | None:
    if len(answer.strip()) > MOST_ANSWER:
        return Refusal("fire_answer", {"field": "answer", "most": MOST_ANSWER})
    if len(number.strip()) > MOST_NUMBER:
        return Refusal("fire_answer", {"field": "number", "most": MOST_NUMBER})
    return None


def again(tries: int, at: datetime) -> datetime | None:
    """When it is tried again after so many attempts; None: it has failed."""
    return at + timedelta(seconds=WAITS_SECONDS[tries - 1]) if tries <= len(WAITS_SECONDS) else None


def may_send(sent: bool) -> Refusal | None:
    """One fire is told once by machine; who knows more telephones."""
    return Refusal("fire_sent") if sent else None


def says_something(answer: str, number: str) -> Refusal | None:
    return None if answer.strip() or number.strip() else Refusal("fire_answer_missing")
