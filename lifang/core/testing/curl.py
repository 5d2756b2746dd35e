"""Run the curl lines of a page against the test client: an example that is printed must work."""

import html
import re
import shlex
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.test import Client

_EXAMPLE = re.compile(r"<code data-example>(.*?)</code>", re.DOTALL)


def examples(page: str) -> list[str]:
    """The commands a page shows in `<code data-example>`."""
    return [html.unescape(found) for found in _EXAMPLE.findall(page)]


def run(client: Client, command: str, words: Mapping[str, str]) -> Any:
    """The answer to one curl command; `words` are its shell variables and other texts to put in place."""
    for old, new in words.items():
        command = command.replace(old, new)
    program, *parts = shlex.split(command.replace("\\\n", " "))
    assert program == "curl", command
    method, headers, form, url, body = "", {}, [], "", ""
    rest = iter(parts)
    for part in rest:
        if part == "-X":
            method = next(rest)
        elif part == "-H":
            name, _, value = next(rest).partition(":")
            headers[name.strip()] = value.strip()
        elif part == "--data-urlencode":
            form.append(next(rest).partition("=")[::2])
        elif part in ("-d", "--data"):
            body = next(rest)
        else:
            assert not part.startswith("-"), f"this helper does not know {part}"
            url = part
    return _send(client, method, url, headers, urlencode(form) or body, bool(form))


def _send(
    client: Client, method: str, url: str, headers: dict[str, str], body: str, form: bool
) -> Any:
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if not body:
        return client.generic(method or "GET", path, headers=headers)
    kind = headers.pop("Content-Type", "") or "application/x-www-form-urlencoded"
    return client.generic(
        method or "POST",
        path,
        body,
        content_type="application/x-www-form-urlencoded" if form else kind,
        headers=headers,
    )
