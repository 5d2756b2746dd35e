import re
import unicodedata

from lifang.core.i18n import Text

NUMBER = re.compile(r"(?<![0-9])([0-9]{17}[0-9X])(?![0-9X])")
MOST = 400  # characters: readers type name and address, too


class Wedge:
    """A reader that types like a keyboard: what most readers of identity and social-security cards can be set to. It proves no chip."""

    key = "wedge"
    name = Text(zh="键盘式读卡器（本机实现，不校验芯片）", en="Reader that types like a keyboard (local; proves no chip)")  # fmt: skip
    local = True

    def number(self, said: str) -> str:
        plain = unicodedata.normalize("NFKC", said[:MOST]).upper()
        found = NUMBER.search(plain)
        return found[1] if found else ""
