"""Pictures and hostile files, made on the spot."""

import io
import struct
import zipfile
import zlib
from functools import cache

import av
import numpy as np
from PIL import Image
from pillow_heif import from_pillow

PLACE = (117.8512, 36.8031)


def scene(width=900, height=600, seed=1):
    """Something with light and shade, so that its hash means something."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 255, (9, 12, 3), dtype=np.uint8))
    return coarse.resize((width, height), Image.Resampling.BICUBIC)


def saved(picture, kind="JPEG", **options):
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def camera(picture=None, taken="2026:11:20 09:30:00", offset="", turn=1, place=PLACE):
    """A JPEG as a phone makes it: place, time, turn, owner, and a thumbnail's worth of secrets."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8298] = turn, "SECRET-CAMERA", "SECRET-OWNER"
    exif.get_ifd(0x8769)[0x9003] = taken
    if offset:
        exif.get_ifd(0x8769)[0x9011] = offset
    if place:
        gps = exif.get_ifd(0x8825)
        gps[1], gps[2] = ("N" if place[1] >= 0 else "S"), sexagesimal(abs(place[1]))
        gps[3], gps[4] = ("E" if place[0] >= 0 else "W"), sexagesimal(abs(place[0]))
    return saved(picture or scene(), exif=exif, comment=b"SECRET-COMMENT<script>alert(1)</script>")


def sexagesimal(value):
    degrees = int(value)
    minutes = int((value - degrees) * 60)
    return (float(degrees), float(minutes), round((value - degrees - minutes / 60) * 3600, 4))


@cache
def heic(seed=1):
    out = io.BytesIO()
    from_pillow(scene(640, 480, seed)).save(out, quality=80)
    return out.getvalue()


def animated(kind):
    return saved(
        scene(80, 60, 1), kind, save_all=True, append_images=[scene(80, 60, 2)], duration=100
    )


def png_of(width, height):
    """A PNG that says it is huge and holds a few compressed zeros."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(bytes(10_000_000)))
        + _chunk(b"IEND", b"")
    )


def _chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def zipped():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("../../evil.jpg", b"0" * 100_000)
    return out.getvalue()


def malformed_exif():
    """A good picture whose EXIF block is nonsense, in several ways."""
    good = saved(scene())
    for block in (
        b"",
        b"II*\0\xff\xff\xff\xff",
        b"MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 200,
        b"II*\0\x08\0\0\0\x01\0\x25\x88\x04\0\x01\0\0\0\x08\0\0\0",
    ):
        body = b"Exif\0\0" + block
        yield good[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + good[2:]


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(evil) run\n"


def voice(kind="webm", size=4000):
    """The head of a recording as a browser makes it, and noise after it."""
    heads = {
        "webm": b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webmB\x87\x81\x04\x86\x86A_OPUS",
        "ogg": b"OggS\0\x02" + bytes(22) + b"OpusHead\x01",
        "m4a": b"\0\0\0\x20ftypM4A \0\0\0\0" + bytes(40) + b"hdlr\0\0\0\0\0\0\0\0soun",
    }
    return heads[kind] + bytes(range(128, 256)) * (size // 128)


def _drawn(width, height, number, total):
    picture = Image.new("RGB", (width, height), (200, 205, 210))
    size = max(2, width // 12)
    top = (height - size) * number // max(1, total - 1)
    picture.paste((180, 40, 30), (width // 3, top, width // 3 + size, top + size))
    return picture


@cache
def clip(seconds=2.0, width=320, height=240, rate=10, codec="libx264", layout="yuv420p", extra=(), kind="mp4"):  # fmt: skip
    """A clip as a camera writes it, with names, place, time, sound, words and a cover where `extra` says so."""
    out, total = io.BytesIO(), round(seconds * rate)
    secrets = {"title": "SECRET-TITLE", "location": "+36.8031+117.8512/SECRET-PLACE/", "creation_time": "2026-11-20T09:30:00Z", "comment": "SECRET-COMMENT<script>"}  # fmt: skip
    with av.open(out, "w", format=kind, options={"movflags": "use_metadata_tags"}) as made:
        made.metadata.update(secrets if "secret" in extra else {})
        sound = made.add_stream("aac", rate=8000) if "sound" in extra else None
        many = 0 if "no picture" in extra else 2 if "two" in extra else 1
        videos = [made.add_stream(codec, rate=rate) for _ in range(many)]
        for video in videos:
            video.width, video.height, video.pix_fmt = width, height, layout
            video.options = (
                {"g": str(rate), "preset": "ultrafast", "threads": "1"}
                if codec == "libx264"
                else {}
            )
            video.metadata.update({"handler_name": "SECRET-CAMERA"} if "secret" in extra else {})
        for number in range(total):
            frame = av.VideoFrame.from_image(_drawn(width, height, number, total))
            for video in videos:
                made.mux(video.encode(frame))
        if sound is not None:
            _hum(made, sound, seconds)
        for video in videos:
            made.mux(video.encode(None))
    return out.getvalue()


def _hum(made, sound, seconds):
    tone = np.sin(np.arange(1024) / 5).astype(np.float32).reshape(1, -1)
    for number in range(round(seconds * 8000 / 1024)):
        frame = av.AudioFrame.from_ndarray(tone, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = 8000, number * 1024
        made.mux(sound.encode(frame))
    made.mux(sound.encode(None))
