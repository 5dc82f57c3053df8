"""Rules that take a token in Authorization: which tokens they take, and what goes on to the target."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogsim.assumptions import assuming
from cogsim.decision import Refusal
from cogsim.decisions.load_balancer_jwt import Keys, taken_keys
from cogsim.decisions.token_contents import pool_key
from cogsim.errors import NotModelled
from cogsim.tokens.jwks import key_set
from cogsim.tokens.jwt import sign
from cogsim.tokens.keys import rsa_key
from cogsim.world.load_balancer_actions import Forward, JwtClaim, JwtValidation
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World
from tests.unit.aws.load_balancer.conftest import Front

NOW = 1_767_258_000


def pool_of(world: World) -> UserPool:
    return next(iter(world.user_pools.values()))


def validating(world: World, *claims: JwtClaim, **changed: str) -> World:
    """The portal whose /news rule asks for a token of its pool."""
    rule = next(each for each in world.listener_rules.values() if each.priority == 10)
    issuer = pool_of(world).issuer
    stated = {"issuer": issuer, "jwks_endpoint": f"{issuer}/.well-known/jwks.json", **changed}
    action = JwtValidation(**stated, claims=claims)  # type: ignore[arg-type]
    assert isinstance(rule.actions[-1], Forward)
    return world.with_listener_rule(replace(rule, actions=(action, rule.actions[-1])))


class Api:
    """The portal, with tokens of its pool to send."""

    def __init__(self, world: World) -> None:
        self.front = Front(world)
        self.front.cloud.advance(NOW - self.front.cloud.clock.now if self.front.cloud.clock.now < NOW else 0)
        self.now = int(self.front.cloud.clock.now)
        self.pool = pool_of(world)

    def token(self, header: Mapping[str, Any] | None = None, key: Any = None, **claims: Any) -> str:
        said = {"iss": self.pool.issuer, "sub": "m2m", "exp": self.now + 60, "iat": self.now, **claims}
        held = {name: value for name, value in said.items() if value is not None}
        return sign(held, key or pool_key(self.pool, "access"), headers=dict(header or {}))

    def ask(self, authorization: str | None, **headers: str) -> Mapping[str, Any]:
        sent = {**({"Authorization": authorization} if authorization is not None else {}), **headers}
        return self.front.ask("/news", None, Headers=sent)

    def status(self, authorization: str | None) -> int:
        answer = self.ask(authorization)
        assert ("Target" in answer) == (answer["Status"] == 200)
        return int(answer["Status"])


@pytest.fixture
def api_of(portal: World) -> Callable[..., Api]:
    return lambda *claims, **changed: Api(validating(portal, *claims, **changed))


def test_a_token_of_the_issuer_goes_on_as_it_came(api_of: Callable[..., Api]) -> None:
    api = api_of()
    token = api.token()
    answer = api.ask(f"Bearer {token}")
    assert answer["Status"] == 200
    headers = answer["Target"]["Headers"]
    assert headers["authorization"] == f"Bearer {token}"
    assert not [name for name in headers if name.startswith("x-amzn-oidc")]


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({}, 200),
        ({"token_use": "id", "aud": "anybody's"}, 200),
        ({"client_id": "another"}, 200),
        ({"exp": None}, 401),
        ({"iss": None}, 401),
        ({"iss": "https://evil.example"}, 401),
        ({"exp": NOW}, 401),
        ({"exp": NOW - 1}, 401),
        ({"exp": "soon"}, 401),
        ({"exp": True}, 401),
        ({"nbf": NOW + 5}, 401),
        ({"nbf": NOW}, 200),
        ({"iat": NOW + 5}, 401),
        ({"iat": None}, 200),
        ({"sub": None}, 200),
    ],
)
def test_issuer_and_time_are_checked_and_nothing_else(
    api_of: Callable[..., Api], claims: dict[str, Any], status: int
) -> None:
    api = api_of()
    assert api.now == NOW
    assert api.status(f"Bearer {api.token(**claims)}") == status


def test_an_issuer_with_a_slash_more_is_another(api_of: Callable[..., Api]) -> None:
    api = api_of()
    assert api.status(f"Bearer {api.token(iss=api.pool.issuer + '/')}") == 401


def test_a_signature_of_somebody_else_or_by_another_algorithm_is_refused(api_of: Callable[..., Api]) -> None:
    api = api_of()
    own = pool_key(api.pool, "access")
    forged = api.token(key=replace(rsa_key("mallory"), kid=own.kid))
    for hostile in (forged, api.token()[:-4] + "AAAA", api.token().rpartition(".")[0] + "."):
        assert api.status(f"Bearer {hostile}") == 401
    assert api.status(f"Bearer {api.token(key=replace(own, kid='another'))}") == 401
    assert api.status(f"Bearer {api.token(header={'crit': ['x'], 'x': 1})}") == 401


@pytest.mark.parametrize("value", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Token x", "Bearer a b", "a.b.c", "🔑"])
def test_what_is_no_token_is_refused(api_of: Callable[..., Api], value: str | None) -> None:
    answer = api_of().ask(value)
    assert answer["Status"] == (400 if value == "🔑" else 401)
    assert "Target" not in answer


def test_a_bare_token_is_an_assumption_and_the_schemes_case_is_not(api_of: Callable[..., Api]) -> None:
    api = api_of()
    assert api.status(api.token()) == 401
    assert api.status(f"bearer {api.token()}") == 200
    assert api.status(f"Basic {api.token()}") == 401
    with assuming({"elb.jwtScheme": "bare-too"}):
        assert api.status(api.token()) == 200
        assert api.status(f"Basic {api.token()}") == 401


SCOPES = ("orders/read", "orders/write")


@pytest.mark.parametrize(
    ("claim", "held", "status"),
    [
        (JwtClaim("client_id", "single-string", ("app",)), "app", 200),
        (JwtClaim("client_id", "single-string", ("app",)), "App", 401),
        (JwtClaim("client_id", "single-string", ("app",)), "app ", 401),
        (JwtClaim("client_id", "single-string", ("app",)), ["app"], 401),
        (JwtClaim("client_id", "single-string", ("app",)), None, 401),
        (JwtClaim("n", "single-string", ("1",)), 1, 401),
        (JwtClaim("scope", "space-separated-values", SCOPES), "orders/read email", 200),
        (JwtClaim("scope", "space-separated-values", SCOPES), "orders/reader", 401),
        (JwtClaim("scope", "space-separated-values", SCOPES), ["orders/read"], 401),
        (JwtClaim("scope", "space-separated-values", SCOPES), "", 401),
        (JwtClaim("cognito:groups", "string-array", ("admins",)), ["users", "admins"], 200),
        (JwtClaim("cognito:groups", "string-array", ("admins",)), ["nonadmins"], 401),
        (JwtClaim("cognito:groups", "string-array", ("admins",)), "admins", 401),
        (JwtClaim("cognito:groups", "string-array", ("admins",)), ["admins", 7], 401),
        (JwtClaim("cognito:groups", "string-array", ("admins",)), {"admins": 1}, 401),
    ],
)
def test_an_additional_claim_is_there_in_its_form_with_a_value(
    api_of: Callable[..., Api], claim: JwtClaim, held: Any, status: int
) -> None:
    api = api_of(claim)
    assert api.status(f"Bearer {api.token(**{claim.name: held})}") == status


def test_all_of_several_values_or_one_is_an_assumption(api_of: Callable[..., Api]) -> None:
    api = api_of(JwtClaim("scope", "space-separated-values", SCOPES))
    one, both = api.token(scope="orders/read"), api.token(scope="orders/write orders/read")
    assert (api.status(f"Bearer {one}"), api.status(f"Bearer {both}")) == (200, 200)
    with assuming({"elb.jwtClaimValues": "all"}):
        assert (api.status(f"Bearer {one}"), api.status(f"Bearer {both}")) == (401, 200)


def test_every_additional_claim_must_hold(api_of: Callable[..., Api]) -> None:
    api = api_of(JwtClaim("client_id", "single-string", ("app",)), JwtClaim("token_use", "single-string", ("access",)))
    assert api.status(f"Bearer {api.token(client_id='app', token_use='access')}") == 200
    assert api.status(f"Bearer {api.token(client_id='app', token_use='id')}") == 401
    assert api.status(f"Bearer {api.token(client_id='other', token_use='access')}") == 401


def test_a_token_really_signed_in_for_is_taken_after_the_sign_out_too(portal: World) -> None:
    world = validating(portal)
    client = next(iter(world.clients.values()))
    flows = ("ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH")
    front = Front(world.with_client(replace(client, secret=None, explicit_auth_flows=flows)))
    signed_in = front.simulation.sign_in("alice", client=client.id)
    pool_id = pool_of(world).id
    ask = {"Authorization": f"Bearer {signed_in.access_token}"}
    assert front.ask("/news", None, Headers=ask)["Status"] == 200
    user = {"UserPoolId": pool_id, "Username": "alice"}
    front.simulation.call("cognito-idp:AdminUserGlobalSignOut", user, "operator")
    assert front.ask("/news", None, Headers=ask)["Status"] == 200
    front.cloud.advance(3600)
    assert front.ask("/news", None, Headers=ask)["Status"] == 401


def test_keys_of_an_endpoint_that_is_another_issuers_sign_for_the_issuer_that_is_named(portal: World) -> None:
    """A key set of somebody else beside the right issuer: whoever owns the keys writes the claims."""
    issuer = portal.oidc_issuers["https://login.partner.example"]
    api = Api(validating(portal, jwks_endpoint="https://login.partner.example/.well-known/jwks"))
    own = api.token()
    assert api.status(f"Bearer {own}") == 401
    theirs = api.token(key=issuer.published[0])
    assert api.status(f"Bearer {theirs}") == 200


def test_a_key_set_that_cannot_be_had_or_is_too_large_lets_nobody_in(portal: World) -> None:
    issuer = portal.oidc_issuers["https://login.partner.example"]
    there = {"issuer": issuer.url, "jwks_endpoint": f"{issuer.url}/.well-known/jwks"}
    world = validating(portal, **there)
    gone = Api(world.with_oidc_issuer(replace(issuer, reachable=False)))
    token = gone.token(iss=issuer.url, key=issuer.published[0])
    assert gone.status(f"Bearer {token}") == 500
    with assuming({"elb.jwksTrouble": "401"}):
        assert gone.status(f"Bearer {token}") == 401
    assert Api(world).status(f"Bearer {token}") == 200


def test_a_key_set_of_nobody_in_the_world_is_never_guessed(portal: World) -> None:
    api = Api(validating(portal, jwks_endpoint="https://keys.nowhere.example/jwks"))
    with pytest.raises(NotModelled, match=r"keys\.nowhere\.example"):
        api.ask(f"Bearer {api.token()}")


SHARED: list[Api] = []


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    parts=st.lists(st.text(max_size=12), max_size=4), scheme=st.sampled_from(("Bearer ", "bearer  ", "", "Bearer\t"))
)
def test_nothing_in_authorization_makes_an_exception_escape(portal: World, parts: list[str], scheme: str) -> None:
    if not SHARED:
        SHARED.append(Api(validating(portal)))
    answer = SHARED[0].ask(scheme + ".".join(parts))
    assert answer["Status"] in (400, 401)
    assert "Target" not in answer


@pytest.mark.parametrize(("kept", "status"), [(10, 200), (11, 500)])
def test_a_key_set_of_more_than_ten_keys_lets_nobody_in(portal: World, kept: int, status: int) -> None:
    issuer = portal.oidc_issuers["https://login.partner.example"]
    published = tuple(replace(issuer.published[0], kid=f"key-{number}") for number in range(kept))
    keys = Keys(key_set(published), 4096, kept)
    action = JwtValidation(issuer.url, f"{issuer.url}/.well-known/jwks")
    found = taken_keys(keys, action).value
    assert (found.code if isinstance(found, Refusal) else "200") == str(status)
    assert isinstance(taken_keys(Keys(keys.keys, 150 * 1024 + 1, 1), action).value, Refusal)
    assert isinstance(taken_keys(None, action).value, Refusal)
