from lifang.orgs.models.division import Division, Revision
from lifang.orgs.models.posting import Deputy, Posting
from lifang.orgs.models.unit import Duty, Unit
from lifang.orgs.models.watch import Watch

__all__ = ["Deputy", "Division", "Duty", "Posting", "Revision", "Unit", "Watch"]
