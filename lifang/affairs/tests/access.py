"""What the walk of `access.yaml` needs a row of."""

from uuid import UUID

from lifang.affairs.models import Application, Intake
from lifang.affairs.tests import make


def application_of(area: str) -> Application:
    return make.make_application(area)


def to_accept(area: str) -> tuple[UUID, str]:
    return make.make_application(area).pk, "acceptance"


def fee_of(area: str) -> tuple[UUID, str]:
    """A fee that was paid in cash."""
    from lifang.affairs import actions  # noqa: PLC0415 -- only here
    from lifang.core.access import SYSTEM  # noqa: PLC0415 -- as above
    from lifang.core.access.wall import behind  # noqa: PLC0415 -- as above

    make.make_unit("public_security", area=area[:6])
    row = make.make_application(area, "identity-card", answers={"kind": "lost"})
    with behind(SYSTEM):
        return row.pk, str(actions.take_fee(actor=SYSTEM, application=row, at=make.MONDAY).number)


def to_transfer(area: str) -> tuple[UUID, str]:
    return make.make_application(area).pk, "transfer"


def person_of(area: str) -> UUID:
    from lifang.registry.tests.make import make_person  # noqa: PLC0415 -- only here

    return make_person(area, despite="walk").pk  # type: ignore[no-any-return]


def intake_of(area: str) -> Intake:
    return make.make_intake(area)


def record_of(area: str) -> tuple[UUID, str]:
    return make.make_intake(area).pk, "elderly-card"


def record_step_of(area: str) -> tuple[UUID, str, str]:
    return make.make_intake(area).pk, "elderly-card", "all"


def token_of(area: str) -> str:
    return str(make.make_application(area).token)


def visit_of(area: str) -> str:
    return str(make.make_intake(area).token)


def result_of(area: str) -> str:
    return str(make.granted(area).result.number)


def point_of(area: str) -> UUID:
    return make.make_point(area).pk


def ticket_of(area: str) -> str:
    from lifang.affairs import actions  # noqa: PLC0415 -- only here
    from lifang.core.access import SYSTEM  # noqa: PLC0415 -- as above

    return str(actions.take_ticket(actor=SYSTEM, point=make.make_point(area, hours="duty"), at=make.MONDAY).token)  # fmt: skip


def terminal_of(area: str) -> UUID:
    return make.make_terminal(area).pk


def terminal_word(area: str) -> str:
    return make.bound(area)[1]


def question_of(area: str) -> UUID:
    from lifang.affairs.models import Unanswered  # noqa: PLC0415 -- only here

    return Unanswered.objects.create(area=area, text="walk", key=make.new(), language="zh", first_at=make.MONDAY, last_at=make.MONDAY).pk  # fmt: skip


def callback_of(area: str) -> UUID:
    return make.make_callback(area).pk


def mandate_of(area: str) -> UUID:
    return make.make_mandate(area).pk


def heard_form(area: str) -> tuple[UUID, str]:
    return make.make_application(area).pk, "form"


def home_visit_of(area: str) -> UUID:
    return make.make_home_visit(area).pk


def home_visit_read(area: str) -> tuple[UUID, str]:
    return make.make_home_visit(area).pk, "reading"


def home_visit_ended(area: str) -> tuple[UUID, str]:
    return make.make_home_visit(area).pk, "ending"
