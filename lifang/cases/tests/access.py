"""What the walk of `access.yaml` needs a row of."""

from datetime import timedelta
from uuid import UUID

from lifang.cases.actions import order_joint
from lifang.cases.actions.sample import drawn, list_digest
from lifang.cases.models import (
    Case,
    Joint,
    JointPart,
    Recheck,
    Reporter,
    Revision,
    Sample,
    SavedView,
)
from lifang.cases.tests.make import (
    HOUR,
    MONDAY,
    accepted,
    dispatched,
    make_case,
    make_photo,
    make_unit,
)
from lifang.core.access.grants import actor_of
from lifang.core.access.wall import behind
from lifang.core.accounts.models import Account
from lifang.core.ids import new_id
from lifang.core.testing import cast
from lifang.core.testing.places import COUNTY
from lifang.orgs.models import Division
from lifang.orgs.tests.make import make_division

DAY = 24 * HOUR


def case_of(area: str) -> Case:
    """Reported by somebody without an account, waiting at the desk."""
    return make_case(area=_there(area))


def dispatched_case(area: str) -> Case:
    """On its way to the unit of the cast's department handler; in the next county only reported."""
    if not area.startswith(COUNTY):
        return case_of(area)
    return dispatched(area=_there(area))


def public_case(area: str) -> Case:
    """Accepted, so that everybody may know of it."""
    return accepted(area=_there(area))


def receipt_of(area: str) -> tuple[str]:
    return (_reporter(case_of(area)).token,)


def number_of(area: str) -> tuple[str]:
    """The number by which everybody may look a public case up."""
    return (public_case(area).number,)


def own_case(account: Account) -> Case:
    """Reported in somebody's own name."""
    return make_case(actor=actor_of(account.pk, MONDAY), photos=[make_photo()])


def view_of(account: Account) -> SavedView:
    return SavedView.objects.create(
        account=account, name=new_id().hex[-12:], query="state=new", saved_at=MONDAY
    )


def revision_of(area: str) -> Revision:
    """Limits that change next week, there."""
    return Revision.objects.create(
        matter="06010", area=area, stages={"handle": {"amount": "1", "unit": "work_day"}},
        valid_from=MONDAY + timedelta(days=7), reason="walk", made_at=MONDAY,
    )  # fmt: skip


def sample_of(area: str) -> Sample:
    """One closed case of the area, drawn."""
    case = closed_there(_there(area))
    sample = Sample.objects.create(
        area=case.area, seed=new_id().hex[-8:], start=MONDAY, end=MONDAY + DAY, population=1, size=1,
        digest=list_digest([case.number]), drawn_at=MONDAY + DAY,
    )  # fmt: skip
    assert drawn([case.number], sample.seed, 1) == [case.number]
    Recheck.objects.create(sample=sample, case=case, rank=1)
    return sample


def joint_of(area: str) -> Joint:
    """Ordered in a community; the unit of the cast's department handler takes part where it serves."""
    county = area[:6]
    first = make_unit() if county == COUNTY else make_unit(UUID(int=76), area=county)
    units = [first, make_unit(UUID(int=int(county)), "城管", "urban_management", area=county)]
    leader = cast.county_leader(county).actor
    with behind(leader):
        return order_joint(
            actor=leader, area=_there(area)[:12], matter="06010", units=[unit.pk for unit in units], on=MONDAY.date() + DAY,
            words="walk", at=MONDAY,
        )  # fmt: skip


def joint_part_of(area: str) -> JointPart:
    return joint_of(area).parts.exclude(unit=UUID(int=int(area[:6]))).get()


def closed_there(area: str) -> Case:
    """Solved on the spot, so that nothing else has to be there."""
    case = make_case(area=area)
    Case.objects.filter(pk=case.pk).update(
        state="closed", closed_at=MONDAY + HOUR, handled_at=MONDAY + HOUR, outcome="solved"
    )
    return case


def recheck_of(area: str) -> tuple[object, int]:
    return sample_of(area).pk, 1


def _reporter(case: Case) -> Reporter:
    return Reporter.objects.filter(case=case).get()


def _there(code: str) -> str:
    if not Division.objects.filter(code=code).exists():
        make_division(code)
    return code


def open311_of(area: str) -> tuple[str, str]:
    return (public_case(area).number, "json")


def token_of(area: str) -> tuple[str, str]:
    return (*receipt_of(area), "json")


def layer_item_of(area: str) -> tuple[str, str]:
    return ("cases", str(accepted(area=_there(area), lon=120.001, lat=30.001).pk))


def sights_of_case(area: str) -> tuple[str, UUID]:
    return ("case", case_of(area).pk)
