"""The pages, in a browser without JavaScript."""

import re
from datetime import datetime, timedelta

import pyotp
import pytest
from django.test import Client

from lifang.core.accounts.actions.entry import SIGNED_IN_AT
from lifang.core.accounts.catalogue import DOORS, Networks
from lifang.core.accounts.models import Account, OneTimeCode, Session
from lifang.core.accounts.sessions import SessionStore
from lifang.core.accounts.terms import DEMO_PASSWORD
from lifang.core.accounts.tests.make import (
    PASSWORD,
    SECRET,
    enrol,
    make_account,
    make_admin,
    make_grant,
    now,
)
from lifang.core.accounts.tests.test_codes import NUMBER, sent_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    return Client(headers={"accept-language": "en"})


def words(response) -> str:
    return response.content.decode()


def sign_in(browser, login="wang.hong", password=PASSWORD, **facts):
    return browser.post("/sign-in?lang=en", {"login": login, "password": password, **facts})


def code_now(secret=SECRET, steps=0) -> str:
    return pyotp.TOTP(secret).at(now() + timedelta(seconds=30 * steps))


def signed_in(browser) -> str:
    row = Session.objects.filter(account__isnull=False).first()
    return row.account.login if row else ""


def age_proof(browser):
    """As if the sign-in had been long ago."""
    store = SessionStore(browser.cookies["sessionid"].value)
    store[SIGNED_IN_AT] = (now() - timedelta(hours=2)).isoformat()
    store.save()


def test_staff_enrol_at_the_first_sign_in_and_see_their_codes_once(browser):
    make_account()
    response = sign_in(browser, next="/desk/accounts")
    assert response.url == "/sign-in/factor"
    page = browser.get(response.url)
    secret = re.search(r'<code class="num">([A-Z2-7 ]+)</code>', words(page))[1].replace(" ", "")
    picture = browser.get("/sign-in/qr.svg")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert (
        picture.headers["Cache-Control"].startswith("max-age=0")
        or "no-store" in picture.headers["Cache-Control"]
    )
    assert signed_in(browser) == ""
    done = browser.post(response.url, {"code": code_now(secret)})
    assert len(re.findall(r"<li><code>", words(done))) == 10
    assert 'href="/desk/accounts"' in words(done)
    assert "no-store" in done.headers["Cache-Control"]
    assert signed_in(browser) == "wang.hong"


def test_a_password_alone_opens_no_page_of_staff(browser):
    enrol(make_account())
    sign_in(browser)
    assert signed_in(browser) == ""
    for address in (
        "/account",
        "/desk/accounts",
        "/sign-in/factor",
        "/sign-in/password",
        "/sign-in/qr.svg",
    ):
        assert browser.get(address).status_code in (302, 404)
    assert browser.post("/sign-in/factor", {"code": code_now()}).status_code == 302
    assert signed_in(browser) == ""


def test_the_second_factor_opens_the_desk(browser):
    enrol(make_account())
    response = sign_in(browser)
    assert response.url == "/sign-in/second"
    assert "not right" in words(browser.post(response.url, {"code": "000000"}))
    assert browser.post(response.url, {"code": code_now()}).url == "/desk"
    assert signed_in(browser) == "wang.hong"


def test_an_issued_password_is_changed_first(browser):
    enrol(make_account(password_issued=True))
    sign_in(browser)
    response = browser.post("/sign-in/second", {"code": code_now()})
    assert response.url == "/sign-in/password"
    assert signed_in(browser) == ""
    different = browser.post(
        response.url, {"new": "moss under gate 4", "again": "moss under gate 5"}
    )
    assert "not the same" in words(different)
    done = browser.post(response.url, {"new": "moss under gate 4", "again": "moss under gate 4"})
    assert done.url == "/desk"
    assert signed_in(browser) == "wang.hong"
    assert not Account.objects.get().password_issued


def test_an_admission_grows_old(browser, monkeypatch):
    enrol(make_account())
    sign_in(browser)
    store = SessionStore(browser.cookies["sessionid"].value)
    kept = store["admission"]
    store["admission"] = {
        **kept,
        "at": (datetime.fromisoformat(kept["at"]) - timedelta(minutes=11)).isoformat(),
    }
    store.save()
    assert browser.post("/sign-in/second", {"code": code_now()}).url.startswith("/sign-in?")
    assert signed_in(browser) == ""


def test_unknown_and_wrong_look_the_same(browser):
    make_account()
    wrong = words(sign_in(browser, password="not this one"))
    unknown = words(sign_in(Client(), login="nobody", password="not this one"))
    plain = re.compile(r'value="[^"]*"|content="[^"]*"')
    assert plain.sub("", wrong) == plain.sub("", unknown)


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
)
def test_signing_in_leads_nowhere_else(browser, configured, onward):
    configured(demo=True)
    make_account()
    assert sign_in(browser, next=onward).url == "/desk"


def test_in_a_demonstration_a_password_is_enough_and_the_page_says_so(browser, configured):
    configured(demo=True)
    account = make_account("demo.grid", password=DEMO_PASSWORD, name="Demo Grid")
    make_grant(account, "grid_worker", valid_from=now() - timedelta(days=1))
    page = words(browser.get("/sign-in?as=staff&lang=en"))
    assert "This is a demonstration" in page
    assert "Sign in as Demo Grid, Grid worker" in page
    assert DEMO_PASSWORD in page
    assert sign_in(browser, "demo.grid", DEMO_PASSWORD).url == "/desk"


def test_outside_a_demonstration_no_account_is_listed(browser):
    account = make_account("real.grid", name="Real Grid")
    make_grant(account, "grid_worker", valid_from=now() - timedelta(days=1))
    page = words(browser.get("/sign-in?as=staff&lang=en"))
    assert "Real Grid" not in page
    assert DEMO_PASSWORD not in page


def test_a_resident_comes_in_by_telephone(browser):
    page = words(browser.get("/sign-in?lang=en"))
    assert "Send me the code" in page
    assert browser.post("/sign-in/telephone", {"telephone": NUMBER}).url == "/sign-in/code"
    assert browser.get("/sign-in/code").status_code == 200
    done = browser.post("/sign-in/code", {"code": sent_code()})
    assert done.url == "/my"
    assert Session.objects.get(account__kind="resident").idle_seconds == 7 * 24 * 3600
    assert NUMBER not in words(browser.get("/account"))


def test_signing_out_ends_the_session_and_clears_the_browser(browser, configured):
    configured(demo=True)
    make_account()
    sign_in(browser)
    assert browser.get("/sign-out").status_code == 200
    assert signed_in(browser) == "wang.hong"
    response = browser.post("/sign-out")
    assert "storage" in response.headers["Clear-Site-Data"]
    assert Session.objects.filter(account__isnull=False).count() == 0
    assert browser.get("/account").url.startswith("/sign-in?")


def test_the_session_key_changes_at_sign_in(browser, configured):
    configured(demo=True)
    make_account()
    sign_in(browser, password="not this one")
    browser.get("/sign-in/code")
    before = browser.cookies.get("sessionid")
    sign_in(browser)
    assert before is None or before.value != browser.cookies["sessionid"].value


def test_one_sees_and_ends_ones_sessions(browser, configured):
    configured(demo=True)
    make_account()
    other = Client(REMOTE_ADDR="198.51.100.9")
    sign_in(browser)
    sign_in(other)
    page = words(browser.get("/account"))
    assert "198.51.100.9" in page
    assert "this one" in page
    browser.post("/account/sessions/end")
    assert other.get("/account").url.startswith("/sign-in?")
    assert browser.get("/account").status_code == 200


def test_changing_a_way_in_asks_again_who_one_is(browser):
    enrol(make_account())
    sign_in(browser)
    browser.post("/sign-in/second", {"code": code_now(steps=-1)})
    assert browser.get("/account/password").status_code == 200
    age_proof(browser)
    for address in ("/account/password", "/account/factor", "/account/telephone"):
        assert browser.get(address).url == f"/account/confirm?next={address}"
    refused = browser.post("/account/confirm", {"password": PASSWORD, "code": "000000"})
    assert refused.status_code == 200
    assert browser.get("/account/password").status_code == 302
    asked = {"password": PASSWORD, "code": code_now(), "next": "/account/password"}
    assert browser.post("/account/confirm", asked).url == "/account/password"
    response = browser.post(
        "/account/password", {"new": "moss under gate 4", "again": "moss under gate 4"}
    )
    assert response.url == "/account"


def test_a_resident_changes_the_number_after_both_telephones_answered(browser):
    browser.post("/sign-in/telephone", {"telephone": NUMBER})
    browser.post("/sign-in/code", {"code": sent_code()})
    age_proof(browser)
    assert browser.get("/account/telephone").url.startswith("/account/confirm")
    OneTimeCode.objects.update(sent_at=now() - timedelta(minutes=2))
    browser.post("/account/confirm", {"next": "/account/telephone"})
    browser.post("/account/confirm", {"code": sent_code(), "next": "/account/telephone"})
    assert (
        browser.post("/account/telephone", {"telephone": "10087654321"}).url
        == "/account/telephone/code"
    )
    assert browser.post("/account/telephone/code", {"code": sent_code()}).url == "/account"
    assert Account.objects.get().telephone == "10087654321"


# the administrators' desk


@pytest.fixture
def admins():
    return make_admin("sys.zhao", "system_admin"), make_admin("sec.qian", "security_admin")


def at_desk(account, **facts) -> Client:
    client = Client(**facts)
    client.force_login(account)
    client.cookies["django_language"] = "en"
    return client


def test_an_opened_account_shows_its_password_once(admins):
    desk = at_desk(admins[0])
    page = desk.post("/desk/accounts/open", {"login": "sun.li", "name": "Sun Li", "kind": "staff"})
    issued = re.search(r'<code class="big">([^<]+)</code>', words(page))[1]
    made = Account.objects.get(login="sun.li")
    assert made.check_password(issued)
    assert page.headers["Cache-Control"] == "no-store"
    assert issued not in words(desk.get(f"/desk/accounts/{made.pk}"))


def test_two_administrators_reset_an_account(admins):
    account = make_account(area="990101")
    asker, confirmer = at_desk(admins[0]), at_desk(admins[1])
    asker.post(f"/desk/accounts/{account.pk}/reset")
    asked = account.resets.get()
    own = asker.post(f"/desk/accounts/resets/{asked.pk}/confirmation")
    assert own.status_code == 409
    assert "Another administrator" in words(own)
    assert "You asked" in words(asker.get(f"/desk/accounts/{account.pk}"))
    assert 'class="big"' in words(confirmer.post(f"/desk/accounts/resets/{asked.pk}/confirmation"))


def test_the_list_is_for_administrators_only(admins):
    worker = make_account("worker")
    make_grant(worker, "grid_worker")
    assert at_desk(worker).get("/desk/accounts").status_code == 403
    assert Client().get("/desk/accounts").url.startswith("/sign-in?")
    page = words(at_desk(admins[1]).get("/desk/accounts"))
    assert "sys.zhao" in page
    assert "Open an account" not in page


def test_an_account_of_the_next_county_is_not_found(admins):
    theirs = make_account("theirs", area="990102")
    desk = at_desk(admins[0])
    unknown = desk.get("/desk/accounts/018f0000-0000-7000-8000-000000000000")
    found = desk.get(f"/desk/accounts/{theirs.pk}")
    assert (found.status_code, unknown.status_code) == (404, 404)
    assert desk.post(f"/desk/accounts/{theirs.pk}/closure").status_code == 404


def test_administrators_sit_at_listed_addresses(admins, monkeypatch):
    listed = Networks(key="admin", networks=["192.0.2.0/24"])
    monkeypatch.setattr(type(DOORS), "__getitem__", lambda self, key: listed)
    inside, outside = {"REMOTE_ADDR": "192.0.2.9"}, {"REMOTE_ADDR": "198.51.100.9"}
    assert at_desk(admins[0], **inside).get("/desk/accounts").status_code == 200
    assert at_desk(admins[0], **outside).get("/desk/accounts").status_code == 404
    forged = {**outside, "HTTP_X_FORWARDED_FOR": "192.0.2.9"}
    assert at_desk(admins[0], **forged).get("/desk/accounts").status_code == 404


def test_behind_our_proxy_only_its_own_word_counts(configured, admins, monkeypatch):
    configured(trusted_proxy=True)
    listed = Networks(key="admin", networks=["192.0.2.0/24"])
    monkeypatch.setattr(type(DOORS), "__getitem__", lambda self, key: listed)
    lying = {"HTTP_X_FORWARDED_FOR": "192.0.2.9, 198.51.100.9", "REMOTE_ADDR": "127.0.0.1"}
    honest = {"HTTP_X_FORWARDED_FOR": "8.8.8.8, 192.0.2.9", "REMOTE_ADDR": "127.0.0.1"}
    assert at_desk(admins[0], **lying).get("/desk/accounts").status_code == 404
    assert at_desk(admins[0], **honest).get("/desk/accounts").status_code == 200


def test_ones_account_stands_in_ones_own_door(browser, configured):
    configured(demo=True)
    make_account()
    sign_in(browser)
    page = browser.get("/account")
    assert page.context["door"] == "desk"
    assert "web/desk.html" in [template.name for template in page.templates]
    assert browser.get("/sign-in").url == "/account"
    assert browser.get("/sign-in?as=staff").status_code == 200
