"""How an engine is refused: one sentence that says what is wrong and what mends it, in both languages."""


class Unfit(Exception):
    """The platform must not run on this engine or this machine as it is."""

    def __init__(self, code: str, *, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.code, self.zh, self.en = code, zh, en
