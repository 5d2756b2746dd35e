"""What may be, and why not."""

from lifang.registry.rules.dogs import Kept, dog_faults, faults_of, months_after
from lifang.registry.rules.identity import (
    Said,
    credit_code_fault,
    normal_number,
    number_fault,
    plate_fault,
    said_by,
)
from lifang.registry.rules.lives import (
    ends_after,
    expiry_fits,
    may_join,
    may_live,
    may_look,
    may_tag,
    may_tie,
    only_one,
    source_known,
    visit_known,
)
from lifang.registry.rules.phases import may_note_phase
from lifang.registry.rules.places import may_add, on_earth, point_said, room_fits, telephone_shape
from lifang.registry.rules.same import WEIGHTS, Shape, reasons
from lifang.registry.rules.spoken import spoken
from lifang.registry.rules.things import facility_number_fits
from lifang.registry.rules.values import (
    code_fits,
    day_fits,
    element_known,
    expiry,
    name_fits,
    stored,
    value_fits,
)

__all__ = [
    "WEIGHTS", "Kept", "Said", "Shape", "code_fits", "credit_code_fault", "day_fits", "dog_faults", "element_known", "ends_after", "expiry",
    "expiry_fits", "facility_number_fits", "faults_of", "may_add", "may_join", "may_live", "may_look", "may_note_phase", "may_tag", "may_tie", "months_after", "name_fits",
    "normal_number", "number_fault", "on_earth", "only_one", "plate_fault", "point_said", "reasons", "room_fits", "said_by", "source_known", "spoken", "stored",
    "telephone_shape", "value_fits", "visit_known",
]  # fmt: skip
