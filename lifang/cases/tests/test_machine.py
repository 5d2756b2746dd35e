"""The case flow as a state machine: random acts by random people, two of them at the same instant.

It runs on a real database with real commits. A second oracle, written apart from `flow.yaml`, says where a case may go;
the invariants are those of a case that nobody can cheat.
"""

import threading
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import ClassVar

from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from lifang.cases import actions
from lifang.cases.models import Case, Check, Handling, Reporter
from lifang.cases.tests.make import MONDAY, make_case, make_unit
from lifang.core.access import SYSTEM, Refused
from lifang.core.access.grants import actor_of, anonymous
from lifang.core.access.wall import behind
from lifang.core.audit.models import Entry
from lifang.core.events.models import Outbox
from lifang.core.flow.models import Clock, Step, Todo
from lifang.core.testing import cast, places

# The second oracle: written from the words of the issue, not from the YAML.
GOES = {
    "awaiting_acceptance": {
        "awaiting_dispatch",
        "refused",
        "awaiting_verification",
        "merged",
        "void",
    },
    "awaiting_verification": {"awaiting_acceptance", "merged", "void"},
    "awaiting_dispatch": {"awaiting_signing", "merged", "void"},
    "awaiting_signing": {"handling", "awaiting_dispatch", "awaiting_arbitration"},
    "handling": {"awaiting_check", "awaiting_dispatch", "awaiting_arbitration", "suspended"},
    "suspended": {"handling"},
    "awaiting_arbitration": {"awaiting_signing"},
    "awaiting_check": {"handling", "awaiting_callback", "closed"},
    "awaiting_callback": {"closed", "awaiting_dispatch"},
    "closed": {"archived", "awaiting_dispatch"},
    "refused": {"archived"},
    "archived": set(),
    "merged": set(),
    "void": set(),
}
NOBODYS_TURN = {"refused", "closed", "archived", "merged", "void"}

# Who would do what next, so that the dice get anywhere.
NEXT = {
    "awaiting_acceptance": [("desk", "accept")] * 3 + [("desk", "refuse"), ("desk", "ask_verification"), ("desk", "merge")],
    "awaiting_verification": [("worker", "verify")],
    "awaiting_dispatch": [("desk", "dispatch"), ("other_desk", "dispatch"), ("desk", "merge")],
    "awaiting_signing": [("unit", "sign"), ("unit", "sign"), ("other_unit", "sign"), ("unit", "return")],
    "handling": [("unit", "feed_back"), ("other_unit", "sign"), ("other_unit", "feed_back"), ("unit", "ask_delay"), ("desk", "decide_delay"), ("desk", "suspend"), ("unit", "return")],
    "suspended": [("desk", "resume")],
    "awaiting_arbitration": [("county", "arbitrate")],
    "awaiting_check": [("checker", "pass"), ("checker", "pass"), ("checker", "fail"), ("unit", "pass")],
    "awaiting_callback": [("caller", "call_back"), ("caller", "not_solved")],
    "closed": [("desk", "reopen"), ("desk", "archive"), ("caller", "not_solved")],
}  # fmt: skip

WHO = (
    "desk",
    "other_desk",
    "worker",
    "unit",
    "other_unit",
    "checker",
    "caller",
    "leader",
    "county",
    "stranger",
)
ACTS = ("accept", "refuse", "ask_verification", "verify", "dispatch", "sign", "return", "feed_back", "ask_delay", "decide_delay", "suspend", "resume", "press", "pass", "fail", "call_back", "not_solved", "reopen", "archive", "join", "escalate", "arbitrate", "merge", "split")  # fmt: skip


class Loop(RuleBasedStateMachine):
    """One case (and what is split off it) among ten people."""

    people: ClassVar[dict] = {}
    units: ClassVar[dict] = {}

    @initialize(phone=st.booleans())
    def report(self, phone):
        self.at = MONDAY
        self.reporters = 1
        with behind(SYSTEM):
            self.case = make_case(matter="09001", phone="10012345678" if phone else "")
            self.other = make_case(matter="09001", phone="10087654321")
        self.first_clock = self.clocks()[0]

    @rule(
        who=st.sampled_from(WHO),
        act=st.sampled_from(ACTS),
        minutes=st.integers(1, 4000),
        pick=st.integers(0, 20),
    )
    def act(self, who, act, minutes, pick):
        """Anybody tries anything, and then somebody does what comes next."""
        self.at += timedelta(minutes=minutes)
        self.do(who, act)
        self.go_on(pick, 1)

    @rule(choice=st.integers(0, 20), minutes=st.integers(1, 900))
    def next(self, choice, minutes):
        self.go_on(choice, minutes)

    def go_on(self, choice, minutes):
        """Do what comes next."""
        self.at += timedelta(minutes=minutes)
        likely = self.likely()
        if likely:
            self.do(*likely[choice % len(likely)])

    def likely(self):
        with behind(SYSTEM):
            return NEXT.get(Case.objects.values_list("state", flat=True).get(pk=self.case.pk), [])

    @rule(choice=st.integers(0, 20), rival=st.integers(0, 20), minutes=st.integers(1, 600))
    def hurry(self, choice, rival, minutes):
        """Two people do what comes next at the same instant."""
        likely = self.likely()
        if likely:
            self.race_(likely[choice % len(likely)], likely[rival % len(likely)], minutes)

    @rule(
        pair=st.tuples(st.sampled_from(WHO), st.sampled_from(ACTS)),
        rival=st.tuples(st.sampled_from(WHO), st.sampled_from(ACTS)),
        minutes=st.integers(1, 600),
    )
    def race(self, pair, rival, minutes):
        """Two people do anything at the same instant; then somebody does what comes next."""
        self.race_(pair, rival, minutes)
        self.go_on(minutes, 1)

    def race_(self, pair, rival, minutes):
        """Each acts on a connection of their own, released by one gate."""
        self.at += timedelta(minutes=minutes)
        gate, failures = threading.Barrier(2, timeout=20), []

        def run(who, act):
            try:
                gate.wait()
                self.do(who, act)
            except Exception as error:  # noqa: BLE001 -- carried to the main thread
                failures.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=one) for one in (pair, rival)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures, failures

    @rule(days=st.integers(1, 12))
    def wait(self, days):
        self.at += timedelta(days=days)

    def do(self, who, act):
        """Try it; a refusal is an answer, anything else an error. Refused means: nothing changed."""
        actor = self.people[who]
        try:
            with behind(SYSTEM):
                getattr(self, f"_{act}")(actor)
        except Refused:
            return

    # -- how each act is called ------------------------------------------------------------------------

    def _call(self, name, actor, **facts):
        return getattr(actions, name)(actor=actor, case=self.case, at=self.at, **facts)

    def _accept(self, actor):
        self._call("accept", actor)

    def _refuse(self, actor):
        self._call("refuse", actor, reason="no_fact")

    def _ask_verification(self, actor):
        self._call("ask_verification", actor)

    def _verify(self, actor):
        self._call("verify", actor, found=True, note="见过")

    def _dispatch(self, actor):
        self._call("dispatch", actor, lead=self.units["unit"].pk, assists=[self.units["other"].pk])

    def _arbitrate(self, actor):
        self._call("arbitrate", actor, lead=self.units["unit"].pk, note="裁定")

    def _sign(self, actor):
        self._call("sign", actor)

    def _return(self, actor):
        self._call(
            "return_", actor, reason="not_our_duty", note="不是", suggested=self.units["other"].pk
        )

    def _feed_back(self, actor):
        self._call("feed_back", actor, note="好了")

    def _ask_delay(self, actor):
        self._call("ask_delay", actor, amount=Decimal(1), reason="weather", note="雨")

    def _decide_delay(self, actor):
        self._call("decide_delay", actor, granted=Decimal(1))

    def _suspend(self, actor):
        self._call("suspend", actor, reason="flood_ban", note="暴雨")

    def _resume(self, actor):
        self._call("resume", actor)

    def _press(self, actor):
        self._call("press", actor, note="快")

    def _pass(self, actor):
        self._call("check", actor, passed=True)

    def _fail(self, actor):
        self._call("check", actor, passed=False, note="没有")

    def _call_back(self, actor):
        self._call("call_back", actor, reached=True, solved=True, stars=5)

    def _not_solved(self, actor):
        reporter = Reporter.objects.filter(case=self.case).first()
        actions.not_solved(
            actor=anonymous(), case=self.case, reporter=reporter, note="还在", at=self.at
        )

    def _reopen(self, actor):
        self._call("reopen", actor, note="还在")

    def _archive(self, actor):
        self._call("archive", actor)

    def _escalate(self, actor):
        self._call("escalate", actor, note="上级")

    def _join(self, actor):
        actions.join(actor=anonymous(), case=self.case, at=self.at)
        self.reporters += 1

    def _merge(self, actor):
        actions.merge(actor=actor, case=self.other, into=self.case, at=self.at)
        self.reporters += 1

    def _split(self, actor):
        self._call("split", actor, matter="09009", text="另一件")

    # -- what must always hold -------------------------------------------------------------------------

    def clocks(self):
        with behind(SYSTEM):
            return list(Clock.objects.filter(subject=self.case.pk).order_by("started_at", "pk"))

    @invariant()
    def nobody_cheated(self):
        with behind(SYSTEM):
            case = Case.objects.get(pk=self.case.pk)
            steps = list(Step.objects.filter(subject=case.pk).order_by("seq"))
            self.history_leads_here(case, steps)
            self.every_step_is_told_and_logged(case, steps)
            self.closing_was_honest(case)
            self.somebody_has_the_turn(case)
            self.no_voice_is_lost(case)
            self.time_is_never_reset(case)

    def history_leads_here(self, case, steps):
        assert [step.seq for step in steps] == list(range(1, len(steps) + 1))
        assert case.steps_taken == len(steps)
        for before, after in pairwise(steps):
            assert after.from_state == before.to_state
            assert after.to_state in GOES[after.from_state] | {after.from_state}
        assert steps[-1].to_state == case.state

    def every_step_is_told_and_logged(self, case, steps):
        told = Outbox.objects.filter(name="cases.CaseMoved", facts__case=str(case.pk)).count()
        assert told == len(steps) - 1  # the first is told as CaseReported
        assert (
            Outbox.objects.filter(name="cases.CaseReported", facts__case=str(case.pk)).count() == 1
        )
        lines = Entry.objects.filter(outcome="done").values_list("action", flat=True)
        logged = Counter(lines.filter(subject=str(case.pk)))
        moves = Counter(step.move for step in steps)
        assert logged["cases.accept"] == moves["accept"]
        assert logged["cases.check"] == moves["pass_check"] + moves["close"] + moves["fail_check"]

    def closing_was_honest(self, case):
        if case.state not in ("awaiting_callback", "closed", "archived") or not case.outcome:
            return
        check = Check.objects.filter(case=case, round=case.round, passed=True).get()
        parts = Handling.objects.filter(case=case, round=case.round)
        assert check.by_id not in {part.signed_by_id for part in parts} | {
            part.fed_back_by_id for part in parts
        }
        assert case.handled_at is not None
        assert case.handled_at <= case.closed_at

    def somebody_has_the_turn(self, case):
        open_ = Todo.objects.filter(subject=case.pk, done_at=None)
        assert open_.exists() != (case.state in NOBODYS_TURN), case.state
        assert all(todo.due_at == case.due_at for todo in open_ if case.state == "handling")

    def no_voice_is_lost(self, case):
        assert Reporter.objects.filter(case=case).count() == case.reports == self.reporters

    def time_is_never_reset(self, case):
        clocks = self.clocks()
        assert clocks[0].pk == self.first_clock.pk
        assert clocks[0].started_at == self.first_clock.started_at
        assert sum(clock.stopped_at is None for clock in clocks) <= 1
        assert all(clock.due_at >= clock.started_at for clock in clocks)


def test_nobody_cheats_the_loop(real_db):
    with behind(SYSTEM):
        unit, other = make_unit(), make_unit(cast.FIRM, "物业", "property_company")
        members = {
            "desk": cast.street_dispatcher(), "other_desk": cast.street_dispatcher(), "worker": cast.grid_worker(),
            "unit": cast.department_handler(unit.pk), "other_unit": cast.property_handler(other.pk, places.COUNTY),
            "checker": cast.checker(), "caller": cast.community_secretary(), "leader": cast.county_leader(),
            "county": cast.county_dispatcher(), "stranger": cast.stranger(),
        }  # fmt: skip
        Loop.people = {key: actor_of(member.id, MONDAY) for key, member in members.items()}
        Loop.units = {"unit": unit, "other": other}
    run_state_machine_as_test(
        Loop,
        settings=settings(
            max_examples=25, stateful_step_count=40, deadline=None, database=None, derandomize=True,
            suppress_health_check=list(HealthCheck), phases=(Phase.generate,),
        ),
    )  # fmt: skip
    with behind(SYSTEM):  # the dice reached deep: otherwise this test would prove little
        reached = set(Step.objects.values_list("to_state", flat=True))
    assert reached >= {
        "awaiting_dispatch",
        "awaiting_signing",
        "handling",
        "awaiting_check",
        "suspended",
        "closed",
        "awaiting_callback",
    }
