from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.files import disk, store
from lifang.core.files.models import Attachment
from lifang.core.files.serving import served
from lifang.core.files.terms import Media


@require_safe
def file(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The picture, recording or paper itself."""
    return served(request, _found(request, pk))


@require_safe
def thumb(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The small picture."""
    return served(request, _photo(request, pk), disk.THUMB)


@require_safe
def middle(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """As large as a telephone shows it; the picture itself where there is none."""
    found = _photo(request, pk)
    kept = disk.place(found.sha256, disk.MIDDLE).is_file()
    return served(request, found, disk.MIDDLE if kept else disk.PICTURE)


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
