"""Logins of providers outside AWS through the door: OpenID Connect, Google, Facebook, Amazon, SAML."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.call import Outcome
from cogsim.aws.cloud import Cloud
from cogsim.clock import Clock
from cogsim.decisions.opaque_token import opaque_token
from cogsim.errors import NotModelled
from cogsim.load import load
from cogsim.persistent import Map
from cogsim.tokens.jwt import read, sign
from cogsim.tokens.keys import rsa_key
from cogsim.tokens.saml_issue import Statement, response_xml
from cogsim.world.external_oidc import PRESETS, OidcClient, OidcIssuer, OidcUser
from cogsim.world.iam import OidcProvider
from cogsim.world.identity_pool import MappingRule, PrincipalTags, RoleMapping
from tests.generators.adfs_world import ENTITY, PROVIDER, WORLD
from tests.unit.aws.cognito_identity.identity_world import (
    ACCOUNT,
    ADMIN,
    AUTH,
    POOL,
    ask,
    error,
    get_id,
    manage,
    operator_world,
    submit,
    vended,
)

HOST = "idp.example.com"
ARN = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{HOST}"


def issuer(preset: str = "generic") -> OidcIssuer:
    url = PRESETS[preset].url or f"https://{HOST}"
    users = Map({"alice": OidcUser("alice", "sub-alice", "pw"), "gone": OidcUser("gone", "gone", "pw", enabled=False)})
    return OidcIssuer(url, preset, clients=Map({"app": OidcClient("app")}), users=users)


def federated(*issuers: OidcIssuer, **more: Any) -> Cloud:
    world = operator_world(open_id_connect_provider_arns=(ARN,), **more)
    world = world.with_oidc_provider(OidcProvider(ARN, f"https://{HOST}", ("app", "second")))
    for each in issuers:
        world = world.with_oidc_issuer(each)
    return Cloud(world, seed="t", clock=Clock())


def id_token(at: Cloud, made: OidcIssuer, **changed: Any) -> str:
    now = int(at.clock.now)
    claims = {"iss": made.issuers[0], "sub": "sub-alice", "aud": "app", "iat": now, "exp": now + 600, **changed}
    return sign({name: value for name, value in claims.items() if value is not None}, made.signing_key)


def session_of(at: Cloud, logins: dict[str, str], **more: Any) -> Any:
    who = get_id(at, Logins=logins)
    outcome = ask(at, "GetCredentialsForIdentity", IdentityId=who, Logins=logins, **more)
    return submit(at, "sts:GetCallerIdentity", vended(outcome)).caller


def test_an_id_token_of_a_registered_issuer_is_a_login() -> None:
    made = issuer()
    at = federated(made)
    logins = {HOST: id_token(at, made)}
    who = get_id(at, Logins=logins)
    assert dict(at.world.identities[who].logins) == {HOST: "sub-alice"}
    token = ask(at, "GetOpenIdToken", IdentityId=who, Logins=logins).unwrap()["Token"]
    assert read(token).claims["amr"] == ["authenticated", HOST, f"{ARN}:OIDC:sub-alice"]  # type: ignore[union-attr]
    assert session_of(at, logins).role_arn == AUTH


FORGED = rsa_key("an attacker")
NOW = int(Clock().now)
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "another audience": ({"aud": "other"}, "Incorrect token audience."),
    "another issuer": ({"iss": "https://evil.example"}, "Issuer doesn't match providerName"),
    "an old token": ({"exp": NOW - 1}, f"Token expired: {NOW - 1} >= {NOW}"),
    "no audience": ({"aud": None}, "Missing a required claim: aud"),
    "an identity pool's own": ({"iss": "https://cognito-identity.amazonaws.com"}, "Can't pass in a Cognito token."),
}


@pytest.mark.parametrize(("changed", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_token_that_is_refused(changed: dict[str, Any], words: str) -> None:
    made = issuer()
    at = federated(made)
    refused = ask(at, "GetId", IdentityPoolId=POOL, Logins={HOST: id_token(at, made, **changed)})
    assert error(refused) == ("NotAuthorizedException", f"Invalid login token. {words}")


def test_a_forged_token_and_a_text_that_is_none() -> None:
    made = issuer()
    at = federated(made)
    claims = read(id_token(at, made)).claims  # type: ignore[union-attr]
    for token, words in (
        (sign(dict(claims), replace(FORGED, kid=made.signing_key.kid)), "Token signature invalid."),
        ("nonsense", "Not a valid OpenId Connect identity token."),
    ):
        refused = ask(at, "GetId", IdentityPoolId=POOL, Logins={HOST: token})
        assert error(refused) == ("NotAuthorizedException", f"Invalid login token. {words}")


def test_a_provider_that_does_not_answer_or_is_not_registered() -> None:
    made = issuer()
    at = federated(replace(made, reachable=False))
    asked = {"IdentityPoolId": POOL, "Logins": {HOST: id_token(at, made)}}
    assert error(ask(at, "GetId", **asked))[0] == "ExternalServiceException"
    at.world = at.world.with_oidc_issuer(made).without_oidc_provider(ARN)
    assert error(ask(at, "GetId", **asked))[0] == "NotAuthorizedException"


@pytest.mark.parametrize(("preset", "name"), [("google", "accounts.google.com"), ("apple", "appleid.apple.com")])
def test_a_social_providers_id_token_is_for_the_pools_own_app(preset: str, name: str) -> None:
    made = issuer(preset)
    at = federated(made, supported_login_providers=Map({name: "app"}))
    assert session_of(at, {name: id_token(at, made)}).role_arn == AUTH
    refused = ask(at, "GetId", IdentityPoolId=POOL, Logins={name: id_token(at, made, aud="second")})
    assert error(refused) == ("NotAuthorizedException", "Invalid login token. Incorrect token audience.")


@pytest.mark.parametrize(
    ("preset", "name", "user"),
    [("facebook", "graph.facebook.com", "username"), ("amazon", "www.amazon.com", "username")],
)
def test_an_access_token_is_put_to_the_provider(preset: str, name: str, user: str) -> None:
    made = issuer(preset)
    tags = Map({name: PrincipalTags(use_defaults=True)})
    at = federated(made, supported_login_providers=Map({name: "app"}), principal_tags=tags)
    token = opaque_token(made, "app", "sub-alice", "profile", at.clock.now, "1")
    session = session_of(at, {name: token})
    assert session.session_tags == Map({"client": "app", user: "sub-alice"})
    for bad, words in (
        (opaque_token(made, "second", "sub-alice", "profile", at.clock.now, "2"), "Incorrect token audience."),
        (token[:-3] + "AAA", "Token signature invalid."),
        (opaque_token(made, "app", "gone", "profile", at.clock.now, "3"), "the account is disabled"),
    ):
        refused = ask(at, "GetId", IdentityPoolId=POOL, Logins={name: bad})
        assert error(refused) == ("NotAuthorizedException", f"Invalid login token. {words}")


def test_what_names_the_user_of_a_social_provider_is_a_switch() -> None:
    made = issuer("google")
    at = federated(made, supported_login_providers=Map({"accounts.google.com": "app"}))
    logins = {"accounts.google.com": id_token(at, made)}
    who = get_id(at, Logins=logins)

    def methods() -> Any:
        token = ask(at, "GetOpenIdToken", IdentityId=who, Logins=logins).unwrap()["Token"]
        return read(token).claims["amr"]  # type: ignore[union-attr]

    assert methods() == ["authenticated", "accounts.google.com", "accounts.google.com:sub-alice"]
    with assuming({"identity.userInMethods": "absent"}):
        assert methods() == ["authenticated", "accounts.google.com"]


def test_providers_of_old_are_named_as_not_modelled() -> None:
    at = federated(supported_login_providers=Map({"api.twitter.com": "key;secret"}))
    with pytest.raises(NotModelled, match=r"api\.twitter\.com"):
        ask(at, "GetId", IdentityPoolId=POOL, Logins={"api.twitter.com": "token;secret"})


# SAML

ROLE = "https://aws.amazon.com/SAML/Attributes/Role"


@pytest.fixture(scope="module")
def adfs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    place = tmp_path_factory.mktemp("adfs") / "world.yaml"
    place.write_text(WORLD)
    return load(str(place))


def saml_cloud(adfs: Any, **more: Any) -> Cloud:
    world = operator_world(saml_provider_arns=(PROVIDER,), **more).with_saml_provider(adfs.saml_providers[PROVIDER])
    return Cloud(world, seed="t", clock=Clock())


def response(adfs: Any, at: Cloud, *roles: str, who: str = "alice@example.com", **attributes: str) -> dict[str, str]:
    pairs = tuple(role if "," in role else f"{role},{PROVIDER}" for role in roles)
    said = (*(((ROLE, pairs),) if pairs else ()), *((name, (value,)) for name, value in attributes.items()))
    address = "https://signin.aws.amazon.com/saml"
    statement = Statement(ENTITY, address, "urn:amazon:webservices", who, attributes=said, issued_at=at.clock.now)
    raw = response_xml(statement, adfs.ad_fs[ENTITY].signer)
    return {PROVIDER: base64.b64encode(raw).decode()}


def by_saml(at: Cloud, logins: dict[str, str], **more: Any) -> Outcome:
    return ask(at, "GetCredentialsForIdentity", IdentityId=get_id(at, Logins=logins), Logins=logins, **more)


def test_the_assertion_chooses_the_role_and_the_pools_own_is_not_needed(adfs: Any) -> None:
    at = saml_cloud(adfs, roles=Map())
    session = submit(at, "sts:GetCallerIdentity", vended(by_saml(at, response(adfs, at, ADMIN)))).caller
    assert session.role_arn == ADMIN  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("asserted", "custom", "found"),
    [
        ((AUTH, ADMIN), ADMIN, ADMIN),
        ((AUTH, ADMIN), AUTH, AUTH),
        ((AUTH, ADMIN), None, "InvalidParameterException"),
        ((AUTH,), ADMIN, "NotAuthorizedException"),
        ((f"{ADMIN},arn:aws:iam::{ACCOUNT}:saml-provider/other",), None, AUTH),
        ((f"{ADMIN},arn:aws:iam::{ACCOUNT}:saml-provider/other",), ADMIN, "NotAuthorizedException"),
        ((f"{PROVIDER},{ADMIN}",), None, ADMIN),
        ((), None, AUTH),
    ],
)
def test_the_role_of_a_saml_login(adfs: Any, asserted: tuple[str, ...], custom: str | None, found: str) -> None:
    at = saml_cloud(adfs)
    named = {"CustomRoleArn": custom} if custom else {}
    outcome = by_saml(at, response(adfs, at, *asserted), **named)
    if found.endswith("Exception"):
        assert error(outcome)[0] == found
    else:
        assert submit(at, "sts:GetCallerIdentity", vended(outcome)).caller.role_arn == found  # type: ignore[union-attr]


def test_an_assertion_without_roles_is_a_switch(adfs: Any) -> None:
    at = saml_cloud(adfs)
    with assuming({"identity.samlWithoutRoles": "refused"}):
        assert error(by_saml(at, response(adfs, at))) == ("NotAuthorizedException", "Invalid Role specified")


def test_rules_over_attributes_go_before_the_assertions_roles(adfs: Any) -> None:
    rules = RoleMapping("Rules", "Deny", (MappingRule("department", "Equals", "research", ADMIN),))
    at = saml_cloud(adfs, role_mappings=Map({PROVIDER: rules}))
    outcome = by_saml(at, response(adfs, at, AUTH, department="research"))
    assert submit(at, "sts:GetCallerIdentity", vended(outcome)).caller.role_arn == ADMIN  # type: ignore[union-attr]
    assert error(by_saml(at, response(adfs, at, AUTH, department="sales"))) == (
        "NotAuthorizedException",
        f"The ambiguous role mapping rules for: {PROVIDER} denied this request.",
    )


def test_saml_has_the_enhanced_flow_alone(adfs: Any) -> None:
    at = saml_cloud(adfs)
    logins = response(adfs, at, AUTH)
    refused = ask(at, "GetOpenIdToken", IdentityId=get_id(at, Logins=logins), Logins=logins)
    assert error(refused)[0] == "InvalidParameterException"


def test_a_response_that_is_changed_is_worth_nothing(adfs: Any) -> None:
    at = saml_cloud(adfs)
    raw = base64.b64decode(response(adfs, at, AUTH)[PROVIDER]).replace(b"alice@example.com", b"admin@example.com")
    changed = {PROVIDER: base64.b64encode(raw).decode()}
    assert error(ask(at, "GetId", IdentityPoolId=POOL, Logins=changed))[0] == "NotAuthorizedException"
    assert not at.world.identities
    at.world = at.world.without_saml_provider(PROVIDER)
    assert error(ask(at, "GetId", IdentityPoolId=POOL, Logins=response(adfs, at, AUTH)))[0] == "NotAuthorizedException"


def test_an_identity_names_the_saml_provider_it_has_a_login_of(adfs: Any) -> None:
    at = saml_cloud(adfs)
    who = get_id(at, Logins=response(adfs, at, AUTH))
    assert manage(at, "DescribeIdentity", IdentityId=who).unwrap()["Logins"] == [PROVIDER]
