"""Drawn pictures of troubles, before and after: no camera, no person, no place that exists."""

import math
import random
from collections.abc import Callable
from io import BytesIO

import imagehash
import numpy as np
from PIL import Image, ImageDraw

from lifang.core.files.darkroom import Print

SIZE = (640, 480)
Draw = ImageDraw.ImageDraw
Dice = random.Random


def picture(subject: str, after: bool, dice: Dice) -> Print:
    """A developed photo of one trouble; no two are alike."""
    image = _scene(dice)
    draw = ImageDraw.Draw(image)
    if not after:
        _SUBJECTS.get(subject, _heap)(draw, dice)
    else:
        _swept(draw, dice)
    image = _weathered(image, dice)
    thumb = image.reduce(2)
    bits = int(str(imagehash.phash(thumb.convert("L").reduce(4))), 16)
    return Print(_jpeg(image), _jpeg(thumb), *SIZE, phash=bits - (1 << 64) if bits >> 63 else bits)


def _jpeg(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=78)
    return out.getvalue()


def _scene(dice: Dice) -> Image.Image:
    """A wall, a pavement and a road under a grey sky, seen from somewhere."""
    horizon = dice.randint(170, 260)
    sky, wall = (
        dice.choice([(198, 208, 216), (214, 216, 212), (186, 200, 214)]),
        _near((206, 196, 180), dice, 22),
    )
    image = Image.new("RGB", SIZE, sky)
    draw = ImageDraw.Draw(image)
    for x in range(-40, SIZE[0], dice.randint(120, 210)):
        top = dice.randint(0, horizon - 60)
        width = dice.randint(110, 200)
        draw.rectangle((x, top, x + width, horizon), fill=_near(wall, dice, 14))
        for wx in range(x + 14, x + width - 20, 34):
            for wy in range(top + 14, horizon - 24, 40):
                draw.rectangle((wx, wy, wx + 16, wy + 22), fill=_near((120, 134, 146), dice, 16))
    draw.rectangle((0, horizon, SIZE[0], SIZE[1]), fill=_near((172, 168, 160), dice, 12))
    road = dice.randint(380, 470)
    draw.polygon(
        [(0, road), (SIZE[0], road - dice.randint(10, 90)), (SIZE[0], SIZE[1]), (0, SIZE[1])],
        fill=_near((110, 112, 114), dice, 12),
    )
    for x in range(-30, SIZE[0], dice.randint(56, 90)):
        draw.line((x, horizon, x - dice.randint(20, 60), road), fill=(150, 146, 138), width=1)
    return image


def _near(colour: tuple[int, ...], dice: Dice, by: int) -> tuple[int, ...]:
    return tuple(max(0, min(255, part + dice.randint(-by, by))) for part in colour)


def _spot(dice: Dice) -> tuple[int, int]:
    return dice.randint(150, 560), dice.randint(300, 440)


def _heap(draw: Draw, dice: Dice) -> None:
    x, y = _spot(dice)
    for _ in range(dice.randint(14, 30)):
        dx, dy, size = dice.gauss(0, 70), -abs(dice.gauss(0, 34)), dice.randint(14, 44)
        fill = _near(
            dice.choice(
                [(70, 76, 84), (190, 60, 50), (60, 110, 150), (222, 222, 214), (160, 128, 90)]
            ),
            dice,
            24,
        )
        draw.ellipse(
            (x + dx - size, y + dy - size * 0.7, x + dx + size, y + dy + size * 0.7), fill=fill
        )


def _bin(draw: Draw, dice: Dice) -> None:
    x, y = _spot(dice)
    for n in range(dice.randint(2, 4)):
        left = x - 120 + n * 84
        draw.rounded_rectangle(
            (left, y - 130, left + 70, y),
            8,
            fill=dice.choice([(44, 96, 70), (40, 70, 120), (120, 124, 128)]),
        )
        draw.rectangle((left - 4, y - 138, left + 74, y - 126), fill=(50, 54, 58))
    _heap(draw, dice)


def _box(draw: Draw, dice: Dice) -> None:
    x, y = _spot(dice)
    for _ in range(dice.randint(3, 8)):
        w, h, dx = dice.randint(50, 130), dice.randint(40, 100), dice.randint(-130, 130)
        fill = _near((168, 132, 92), dice, 20)
        draw.rectangle(
            (x + dx, y - h, x + dx + w, y),
            fill=fill,
            outline=_near((110, 84, 56), dice, 10),
            width=2,
        )


def _hole(draw: Draw, dice: Dice) -> None:
    x, y = dice.randint(180, 540), dice.randint(420, 490)
    ring = []
    for step in range(18):
        reach = dice.uniform(0.7, 1.2)
        angle = step / 18 * math.tau
        ring.append((x + 110 * reach * math.cos(angle), y + 38 * reach * math.sin(angle)))
    draw.polygon(ring, fill=(58, 56, 54), outline=(140, 136, 128), width=4)


def _post(draw: Draw, dice: Dice) -> None:
    x, base = dice.randint(160, 560), dice.randint(360, 430)
    lean = dice.randint(-40, 40)
    draw.line((x, base, x + lean, 60), fill=(80, 84, 88), width=10)
    draw.line((x + lean, 60, x + lean + 90, 48), fill=(80, 84, 88), width=7)
    draw.ellipse((x + lean + 74, 42, x + lean + 112, 62), fill=(60, 60, 58))


def _vehicles(draw: Draw, dice: Dice) -> None:
    y = dice.randint(380, 430)
    for n in range(dice.randint(2, 4)):
        left, fill = (
            30 + n * 180 + dice.randint(-20, 30),
            _near(
                dice.choice([(196, 200, 204), (60, 64, 70), (150, 50, 44), (52, 84, 128)]), dice, 16
            ),
        )
        draw.rounded_rectangle((left, y - 62, left + 160, y), 16, fill=fill)
        draw.polygon(
            [
                (left + 30, y - 60),
                (left + 52, y - 104),
                (left + 112, y - 104),
                (left + 136, y - 60),
            ],
            fill=_near((120, 136, 148), dice, 10),
        )
        for wheel in (left + 34, left + 122):
            draw.ellipse((wheel - 18, y - 18, wheel + 18, y + 18), fill=(30, 30, 32))


def _cycles(draw: Draw, dice: Dice) -> None:
    y = dice.randint(360, 440)
    for n in range(dice.randint(4, 9)):
        x, fill = (
            60 + n * 68 + dice.randint(-14, 14),
            _near(dice.choice([(60, 130, 90), (230, 170, 40), (60, 90, 150)]), dice, 20),
        )
        for wheel in (x - 22, x + 22):
            draw.ellipse((wheel - 20, y - 20, wheel + 20, y + 20), outline=(40, 40, 42), width=4)
        draw.line((x - 22, y, x, y - 34, x + 22, y), fill=fill, width=6)


def _green(draw: Draw, dice: Dice) -> None:
    for _ in range(60):
        x, y = dice.randint(0, 640), dice.randint(300, 420)
        draw.ellipse((x - 26, y - 16, x + 26, y + 16), fill=_near((86, 124, 78), dice, 26))
    _heap(draw, dice)


def _stall(draw: Draw, dice: Dice) -> None:
    x, y = _spot(dice)
    fill = _near(dice.choice([(180, 70, 56), (50, 100, 140), (60, 130, 90)]), dice, 14)
    draw.polygon(
        [(x - 150, y - 170), (x + 150, y - 170), (x + 180, y - 130), (x - 180, y - 130)], fill=fill
    )
    for leg in (x - 140, x + 140):
        draw.line((leg, y - 130, leg, y), fill=(90, 92, 96), width=6)
    _box(draw, dice)


def _pool(draw: Draw, dice: Dice) -> None:
    draw.rectangle((0, 330, *SIZE), fill=_near((96, 120, 124), dice, 12))
    _heap(draw, dice)


def _swept(draw: Draw, dice: Dice) -> None:
    """The same kind of place with nothing wrong, and a fresh patch where it was."""
    x, y = _spot(dice)
    draw.ellipse((x - 140, y - 30, x + 140, y + 30), fill=_near((184, 182, 176), dice, 8))
    for _ in range(dice.randint(2, 7)):
        bx, by = dice.randint(0, 640), dice.randint(250, 330)
        draw.ellipse((bx - 34, by - 24, bx + 34, by + 24), fill=_near((92, 130, 84), dice, 22))


_SUBJECTS: dict[str, Callable[[Draw, Dice], None]] = {
    "rubbish": _heap, "bin": _bin, "sofa": _box, "boxes": _box, "pothole": _hole, "lamp": _post,
    "manhole": _hole, "grate": _hole, "cars": _vehicles, "bikes": _cycles, "stall": _stall, "green": _green,
    "tree": _post, "water": _pool, "wire": _post, "charger": _post, "lift": _box, "paving": _hole, "lock": _post,
}  # fmt: skip


def _weathered(image: Image.Image, dice: Dice) -> Image.Image:
    """Light and grain."""
    grain = np.random.default_rng(dice.getrandbits(64)).normal(
        128, dice.randint(18, 30), (120, 160)
    )
    noise = Image.fromarray(grain.clip(0, 255).astype(np.uint8))
    noise = noise.resize(SIZE, Image.Resampling.BILINEAR)
    return Image.blend(image, Image.merge("RGB", (noise, noise, noise)), 0.10)
