"""How an engine is refused: one sentence that says what is wrong and what mends it, in both languages."""


class Unfit(Exception):
    """The platform must not run on this engine or this machine as it is."""

    def __init__(self, code: str, *, zh: str, en: str, said: str = "") -> None:
        super().__init__("\n".join(filter(None, (zh, en, said))))
        self.code, self.zh, self.en, self.said = (
            code,
            zh,
            en,
            said,
        )  # said: what the failed program printed
