"""What is shown by default of a name, a number, an address."""

import re
from collections.abc import Callable
from typing import Final

# Names of two characters that stand before the given name; longest first would not matter, all have two.
_DOUBLE: Final = frozenset(
    "欧阳 上官 司马 诸葛 东方 皇甫 尉迟 公孙 慕容 司徒 令狐 宇文 长孙 夏侯 端木 南宫 独孤 轩辕 申屠 呼延".split()  # noqa: SIM905 -- read as a line
)
_BUILDING: Final = re.compile(
    r"^.*?(?:\d+|[一二三四五六七八九十甲乙丙丁A-Za-z])\s*(?:号楼|栋|幢|座|#)"
)
_STREET: Final = re.compile(r"^.*(?:小区|花园|社区|村|路|街|巷|弄|胡同)")


ERASED = "—"  # stands where a name was


def mask_name(name: str) -> str:
    """张三丰 -> 张*: one star whatever the length; the dash of an erased name stays a dash."""
    name = name.strip()
    if not name or name == ERASED:
        return name
    shown = name[:2] if name[:2] in _DOUBLE and len(name) > len("欧阳") else name[0]
    return f"{shown}*"


def mask_identity(number: str) -> str:
    """First three, last four; what is too short for that shows nothing."""
    return _ends(number.strip(), 3, 4)


def mask_telephone(number: str) -> str:
    """138****1234; of shorter numbers only the last three."""
    plain = number.strip()
    return _ends(plain, 3, 4) if len(plain) >= len("13812341234") else _ends(plain, 0, 3)


def mask_address(address: str) -> str:
    """Down to the building, else to the street; never the door."""
    plain = address.strip()
    found = _BUILDING.match(plain) or _STREET.match(plain)
    shown = found[0] if found else plain[: len(plain) // 2]
    return f"{shown}***" if plain else ""


def _ends(plain: str, first: int, last: int, least: int = 4) -> str:
    """Both ends of a text of which at least so many characters stay hidden."""
    hidden = len(plain) - first - last
    if hidden < least:
        return "*" * len(plain)
    return plain[:first] + "*" * hidden + plain[len(plain) - last :]


def mask_plate(plate: str) -> str:
    """京A·***23: where it is from, and the last two."""
    return _ends(plain_plate(plate), 2, 2, least=3)


def plain_plate(plate: str) -> str:
    """A plate without the dot and the spaces people write."""
    return "".join(c for c in plate.strip().upper() if c not in " ·•.-")


def mask_all(text: str) -> str:
    """Nothing but that there is something."""
    return "***" if text.strip() else ""


MASKS: Final[dict[str, Callable[[str], str]]] = {
    "name": mask_name,
    "identity": mask_identity,
    "telephone": mask_telephone,
    "address": mask_address,
    "plate": mask_plate,
    "all": mask_all,
}
