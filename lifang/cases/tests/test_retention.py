"""Old cases keep what happened and lose who told it; twenty planted values, erased, stand in no table of the database."""

import base64
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from lifang.cases import actions
from lifang.cases.models import Case, Check, Reporter
from lifang.cases.tests.make import again, closed, make_case, make_photo, make_unit
from lifang.core.access import SYSTEM
from lifang.core.access.wall import behind
from lifang.core.accounts.models import Account
from lifang.core.crypto.fields import BlindIndex, SealedText
from lifang.core.files import disk, store
from lifang.core.files.models import Attachment
from lifang.core.jobs.testing import run_due
from lifang.core.notify.models import Message, Preference
from lifang.core.retention import actions as retention
from lifang.core.retention.models import Erasure
from lifang.core.search import BlindTokens
from lifang.core.sheets.models import Import, Line, Paper
from lifang.core.sheets.tests.make import csv
from lifang.core.testing import cast, places
from lifang.core.testing.cast import MONDAY
from lifang.orgs.tests.make import make_county
from lifang.registry import actions as registry
from lifang.registry.models import Merge
from lifang.registry.tests.make import make_household, make_linked, make_person, number

pytestmark = pytest.mark.django_db
LONG_AGO = datetime(2021, 3, 1, 2, tzinfo=UTC)  # a Monday
LEFT = datetime(2022, 3, 1, 2, tzinfo=UTC)


def run(at=MONDAY):
    with behind(SYSTEM):
        return retention.work(system=SYSTEM, at=at)


def reported(at=LONG_AGO, **more):
    given = {"name": "陈反映", "phone": "10070001111", "text": "我家住三楼，我叫陈反映", **more}
    return closed(at=at, photos=[make_photo(3)], **given)


@pytest.mark.covers("S0-91")
def test_an_old_case_keeps_what_happened_and_loses_who_told_it():
    case = reported()
    with behind(SYSTEM):
        Check.objects.filter(case=case).update(note="陈反映在家")
        before = list(case_story(case))
        run()
        case = again(case)
        one = Reporter.objects.get(case=case)
        assert (one.name, one.phone, one.phone_index, one.said, one.account_id) == ("", "", None, "", None)  # fmt: skip
        assert (case.text, case.anonymised_at) == ("", MONDAY)
        assert "三楼" not in case.tokens
        assert case.answered
        assert Check.objects.get(case=case).note == ""
        assert list(case_story(case)) == before
    assert run().ended_at == MONDAY


def case_story(case):
    from lifang.core.flow.models import Step  # noqa: PLC0415

    return Step.objects.filter(subject=case.pk).values_list("seq", "move", "at")


def test_a_case_that_is_open_or_closed_lately_keeps_its_reporter():
    open_ = make_case(name="甲", phone="10070002222", at=LONG_AGO)
    lately = reported(at=MONDAY - timedelta(days=720))
    run()
    with behind(SYSTEM):
        assert Reporter.objects.get(case=open_).name == "甲"
        assert Reporter.objects.get(case=lately).name == "陈反映"
        assert again(lately).text


def test_an_account_does_not_see_the_case_any_more_and_the_unit_does():
    resident = cast.resident()
    case = closed(actor=resident.actor, at=LONG_AGO)
    with behind(SYSTEM):
        assert resident.holder in again(case).holders
        run()
        assert resident.holder not in again(case).holders
        assert any(holder.startswith("unit:") for holder in again(case).holders)


def test_photos_go_a_year_after_closing_with_their_content_unless_another_case_shows_it(
    django_capture_on_commit_callbacks,
):
    old, also = reported(), make_case(photos=[make_photo(3)], at=MONDAY)
    alone = closed(at=LONG_AGO, photos=[make_photo(9)])
    with behind(SYSTEM):
        shared = Attachment.objects.get(subject=old.pk).sha256
        own = Attachment.objects.get(subject=alone.pk).sha256
        assert Attachment.objects.get(subject=also.pk).sha256 == shared
        with django_capture_on_commit_callbacks(execute=True):
            run()
        assert not Attachment.objects.filter(subject__in=[old.pk, alone.pk]).exists()
        assert Attachment.objects.filter(subject=also.pk).count() == 1
    assert disk.place(shared).is_file()
    assert not disk.place(own).exists()
    assert not disk.place(own, disk.THUMB).exists()


@pytest.mark.covers("S0-91")
def test_a_hold_on_a_case_or_on_who_reported_it_keeps_it():
    one, two = reported(), reported(at=LONG_AGO + timedelta(hours=9))
    resident = cast.resident()
    three = closed(actor=resident.actor, at=LONG_AGO, name="丁", text="丁说")
    leader = cast.county_leader()
    with behind(SYSTEM):
        person = make_linked(resident, at=LONG_AGO)
    given = {"area": places.GRID, "why": "复议", "document": "府复〔2026〕1号", "until": date(2027, 1, 1), "at": MONDAY}  # fmt: skip
    retention.set_hold(actor=leader.actor, kind="case", subject=one.pk, **given)
    retention.set_hold(actor=leader.actor, kind="person", subject=person.pk, **given)
    run()
    assert [bool(again(case).text) for case in (one, two, three)] == [True, False, True]


# -- twenty planted values --------------------------------------------------------------------------


@pytest.fixture
def planted():
    """One person, in every place a value can lie; and all that was written."""
    worker, resident = cast.grid_worker(), cast.resident()
    secretary = cast.community_secretary()
    words = {
        "name": "褚植标", "number": number("19610507", 777), "telephone": "10070007001", "before": "10070007002",
        "work": "植标织袜厂", "registered": "植标县植标村9号", "contact": "10070007003", "wish": "10070007004",
        "wish_note": "植标更正说明", "visit": "植标走访说他病了", "account": "褚植标账号", "mail": "zhibiao@example.org",
        "double": "褚植双", "said": "植标原话住五楼", "reporter": "褚报事", "phone": "10070007005", "inner": "植标内部备注",
        "message": "10070007006", "file": "植标名单.csv", "row": "褚表格",
    }  # fmt: skip
    with behind(SYSTEM):
        make_county()
        make_unit()
        Account.objects.filter(pk=resident.id).update(name=words["account"], login="zhibiao-login")
        account = Account.objects.get(pk=resident.id)
        account.telephone, account.email = words["telephone"], words["mail"]
        account.save()
        Preference.objects.create(holder=resident.holder, telephone=words["telephone"], changed_at=LONG_AGO)  # fmt: skip
        who = make_linked(
            resident, name=words["name"], identity=words["number"], telephone=words["before"], work_place=words["work"],
            registered_at=words["registered"], at=LONG_AGO,
        )  # fmt: skip
        change = {
            "actor": SYSTEM,
            "row": who,
            "source": "visit",
            "at": LONG_AGO + timedelta(days=1),
        }
        registry.change(element="person.telephone", value=words["telephone"], **change)
        registry.change(element="person.emergency_contact", value=words["contact"], **change)
        home = make_household(who)
        registry.visit(actor=SYSTEM, household=home, kind="household", outcome="met", note=words["visit"], at=LEFT)  # fmt: skip
        asking = registry.ask_correction(
            actor=resident.actor, person=who, element="person.telephone", value=words["wish"], note=words["wish_note"], at=LONG_AGO
        )  # fmt: skip
        registry.refuse_correction(
            actor=SYSTEM, correction=asking, note=words["wish_note"], at=LONG_AGO
        )
        twin = make_person(name=words["double"], telephone=words["telephone"], at=LONG_AGO)
        registry.merge(actor=SYSTEM, kept=who, dropped=twin, note=words["double"], at=LEFT)
        home.members.update(valid_from=LONG_AGO, valid_to=LEFT)
    case = closed(
        actor=resident.actor, at=LONG_AGO, text=words["said"], name=words["reporter"], phone=words["phone"], photos=[make_photo(5)]
    )  # fmt: skip
    actions.join(actor=worker.actor, case=make_case(at=LONG_AGO), said=words["said"], at=LONG_AGO)
    with behind(SYSTEM):
        Check.objects.filter(case=case).update(note=words["inner"])
        other = Case.objects.exclude(pk=case.pk).get()
        actions.refuse(actor=cast.street_dispatcher().actor, case=other, reason="no_fact", at=LONG_AGO)  # fmt: skip
        Message.objects.create(
            recipient=resident.holder, channel="sms", template="cases.accepted", secrets=words["message"], address=words["message"],
            facts={"who": words["message"]}, state="sent", sent_at=LONG_AGO, asked_at=LONG_AGO, due_at=LONG_AGO,
        )  # fmt: skip
    given = io.BytesIO(csv(("姓名", "身份证", "所属网格"), (words["row"], number(sequence=301), places.GRID)))  # fmt: skip
    given.name = words["file"]
    assert secretary.post("sheets:sheet", "registry.persons", data={"file": given}).status_code == 302  # fmt: skip
    run_due(MONDAY)
    with behind(SYSTEM):
        Import.objects.update(asked_at=LEFT)
        Account.objects.filter(pk=resident.id).update(closed_at=LEFT)
        yield list(words.values())


def dumped() -> dict[str, str]:
    """Every table of the database as text, bytes as hexadecimal."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for name in tables:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, chr(10)), '') FROM \"{name}\" t")
            found[name] = cursor.fetchone()[0]
    return found


def opened() -> dict[str, str]:
    """Every sealed column of every model, opened."""
    found = {}
    for model in apps.get_models():
        sealed = [f for f in model._meta.concrete_fields if isinstance(f, SealedText)]
        for row in model._default_manager.all() if sealed else ():
            for field in sealed:
                value = getattr(row, field.attname)
                whole = getattr(value, "whole", value)
                found[f"{model._meta.label}.{field.name} {row.pk}"] = str(whole or "")
    return found


def traces(words: list[str]) -> list[str]:
    """What would lead back: envelopes that hold a value, their fingerprints, their search terms, files as they are sealed."""
    found = []
    for model in apps.get_models():
        sealed = [f for f in model._meta.concrete_fields if isinstance(f, SealedText)]
        for row in model._default_manager.all() if sealed else ():
            with connection.cursor() as cursor:
                for field in sealed:
                    value = getattr(row, field.attname)
                    whole = str(getattr(value, "whole", value) or "")
                    if not any(word in whole for word in words):
                        continue
                    cursor.execute(
                        f'SELECT "{field.column}" FROM "{model._meta.db_table}" WHERE "{model._meta.pk.column}" = %s',
                        [row.pk],
                    )  # type: ignore[union-attr]
                    envelope = bytes(cursor.fetchone()[0])
                    found += [envelope.hex(), base64.b64encode(envelope).decode()]
                    found += beside(row, field.name)
    for kept in (Paper, Line):
        found += [bytes(one.content).hex() for one in kept.objects.all()]
    return found


def beside(row: Any, name: str) -> list[str]:
    found = []
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if getattr(field, "of", None) != name or not value:
            continue
        if isinstance(field, BlindIndex):
            found.append(bytes(value).hex())
        elif isinstance(field, BlindTokens):
            found += [one.hex() if isinstance(one, bytes) else str(one) for one in value]
    return found


@pytest.mark.covers("S0-91", "S4-08")
def test_twenty_planted_values_stand_in_no_table_once_they_are_erased(planted):
    before, sealed = dumped(), opened()
    led = traces(planted)
    lost = [word for word in planted if not any(word in text for text in (*before.values(), *sealed.values()))]  # fmt: skip
    # The row of a sheet is sealed with its file; of everything else the proof sees that it stood there.
    assert lost == [planted[-1]]
    assert len(planted) == 20
    assert len(led) > 40
    assert sum(trace in text for trace in led for text in before.values()) > 40

    assert run().ended_at

    after = {**dumped(), **opened()}
    found = [(word, table) for word in planted for table, text in after.items() if word in text]
    assert found == []
    assert [(trace[:16], table) for trace in led for table, text in after.items() if trace in text] == []  # fmt: skip
    assert Merge.objects.get().undo == {}
    assert Erasure.objects.filter(rows__gt=0).count() > 10
    assert store.of_subject(SYSTEM, Case.objects.filter(closed_at__isnull=False).get()).count() == 0
