"""Something falls from a height in the demo county: a camera's box tells it and hands in a drawn clip, all the way such things go."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO

import av
import numpy as np
import typst
from PIL import Image, ImageDraw

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.sensing import actions, selectors
from lifang.sensing.actions import Parcel, Register, take
from lifang.sensing.models import Device
from lifang.sensing.rules import Incoming, number_of
from lifang.sensing.terms import Owner, Recorded, Way, micros

SIZE, RATE, SECONDS = (640, 480), 12, 6
FLOORS, GROUND = 12, 440
_LABEL = """#set page(width: auto, height: auto, margin: 6pt, fill: rgb("1f2a33"))
#set text(size: 22pt, fill: white, font: ("Noto Sans CJK SC", "Noto Serif CJK SC", "PingFang SC", "SimSun", "Libertinus Serif"))
演示动画 · DEMO, a drawing
"""


def falls(box: Device, at: datetime, seed: int) -> actions.HandedIn | None:
    """A thing falls then from some floor; what became of the clip."""
    dice = random.Random(seed)
    high = dice.randint(6, FLOORS - 1)
    ident = f"fall-{box.code}-{micros(at)}"
    hub = box.gateway_id or box.pk
    owner = Owner(f"demo:{hub}", box.area[:12], device=hub)
    values = {"thrown": True, "thrown_low": high - 1, "thrown_high": high + 1}
    with behind(SYSTEM):
        register, code = Register(), box.code if box.gateway_id else ""
        for then, name, said in ((at, ident, values), (at + timedelta(seconds=20), "", {"thrown": False})):  # fmt: skip
            take(register, [Parcel(owner, Way.REPLAY, Incoming(code, said, micros(then), name), b"", arrived=micros(then))], then)  # fmt: skip
        heard = selectors.message_of(SYSTEM, box.pk, number_of(ident), at)
    if heard is None:
        return None
    sheet = actions.Sheet(box.pk, number_of(ident), heard.at, ["thrown"], Recorded.CLIP)
    return actions.hand_in(sheet=sheet, body=film(high, dice), at=at + timedelta(seconds=25))


def film(floor: int, dice: random.Random) -> bytes:
    """A front with windows and a thing that falls from a floor; anybody sees that it was drawn."""
    out = BytesIO()
    with av.open(out, "w", format="mp4") as made:
        video = made.add_stream("libx264", rate=RATE)
        video.width, video.height = SIZE
        video.pix_fmt = "yuv420p"
        video.options = {"preset": "veryfast", "g": str(RATE), "threads": "1"}
        for picture in _pictures(floor, dice):
            made.mux(video.encode(av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")))
        made.mux(video.encode(None))
    return out.getvalue()


def _pictures(floor: int, dice: random.Random) -> Iterator[Image.Image]:
    front, left = _front(), 200 + dice.randint(0, 200)
    top, begins = GROUND - 34 * floor, RATE
    for number in range(RATE * SECONDS):
        since = max(0, number - begins) / RATE
        height = min(GROUND - 8.0, top + 160 * since * since)
        picture = front.copy()
        ImageDraw.Draw(picture).ellipse((left - 8, height - 8, left + 8, height + 8), fill=(178, 58, 34))  # fmt: skip
        yield picture


def _front() -> Image.Image:
    """The same in every picture."""
    image = Image.new("RGB", SIZE, (214, 220, 224))
    draw = ImageDraw.Draw(image)
    draw.rectangle((160, GROUND - 34 * FLOORS, 480, GROUND), fill=(196, 186, 170))
    for floor in range(FLOORS):
        for window in range(7):
            x, y = 176 + window * 43, GROUND - 34 * (floor + 1) + 8
            draw.rectangle((x, y, x + 24, y + 18), fill=(120, 136, 148))
    draw.rectangle((0, GROUND, *SIZE), fill=(150, 152, 150))
    label = Image.open(BytesIO(bytes(typst.compile(_LABEL.encode(), format="png", ppi=72.0))))
    image.paste(label.convert("RGB"), (12, 12))
    return image
