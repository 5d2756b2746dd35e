"""What a city says of itself: `sites/<site>/site.yaml`."""

from functools import cache

import msgspec

from lifang.core.catalogue.lines import read_map
from lifang.core.config import config
from lifang.core.i18n.text import Text


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Name, language, time zone and map frame of the city this platform serves."""

    name: Text
    language: str = "zh-hans"
    timezone: str = "Asia/Shanghai"
    county: str = "990101"
    centre: tuple[float, float] = (0.0, 0.0)  # lon, lat in WGS-84
    emergency: tuple[str, ...] = ("119", "110", "120")
    filing: str = ""  # number under which the site is filed, shown in the footer
    contact: Text = Text(zh="", en="")
    phone: str = ""
    records: tuple[
        str, ...
    ] = ()  # past reports to show in a demo: patterns below the site's folder


@cache
def site() -> Site:
    """The running site. A missing file or a wrong value stops the start with its name."""
    path = config().site_dir / "site.yaml"
    if not path.is_file():
        raise FileNotFoundError(
            f"{path}: this site does not exist; LIFANG_SITE names one of sites/"
        )
    return msgspec.convert(read_map(path), Site, strict=False)
