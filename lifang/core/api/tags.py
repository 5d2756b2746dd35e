"""`ETag`: what has not changed is not sent again."""

import hashlib

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers


def tag_of(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def tagged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The response with its tag; 304 without a body when the reader has it already."""
    tag = tag_of(response.content)
    known = {
        part.strip().removeprefix("W/")
        for part in request.headers.get("If-None-Match", "").split(",")
    }
    if request.method in ("GET", "HEAD") and (tag in known or "*" in known):
        response = HttpResponseNotModified()
    response["ETag"] = tag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ("Authorization", "Cookie", "Accept-Language"))
    return response
