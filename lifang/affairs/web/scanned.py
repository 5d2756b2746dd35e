"""Which question may take what is read from a photo of a card or a paper; a person confirms each (core.scan)."""

from collections.abc import Iterable

from lifang.core.forms import Question

BY_KIND = {"identity": "identity", "name": "name", "telephone": "telephone", "address": "address", "long": "text"}  # fmt: skip
BY_KEY = {
    "sex": "sex", "child_sex": "sex", "born": "birth", "child_born": "birth", "ethnicity": "nation",
}  # fmt: skip


def fills(questions: Iterable[Question]) -> str:
    """As the button beside a form wants it; empty where nothing of a photo fits."""
    found: dict[str, list[str]] = {}
    for one in questions:
        field = BY_KEY.get(one.key) or BY_KIND.get(one.kind)
        if field:
            found.setdefault(field, []).append(f"id_{one.key}")
    return ", ".join(f'"{field}": "{" ".join(ids)}"' for field, ids in found.items())
