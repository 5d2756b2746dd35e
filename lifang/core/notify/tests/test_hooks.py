"""Webhooks end to end: a real event reaches a real receiver; secrets change without a gap; a log one can act on."""

from datetime import timedelta
from uuid import uuid4

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.wall import behind
from lifang.core.action import together
from lifang.core.api.events import KeyIssued
from lifang.core.events import publish
from lifang.core.jobs.testing import run_due
from lifang.core.notify import actions, outbound, selectors, webhooks
from lifang.core.notify.models import Delivery, Endpoint, Message
from lifang.core.notify.terms import State, Undeliverable
from lifang.core.notify.tests.make import NOON, person
from lifang.core.notify.tests.test_webhooks import (  # noqa: F401 -- fixtures
    as_system,
    endpoint,
    receiver,
    tell,
)
from lifang.core.testing import cast
from lifang.core.testing.told import deliver

pytestmark = pytest.mark.django_db


def happens(area="990101001"):
    with together(actor=SYSTEM, at=NOON):
        publish(KeyIssued(key=uuid4(), account=uuid4(), at=NOON), area=area)


def test_what_is_published_reaches_the_receiver_once(receiver):
    made = actions.add_endpoint(
        actor=SYSTEM, url=receiver.url, events=["api.*"], area="990101", at=NOON
    )
    happens()
    deliver(NOON)
    run_due(NOON)
    deliver(NOON)
    run_due(NOON)
    assert len(receiver.got) == 1
    assert Delivery.objects.get(endpoint=made).event == "api.KeyIssued"


def test_events_nobody_waits_for_leave_no_trace(receiver):
    endpoint(receiver.url)  # waits for cases
    happens()
    deliver(NOON)
    assert Delivery.objects.count() == 0


def test_both_secrets_sign_until_the_old_one_ends(receiver):
    made = endpoint(receiver.url)
    old = made.secret
    new = actions.rotate_secret(actor=SYSTEM, endpoint=made, at=NOON).secret
    now = __import__("datetime").datetime.now(NOON.tzinfo)
    Endpoint.objects.update(old_until=now + timedelta(hours=1))
    tell(at=now)
    run_due(now)
    headers, body = receiver.got[-1]
    for secret in (old, new):
        assert Webhook(secret).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(webhooks.new_secret()).verify(body, headers)
    Endpoint.objects.update(old_until=now - timedelta(hours=1))
    tell(told=uuid4(), at=now)
    run_due(now)
    headers, body = receiver.got[-1]
    Webhook(new).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(body, headers)


def test_after_many_failures_in_a_row_it_is_disabled_and_its_keeper_told(receiver):
    keeper = cast.system_admin()
    made = actions.add_endpoint(
        actor=keeper.actor, url=receiver.url, events=["cases.*"], area="990101", at=NOON
    )
    receiver.answers = [(500, {})] * 300
    for n in range(99):
        tell(told=uuid4(), at=NOON)
    run_due(NOON)
    made.refresh_from_db()
    assert (made.failures, made.disabled_at) == (99, None)
    at = NOON + timedelta(hours=2)
    tell(told=uuid4(), at=at)
    run_due(at)
    made.refresh_from_db()
    assert made.disabled_at == at
    assert Message.objects.get(recipient=keeper.holder).template == "notify.webhook_disabled"
    again = actions.enable_endpoint(actor=keeper.actor, endpoint=made, at=at)
    assert (again.failures, again.disabled_at) == (0, None)


def test_a_failed_delivery_is_sent_again_under_the_same_id(receiver):
    made = endpoint(receiver.url)
    tell()
    run_due(NOON)
    row = Delivery.objects.get()
    Delivery.objects.update(state=State.FAILED, tries=11)
    actions.resend(actor=SYSTEM, endpoint=made, delivery=row.pk, at=NOON)
    run_due(NOON)
    assert [headers["webhook-id"] for headers, _ in receiver.got] == [str(row.pk)] * 2


def test_a_trickle_and_a_redirect_hold_nobody(receiver, monkeypatch):
    receiver.answers = [(302, {"location": "http://169.254.169.254/"})]
    assert outbound.post(receiver.url, b"{}", {}).status == 302
    assert len(receiver.got) == 1
    with pytest.raises(Undeliverable):
        outbound.fetch(receiver.url, 10)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "https://[",
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "https://a" + "a" * 600,
    ],
)
def test_no_address_that_may_not_be_called_is_added(url):
    with pytest.raises(Refused, match="host_not_allowed"):
        endpoint(url)


def test_pages_show_the_log_and_act(receiver):
    keeper = cast.system_admin()
    form = {"url": receiver.url, "note": "hub", "area": "990101", "events": ["cases.*"]}
    made = keeper.post("notify:webhook_new", data=form)
    with behind(SYSTEM):
        row = Endpoint.objects.get()
    assert row.secret in made.content.decode()
    with behind(SYSTEM):
        tell()
        run_due(NOON)
        sent = Delivery.objects.get()
    assert row.secret not in keeper.get("notify:webhook", row.pk).content.decode()
    assert "204" in keeper.get("notify:webhook", row.pk).content.decode()
    assert keeper.post("notify:webhook_delivery", sent.pk).status_code == 302
    changed = keeper.post("notify:webhook_secret", row.pk)
    with behind(SYSTEM):
        assert Endpoint.objects.get().secret in changed.content.decode()
    assert keeper.post("notify:webhook_state", row.pk, data={"to": "disabled"}).status_code == 302
    colleague = cast.system_admin()
    assert colleague.get("notify:webhook", row.pk).status_code == 200
    far = cast.system_admin("990102")
    assert far.get("notify:webhook", row.pk).status_code == 404
    assert far.get("notify:webhook_delivery", sent.pk).status_code == 404


def test_the_log_of_another_area_is_not_there(receiver):
    made = endpoint(receiver.url)
    with pytest.raises(Refused, match="not_found"):
        selectors.endpoint(
            person("account:00000000-0000-0000-0000-000000000009", "990102"), made.pk
        )
