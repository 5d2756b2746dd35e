"""The only writers of the register. Keywords only; `actor` and `at` always."""

from lifang.registry.actions.callups import answer_call, call_up, note_call
from lifang.registry.actions.corrections import (
    ask_correction,
    refuse_correction,
    verify_correction,
    withdraw_correction,
)
from lifang.registry.actions.dogs import (
    NewDog,
    add_dog,
    change_dogs,
    compare_dogs,
    dog_faults,
    end_dog,
    notify_keepers,
    says,
    take_back_dogs,
    take_dogs,
)
from lifang.registry.actions.homes import part, settle
from lifang.registry.actions.households import (
    Member,
    found_household,
    move_in,
    move_out,
    name_head,
    renew_registration,
)
from lifang.registry.actions.knowing import change
from lifang.registry.actions.looks import (
    read_correction,
    read_home_story,
    read_story,
    unmask,
)
from lifang.registry.actions.merging import merge, undo_merge
from lifang.registry.actions.people import (
    Found,
    Newcomer,
    Registered,
    end_person,
    faults,
    find_number,
    link_account,
    register,
    register_many,
)
from lifang.registry.actions.phases import note_phase, strike_phase
from lifang.registry.actions.places import (
    Enrolment,
    NewPlace,
    add_place,
    add_places,
    enrol_many,
    enrol_resident,
)
from lifang.registry.actions.reminding import remind
from lifang.registry.actions.restricted import (
    Shown,
    look_restricted,
    name_viewers,
    restrict,
    review_restricted,
    unrestrict,
)
from lifang.registry.actions.sheets import (
    Entered,
    change_many,
    compare,
    heads_behind,
    take_back_sheet,
    take_sheet,
)
from lifang.registry.actions.tags import review_tag, tag, untag, withdraw_consent
from lifang.registry.actions.things import (
    add_facility,
    add_organisation,
    add_vehicle,
    move_facility,
    tie,
    untie,
)
from lifang.registry.actions.uniting import undo_union, unite
from lifang.registry.actions.visits import (
    excuse_visit,
    plan_many,
    plan_visits,
    tell_missed,
    visit,
)

__all__ = [
    "Enrolment", "Entered", "Found", "Member", "NewDog", "NewPlace", "Newcomer", "Registered", "Shown",
    "add_dog", "add_facility", "add_organisation", "add_place", "add_places", "add_vehicle", "answer_call", "ask_correction", "call_up", "change", "change_dogs", "change_many", "compare", "compare_dogs", "dog_faults", "end_dog", "end_person",
    "enrol_many", "enrol_resident", "excuse_visit", "faults", "find_number", "found_household", "heads_behind", "link_account", "look_restricted", "merge", "move_facility",
    "move_in", "move_out", "name_head", "name_viewers", "note_call", "note_phase", "notify_keepers", "part", "plan_many", "plan_visits", "read_correction", "read_home_story", "read_story", "refuse_correction", "register",
    "register_many", "remind", "renew_registration", "restrict", "review_restricted", "review_tag", "says", "settle", "strike_phase", "tag", "take_back_dogs", "take_back_sheet", "take_dogs", "take_sheet", "tell_missed", "tie", "undo_merge", "undo_union", "unite", "unmask",
    "unrestrict", "untag", "untie", "verify_correction", "visit", "withdraw_consent", "withdraw_correction",
]  # fmt: skip
