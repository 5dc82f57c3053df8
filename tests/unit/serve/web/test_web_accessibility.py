"""Pages that everybody can use: named fields, one heading, errors that are announced, an order that makes sense."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from lxml import html

from cogsim.serve.web.html import Field, Form, Screen, render
from tests.unit.serve.web.conftest import world


def of_vault(factors: tuple[str, ...], preferred: str | None = None) -> Any:
    """The world whose vault knows these second factors, and whose Vera has them all."""
    begun = world()
    pool = next(each for each in begun.user_pools.values() if each.name == "Vault")
    begun = begun.with_user_pool(replace(pool, mfa="OPTIONAL", mfa_factors=factors))
    vera = begun.pool_users[pool.id, "vera"]
    attributes = vera.attributes.set("phone_number", "+15550001234").set("phone_number_verified", "true")
    return begun.with_pool_user(replace(vera, attributes=attributes, factors=factors, preferred_factor=preferred))


def at_second_factor(make: Any, *factors: str, preferred: str | None = None) -> tuple[Any, Any]:
    app = make(at=of_vault(factors, preferred))
    return app, app.browser.submit(app.begin("door", app.vault), username="vera", password=app.password)


def test_a_code_comes_to_the_phone(make: Any) -> None:
    app, shown = at_second_factor(make, "SMS_MFA")
    assert shown.heading == "Enter the code from the text message"
    assert "We sent a code to +" in shown.text
    assert "5550001234" not in shown.text
    assert shown.tree.get_element_by_id("field-1").get("autocomplete") == "one-time-code"
    assert app.tokens(app.browser.submit(shown, SMS_MFA_CODE=app.mail()), "door", app.vault)["id_token"]


def test_a_code_comes_by_mail(make: Any) -> None:
    app, shown = at_second_factor(make, "EMAIL_OTP")
    assert shown.heading == "Enter the code from the e-mail"
    assert app.tokens(app.browser.submit(shown, EMAIL_OTP_CODE=app.mail()), "door", app.vault)["id_token"]


def test_who_has_two_factors_chooses_one(make: Any) -> None:
    app, shown = at_second_factor(make, "SMS_MFA", "EMAIL_OTP")
    assert shown.heading == "Choose how to prove that it is you"
    assert {each.get("value") for each in shown.tree.xpath("//input[@name='ANSWER']")} == {"SMS_MFA", "EMAIL_OTP"}
    shown = app.browser.submit(shown, ANSWER="EMAIL_OTP")
    assert app.tokens(app.browser.submit(shown, EMAIL_OTP_CODE=app.mail()), "door", app.vault)["id_token"]


def login(app: Any) -> Any:
    return app.begin()


def wrong(app: Any) -> Any:
    return app.browser.submit(app.begin(), username="alice", password="wrong")


def sign_up(app: Any) -> Any:
    return app.browser.open(app.begin().link("Sign up"))


def forgotten(app: Any) -> Any:
    shown = app.browser.open(app.begin().link("Forgot your password?"))
    return app.browser.submit(shown, username="alice")


def set_up(app: Any) -> Any:
    return app.browser.submit(app.begin("door", app.vault), username="vera", password=app.password)


def ad_fs(app: Any) -> Any:
    return app.browser.open(app.url("adfs.corp.example", "/adfs/ls/idpinitiatedsignon"))


def provider(app: Any) -> Any:
    return app.browser.open(app.begin().link("Continue with Google"))


def error(app: Any) -> Any:
    return app.begin(redirect_uri="https://evil.example")


@pytest.mark.parametrize("way", [login, wrong, sign_up, forgotten, set_up, ad_fs, provider, error])
def test_a_page_says_what_it_is_and_what_it_asks(app: Any, way: Callable[[Any], Any]) -> None:
    tree = way(app).tree
    assert tree.get("lang") == "en"
    assert tree.findtext(".//title")
    assert len(tree.findall(".//h1")) == len(tree.findall(".//main")) == 1
    ids = [each.get("id") for each in tree.iter() if each.get("id")]
    assert len(ids) == len(set(ids))
    asked = [each for each in tree.iter("input") if each.get("type") != "hidden"]
    labels = {each.get("for") for each in tree.iter("label")}
    for each in asked:
        assert each.get("id") in labels or each.getparent().tag == "label"
        assert set((each.get("aria-describedby") or "").split()) <= set(ids)
        assert each.get("tabindex") is None
    assert sum(each.get("autofocus") is not None for each in asked) == (1 if asked else 0)
    for form in tree.forms:
        assert len(form.xpath(".//button[@type='submit']")) == 1
        assert form.method == "POST"


def test_after_an_error_a_person_goes_on_where_something_is_left_to_say(app: Any) -> None:
    tree = wrong(app).tree
    focused = tree.xpath("//input[@autofocus]")[0]
    assert (focused.get("name"), focused.get("aria-describedby").split()) == ("password", ["error"])
    assert tree.get_element_by_id("error").get("role") == "alert"


def test_everything_that_is_filled_in_is_escaped() -> None:
    evil = "\"'><script>alert(1)</script>{{7*7}}"
    field = Field(evil, evil, evil, evil, evil, evil)
    choice = Field(evil, evil, choices=((evil, evil),))
    form = Form(evil, evil, ((evil, evil),), (field, choice))
    links = ((evil, evil),)
    text = render(Screen(evil, evil, evil, (evil,), links, evil, form, form, links, evil))
    assert "<script" not in text
    assert "49" not in text
    assert [each.tag for each in html.fromstring(text).iter("script")] == []
    assert {each.get("name") for each in html.fromstring(text).xpath("//form//input")} == {evil}
