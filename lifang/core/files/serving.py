"""A kept file as an answer: whole, or the range that a player asks for. Who may have it was asked before."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotModified,
    StreamingHttpResponse,
)

from lifang.core.files import disk
from lifang.core.files.models import Attachment
from lifang.core.files.terms import Media

_YEAR: Final = 365 * 24 * 3600
_PIECE: Final = 1 << 16
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)
_ENDS: Final = {
    Media.JPEG: "jpg",
    Media.PDF: "pdf",
    Media.WEBM: "webm",
    Media.OGG: "ogg",
    Media.M4A: "m4a",
    Media.MP4: "mp4",
}


def served(
    request: HttpRequest, found: Attachment, part: str = disk.PICTURE, *, cached: bool = True
) -> HttpResponseBase:
    """The file or a smaller picture of it. Not `cached`: no browser keeps it."""
    etag = f'"{found.sha256}{part}"'
    if request.headers.get("If-None-Match") == etag:
        answer: HttpResponseBase = HttpResponseNotModified()
    else:
        answer = _content(request, found, part, etag)
    answer["ETag"] = etag
    answer["Cache-Control"] = f"private, max-age={_YEAR}, immutable" if cached else "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Referrer-Policy"] = "no-referrer"  # a signed link must not travel on
    return answer


def _content(request: HttpRequest, found: Attachment, part: str, etag: str) -> HttpResponseBase:
    path, media = disk.place(found.sha256, part), Media.JPEG if part else Media(found.media)
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise Http404 from None
    asked = request.headers.get("Range", "")
    if media.played and asked and request.headers.get("If-Range", etag) == etag:
        reach = span(asked, size)
        if reach is not None:
            return _piece(path, media, *reach, size)
    paper = media == Media.PDF
    name = found.name if paper and found.name else f"{found.pk}.{_ENDS[media]}"
    answer = FileResponse(
        path.open("rb"), content_type=media.value, as_attachment=paper, filename=name
    )
    if media.played:
        answer["Accept-Ranges"] = "bytes"
    return answer


def span(asked: str, size: int) -> tuple[int, int] | None:
    """First and last byte of a `Range`; first behind last: there is no such. None: not one we read, so all of it."""
    told = _RANGE.fullmatch(asked.strip())
    if told is None or told[1] == told[2] == "":
        return None
    if not told[1]:  # so many from the end
        return (max(0, size - int(told[2])), size - 1) if int(told[2]) else (size, size - 1)
    first, last = int(told[1]), int(told[2]) if told[2] else size - 1
    if last < first:
        return None if told[2] and first < size else (size, size - 1)
    return (first, min(last, size - 1)) if first < size else (size, size - 1)


def _piece(path: Path, media: Media, first: int, last: int, size: int) -> HttpResponseBase:
    if first > last:
        answer: HttpResponseBase = HttpResponse(status=416)
        answer["Content-Range"] = f"bytes */{size}"
        return answer
    answer = StreamingHttpResponse(
        _read(path, first, last + 1 - first), status=206, content_type=media.value
    )
    answer["Content-Range"] = f"bytes {first}-{last}/{size}"
    answer["Content-Length"] = str(last + 1 - first)
    answer["Accept-Ranges"] = "bytes"
    return answer


def _read(path: Path, start: int, left: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while left and (piece := file.read(min(_PIECE, left))):
            left -= len(piece)
            yield piece
