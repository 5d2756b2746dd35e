import re
from datetime import timedelta
from pathlib import Path

import pytest
from django import forms
from django.contrib import messages
from django.template import Context, Template
from django.test import Client
from django.urls import include, path
from django.utils import translation

from lifang.core.access import Refused
from lifang.core.access.refusal import Refusal
from lifang.core.web import gallery, nav, panels
from lifang.core.web.forms import Form
from lifang.core.web.htmx import page
from lifang.core.web.refusal import respond, status_of
from lifang.core.web.show import Clock
from lifang.core.web.tests.make import NOW, officer, request

ROOT = Path(__file__).resolve().parents[4]
TEMPLATES = sorted((ROOT / "lifang").rglob("templates/**/*.html"))


def refuses(request):
    raise Refused("not_allowed")


urlpatterns = [
    path("", include("lifang.core.web.urls")),
    path("", include("lifang.core.accounts.urls")),
    path("desk/refuses", refuses),
]
pytestmark = pytest.mark.urls(__name__)


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """What higher contexts show on these pages leads to pages that are not here."""
    monkeypatch.delitem(panels._FILLERS, "public.help", raising=False)


@pytest.fixture
def client(db, settings):
    settings.DEBUG = True
    return Client()


@pytest.mark.covers("S3-03")
@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("name", [name for name in gallery.PARTS if name != "missing"])
def test_every_part_of_the_gallery_opens_in_both_languages(client, name, language):
    response = client.get(f"/gallery/{name}", {"lang": language})
    assert response.status_code == 200
    html = response.content.decode()
    assert f'<html lang="{"en" if language == "en" else "zh-Hans"}"' in html
    # Chinese pages hold no English sentence of ours; English pages no Chinese but the switch.
    if language == "en":
        assert (
            re.findall(
                r"[\u4e00-\u9fff]+",
                re.sub(
                    r'data-props="[^"]*"|value="[^"]*"|<a[^>]*lang="zh-Hans">中文</a>', "", html
                ),
            )
            == []
        )


def test_the_gallery_is_not_there_in_production(db, settings):
    settings.DEBUG = False
    assert Client().get("/gallery").status_code == 404


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda found: str(found.relative_to(ROOT)))
def test_no_template_needs_a_weaker_content_security_policy(template):
    text = template.read_text("utf-8")
    assert (
        re.findall(r'\sstyle="|\son[a-z]+="|<style|javascript:|hx-on|hx-vals=[\'"]js:', text) == []
    )
    assert [
        tag
        for tag in re.findall(r"<script[^>]*>", text)
        if "src=" not in tag and "application/json" not in tag
    ] == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//', text) == []


def test_every_answer_carries_the_policy(client):
    response = client.get("/search")
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"


def test_the_language_is_asked_once_and_kept(client):
    assert "Talk to a person" in client.get("/search?lang=en").content.decode()
    assert "Talk to a person" in client.get("/search").content.decode()
    assert "Talk to a person" not in client.get("/search?lang=zh-hans").content.decode()
    assert client.get("/search?lang=tlh").status_code == 200


def test_the_browser_is_not_asked_for_the_language(db):
    html = Client(headers={"Accept-Language": "en-GB"}).get("/search").content.decode()
    assert '<html lang="zh-Hans"' in html


@pytest.mark.covers("S0-93")
def test_elder_mode_is_one_press_and_comes_back_to_the_page(client):
    response = client.post("/elder", {"elder": "1", "next": "/search"})
    assert response.url == "/search"
    assert 'class="elder"' in client.get("/search").content.decode()
    client.post("/elder", {"elder": "0", "next": "/search"})
    assert 'class="elder"' not in client.get("/search").content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_elder_mode_leads_nowhere_else(client, back):
    assert client.post("/elder", {"elder": "1", "next": back}).url == "/"


def test_a_stranger_at_the_desk_is_asked_to_sign_in():
    response = respond(request("/desk"), Refusal("not_signed_in"))
    assert response.status_code == 302
    assert response.url.endswith("?next=%2Fdesk")


def test_a_refusal_is_a_page_for_a_browser_and_a_toast_for_htmx(client):
    response = client.get("/desk/refuses", headers={"Referer": "x"})
    assert response.status_code == 403
    assert "您的岗位没有这项权限。" in response.content.decode()
    swapped = client.get("/desk/refuses", headers={"HX-Request": "true"})
    assert swapped.status_code == 403
    assert swapped["HX-Reswap"] == "none"
    assert "data-toast" in swapped.content.decode()
    assert "<html" not in swapped.content.decode()


def test_what_must_stay_hidden_answers_exactly_like_what_is_not_there(client):
    hidden = respond(request("/desk/x"), Refusal("not_found"))
    assert hidden.status_code == status_of(Refusal("not_found")) == 404
    assert "not_found" not in hidden.content.decode()


def test_navigation_shows_what_the_actor_may_use_and_where_they_are():
    nav.register(
        nav.Entry("desk", "t-open", "Open", "web:desk", icon="home"),
        nav.Entry("desk", "t-closed", "Closed", "web:gallery", capability="t.see"),
        nav.Entry("desk", "t-gone", "Gone", "nowhere:at-all"),
    )
    try:
        mine = {
            str(link.label): link.here
            for link in nav.links(request("/desk", actor=officer()), "desk")
        }
        assert mine["Open"] is True
        assert "Closed" not in mine
        assert "Gone" not in mine
        assert "Closed" in [
            str(link.label) for link in nav.links(request("/desk", actor=officer("t.see")), "desk")
        ]
    finally:
        for key in ("t-open", "t-closed", "t-gone"):
            nav.unregister("desk", key)


def test_a_panel_is_filled_from_above_in_order_and_may_stay_empty():
    @panels.panel("t.slot", order=20)
    def second(request, case):
        return "web/parts/empty.html", {"title": f"second {case}"}

    @panels.panel("t.slot", order=10)
    def first(request, case):
        return "web/parts/empty.html", {"title": f"first {case}"}

    @panels.panel("t.slot", order=5)
    def none(request, case):
        return None

    try:
        html = Template('{% panels "t.slot" case=7 %}').render(Context({"request": request()}))
        assert re.findall(r"(first|second) 7", html) == ["first", "second"]
    finally:
        panels.forget("t.slot")


class Note(Form):
    note = forms.CharField(help_text="The reporter reads this.")


def test_a_field_is_tied_to_its_hint_and_its_error():
    html = Template("{% form form %}").render(Context({"form": Note({})}))
    assert 'aria-describedby="id_note-hint id_note-error"' in html
    assert 'id="id_note-error"' in html
    assert 'href="#id_note"' in html


class Choosing(Form):
    one = forms.ChoiceField(widget=forms.RadioSelect, choices=[("a", "A"), ("b", "B")], help_text="One.")  # fmt: skip
    some = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, choices=[("a", "A"), ("b", "B")], help_text="Some.")  # fmt: skip


def test_of_several_choices_every_id_stands_once_and_what_is_named_is_there():
    html = Template("{% form form %}").render(Context({"form": Choosing({})}))
    ids = re.findall(r'\bid="([^"]*)"', html)
    assert len(ids) == len(set(ids)), ids
    assert {"id_one", "id_one-hint", "id_one-error", "id_some", "id_some_0"} <= set(ids)
    told = re.findall(r'(?:for|aria-describedby)="([^"]*)"', html)
    assert {one for names in told for one in names.split()} <= set(ids)


def test_a_refusal_inside_a_form_is_told_by_the_form():
    form = Note({"note": "x"})
    assert form.is_valid()
    with translation.override("en"):
        with form.refusals():
            raise Refused("not_allowed")
        assert form.non_field_errors() == ["Your post does not allow this."]


def test_a_refusal_stands_at_the_field_it_names_or_at_the_one_that_was_asked():
    form = Note({"note": "x"})
    assert form.is_valid()
    with form.refusals("note"):
        raise Refused("not_allowed", field="telephone")
    assert [*form.errors] == ["note"]


def test_island_props_cannot_break_out_of_their_attribute():
    html = Template('{% island "map" props %}kept{% endisland %}').render(
        Context({"props": {"name": "'\"><script>"}})
    )
    assert "<script>" not in html
    assert "kept" in html


@pytest.fixture
def case_page(settings):
    """A template with a partial, as contexts write them."""
    text = "<html>{% partialdef aside inline %}<p id=aside>{{ word }}</p>{% endpartialdef %}</html>"
    loaders = [
        ("django.template.loaders.locmem.Loader", {"case.html": text}),
        "django.template.loaders.app_directories.Loader",
    ]
    options = {
        **settings.TEMPLATES[0]["OPTIONS"],
        "loaders": [("template_partials.loader.Loader", loaders)],
    }
    settings.TEMPLATES = [{"BACKEND": settings.TEMPLATES[0]["BACKEND"], "OPTIONS": options}]
    return "case.html"


def test_htmx_gets_the_partial_it_targets_with_its_toasts_and_a_browser_the_page(case_page):
    asked = request(htmx="aside")
    messages.success(asked, "Saved.")
    part = page(asked, case_page, {"word": "here"}, partial="aside").content.decode()
    assert part.startswith("<p id=aside>here</p>")
    assert "Saved." in part
    assert 'hx-swap-oob="beforeend"' in part
    for whole in (request(), request(htmx="something-else")):
        assert page(whole, case_page, {"word": "here"}, partial="aside").content.startswith(
            b"<html>"
        )


@pytest.mark.parametrize(
    ("due", "kind"),
    [
        (timedelta(hours=-1), "late"),
        (timedelta(minutes=10), "waiting"),
        (timedelta(hours=30), "progress"),
    ],
)
def test_a_clock_warns_in_its_last_fifth(due, kind):
    assert Clock(NOW + due, NOW, NOW - timedelta(hours=10)).kind == kind


def test_a_clock_that_was_stopped_keeps_its_judgement():
    assert (
        Clock(
            NOW, NOW + timedelta(days=9), NOW - timedelta(hours=9), done_at=NOW - timedelta(hours=1)
        ).kind
        == "done"
    )
    assert (
        Clock(
            NOW, NOW + timedelta(days=9), NOW - timedelta(hours=9), done_at=NOW + timedelta(hours=1)
        ).kind
        == "late"
    )
    assert Clock(NOW, NOW + timedelta(days=9), paused=True).kind == "idle"
