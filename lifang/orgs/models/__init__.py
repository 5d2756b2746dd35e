from lifang.orgs.models.division import Division, Revision
from lifang.orgs.models.posting import Posting
from lifang.orgs.models.unit import Duty, Unit

__all__ = ["Division", "Duty", "Posting", "Revision", "Unit"]
