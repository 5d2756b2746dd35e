"""Countries and regions by the three letters of ISO 3166-1, named as CLDR names them."""

from functools import cache
from typing import Final

from babel.core import Locale, get_global

from lifang.core.i18n.text import Text

# Codes that ISO has withdrawn, which CLDR still knows how to read.
_GONE: Final = frozenset({"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR"})
# As GB/T 2659 and every form of the country write them.
_HERE: Final = {
    "CHN": Text(zh="中国", en="China"),
    "HKG": Text(zh="中国香港", en="Hong Kong, China"),
    "MAC": Text(zh="中国澳门", en="Macao, China"),
    "TWN": Text(zh="中国台湾", en="Taiwan, China"),
}


@cache
def countries() -> dict[str, Text]:
    """Code → name, those of China first, then by the English name."""
    zh, en = Locale.parse("zh_Hans").territories, Locale.parse("en").territories
    found = {}
    for code, two in get_global("territory_aliases").items():
        whole = len(code) == 3 and code.isalpha() and code not in _GONE and len(two) == 1
        if whole and len(two[0]) == 2 and two[0] in zh and two[0] in en:
            found[code] = Text(zh=str(zh[two[0]]), en=str(en[two[0]]))
    return {**_HERE, **dict(sorted((one for one in found.items() if one[0] not in _HERE), key=lambda one: one[1].en))}  # fmt: skip
