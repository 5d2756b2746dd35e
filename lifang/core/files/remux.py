"""Read one clip from standard input in a process of its own, and write a bare copy of it.

Run as a script with hard limits of memory and time, like `shrink.py`. The moving picture is copied as it is; whatever came
with it is left behind: sound, text, place, time, names, what a camera writes between the pictures. Written is standard output
alone: the length of a JSON head (4 bytes), the head, the clip, a thumb and a larger still of its middle.
"""

import contextlib
import io
import json
import os
import resource
import sys
from typing import Any

MEMORY, SECONDS = 2_000_000_000, 25
LONGEST, FRAMES = 60.5, 3_700  # seconds; pictures
PIXELS = 4096 * 2304
CODEC, LAYOUTS = "h264", ("yuv420p", "yuvj420p")  # what every browser plays
LOOKED_AT = 30  # pictures that are decoded to see that it is one
STILL, THUMB = 1280, 480
_SPEECH = "filter_units=remove_types=6"  # of H.264: what is said between the pictures


class Refuse(Exception):
    """A reason of data/reasons.yaml."""


def limit() -> None:
    """No more memory, time or files than one clip needs, and after everybody else."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        os.nice(10)


def opened(data: bytes) -> tuple[Any, Any]:
    """The file and its one moving picture, with what its head says checked. No other kind of file is even tried."""
    import av  # noqa: PLC0415 -- after the limits

    if data[4:8] != b"ftyp":
        raise Refuse("clip_kind")
    try:
        file = av.open(io.BytesIO(data), format="mp4", metadata_errors="ignore")
    except (av.FFmpegError, ValueError):
        raise Refuse("clip_unreadable") from None
    moving = [one for one in file.streams.video if not _is_cover(one)]
    if len(moving) != 1:
        raise Refuse("clip_kind")
    video = moving[0]
    codec = video.codec_context
    if codec is None or codec.name != CODEC or codec.pix_fmt not in LAYOUTS:
        raise Refuse("clip_codec")
    if not 0 < video.width * video.height <= PIXELS:
        raise Refuse("clip_too_many_pixels")
    if video.frames > FRAMES or _seconds(video) > LONGEST:
        raise Refuse("clip_too_long")
    return file, video


def _is_cover(stream: Any) -> bool:
    return "attached_pic" in str(stream.disposition)


def _seconds(video: Any) -> float:
    return float((video.duration or 0) * (video.time_base or 0))


def bare(data: bytes) -> tuple[bytes, float]:
    """The moving picture alone in a file that begins with its head, and how many seconds it lasts."""
    import av  # noqa: PLC0415 -- after the limits
    from av.bitstream import BitStreamFilterContext  # noqa: PLC0415 -- after the limits

    file, video = opened(data)
    out = io.BytesIO()
    first, last, count = 0.0, 0.0, 0
    with av.open(
        out, "w", format="mp4", options={"movflags": "faststart", "fflags": "bitexact"},
        io_open=lambda url, flags, options: io.BytesIO(out.getvalue()),  # it is read once more, from the beginning
    ) as made:  # fmt: skip
        target = made.add_stream_from_template(video)
        without = BitStreamFilterContext(_SPEECH, video, target)
        for packet in file.demux(video):
            if packet.dts is None:  # the end
                break
            if packet.is_corrupt:
                raise Refuse("clip_unreadable")
            begins = float(
                (packet.pts if packet.pts is not None else packet.dts) * packet.time_base
            )
            first, count = min(first, begins) if count else begins, count + 1
            last = max(last, begins + float((packet.duration or 0) * packet.time_base))
            if count > FRAMES or last - first > LONGEST:
                raise Refuse("clip_too_long")
            _put(made, target, without.filter(packet))
        _put(made, target, without.filter(None))
    if not count or count < video.frames:  # its head promises more than is there
        raise Refuse("clip_unreadable")
    return out.getvalue(), last - first


def _put(made: Any, target: Any, packets: Any) -> None:
    for one in packets:
        one.stream = target
        made.mux(one)


def middle(clip: bytes, seconds: float) -> Any:
    """The picture nearest to its middle among those that stand by themselves; each of them has to be one."""
    file, video = opened(clip)
    video.codec_context.skip_frame = "NONKEY"
    best, far = None, 0.0
    for number, frame in enumerate(file.decode(video)):
        if frame.is_corrupt:
            raise Refuse("clip_unreadable")
        away = abs((frame.time or 0.0) - seconds / 2)
        if best is None or away < far:
            best, far = frame, away
        if number >= LOOKED_AT:
            break
    if best is None:
        raise Refuse("clip_unreadable")
    return best.to_image()


def jpeg(picture: Any, side: int) -> bytes:
    copy = picture.copy()
    copy.thumbnail((side, side))
    out = io.BytesIO()
    copy.convert("RGB").save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()


def remuxed(data: bytes) -> tuple[dict[str, Any], bytes, bytes, bytes]:
    """Head, clip, thumb, still."""
    clip, seconds = bare(data)
    picture = middle(clip, seconds)
    head = {"width": picture.width, "height": picture.height, "seconds": round(seconds, 2)}
    return head, clip, jpeg(picture, THUMB), jpeg(picture, STILL)


def main() -> None:
    limit()
    parts: list[bytes] = []
    try:
        head, *parts = remuxed(sys.stdin.buffer.read())  # type: ignore[assignment]
        head["lengths"] = [len(part) for part in parts]
    except Refuse as refused:
        head = {"refused": str(refused)}
    except Exception:  # noqa: BLE001 -- decoders raise anything; the file is at fault
        head = {"refused": "clip_unreadable"}
    packed = json.dumps(head).encode()
    sys.stdout.buffer.write(len(packed).to_bytes(4, "big") + packed + b"".join(parts))


if __name__ == "__main__":
    main()
