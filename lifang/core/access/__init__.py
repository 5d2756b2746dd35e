"""Who acts, what they may do, which rows exist for them. See docs/architecture.md."""

from lifang.core.access.actor import ANONYMOUS, SYSTEM, Actor, Grant, Kind
from lifang.core.access.refusal import Refusal, Refused, insist
from lifang.core.access.scope import Scope

__all__ = ["ANONYMOUS", "SYSTEM", "Actor", "Grant", "Kind", "Refusal", "Refused", "Scope", "insist"]
