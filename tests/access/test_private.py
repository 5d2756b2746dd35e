"""Where somebody may be looked for by name or telephone, the words are posted: no address of the page names them afterwards."""

import re

import pytest

from lifang.core.testing.cast import CAST

pytestmark = pytest.mark.django_db
TELEPHONE, NAME = "10012345678", "欧阳秘密"
LISTS = {
    "/desk/units": "grid_worker",
    "/desk/postings": "security_admin",
    "/desk/deputies": "grid_worker",
    "/desk/roster": "grid_worker",
    "/desk/accounts": "system_admin",
    "/desk/log": "audit_admin",
    "/desk/outbox": "system_admin",
    "/desk/sheets": "grid_worker",
    "/desk/keys/": "grid_worker",
    "/desk/registry": "grid_worker",
    "/desk/registry/places": "grid_worker",
    "/desk/registry/vehicles": "grid_worker",
    "/my/messages": "grid_worker",
    "/my/cases": "resident",
    "/desk/cases": "street_dispatcher",
    "/desk/cases/board": "street_dispatcher",
    "/desk/cases/map": "street_dispatcher",
    "/desk/figures/cases/reported": "street_dispatcher",
    "/desk/holds": "county_leader",
}


def addresses(response) -> list[str]:
    """Where the browser was sent, and everything the page could send it to: each is a Referer later."""
    found = re.findall(r'(?:href|action|hx-get|hx-post|src)="([^"]*)"', response.content.decode())
    return [*(url for url, _status in response.redirect_chain), *found]


@pytest.mark.covers("S0-18", "S4-08")
@pytest.mark.parametrize("text", [TELEPHONE, NAME])
@pytest.mark.parametrize("path", LISTS)
def test_words_of_a_search_stand_in_no_address(path: str, text: str, county: None, caplog):
    member = CAST[LISTS[path]]()
    page = member.client.post(path, {"q": text}, follow=True)
    assert page.status_code == 200
    assert page.redirect_chain[0][0].startswith(f"{path}?q=~")
    assert f'value="{text}"' in page.content.decode(), "the field keeps what was typed"
    assert not [url for url in addresses(page) if text in url]
    typed = member.client.get(path, {"q": text})
    assert (typed.status_code, text in typed["Location"]) == (302, False)
    assert text not in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        "~",
        "~~~~",
        "~' OR 1=1 --",
        "\x00",
        "a" * 5000,
        "<script>alert(1)</script>",
        "%00",
        "🧧" * 90,
    ],
)
@pytest.mark.parametrize("path", LISTS)
def test_whatever_is_searched_is_answered(path: str, text: str, county: None):
    member = CAST[LISTS[path]]()
    page = member.client.post(path, {"q": text}, follow=True)
    assert page.status_code == 200
    assert "<script>alert(1)" not in page.content.decode()
    assert member.client.get(path, {"q": text}, follow=True).status_code in (200, 400)
