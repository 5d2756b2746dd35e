"""Codes of earlier lists of matters, converted."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Schema
from pydantic import Field

from lifang.cases import selectors
from lifang.cases.api import schemas
from lifang.cases.api.router import router
from lifang.cases.api.shown import both
from lifang.cases.catalogue import EDITIONS
from lifang.core.api.faults import bad_input


class Words(Schema):
    zh: str
    en: str


class Successor(Schema):
    key: str
    name: Words
    local: bool


class ConvertedOut(Schema):
    """`outcome` is `one`, `several` (a person chooses among `matters`) or `none` (`why`, and the `reason` in words).

    `how`: the same `name` in both editions, by `meaning`, by the edition's `rule`, to a `local` matter of ours, or
    `current`: what was asked is a code of 2026.
    """

    asked: str
    code: str
    edition: str
    name: Words | None
    outcome: str
    matters: list[Successor]
    how: str
    why: str
    reason: Words | None
    note: Words | None
    source: str
    confirmed: bool


class Codes(schemas.Body):
    edition: Annotated[str, schemas.one_of(EDITIONS)]
    codes: Annotated[list[schemas.Key], Field(min_length=1, max_length=5000)]


@router.get("conversions", auth=None, response=list[ConvertedOut], summary="Old codes of matters")
def conversions(
    request: HttpRequest,
    edition: schemas.Key,
    code: Annotated[list[schemas.Key], Query(max_length=200)] = [],  # noqa: B006 -- ninja copies it
) -> Any:
    """What became of these codes of an edition (`2013`, `2021`) in the list of 2026; without `code`, of all of them."""
    actor = request.actor  # type: ignore[attr-defined]
    if edition not in EDITIONS:
        raise bad_input("edition", edition=", ".join(one.key for one in EDITIONS))
    if not code:
        return [_told(found) for found in selectors.old_matters(actor, edition)]
    return [_told(selectors.converted(actor, one, edition)) for one in code]


@router.post(
    "conversions", auth=None, response=list[ConvertedOut], summary="Convert many old codes"
)
def convert(request: HttpRequest, body: Codes) -> Any:
    """In the order asked. Nothing is kept."""
    actor = request.actor  # type: ignore[attr-defined]
    return [_told(selectors.converted(actor, one, body.edition)) for one in body.codes]


def _told(found: selectors.Converted) -> dict[str, Any]:
    return {
        "asked": found.asked, "code": found.code, "edition": found.edition.key,
        "name": found.name and both(found.name), "outcome": found.outcome,
        "matters": [
            {"key": one.key, "name": both(one.name), "local": one.local} for one in found.matters
        ],
        "how": found.how, "why": found.why, "reason": found.reason and both(found.reason),
        "note": found.note and both(found.note), "source": found.source, "confirmed": found.confirmed,
    }  # fmt: skip
