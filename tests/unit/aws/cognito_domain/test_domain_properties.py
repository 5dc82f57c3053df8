"""What holds whatever is sent: nothing of one client works at another, no guess opens anything, all is answered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogsim.decisions.authorization_code import s256
from cogsim.decisions.authorize import AuthorizationRequest, find_requester, with_query
from cogsim.decisions.federated_attributes import text_of

SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
CLIENTS = ("1web", "1other", "1server", "1machine")
names = st.text(min_size=1, max_size=30)


@SETTINGS
@given(mine=st.sampled_from(CLIENTS[:3]), theirs=st.sampled_from(CLIENTS), failing=st.booleans())
def test_a_code_and_a_refresh_token_work_at_the_client_that_got_them_and_at_no_other(
    pages: Any, mine: str, theirs: str, failing: bool
) -> None:
    twin = type(pages).__new__(type(pages))
    twin.cloud, twin.jar = pages.cloud.fork(), {}

    def redeem(client: str, **form: str) -> Any:
        secret = pages.secret if client in ("1server", "1machine") else None
        header = pages.basic(client, secret) if secret else None
        return twin.token(header, client_id=client, **form)

    code = twin.answered(twin.sign_in(client_id=mine))["code"]
    form = {"grant_type": "authorization_code", "redirect_uri": pages.callback, "code_verifier": pages.verifier}
    if mine != theirs:
        assert redeem(theirs, **form, code=code)["Status"] == 400
    answer = redeem(mine, **form, code=code)
    assert answer["Status"] == 200
    refresh = {"grant_type": "refresh_token", "refresh_token": answer["Body"]["refresh_token"]}
    assert (redeem(theirs, **refresh)["Status"] == 200) == (mine == theirs)
    if failing:
        assert redeem(mine, **form, code=code)["Status"] == 400


@SETTINGS
@given(code=names, client=names, secret=names, header=names)
def test_no_guess_opens_the_token_endpoint(pages: Any, code: str, client: str, secret: str, header: str) -> None:
    form = {"code": code, "client_id": client, "client_secret": secret, "refresh_token": code}
    for grant in ("authorization_code", "refresh_token", "client_credentials", code):
        assert pages.token(header, grant_type=grant, **form)["Status"] == 400
        assert pages.token(grant_type=grant, **{**form, "client_id": "1web"})["Status"] == 400
    assert pages.user_info(code)["Status"] in (400, 401)


@SETTINGS
@given(st.dictionaries(st.sampled_from(("scope", "state", "prompt", "nonce", "max_age", "lang", "resource")), names))
def test_any_parameters_end_at_the_login_page_the_app_or_the_error_page(pages: Any, query: dict[str, str]) -> None:
    answer = pages.authorize(**query)
    assert answer["Status"] == 302
    assert answer["Location"].startswith((f"https://{pages.host}/login?", f"{pages.callback}?error"))


@SETTINGS
@given(st.text(max_size=60))
def test_no_address_but_the_registered_one_is_sent_anything(pages: Any, address: str) -> None:
    query = {"client_id": "1web", "redirect_uri": address}
    found = find_requester(pages.cloud.world, pages.cloud.world.user_pools[pages.pool_id], query)
    assert address == pages.callback or not isinstance(found.value, tuple)


@SETTINGS
@given(relay=st.text(max_size=80), response=st.text(max_size=80))
def test_any_text_as_a_response_of_a_provider_ends_on_the_error_page(pages: Any, relay: str, response: str) -> None:
    form = {"SAMLResponse": response, "RelayState": relay}
    assert "/error?" in pages.send("POST", "/saml2/idpresponse", form)["Location"]
    assert "/error?" in pages.send("POST", "/oauth2/idpresponse", {"state": relay, "code": response})["Location"]
    assert "/error?" in pages.send("POST", "/saml2/logout", form)["Location"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(json_values)
@settings(max_examples=100, deadline=None)
def test_every_claim_has_a_text(value: Any) -> None:
    assert isinstance(text_of(value), str)


@given(st.lists(st.text(max_size=6), min_size=2, max_size=4), st.lists(st.text(max_size=6), min_size=2, max_size=4))
@settings(max_examples=100, deadline=None)
def test_two_lists_have_one_text_only_if_they_are_one_list(first: list[str], second: list[str]) -> None:
    assert (text_of(first) == text_of(second)) == (first == second)


@given(st.text(alphabet="abcABC-._~019", min_size=43, max_size=60), st.text(max_size=60))
@settings(max_examples=50, deadline=None)
def test_a_challenge_is_of_one_verifier(verifier: str, other: str) -> None:
    assert (s256(verifier) == s256(other)) == (verifier == other)


@given(st.sampled_from(["https://a.example/", "https://a.example/?x=1", "app:callback"]), st.text(max_size=10))
@settings(max_examples=50, deadline=None)
def test_what_is_added_to_an_address_cannot_leave_its_query(address: str, value: str) -> None:
    assert with_query(address, {"k": value}).startswith(address)
    request = AuthorizationRequest("c", address, "token", ())
    assert request.answer({"access_token": value}).partition("#")[0] == address
    assert "#" not in replace(request, response_type="code").answer({"code": value})
