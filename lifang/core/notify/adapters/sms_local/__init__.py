from lifang.core.notify.terms import Letter


class SmsLocal:
    """A stand-in: nothing leaves the house, the outbox page shows what would have been sent."""

    key = "sms_local"
    local = True

    def carry(self, letter: Letter) -> None:
        """The message row is the outbox; nothing more to do."""
