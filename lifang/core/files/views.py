from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.views.decorators.http import require_safe

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.files import disk, store
from lifang.core.files.models import Attachment
from lifang.core.files.terms import Media

_YEAR = 365 * 24 * 3600
_ENDS = {
    Media.JPEG: "jpg",
    Media.PDF: "pdf",
    Media.WEBM: "webm",
    Media.OGG: "ogg",
    Media.M4A: "m4a",
}


@require_safe
def file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The picture or paper itself."""
    return _shown(request, _found(request, pk), disk.PICTURE)


@require_safe
def thumb(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The small picture."""
    return _shown(request, _photo(request, pk), disk.THUMB)


@require_safe
def middle(request: HttpRequest, pk: UUID) -> HttpResponse:
    """As large as a telephone shows it; the picture itself where there is none."""
    found = _photo(request, pk)
    kept = disk.place(found.sha256, disk.MIDDLE).is_file()
    return _shown(request, found, disk.MIDDLE if kept else disk.PICTURE)


def _photo(request: HttpRequest, pk: UUID) -> Attachment:
    found = _found(request, pk)
    if found.media != Media.JPEG:
        raise Http404
    return found


def _found(request: HttpRequest, pk: UUID) -> Attachment:
    mark = request.GET.get("mark", "")
    if mark and store.linked(pk, request.GET.get("until", ""), mark, request.at):  # type: ignore[attr-defined]
        with behind(SYSTEM):  # the link is the permission
            found = Attachment.objects.filter(pk=pk).first()
    else:
        found = Attachment.objects.visible_to(request.actor).filter(pk=pk).first()  # type: ignore[attr-defined]
    if found is None:
        raise Http404
    return found


def _shown(request: HttpRequest, found: Attachment, part: str) -> HttpResponse:
    etag = f'"{found.sha256}{part}"'
    if request.headers.get("If-None-Match") == etag:
        answer: HttpResponse | FileResponse | HttpResponseNotModified = HttpResponseNotModified()
    else:
        answer = _content(found, part)
    answer["ETag"] = etag
    answer["Cache-Control"] = f"private, max-age={_YEAR}, immutable"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Referrer-Policy"] = "no-referrer"  # a signed link must not travel on
    return answer  # type: ignore[return-value]


def _content(found: Attachment, part: str) -> FileResponse:
    try:
        handle = disk.place(found.sha256, part).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    paper = found.media == Media.PDF
    name = found.name if paper and found.name else f"{found.pk}.{_ENDS[Media(found.media)]}"
    return FileResponse(handle, content_type=found.media, as_attachment=paper, filename=name)
