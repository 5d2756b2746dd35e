from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from lifang.core.access.capabilities import capabilities
from lifang.core.web.show import Chip
from lifang.core.web.tables import Bulk, Choice, Column, Empty, Table
from lifang.core.web.tables.lists import ListTable
from lifang.core.web.templatetags.kit import icon
from lifang.orgs import selectors
from lifang.orgs.catalogue import POSTS, UNIT_KINDS, matter_names
from lifang.orgs.terms import ROLE_NAMES, Role


def drawn(row: Any) -> Chip:
    if row.abolished:
        return Chip("idle", _("Abolished"))
    return Chip("done", _("Drawn")) if row.drawn else Chip("waiting", _("Not drawn yet"))


def square_kilometres(row: Any) -> float | None:
    return None if row.square_metres is None else round(row.square_metres / 1_000_000, 3)


class AreaTable(Table):
    name = Column(
        _("Name"),
        value="shown",
        sort="name",
        link=lambda row: reverse("orgs:area", args=[row.code]),
        wide=True,
    )
    code = Column(_("Code"), sort="code")
    kind = Column(_("Kind"), value="kind_name")
    outline = Column(_("Outline"), cell="state", value=drawn)
    size = Column(_("km²"), cell="number", value=square_kilometres, sort="square_metres")
    parts = Column(_("Parts"), cell="number", value="part_count", sort="part_count")

    key = "areas"
    search = ("name", "name_en", "code")
    order = "code"
    per_page = 50
    empty = Empty(
        _("Nothing is smaller than this here yet."),
        _("Import the published list of divisions, or add the parts one by one."),
        icon="map-2",
    )


class UnitTable(Table):
    name = Column(
        _("Name"), value="name", link=lambda row: reverse("orgs:unit", args=[row.pk]), wide=True
    )
    kind = Column(_("Kind of unit"), value=lambda row: kind_name(row.kind), sort="kind")
    area = Column(_("Serves"), value=lambda row: selectors.place_name(row.area), sort="area")
    phone = Column(_("Office telephone"))
    state = Column(
        _("State"),
        cell="state",
        value=lambda row: (
            Chip("idle", _("Deregistered")) if row.closed else Chip("done", _("In service"))
        ),
    )
    credit_code = Column(_("Unified social credit code"), shown=False)

    key = "units"
    private = True
    search = ("name_zh", "name_en", "credit_code", "phone")
    filters = (
        Choice("kind", _("Kind of unit"), lambda actor: UNIT_KINDS.choices()),
        Choice(
            "state",
            _("State"),
            {"open": _("In service"), "closed": _("Deregistered")},
            apply=lambda rows, values: (
                rows if len(values) > 1 else rows.filter(closed__isnull="open" in values)
            ),
        ),
    )
    order = "area"
    empty = Empty(
        _("No unit stands here yet."),
        _("Add the departments, street offices and companies that answer for something."),
        icon="building",
    )


def kind_name(key: str) -> str:
    found = UNIT_KINDS.get(key)
    return str(found.name) if found else key


def post_name(key: str) -> str:
    found = POSTS.get(key)
    return str(found.name) if found else key


def matter_name(code: str) -> str:
    """Code and name, as far as somebody lends the names."""
    name = matter_names().get(code)
    return f"{code} {name}" if name else code


class DutyTable(Table):
    matter = Column(
        _("Matter"), value=lambda row: matter_name(row.matter), sort="matter", wide=True
    )
    area = Column(_("Where"), value=lambda row: selectors.place_name(row.area), sort="area")
    unit = Column(
        _("Unit"), value="unit.name", link=lambda row: reverse("orgs:unit", args=[row.unit_id])
    )
    role = Column(_("Role"), value=lambda row: ROLE_NAMES[Role(row.role)], sort="role")
    note = Column(_("Which document says so"))
    valid_from = Column(_("Since"), cell="date", sort="valid_from")

    key = "duties"
    search = ("matter", "unit__name_zh", "unit__name_en", "note")
    filters = (
        Choice(
            "role", _("Role"), {"lead": ROLE_NAMES[Role.LEAD], "assist": ROLE_NAMES[Role.ASSIST]}
        ),
    )
    order = "matter"
    bulk = (
        Bulk(
            "end",
            _("Take back"),
            "orgs:duty_ends",
            icon="x",
            capability="orgs.end_duty",
            confirm=_("The usual division of labour answers again."),
        ),
    )
    empty = Empty(
        _("This county has not written lines of its own."),
        _("The usual division of labour answers. Add a line where it is different here."),
        icon="table",
    )


def deputy_url(row: Any) -> str:
    return reverse("orgs:new_deputy", args=[row.pk])


class PostingTable(Table):
    name = Column(_("Full name"), value="account.name", sort="account__name")
    login = Column(_("Login"), value="account.login", sort="account__login")
    post = Column(_("Post"), value=lambda row: post_name(row.post), sort="post")
    place = Column(
        _("Where"),
        value=lambda row: str(row.unit.name) if row.unit else selectors.place_name(row.area),
        sort="area",
        wide=True,
    )
    valid_from = Column(_("Since"), cell="date", sort="valid_from")
    valid_to = Column(_("Until"), cell="date", sort="valid_to")

    key = "postings"
    private = True
    filters = (
        Choice("post", _("Post"), lambda actor: POSTS.choices()),
        Choice(
            "state",
            _("State"),
            {"now": _("In office"), "ended": _("Ended")},
            apply=lambda rows, values: (
                rows if len(values) > 1 else rows.filter(valid_to__isnull="now" in values)
            ),
        ),
    )
    order = "area"
    bulk = (
        Bulk(
            "end",
            _("End posting"),
            "orgs:posting_ends",
            icon="x",
            capability="orgs.end_posting",
            confirm=_("Their rights end at once."),
        ),
    )
    empty = Empty(
        _("Nobody is posted here yet."),
        _("A security administrator posts people one by one, or by a list."),
        icon="users",
    )

    def search_in(self, rows: Any, text: str) -> Any:
        """By name, login, unit or place."""
        for word in text.split():
            rows = rows.filter(
                Q(account__name__icontains=word)
                | Q(account__login__icontains=word)
                | Q(unit__name_zh__icontains=word)
                | Q(area__startswith=word)
            )
        return rows


class LendingTable(PostingTable):
    """For whoever may name deputies."""

    deputy = Column(
        _("Deputy"), value=lambda row: _("Name a deputy"), link=deputy_url, exported=False
    )


def _acts(row: Any) -> Any:
    """How many acts, and which, one press away."""
    names = row.act_names
    if not names:
        return _("look only")
    listed = format_html_join("", "<li>{}</li>", ((name,) for name in names))
    words = ngettext("%(n)d act", "%(n)d acts", len(names)) % {"n": len(names)}
    words = format_html("{}{}", words, icon("chevron-down"))
    return format_html("<details><summary>{}</summary><ul>{}</ul></details>", words, listed)


_HOW = {
    "area": _("A post that covers the area"),
    "unit": _("A unit that it concerns"),
    "self": _("The account itself"),
}


class SightTable(ListTable):
    name = Column(_("Full name"), link="url", sort="name")
    post = Column(_("Post"), sort="post")
    place = Column(_("Where"), sort="place")
    why = Column(_("Why it can be seen"), wide=True)
    may = Column(_("May do"), value=lambda row: "; ".join(row.act_names), cell=_acts)

    key = "sights"
    private = True
    search = ("name", "post", "place", "why")
    filters = (
        Choice("post", _("Post"), lambda actor: POSTS.choices(), field="posts"),
        Choice("how", _("Why it can be seen"), _HOW),
        Choice(
            "act",
            _("May do"),
            lambda actor: {key: one.name for key, one in capabilities().items() if one.posts},
            field="acts",
        ),
    )
    order = ""
    per_page = 50
    empty = Empty(
        _("Nobody is found with these filters."),
        _("Take a filter away to see everybody who can see the row."),
        icon="eye-off",
    )


class PostSightTable(ListTable):
    post = Column(_("Post"), sort="post")
    place = Column(_("Where"), sort="place")
    accounts = Column(_("Number of accounts"), cell="number", sort="accounts")
    why = Column(_("Why it can be seen"), wide=True)
    may = Column(_("May do"), value=lambda row: "; ".join(row.act_names), cell=_acts)

    key = "post-sights"
    private = True
    search = ("post", "place", "why")
    filters = (
        Choice("post", _("Post"), lambda actor: POSTS.choices(), field="posts"),
        Choice("how", _("Why it can be seen"), _HOW),
    )
    order = ""
    per_page = 50
    empty = SightTable.empty
