"""Photos as a telephone makes them: a drawn scene, with place and time inside."""

import io
import random
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image

from lifang.demo.photos import picture

GPS, LAT_REF, LAT, LON_REF, LON = 0x8825, 1, 2, 3, 4
EXIF, TAKEN = 0x8769, 0x9003


def photo(
    folder: Path, subject: str, dice: int, *, after: bool = False,
    place: tuple[float, float] | None = None,
) -> Path:  # fmt: skip
    """A JPEG file; the same dice give the same picture."""
    drawn = Image.open(io.BytesIO(picture(subject, after, random.Random(dice)).picture))
    exif = Image.Exif()
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    exif.get_ifd(EXIF)[TAKEN] = now.strftime("%Y:%m:%d %H:%M:%S")
    if place:
        lon, lat = place
        exif.get_ifd(GPS).update(
            {LAT_REF: "N", LAT: _sexagesimal(lat), LON_REF: "E", LON: _sexagesimal(lon)}
        )
    file = folder / f"{subject}-{dice}{'-after' if after else ''}.jpg"
    drawn.save(file, "JPEG", quality=90, exif=exif)
    return file


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    whole, minutes = divmod(degrees * 60, 60)
    return whole, float(int(minutes)), (minutes - int(minutes)) * 60
