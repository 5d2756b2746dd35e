import msgspec

from lifang.core.catalogue import catalogue
from lifang.core.i18n import Text


class Site(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a city says about itself on every page."""

    key: str
    name: Text
    owner: Text
    phone: str
    filing_number: str = ""


SITES = catalogue("core.web", "site", Site)


def site() -> Site:
    """The one site this process serves."""
    return SITES["site"]
