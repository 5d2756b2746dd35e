"""Against a real HTTP server on the loopback, allowed for the test alone."""

import json
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from standardwebhooks.webhooks import Webhook

from lifang.core.access import SYSTEM, Refused
from lifang.core.access.wall import behind
from lifang.core.jobs.testing import run_due, waiting
from lifang.core.notify import actions, announce, selectors, webhooks
from lifang.core.notify.adapters.sms_http import SmsHttp
from lifang.core.notify.models import Delivery, Endpoint
from lifang.core.notify.terms import Letter, State, Undeliverable
from lifang.core.notify.terms import Refused as NotTaken
from lifang.core.notify.tests.make import NOON, WANG, person

pytestmark = pytest.mark.django_db
TOLD = UUID(int=7)


@pytest.fixture(autouse=True)
def as_system():
    with behind(SYSTEM):
        yield


def endpoint(url: str, area: str = "990101") -> Endpoint:
    return actions.add_endpoint(actor=SYSTEM, url=url, events=["cases.*"], area=area, at=NOON)


def tell(event="cases.CaseAccepted", area="990101001", told=TOLD, at: datetime = NOON) -> int:
    return announce(event=event, told=told, facts={"case": "1"}, area=area, at=at)


def test_an_event_arrives_signed_so_that_the_package_verifies_it(receiver, monkeypatch):
    heard = endpoint(receiver.url)
    assert tell() == 1
    (row,) = selectors.deliveries(SYSTEM, heard.pk)
    # The package compares with the real clock, so this one push is made at the real time.
    now = datetime.now(NOON.tzinfo)  # noqa: TID251 -- see above
    webhooks.push(row.pk, now)
    ((headers, body),) = receiver.got
    told = Webhook(heard.secret).verify(body, headers)
    assert told == {
        "type": "cases.CaseAccepted",
        "timestamp": "2026-11-23T04:00:00+00:00",
        "data": {"case": "1"},
    }
    assert headers["webhook-id"] == str(row.pk)
    assert headers["host"] == f"127.0.0.1:{receiver.server_port}"
    row.refresh_from_db()
    assert (row.state, row.status, row.tries, row.sent_at) == ("sent", 204, 1, now)


def test_telling_the_same_event_twice_sends_once(receiver):
    endpoint(receiver.url)
    assert (tell(), tell()) == (1, 0)
    run_due(NOON)
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("event", "area"), [("orgs.UnitMade", "990101001"), ("cases.CaseAccepted", "990102001")]
)
def test_other_events_and_other_areas_are_not_told(receiver, event, area):
    endpoint(receiver.url)
    assert tell(event=event, area=area) == 0
    assert waiting() == []


def test_a_failure_is_tried_again_under_the_same_id_with_patience(receiver):
    endpoint(receiver.url)
    receiver.answers = [(500, {}), (429, {"retry-after": "600"}), (302, {"location": "/else"})]
    tell()
    at = NOON
    dues = []
    for _ in range(3):
        run_due(at)
        at = Delivery.objects.get().due_at
        dues.append(at - NOON)
    assert dues == [timedelta(seconds=5), timedelta(seconds=605), timedelta(seconds=905)]
    run_due(at)
    assert Delivery.objects.get().state == State.SENT
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len(receiver.got) == 4
    assert Endpoint.objects.get().failing_since is None


def test_a_receiver_that_is_gone_is_not_called_again(receiver):
    endpoint(receiver.url)
    receiver.answers = [(410, {})]
    tell()
    run_due(NOON)
    assert (Delivery.objects.get().state, Delivery.objects.get().status) == ("failed", 410)
    assert Endpoint.objects.get().disabled_at == NOON
    assert tell(told=UUID(int=8)) == 0


def test_after_days_of_failing_it_is_disabled_and_can_be_enabled_again(receiver):
    receiver.answers = [(503, {})] * 100
    heard = endpoint(receiver.url)
    for day in range(7):
        at = NOON + timedelta(days=day)
        tell(told=UUID(int=100 + day), at=at)
        run_due(at)
    heard.refresh_from_db()
    assert heard.failing_since == NOON
    assert heard.disabled_at == NOON + timedelta(days=5)
    enabled = actions.enable_endpoint(actor=SYSTEM, endpoint=heard, at=NOON)
    assert (enabled.disabled_at, enabled.failing_since) == (None, None)


def test_an_address_we_may_not_call_is_refused_when_it_is_added(receiver):
    for url in ("https://example.org/hook", "http://169.254.169.254/latest/meta-data"):
        with pytest.raises(Refused, match="host_not_allowed"):
            endpoint(url)
    assert Endpoint.objects.count() == 0


def test_a_stranger_sees_neither_endpoint_nor_log(receiver):
    heard = endpoint(receiver.url)
    tell()
    stranger = person(WANG, "990102")
    assert list(selectors.endpoints(stranger)) == []
    assert list(selectors.deliveries(stranger, heard.pk)) == []
    with behind(stranger):
        assert Endpoint.objects.count() == Delivery.objects.count() == 0


def test_the_text_message_gateway_gets_a_signed_body_and_its_refusals_are_understood(receiver):
    letter = Letter(TOLD, "10000000001", "", "【里坊】好")
    gateway = SmsHttp(receiver.url, "secret")
    gateway.carry(letter)
    headers, body = receiver.got[0]
    assert json.loads(body) == {"id": str(TOLD), "to": "10000000001", "text": "【里坊】好"}
    assert headers["x-lifang-signature"].startswith("sha256=")
    receiver.answers = [(400, {}), (503, {}), (429, {})]
    with pytest.raises(NotTaken):
        gateway.carry(letter)
    for _ in range(2):
        with pytest.raises(Undeliverable) as failed:
            gateway.carry(letter)
        assert not isinstance(failed.value, NotTaken)
