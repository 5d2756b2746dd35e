"""Decode one picture from standard input in a process of its own, and write a harmless copy of it.

Run as a script with hard limits of memory and time: whatever a decoder does with a hostile file, it does it here. Nothing
of lifang is imported, nothing is written but standard output: the length of a JSON head (4 bytes), the head, the
picture, the thumb, the middle one (empty where the picture is no larger), and 32 x 32 grey points for the perceptual hash.
"""

import contextlib
import io
import json
import resource
import sys
from typing import Any

MEMORY, SECONDS = 1_500_000_000, 20
PIXELS = 50_000_000
SIDE, MIDDLE, THUMB, GREY = 2560, 1280, 480, 32
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
FLAT = 2.0  # spread of grey under which a picture shows nothing, and its hash means nothing


class Refuse(Exception):
    """A reason of data/reasons.yaml."""


def limit() -> None:
    """No more memory, time or files than one picture needs."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def opened(data: bytes) -> Any:
    """The picture with its head read and its size checked, not decoded yet."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 -- after the limits
    from pillow_heif import register_heif_opener  # noqa: PLC0415 -- after the limits

    Image.MAX_IMAGE_PIXELS = None  # our own check, below, refuses instead of warning
    register_heif_opener(thumbnails=False)
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError:
        raise Refuse("photo_kind") from None
    if picture.width * picture.height > PIXELS:
        raise Refuse("photo_too_many_pixels")
    # A phone's JPEG may hold a second, smaller picture (MPO), and a HEIC a burst: the first one counts.
    if picture.format in ("PNG", "WEBP") and getattr(picture, "n_frames", 1) > 1:
        raise Refuse("photo_animated")
    return picture


def told(picture: Any) -> dict[str, Any]:
    """Time and place as the camera wrote them; whatever is malformed is left out."""
    found: dict[str, Any] = {}
    with contextlib.suppress(Exception):
        exif = picture.getexif()
        detail = exif.get_ifd(0x8769)
        found["taken"] = str(detail.get(0x9003) or exif.get(0x0132) or "")[:19]
        found["offset"] = str(detail.get(0x9011) or detail.get(0x9010) or "")[:6]
    with contextlib.suppress(Exception):
        gps = picture.getexif().get_ifd(0x8825)
        lat, lon = degrees(gps[2], gps[1], "S"), degrees(gps[4], gps[3], "W")
        if abs(lat) <= 90 and abs(lon) <= 180 and (lat, lon) != (0.0, 0.0):
            found["lon"], found["lat"] = round(lon, 7), round(lat, 7)
    return found


def degrees(parts: Any, side: Any, negative: str) -> float:
    """Degrees, minutes, seconds and a letter as one number."""
    d, m, s = (float(part) for part in parts)
    value = d + m / 60 + s / 3600
    if not 0 <= value <= 180:
        raise ValueError
    return -value if str(side).strip("\0 ").upper().startswith(negative) else value


def upright(picture: Any) -> Any:
    """Decoded, turned as the camera was held, flat on white, three colours."""
    from PIL import Image, ImageOps  # noqa: PLC0415 -- after the limits

    if picture.format in ("JPEG", "MPO"):
        picture.draft("RGB", (SIDE, SIDE))  # decode no larger than needed
    picture.load()
    picture.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    turned = picture
    with contextlib.suppress(Exception):
        turned = ImageOps.exif_transpose(picture)
    if turned.has_transparency_data:
        clear = turned.convert("RGBA")
        turned = Image.new("RGB", clear.size, "white")
        turned.paste(clear, mask=clear)
    return turned.convert("RGB")


def jpeg(picture: Any, quality: int) -> bytes:
    """As JPEG, without anything that came along."""
    from PIL import Image  # noqa: PLC0415 -- after the limits

    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()


def smaller(picture: Any, side: int) -> Any:
    """A copy that fits into a square of that side."""
    from PIL import Image  # noqa: PLC0415 -- after the limits

    copy = picture.copy()
    copy.thumbnail((side, side), Image.Resampling.LANCZOS)
    return copy


def shrunk(data: bytes) -> tuple[dict[str, Any], bytes, bytes, bytes, bytes]:
    """Head, picture, thumb, middle, grey points."""
    from PIL import Image, ImageStat  # noqa: PLC0415 -- after the limits

    picture = opened(data)
    head = told(picture)
    picture = upright(picture)
    half = smaller(picture, MIDDLE)
    middle = jpeg(half, 82) if half.size != picture.size else b""
    grey = picture.convert("L").resize((GREY, GREY), Image.Resampling.LANCZOS)
    head["flat"] = ImageStat.Stat(grey).stddev[0] < FLAT
    head["width"], head["height"] = picture.size
    return head, jpeg(picture, 84), jpeg(smaller(half, THUMB), 80), middle, grey.tobytes()


def main() -> None:
    limit()
    parts: list[bytes] = []
    try:
        head, *parts = shrunk(sys.stdin.buffer.read())  # type: ignore[assignment]
        head["lengths"] = [len(part) for part in parts]
    except Refuse as refused:
        head = {"refused": str(refused)}
    except Exception:  # noqa: BLE001 -- decoders raise anything; the file is at fault
        head = {"refused": "photo_unreadable"}
    packed = json.dumps(head).encode()
    sys.stdout.buffer.write(len(packed).to_bytes(4, "big") + packed + b"".join(parts))


if __name__ == "__main__":
    main()
