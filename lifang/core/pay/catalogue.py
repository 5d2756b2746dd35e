"""Why our books and a channel's statement may differ."""

import msgspec

from lifang.core.catalogue import catalogue
from lifang.core.i18n import Text


class Cause(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: str
    name: Text
    source: str
    confirmed: bool


DIFFERENCES = catalogue("core.pay", "differences", Cause)
