"""The result as a paper that the site issues."""

from lifang.core.files.issued import Issued, issued, proven
from lifang.core.i18n import Text

__all__ = ["PURPOSE", "WORDS", "made", "proven"]

PURPOSE = "affairs.result"
WORDS = {
    "matter": Text(zh="事项", en="Matter"),
    "application": Text(zh="办件编号", en="Application"),
    "number": Text(zh="结果编号", en="Number"),
    "issued": Text(zh="签发日期", en="Issued"),
    "until": Text(zh="有效期至", en="Holds until"),
    "always": Text(zh="长期", en="No end"),
    "basis": Text(zh="依据", en="Basis"),
    "hint": Text(
        zh="扫码可核验真伪；在核验页上传本文件，改动过一个字也能查出。",
        en="Scan to verify; upload this file there and any change is found.",
    ),
}


def made(told: dict[str, object], url: str) -> Issued:
    """One sheet of A4."""
    return issued(told, url, PURPOSE)
