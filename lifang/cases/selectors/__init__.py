"""What can be asked of cases. The first argument is always who asks."""

from lifang.cases.selectors.acts import Act, acts
from lifang.cases.selectors.counts import Counts, by_area, counts, daily, running
from lifang.cases.selectors.find import case, cases, contact, find, mine
from lifang.cases.selectors.inbox import Waiting, inbox, morning
from lifang.cases.selectors.propose import Proposal, danger, matters, propose, units_for
from lifang.cases.selectors.public import Near, Receipt, nearby, public_case, public_cases, receipt
from lifang.cases.selectors.story import Told, clock_of, photos, story

__all__ = [
    "Act", "Counts", "Near", "Proposal", "Receipt", "Told", "Waiting", "acts", "by_area", "case", "cases",
    "clock_of", "contact", "counts", "daily", "danger", "find", "inbox", "matters", "mine", "morning", "nearby",
    "photos", "propose", "public_case", "public_cases", "receipt", "running", "story", "units_for",
]  # fmt: skip
