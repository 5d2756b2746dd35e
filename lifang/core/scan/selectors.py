"""What was read of one's own photos."""

from uuid import UUID

import msgspec

from lifang.core.access import Actor, Refused
from lifang.core.crypto.seals import open_
from lifang.core.scan.models import Scan
from lifang.core.scan.papers import Proposal, proposals
from lifang.core.scan.reader import Line
from lifang.core.scan.sealed import aad


def scan(actor: Actor, pk: UUID) -> Scan:
    """One's own; anybody else's does not exist, whatever their post."""
    mine = Scan.objects.visible_to(actor).filter(account=actor.id, pk=pk).defer("photo").first()
    if mine is None:
        raise Refused("not_found")
    return mine


def found(actor: Actor, row: Scan) -> list[Proposal]:
    """What it proposes, for a person to confirm."""
    if row.found is None or row.account_id != actor.id:
        return []
    plain = open_(bytes(row.found), aad(row.pk, "found"))
    return proposals(msgspec.json.decode(plain, type=list[Line]))
