"""Change what is registered of devices, and take in what they say."""

from lifang.sensing.actions.admission import (
    admit,
    ask_admission,
    draw_key,
    end_admission,
    refuse_admission,
    run_conformance,
)
from lifang.sensing.actions.alarms import raise_alarms
from lifang.sensing.actions.answers import (
    acknowledge,
    give_verdict,
    note_alarm,
    reset_alarm,
    return_shelved,
    see_contact,
    shelve,
    tell_unanswered,
    unshelve,
)
from lifang.sensing.actions.archive import archive_day, forget_archive
from lifang.sensing.actions.cameras import give_cameras, take_cameras
from lifang.sensing.actions.commands import answer_command, hand_out_commands, send_command
from lifang.sensing.actions.devices import (
    NewDevice,
    faults,
    install_device,
    install_many,
    install_planned,
    move_device,
    plan_device,
    rest_device,
    retire_device,
    service_device,
    take_back_devices,
    wake_device,
    wake_due,
)
from lifang.sensing.actions.editions import checked, draft_rule, publish_rule, retire_rule
from lifang.sensing.actions.filings import check_filing, file_faces
from lifang.sensing.actions.fire import answer_fire, call_fire, call_fire_unanswered, carry_fire
from lifang.sensing.actions.intake import Receipt, Register, take
from lifang.sensing.actions.keys import issue_device_key, revoke_device_key
from lifang.sensing.actions.looking import look_at_left
from lifang.sensing.actions.mail import Parcel
from lifang.sensing.actions.matches import Shown, look_match, take_matches
from lifang.sensing.actions.networks import note_network
from lifang.sensing.actions.pulls import note_pull, watch_camera
from lifang.sensing.actions.quarantine import forget_old
from lifang.sensing.actions.receptions import (
    approve_reception,
    ask_reception,
    end_reception,
    issue_reception_key,
    lapse_receptions,
    refuse_reception,
    resume_reception,
    suspend_reception,
)
from lifang.sensing.actions.recordings import (
    HandedIn,
    Sheet,
    hand_in,
    keep_recording,
    look_at_recordings,
)
from lifang.sensing.actions.replay import replay_poison
from lifang.sensing.actions.retention import needs_recordings
from lifang.sensing.actions.reviews import sign_review, write_reviews
from lifang.sensing.actions.safety import end_safety, spread_safety, tell_safety
from lifang.sensing.actions.scoring import score_series
from lifang.sensing.actions.silence import tell_silence
from lifang.sensing.actions.sites import close_site, edit_site, fill_site, open_site
from lifang.sensing.actions.storing import Stored, store, watches
from lifang.sensing.actions.things import (
    Sent,
    announce_device,
    describe_thing,
    open_series,
    send_observations,
    take_sent,
)
from lifang.sensing.actions.tours import note_tour
from lifang.sensing.actions.upkeep import Bound, bind_devices, edit_device, release_device
from lifang.sensing.actions.utility import (
    enter_line,
    lay_line,
    retire_line,
    take_lines,
    tie_devices,
)
from lifang.sensing.actions.vigils import (
    VIGILS,
    begin_vigil,
    check_vigils,
    end_vigil,
    pause_vigil,
    resume_vigil,
    set_contacts,
)
from lifang.sensing.actions.watching import WATCHER, run_timers
from lifang.sensing.actions.works import check_works, fill_works, open_works
from lifang.sensing.actions.works_money import (
    agree_works_money,
    pay_works_money,
    plan_works_money,
    strike_works_money,
)
from lifang.sensing.rules.contacts import Contact

__all__ = [
    "VIGILS",
    "WATCHER",
    "Bound",
    "Contact",
    "HandedIn",
    "NewDevice",
    "Parcel",
    "Receipt",
    "Register",
    "Sent",
    "Sheet",
    "Shown",
    "Stored",
    "acknowledge",
    "admit",
    "agree_works_money",
    "announce_device",
    "answer_command",
    "answer_fire",
    "approve_reception",
    "archive_day",
    "ask_admission",
    "ask_reception",
    "begin_vigil",
    "bind_devices",
    "call_fire",
    "call_fire_unanswered",
    "carry_fire",
    "check_filing",
    "check_vigils",
    "check_works",
    "checked",
    "close_site",
    "describe_thing",
    "draft_rule",
    "draw_key",
    "edit_device",
    "edit_site",
    "end_admission",
    "end_reception",
    "end_safety",
    "end_vigil",
    "enter_line",
    "faults",
    "file_faces",
    "fill_site",
    "fill_works",
    "forget_archive",
    "forget_old",
    "give_cameras",
    "give_verdict",
    "hand_in",
    "hand_out_commands",
    "install_device",
    "install_many",
    "install_planned",
    "issue_device_key",
    "issue_reception_key",
    "keep_recording",
    "lapse_receptions",
    "lay_line",
    "look_at_left",
    "look_at_recordings",
    "look_match",
    "move_device",
    "needs_recordings",
    "note_alarm",
    "note_network",
    "note_pull",
    "note_tour",
    "open_series",
    "open_site",
    "open_works",
    "pause_vigil",
    "pay_works_money",
    "plan_device",
    "plan_works_money",
    "publish_rule",
    "raise_alarms",
    "refuse_admission",
    "refuse_reception",
    "release_device",
    "replay_poison",
    "reset_alarm",
    "rest_device",
    "resume_reception",
    "resume_vigil",
    "retire_device",
    "retire_line",
    "retire_rule",
    "return_shelved",
    "revoke_device_key",
    "run_conformance",
    "run_timers",
    "score_series",
    "see_contact",
    "send_command",
    "send_observations",
    "service_device",
    "set_contacts",
    "shelve",
    "sign_review",
    "spread_safety",
    "store",
    "strike_works_money",
    "suspend_reception",
    "take",
    "take_back_devices",
    "take_cameras",
    "take_lines",
    "take_matches",
    "take_sent",
    "tell_safety",
    "tell_silence",
    "tell_unanswered",
    "tie_devices",
    "unshelve",
    "wake_device",
    "wake_due",
    "watch_camera",
    "watches",
    "write_reviews",
]
