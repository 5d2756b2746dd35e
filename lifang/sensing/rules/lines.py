"""What was read of a foreign message as a line of our own dialect: so it waits in quarantine, and so it can be replayed."""

import msgspec

from lifang.sensing.rules.normalise import Incoming
from lifang.sensing.terms import moment


def line_of(said: Incoming) -> bytes:
    """The line that says the same."""
    line = {"device": said.code, "values": dict(said.values), "id": said.id, "test": said.test}
    if said.at is not None:
        line["at"] = moment(said.at).isoformat()
    if said.facts:
        line["facts"] = dict(said.facts)
    return msgspec.json.encode(line)
