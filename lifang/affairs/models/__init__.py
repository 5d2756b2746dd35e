from lifang.affairs.models.application import Application, Intake, Laid, Part, Result
from lifang.affairs.models.hall import Counter, Point, Ticket
from lifang.affairs.models.home import Confirmation, HomeVisit
from lifang.affairs.models.mandate import Mandate
from lifang.affairs.models.question import CallBack, Unanswered
from lifang.affairs.models.terminal import Terminal, TerminalDay

__all__ = [
    "Application",
    "CallBack",
    "Confirmation",
    "Counter",
    "HomeVisit",
    "Intake",
    "Laid",
    "Mandate",
    "Part",
    "Point",
    "Result",
    "Terminal",
    "TerminalDay",
    "Ticket",
    "Unanswered",
]
