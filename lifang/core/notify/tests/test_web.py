import pytest
from django.test import RequestFactory
from django.utils.translation import override

from lifang.core.access import ANONYMOUS, SYSTEM, Actor, Grant, Kind, Refused, Scope
from lifang.core.access.wall import behind
from lifang.core.jobs.testing import run_due
from lifang.core.notify import selectors, send
from lifang.core.notify.models import Message
from lifang.core.notify.tests.make import FACTS, LI, NOON, WANG, person, prefers
from lifang.core.notify.web import views

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sent():
    with behind(SYSTEM):
        prefers(WANG)
        for to in (WANG, LI):
            send(to=to, template="test.accepted", facts=FACTS, at=NOON, area="990101", link="/c/1")
        run_due(NOON)


class _Toasts:
    def add(self, level, message, extra_tags=""):
        self.last = message

    def __iter__(self):
        return iter(())


def call(view, actor, method="get", reads="zh-hans", **data):
    request = getattr(RequestFactory(), method)("/my/messages", data)
    request.actor, request.at, request.elder = actor, NOON, False
    request._messages = _Toasts()
    with behind(actor), override(reads):
        return view(request)


def officer(area="990101"):
    """Sees no rows by area, like every administrator."""
    grant = Grant("system_admin", area, frozenset({"notify.see_outbox"}), sees="self")
    return Actor(None, "officer", Kind.STAFF, grants=(grant,), scope=Scope())


def test_the_inbox_shows_ones_own_messages_in_ones_language():
    page = call(views.inbox, person(WANG)).content.decode()
    assert page.count("AB23已受理") == 1
    assert "1条未读消息" in page
    assert "/c/1" in page
    page = call(views.inbox, person(WANG), reads="en").content.decode()
    assert "AB23 accepted" in page
    assert "1 new message" in page


def test_reading_marks_only_the_chosen_of_ones_own():
    with behind(SYSTEM):
        rows = {m.recipient: m for m in Message.objects.filter(channel="inbox")}
    call(views.reading, person(WANG), "post", row=[str(rows[LI].pk)])
    with behind(SYSTEM):
        assert Message.objects.filter(read_at=None, channel="inbox").count() == 2
    call(views.reading, person(WANG), "post", row=[str(rows[WANG].pk), "nonsense"])
    with behind(SYSTEM):
        assert [m.recipient for m in Message.objects.exclude(read_at=None)] == [WANG]


def test_the_outbox_names_the_stand_in_and_hides_the_number():
    page = call(views.outbox, officer()).content.decode()
    assert "本地代用通道" in page
    assert "【里坊】AB23已受理" in page
    assert "10000000001" not in page
    assert "wang@example.invalid" not in page
    assert "100****0001" in page


def test_the_outbox_as_a_file_has_the_same_rows():
    written = b"".join(call(views.outbox, officer(), export="csv").streaming_content).decode()
    assert "100****0001" in written
    assert "10000000001" not in written


def test_the_outbox_of_another_area_is_empty_and_says_why():
    page = call(views.outbox, officer("990102")).content.decode()
    assert "还没有发出任何消息" in page
    assert "AB23" not in page


def test_without_the_capability_or_signed_out_there_is_no_page():
    staff = Actor(None, "x", Kind.STAFF, scope=Scope(frozenset({"990101"})))
    for view, actor, reason in [
        (views.outbox, staff, "not_allowed"),
        (views.outbox, person(WANG), "not_allowed"),
        (views.outbox, ANONYMOUS, "not_signed_in"),
        (views.inbox, ANONYMOUS, "not_signed_in"),
        (views.notifications, ANONYMOUS, "not_signed_in"),
    ]:
        with pytest.raises(Refused, match=reason):
            call(view, actor)


def test_the_form_shows_and_saves_how_to_be_told():
    page = call(views.notifications, person(WANG)).content.decode()
    assert "10000000001" in page
    saved = call(
        views.notifications, person(WANG), "post",
        telephone="100 0000 0005", sms="on", email="", pace="daily", language="en",
    )  # fmt: skip
    assert saved.status_code == 302, saved.content.decode()
    with behind(person(WANG)):
        wish = selectors.preference(person(WANG))
        assert (wish.telephone, wish.email, wish.mail, wish.pace) == (
            "10000000005",
            None,
            False,
            "daily",
        )
    page = call(
        views.notifications, person(WANG), "post", telephone="x", pace="daily", language="en"
    )
    assert "格式不正确" in page.content.decode()
