"""The only writers of divisions, units, duties, postings and staff accounts."""

from lifang.orgs.actions.deputies import end_deputy, name_deputy
from lifang.orgs.actions.duties import end_duty, set_duty
from lifang.orgs.actions.people import Opened, OpenRow, close_unused, open_accounts
from lifang.orgs.actions.places import add_division, draw, draw_all, retire_division
from lifang.orgs.actions.postings import PostRow, end_posting, post, post_all
from lifang.orgs.actions.roster import WatchRow, drop_watch, set_roster
from lifang.orgs.actions.takeover import Report, import_divisions
from lifang.orgs.actions.units import add_unit, change_unit, close_unit

__all__ = [
    "OpenRow",
    "Opened",
    "PostRow",
    "Report",
    "WatchRow",
    "add_division",
    "add_unit",
    "change_unit",
    "close_unit",
    "close_unused",
    "draw",
    "draw_all",
    "drop_watch",
    "end_deputy",
    "end_duty",
    "end_posting",
    "import_divisions",
    "name_deputy",
    "open_accounts",
    "post",
    "post_all",
    "retire_division",
    "set_duty",
    "set_roster",
]
