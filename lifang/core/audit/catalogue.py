import msgspec

from lifang.core.catalogue import catalogue
from lifang.core.i18n import Text


class Witness(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody outside the operator's reach who keeps what they are told: the key is a mail address."""

    key: str
    name: Text


WITNESSES = catalogue("core.audit", "witnesses", Witness)
