"""Read the words on one JPEG from standard input in a process of its own.

Run as a script with hard limits of memory and time, and without a network: models that came in the package are used or nothing.
The JPEG is our own (`core.files.shrink` made it), never what somebody sent. Writes one JSON list: [text, sureness, left, top, right, bottom].
"""

import io
import json
import os
import resource
import socket
import sys
from typing import Any

MEMORY, SECONDS = (
    6_000_000_000,
    60,
)  # address space: the engine maps far more than the 600 MB it uses
SIDE = 1600
LINES, CHARACTERS = 200, 200


def limit() -> None:
    """No more memory or time than one picture needs, no file, no other machine."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)  # pages come first

    def alone(*_: object, **__: object) -> None:
        raise OSError("no network here")

    socket.socket.connect = alone  # type: ignore[method-assign,assignment]


def words(data: bytes) -> list[list[Any]]:
    """Each line with how sure the engine is and where it stands, from top to bottom."""
    import numpy as np  # noqa: PLC0415 -- after the limits
    from PIL import Image  # noqa: PLC0415 -- after the limits
    from rapidocr import RapidOCR  # noqa: PLC0415 -- after the limits

    picture = Image.open(io.BytesIO(data), formats=("JPEG",)).convert("RGB")
    picture.thumbnail((SIDE, SIDE))
    engine = RapidOCR(
        params={
            "Global.log_level": "critical",
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )
    read: Any = engine(np.asarray(picture)[:, :, ::-1])
    if read.txts is None:
        return []
    found = []
    for text, sure, box in zip(read.txts, read.scores, read.boxes, strict=True):
        (left, top), (right, bottom) = box.min(axis=0), box.max(axis=0)
        sides = [round(float(side)) for side in (left, top, right, bottom)]
        found.append([text[:CHARACTERS], round(float(sure), 3), *sides])
    return found[:LINES]


def main() -> None:
    limit()
    out, sys.stdout = sys.stdout, sys.stderr  # the engine's own words go elsewhere
    try:
        told: Any = words(sys.stdin.buffer.read())
    except Exception:  # noqa: BLE001 -- an engine raises anything; the picture is at fault
        told = None
    out.write(json.dumps(told))


if __name__ == "__main__":
    main()
