"""An outside model may put into words what is written here, and nothing else. Off unless an address is set; any fault leaves the quotation."""

import json
import logging
import re
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.request import Request, urlopen

from lifang.core.config import config

SECONDS = 12
LONGEST = 600
CITED = re.compile(r"\[(\d+)\]")
ORDER = (
    "Answer the resident's question in the language of the question, in at most three sentences, only from the numbered sources. "
    "After each sentence put the number of its source in brackets, like [1]. If the sources do not answer it, answer exactly: NONE"
)
logger = logging.getLogger(__name__)


class Written(Protocol):
    """A piece of what is written."""

    @property
    def text(self) -> Any: ...


def phrased(question: str, passages: Sequence[Written]) -> str:
    """The answer of the model, if there is one and every sentence names a source that was given; else nothing."""
    settings = config()
    if not settings.assistant_url or not passages:
        return ""
    listed = "\n".join(f"[{n}] {one.text}" for n, one in enumerate(passages, 1))
    body = {
        "model": settings.assistant_model, "temperature": 0,
        "messages": [{"role": "system", "content": ORDER}, {"role": "user", "content": f"{listed}\n\n{question}"}],
    }  # fmt: skip
    try:
        told = _asked(settings.assistant_url, settings.assistant_key, body)
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        logger.warning("the outside model did not answer: %s", type(error).__name__)
        return ""
    return sourced(told, len(passages))


def _asked(url: str, key: str, body: dict[str, Any]) -> str:
    if not url.startswith(("https://", "http://")):
        raise ValueError("not a web address")
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}  # fmt: skip
    request = Request(f"{url.rstrip('/')}/chat/completions", json.dumps(body).encode(), headers)  # noqa: S310 -- http only, see above
    with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 -- as above
        told = json.load(answer)
    return str(told["choices"][0]["message"]["content"])


def sourced(told: str, given: int) -> str:
    """Only what names a source that was given, sentence by sentence."""
    text = told.strip()[:LONGEST]
    if not text or text.upper().startswith("NONE"):
        return ""
    pieces = [one for one in re.split(r"(?<=\])\s*[。.!！]?\s*", text) if one.strip(" 。.!！\n")]
    right = all((cited := CITED.findall(one)) and all(1 <= int(n) <= given for n in cited) for one in pieces)  # fmt: skip
    return text if right else ""
