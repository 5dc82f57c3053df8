"""The token matrix: every cell is what the running cloud answers to that very token at that very instant."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cogsim
from cogsim.analysis.directory_letters import REQUEST
from cogsim.analysis.passage import NOW
from cogsim.analysis.straight_sessions import with_token
from cogsim.analysis.token_api_doors import sent_with
from cogsim.analysis.token_balancer_doors import headers_of
from cogsim.analysis.token_identities import developer_identity
from cogsim.analysis.token_kinds import KINDS
from cogsim.analysis.token_makes import make
from cogsim.analysis.token_matrix import ACCEPTED, NOTHING, REFUSED, UNKNOWN, Cell, TokenMatrix, doors, tokens
from cogsim.analysis.token_offers import Offer
from cogsim.assumptions import assuming
from cogsim.aws import token_families
from cogsim.aws.call import Outcome
from cogsim.aws.services.cognito_idp.domain_pages.records import FEDERATIONS
from cogsim.aws.services.cognito_idp.domain_pages.responses import BOUND
from cogsim.aws.services.load_balancer.records import SESSIONS, key_of
from cogsim.aws.token_families import REFRESH_TOKENS, digest
from cogsim.decision import Refusal
from cogsim.decisions.authorization_code import s256
from cogsim.decisions.discovery import pool_domain_url
from cogsim.decisions.federated_request import FederationRequest
from cogsim.decisions.open_id_token import TAGS_CLAIM, cognito_principal
from cogsim.decisions.target_trust import DIRECT
from cogsim.errors import AwsError, InputError, NotModelled
from cogsim.load.detect import load
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.simulation import Simulation
from cogsim.tokens.jwt import UnverifiedToken, read
from cogsim.world.graphql_api import USER_POOLS, AuthMode, GraphqlApi
from cogsim.world.identity_pool import PrincipalTags
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

ROOT = Path(__file__).parents[3]
_NAMES = (
    "saas",
    "federated-shop",
    "google-sign-in",
    "github-deploy",
    "travel",
    "club",
    "bank",
    "apis",
    "load-balancer",
    "load-balancer-weak",
    "load-balancer-tokens",
    "departments",
    "graphql",
    "broker",
    "console-by-ad-fs",
)
WORLDS = {name: ROOT / "scenarios" / "worlds" / f"{name}.yaml" for name in _NAMES}
CLINIC = ROOT / "scenarios" / "doctor" / "clinic.yaml"


def at_the_door(cell: Cell) -> Outcome | int:
    """What the running cloud says to the cell's offer: an outcome, or a status."""
    offer = cell.offer
    sim = standing(offer)
    match cell.door.key.partition(":")[0]:
        case "identity-pool":
            assert isinstance(cell.door.ask, partial)
            pool, name = cell.door.ask.args
            logins = {"Logins": {name: offer.text}} if offer.text is not None else {}
            here = sim.calling_from(region=pool.region)
            return here.submit("cognito-identity:GetId", {"IdentityPoolId": pool.id, **logins})
        case "sts":
            assert isinstance(cell.door.ask, partial)
            (role,) = cell.door.ask.args
            asked = {"RoleArn": role.arn, "RoleSessionName": "session", "WebIdentityToken": offer.text or ""}
            named = {"ProviderId": offer.provider_id} if offer.provider_id and offer.use == "outside" else {}
            return sim.submit("sts:AssumeRoleWithWebIdentity", {**asked, **named})
        case "sts-saml":
            assert isinstance(cell.door.ask, partial)
            registered, role = cell.door.ask.args
            asked = {"RoleArn": role.arn, "PrincipalArn": registered.arn, "SAMLAssertion": offer.text or ""}
            return sim.submit("sts:AssumeRoleWithSAML", asked)
        case "identity-pool-saml":
            assert isinstance(cell.door.ask, partial)
            pool, registered = cell.door.ask.args
            logins = {"Logins": {registered.arn: offer.text}} if offer.text is not None else {}
            here = sim.calling_from(region=pool.region)
            return here.submit("cognito-identity:GetId", {"IdentityPoolId": pool.id, **logins})
        case "developer":
            return with_own_token(sim, cell)
        case "saml-response":
            return status_of_response(sim, cell)
        case "token-endpoint":
            return status_of_endpoint(sim, cell)
        case "api":
            region = cell.door.target.pool.region
            return sim.calling_from(region=region).submit("cognito-idp:GetUser", {"AccessToken": offer.text or ""})
        case "userinfo":
            return status_of_user_info(sim, cell)
        case "refresh":
            return refreshed(sim, cell)
        case "rest" | "http":
            return status_of_route(sim, cell)
        case "graphql":
            return status_of_graphql(sim, cell)
        case "load-balancer-token":
            return status_with_a_token(sim, cell)
        case "load-balancer":
            return status_at_the_balancer(sim, cell)
        case "target" | "target-checks":
            return status_at_the_target(sim, cell)
    raise AssertionError(cell.door.key)


def standing(offer: Offer) -> Simulation:
    """A cloud in which the offered token was issued, at the instant at which it is offered."""
    sim = Simulation(offer.world, start=offer.now)
    if offer.family is not None:
        sim.cloud.state = token_families.begin(sim.cloud.state, offer.family)
    if offer.issued_refresh is not None:
        sim.cloud.state = REFRESH_TOKENS.put(sim.cloud.state, digest(offer.text or ""), offer.issued_refresh)
    return sim


def with_own_token(sim: Simulation, cell: Cell) -> Outcome | int:
    """200 where the identity pool took the token, and only its roles stood in the way."""
    assert isinstance(cell.door.ask, partial)
    (pool,) = cell.door.ask.args
    identity = developer_identity(sim.world, pool)
    sim.cloud.world = sim.world.with_identity(identity)
    logins = {"Logins": {cognito_principal(pool.partition): cell.offer.text}} if cell.offer.text is not None else {}
    asked = {"IdentityId": identity.id, **logins}
    found = sim.calling_from(region=pool.region).submit("cognito-identity:GetCredentialsForIdentity", asked)
    no_role = found.error is not None and found.error.code == "InvalidIdentityPoolConfigurationException"
    return 200 if no_role else found


def status_of_response(sim: Simulation, cell: Cell) -> int:
    """200 where the browser is sent back to the app with a code, as the answer to a request that is under way."""
    at = cell.door.ask.__self__  # type: ignore[attr-defined]
    errand = at.errand
    query = {
        "response_type": "code",
        "client_id": errand.client.id,
        "redirect_uri": errand.client.callback_urls[0],
        "identity_provider": errand.provider.name,
        "code_challenge": s256("v" * 64),
        "code_challenge_method": "S256",
    }
    way = FederationRequest(
        errand.pool.id, errand.host, errand.provider.name, Map(query), sim.now, "browser", request_id=REQUEST
    )
    sim.cloud.state = FEDERATIONS.put(sim.cloud.state, digest("relay"), way)
    form = {"RelayState": "relay", "SAMLResponse": cell.offer.text or ""}
    here = sim.calling_from(region=errand.pool.region)
    asked = {"Domain": errand.host, "Form": form, "Cookies": {BOUND: "browser"}}
    answer = here.call("cognito-domain:SamlResponse", asked)
    return 200 if "code=" in str(answer.get("Location", "")) else 400


def status_of_endpoint(sim: Simulation, cell: Cell) -> int:
    client: UserPoolClient = cell.door.target.client
    pool = cell.offer.world.user_pools[client.pool_id]
    url = pool_domain_url(cell.offer.world, pool)
    assert url is not None
    form = {"grant_type": "refresh_token", "client_id": client.id}
    if cell.offer.text is not None:
        form["refresh_token"] = cell.offer.text
    if client.secret is not None:
        form["client_secret"] = client.secret
    asked = {"Domain": url.removeprefix("https://"), "Form": form}
    return int(sim.calling_from(region=pool.region).call("cognito-domain:Token", asked)["Status"])


def status_of_user_info(sim: Simulation, cell: Cell) -> int:
    url = pool_domain_url(cell.offer.world, cell.offer.world.user_pools[pool_of(cell)])
    assert url is not None
    header = {} if cell.offer.text is None else {"Authorization": f"Bearer {cell.offer.text}"}
    return int(sim.call("cognito-domain:UserInfo", {"Domain": url.removeprefix("https://"), **header})["Status"])


def status_of_route(sim: Simulation, cell: Cell) -> int:
    """200 where the request reached a backend, else what the gateway says."""
    assert isinstance(cell.door.ask, partial)
    api, authorizer, request = cell.door.ask.args
    sent = sent_with(authorizer, request, cell.offer)
    stage = {"Stage": sent.stage} if sent.stage else {}
    asked = {"ApiId": api.id, **stage, "Path": sent.path, "Method": sent.method}
    parts = {"Headers": dict(sent.headers), "QueryStringParameters": dict(sent.query)}
    answer = sim.calling_from(region=api.region).call("execute-api:Invoke", {**asked, **parts})
    return 200 if "backend" in answer else int(answer["statusCode"])


def status_of_graphql(sim: Simulation, cell: Cell) -> int:
    assert isinstance(cell.door.ask, partial)
    (api,) = cell.door.ask.args
    headers = {"Headers": {"Authorization": cell.offer.text}} if cell.offer.text is not None else {}
    asked = {"ApiId": api.id, "Query": "{ __typename }", **headers}
    return int(sim.calling_from(region=api.region).call("execute-api:GraphQL", asked)["statusCode"])


def status_at_the_balancer(sim: Simulation, cell: Cell) -> int:
    """200 where the request goes on to the target, as somebody's, or as nobody's where nothing was sent."""
    assert isinstance(cell.door.ask, partial)
    balancer, _, action = cell.door.ask.args
    if cell.offer.session is not None:
        state = SESSIONS.put(sim.cloud.state, key_of(cell.offer.text or ""), cell.offer.session)
        sim.cloud.state = state
    cookies = {"Cookies": {f"{action.cookie_name}-0": cell.offer.text}} if cell.offer.text is not None else {}
    url = f"https://{balancer.hosts[0]}{PATHS[cell.door.key.partition('/')[2]]}"
    answer = sim.calling_from(region=balancer.region).call("load-balancer:Request", {"Url": url, **cookies})
    identified = "x-amzn-oidc-identity" in answer.get("Target", {}).get("Headers", {})
    return 200 if "Target" in answer and (identified or cell.offer.text is None) else 401


def status_with_a_token(sim: Simulation, cell: Cell) -> int:
    """200 where the request goes on to the target, whatever that makes of it."""
    balancer = next(iter(sim.world.load_balancers.values()))
    sent = {"Headers": {"Authorization": f"Bearer {cell.offer.text}"}} if cell.offer.text is not None else {}
    url = f"https://{balancer.hosts[0]}{PATHS[cell.door.key.partition('/')[2]]}"
    answer = sim.calling_from(region=balancer.region).call("load-balancer:Request", {"Url": url, **sent})
    return 200 if "Target" in answer else int(answer["Status"])


#: A path for each rule of the worlds with load balancers.
PATHS = {
    "News": "/news",
    "Api": "/api/x",
    "Admin": "/admin",
    "Partners": "/partners",
    "Secure": "/else",
    "ByHeader": "/by-header",
    "ByClaim": "/by-claim",
    "Staff": "/staff",
    "StaffApart": "/staff-apart",
    "ReadOrders": "/v2/orders/7",
    "Reports": "/reports",
}


def status_at_the_target(sim: Simulation, cell: Cell) -> int:
    """What the target answers; one that its load balancer alone reaches is opened, to see the checks of its own."""
    assert isinstance(cell.door.ask, partial)
    target, somebody, via = cell.door.ask.args
    if via != DIRECT:
        sim = Simulation(cell.offer.world.with_target(replace(target, reachable_from="anywhere")), start=cell.offer.now)
    headers = headers_of(target, somebody, cell.offer)
    answer = sim.submit("load-balancer:DirectRequest", {"Url": f"https://{target.host}/", "Headers": headers})
    return 504 if answer.error is not None else int(answer.unwrap()["Status"])


def pool_of(cell: Cell) -> str:
    return cell.door.target.pool.id


def refreshed(sim: Simulation, cell: Cell) -> Outcome:
    client: UserPoolClient = cell.door.target.client
    secret = {"ClientSecret": client.secret} if client.secret is not None else {}
    asked = {"ClientId": client.id, "RefreshToken": cell.offer.text or "", **secret}
    region = cell.door.target.pool.region
    return sim.calling_from(region=region).submit("cognito-idp:GetTokensFromRefreshToken", asked)


def held_against_the_door(matrix: TokenMatrix) -> int:
    """Fail where the cloud says otherwise than the matrix; the number of cells that were held."""
    held = 0
    for cell in matrix.cells:
        if cell.answer == NOTHING:
            continue
        where = f"{cell.door.key} {cell.kind}: {cell.answer}"
        if cell.answer == UNKNOWN:
            with pytest.raises(NotModelled):
                at_the_door(cell)
            continue
        found = at_the_door(cell)
        refused = found.error is not None if isinstance(found, Outcome) else found != 200
        assert refused == (cell.answer == REFUSED), f"{where}, and the door says {told(found)}"
        if isinstance(found, Outcome) and found.error is not None and cell.offer.text is not None:
            if "validation error detected" in found.error.message:  # the shape of the parameter, before any decision
                held += 1
                continue
            generic = "NotAuthorizedException" if cell.door.key.startswith(("api:", "refresh:")) else cell.error
            assert found.error.code in (cell.error, generic), where
        held += 1
    return held


def told(found: Outcome | int) -> str:
    return str(found) if isinstance(found, int) else str(found.error or "yes")


@pytest.mark.parametrize("name", sorted(WORLDS))
def test_every_cell_of_a_world_is_what_the_door_answers(name: str) -> None:
    matrix = tokens(load(str(WORLDS[name])))
    assert held_against_the_door(matrix) >= 10


def test_every_cell_of_the_clinic_is_what_the_door_answers() -> None:
    assert held_against_the_door(tokens(load(str(CLINIC)))) > 150


def varied(draw: st.DrawFn, world: World) -> World:
    """The clinic with other settings: what is checked, who may come in, which clients there are."""
    flags = st.booleans()
    for pool in world.identity_pools.values():
        providers = tuple(replace(each, server_side_token_check=draw(flags)) for each in pool.cognito_providers)
        changed = replace(pool, allow_unauthenticated=draw(flags), allow_classic_flow=draw(flags))
        world = world.with_identity_pool(replace(changed, cognito_providers=providers))
    for client in world.clients.values():
        rotates = draw(flags)
        flows = tuple(flow for flow in client.explicit_auth_flows if flow != "ALLOW_REFRESH_TOKEN_AUTH")
        kept = flows if rotates or draw(flags) else (*flows, "ALLOW_REFRESH_TOKEN_AUTH")
        world = world.with_client(
            replace(
                client,
                explicit_auth_flows=kept,
                refresh_token_rotation=rotates,
                enable_token_revocation=draw(flags),
                access_token_validity=draw(st.integers(300, 86400)),
                id_token_validity=draw(st.integers(300, 86400)),
                refresh_token_validity=draw(st.integers(86400, 315_360_000)),
            )
        )
    for provider in world.oidc_providers.values():
        if draw(flags):
            world = world.with_oidc_provider(replace(provider, client_ids=("another-application",)))
    for (pool_id, name), user in list(world.pool_users.items()):
        if draw(st.integers(0, 4)) == 0:
            world = world.without_pool_user(pool_id, name)
        elif draw(st.integers(0, 4)) == 0:
            world = world.with_pool_user(replace(user, enabled=False))
    return world


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_every_cell_of_generated_worlds_is_what_the_door_answers(data: st.DataObject) -> None:
    base = load(str(data.draw(st.sampled_from((CLINIC, *(WORLDS[name] for name in ("saas", "federated-shop")))))))
    held_against_the_door(tokens(data.draw(st.composite(varied)(base))))


def test_a_graphql_api_takes_tokens_of_its_modes_as_the_door_does(saas: World) -> None:
    pool = next(iter(saas.user_pools.values()))
    schema = "type Query { hello: String }"
    for pattern, kinds in (("", {"other-client": ACCEPTED}), ("nobody", {"id": REFUSED}), (".*", {"access": ACCEPTED})):
        mode = AuthMode(USER_POOLS, pool_id=pool.id, pattern=pattern)
        api = GraphqlApi("abcdefghijklmnopqrstuvwxyz", "api", "111122223333", "eu-west-1", (mode,), schema=schema)
        matrix = tokens(saas.with_graphql_api(api))
        assert held_against_the_door(matrix) > 80
        for kind, answer in kinds.items():
            assert matrix.cell("graphql:", kind).answer == answer


def test_a_target_without_a_check_takes_what_the_check_would_stop() -> None:
    world = load(str(WORLDS["load-balancer"]))
    target = next(each for each in world.targets.values() if each.host.startswith("portal."))
    checks = {"signer": "other-pool", "client": "other-client", "signature": "forged", "expiry": "expired"}
    for check, kind in checks.items():
        assert tokens(world).cell("target-checks:Portal", kind).answer == REFUSED
        careless = replace(target, skips=(check,), reachable_from="anywhere")
        matrix = tokens(world.with_target(careless))
        assert matrix.cell("target:Portal", kind).answer == ACCEPTED, check
    believes = replace(target, believes="x-amzn-oidc-identity", reachable_from="anywhere")
    matrix = tokens(world.with_target(believes))
    assert {cell.answer for cell in matrix.cells if cell.door.key == "target:Portal" and cell.kind != "none"} >= {
        ACCEPTED
    }
    assert matrix.cell("target:Portal", "forged").answer == ACCEPTED


@pytest.fixture(scope="module")
def saas() -> World:
    return load(str(WORLDS["saas"]))


def answers(matrix: TokenMatrix, component: str, *kinds: str) -> tuple[str, ...]:
    return tuple(matrix.cell(component, kind).answer for kind in kinds)


def test_saml_responses_are_taken_where_their_provider_is_trusted_and_nowhere_else() -> None:
    matrix = tokens(load(str(CLINIC)))
    wrong = ("other-client", "other-pool", "expired", "early", "forged", "unsigned", "id", "developer", "identity-pool")
    for component in ("sts-saml:Analyst/Corp", "identity-pool-saml:Records/Corp"):
        assert answers(matrix, component, "saml", "disabled", "deleted") == (ACCEPTED,) * 3
        assert set(answers(matrix, component, *wrong)) <= {REFUSED, NOTHING}
    taking = {cell.door.key for cell in matrix.cells if cell.kind == "saml" and cell.answer == ACCEPTED}
    assert taking == {"sts-saml:Analyst/Corp", "identity-pool-saml:Records/Corp"}


def test_a_user_pool_takes_the_response_to_its_own_request_alone() -> None:
    matrix = tokens(load(str(WORLDS["federated-shop"])))
    row = next(cell.door.key for cell in matrix.cells if cell.door.key.startswith("saml-response:"))
    assert answers(matrix, row, "saml", "other-client", "other-pool", "forged", "unsigned", "none") == (
        ACCEPTED,
        *(REFUSED,) * 5,
    )


def test_each_check_of_a_response_is_the_one_that_stops_its_token() -> None:
    matrix = tokens(load(str(CLINIC)))
    told = {
        "other-client": "was it sent to this address? no",
        "forged": "does the signature hold under a certificate of the metadata? no",
        "unsigned": "is the assertion signed, itself or within the response? no",
        "early": "has its time begun? no",
    }
    for kind, words in told.items():
        step = matrix.cell("sts-saml:Analyst/Corp", kind).deciding
        assert f"{step.question} {step.answer}" == words


def test_an_ad_fs_outside_the_world_leaves_its_own_kinds_out() -> None:
    world = load(str(CLINIC))
    for entity in list(world.ad_fs):
        world = replace(world, ad_fs=world.ad_fs.delete(entity))
    matrix = tokens(world)
    assert set(answers(matrix, "sts-saml:Analyst/Corp", "saml", "expired", "forged", "disabled")) == {NOTHING}
    assert matrix.cell("sts-saml:Analyst/Corp", "id").answer == REFUSED
    assert held_against_the_door(matrix) > 100


def test_a_developers_token_is_taken_for_its_own_identity_in_its_own_pool() -> None:
    matrix = tokens(load(str(CLINIC)))
    row = "developer:Records/login.clinic.example"
    assert answers(matrix, row, "developer", "other-pool", "identity-pool", "guest", "unsigned", "id", "none") == (
        ACCEPTED,
        *(REFUSED,) * 6,
    )
    assert matrix.cell(row, "identity-pool").deciding.question == "was it made for this identity?"
    assert answers(matrix, "sts:Member/Records", "developer", "guest", "identity-pool") == (ACCEPTED, REFUSED, ACCEPTED)
    assert answers(matrix, "sts:Visitor/Records", "developer", "guest", "identity-pool") == (REFUSED, ACCEPTED, REFUSED)


def test_a_developers_token_for_an_identity_that_was_disabled_is_refused() -> None:
    world = load(str(CLINIC))
    pool = next(pool for pool in world.identity_pools.values() if pool.developer_provider_name is not None)
    disabled = world.with_identity(replace(developer_identity(world, pool), enabled=False))
    matrix = tokens(disabled)
    assert matrix.cell("developer:", "developer").answer == REFUSED
    assert held_against_the_door(matrix) > 150


def test_the_token_of_an_identity_pool_has_the_tags_of_its_map() -> None:
    world = load(str(CLINIC))
    pool = next(pool for pool in world.identity_pools.values() if pool.developer_provider_name is not None)
    tags = pool.principal_tags.set(pool.cognito_providers[0].provider_name, PrincipalTags(tags=Map({"who": "sub"})))
    world = world.with_identity_pool(replace(pool, principal_tags=tags))
    door = next(door for door in doors(world) if door.key == "sts:Member/Records")
    parsed = read(make(door.target, "identity-pool").text or "")
    assert isinstance(parsed, UnverifiedToken)
    assert parsed.claims[TAGS_CLAIM]["principal_tags"]
    guests = read(make(replace(door.target, identity_pool=None), "developer").text or "")
    assert isinstance(guests, Refusal) or TAGS_CLAIM not in guests.claims


def test_no_component_takes_a_token_without_its_signature() -> None:
    for name in ("saas", "federated-shop", "google-sign-in", "github-deploy", "apis", "graphql", "load-balancer"):
        matrix = tokens(load(str(WORLDS[name])))
        taken = {cell.door.key for cell in matrix.cells if cell.kind == "unsigned" and cell.answer == ACCEPTED}
        careless = {cell.door.key for cell in matrix.cells if cell.kind == "forged" and cell.answer == ACCEPTED}
        assert taken <= careless, name


def test_a_client_whose_tokens_cannot_be_revoked_has_no_revoked_token(saas: World) -> None:
    client = next(iter(saas.clients.values()))
    matrix = tokens(saas.with_client(replace(client, enable_token_revocation=False)))
    assert answers(matrix, "api:Users", "revoked", "signed-out") == (NOTHING, REFUSED)
    assert answers(tokens(saas), "api:Users", "revoked", "signed-out") == (REFUSED, REFUSED)


def test_the_token_endpoint_refreshes_where_the_flow_is_not_allowed() -> None:
    world = load(str(WORLDS["federated-shop"]))
    client = next(each for each in world.clients.values() if each.callback_urls)
    flows = ("ALLOW_USER_SRP_AUTH",)
    closed = world.with_client(replace(client, explicit_auth_flows=flows, refresh_token_rotation=False))
    with assuming({"cognito.getTokensNeedsRefreshFlow": "yes"}):
        matrix = tokens(closed)
        assert matrix.cell("token-endpoint:", "refresh").answer == ACCEPTED
        assert matrix.cell("refresh:", "refresh").answer == REFUSED
        assert held_against_the_door(matrix) > 50


def test_a_graphql_api_with_a_function_alone_has_a_row() -> None:
    world = load(str(WORLDS["graphql"]))
    rows = {cell.door.key for cell in tokens(world).cells if cell.door.key.startswith("graphql:")}
    assert any(key.endswith("/function") for key in rows)


def test_a_trust_policy_that_asks_for_the_time_is_asked_at_the_time_of_the_offer() -> None:
    world = load(str(CLINIC))
    door = next(door for door in doors(world) if door.key == "sts:Partner/AcmeAtIam")
    role = next(each for each in world.roles.values() if each.origin.logical_id == "Partner")
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/login.acme.example"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:30Z"}},
    }
    trust = parse({"Version": "2012-10-17", "Statement": [statement]}, PolicyKind.TRUST)
    token = make(door.target, "outside")
    for seconds, answer in ((0, True), (60, False)):
        made = with_token(world, replace(role, trust=trust), token.text or "", now=NOW + seconds)
        assert isinstance(made.value, Refusal) is answer


def test_tokens_that_were_really_signed_in_for_meet_the_same_answers(saas: World) -> None:
    matrix, sim = tokens(saas, "alice"), Simulation(saas)
    signed_in = sim.sign_in("alice")
    operator = {"UserPoolId": signed_in.pool_id, "Username": "alice"}
    after: dict[str, Any] = {
        "signed-out": lambda twin: twin.call("cognito-idp:AdminUserGlobalSignOut", operator, "operator"),
        "disabled": lambda twin: twin.call("cognito-idp:AdminDisableUser", operator, "operator"),
        "deleted": lambda twin: twin.call("cognito-idp:AdminDeleteUser", operator, "operator"),
        "expired": lambda twin: twin.advance("1h"),
    }
    for kind, event in after.items():
        twin = sim.fork()
        event(twin)
        assert allowed(twin, "GetUser", signed_in) == (matrix.cell("api:Users", kind).answer == ACCEPTED), kind
        assert allowed(twin, "GetId", signed_in) == (matrix.cell("Identities/Spa", kind).answer == ACCEPTED), kind


def allowed(sim: Simulation, operation: str, signed_in: Any) -> bool:
    pool = sim.world.user_pools[signed_in.pool_id]
    identities = next(iter(sim.world.identity_pools))
    try:
        if operation == "GetUser":
            sim.call("cognito-idp:GetUser", {"AccessToken": signed_in.access_token})
        else:
            logins = {pool.provider_name: signed_in.id_token}
            sim.call("cognito-identity:GetId", {"IdentityPoolId": identities, "Logins": logins})
    except AwsError:
        return False
    return True


def test_each_column_stands_in_each_row_and_names_its_check_and_line(saas: World) -> None:
    matrix = tokens(saas)
    assert len(matrix.cells) == len(matrix.doors) * len(KINDS)
    for cell in matrix.cells:
        assert cell.deciding.question
        assert cell.answer == NOTHING or cell.where is not None


def test_a_line_that_is_changed_changes_its_cells_and_no_others(saas: World) -> None:
    pool = next(iter(saas.identity_pools.values()))
    unchecked = replace(pool, cognito_providers=(replace(pool.cognito_providers[0], server_side_token_check=False),))
    before, now = tokens(saas), tokens(saas.with_identity_pool(unchecked))
    changed = {
        (old.door.key, old.kind) for old, new in zip(before.cells, now.cells, strict=True) if old.answer != new.answer
    }
    assert changed == {
        ("identity-pool:Identities/Spa", kind) for kind in ("revoked", "signed-out", "disabled", "deleted")
    }


def test_what_had_to_be_made_up_is_said(saas: World) -> None:
    assert "Users has no other app client: one is made up" in tokens(saas).notes
    empty = tokens(World(user_pools=saas.user_pools))
    assert any("no app client: one is made up" in note for note in empty.notes)
    assert tokens(World()).cells == ()
    assert str(tokens(World())) == "no component of this world takes tokens"


def test_a_provider_that_is_not_in_the_world_leaves_the_answer_open() -> None:
    world = load(str(CLINIC))
    pool = next(pool for pool in world.identity_pools.values() if pool.cognito_providers)
    elsewhere = replace(
        pool.cognito_providers[0], provider_name="cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Nowhere00"
    )
    matrix = tokens(world.with_identity_pool(replace(pool, cognito_providers=(elsewhere,))))
    row = [cell for cell in matrix.cells if cell.door.key.startswith("identity-pool:") and cell.answer == UNKNOWN]
    assert row
    assert held_against_the_door(matrix)


def test_the_matrix_is_a_data_frame_and_the_same_text_twice(saas: World) -> None:
    first, again = cogsim.tokens(saas), cogsim.tokens(saas)
    assert str(first) == str(again)
    frame, table = first.frame(), first.table()
    assert len(frame) == len(first.cells)
    assert table.loc["api:Users", "access"] == ACCEPTED
    assert set(frame["answer"]) <= {ACCEPTED, REFUSED, NOTHING, UNKNOWN}


def test_a_component_is_named_by_what_only_its_key_contains(saas: World) -> None:
    matrix = tokens(saas)
    assert matrix.cell("api:", "expired").error == "NotAuthorizedException"
    for component, kind in (("sts:", "id"), ("nowhere", "id"), ("api:Users", "exspired")):
        with pytest.raises(InputError):
            matrix.cell(component, kind)
    with pytest.raises(InputError, match="no user of a user pool"):
        tokens(saas, "operator")


def test_a_server_side_check_of_a_sign_in_that_was_ended_alone_is_assumed(saas: World) -> None:
    for assumed, answer in (("refused", REFUSED), ("accepted", ACCEPTED)):
        with assuming({"identity.signInEndedAlone": assumed}):
            matrix = tokens(saas)
            assert answers(matrix, "Identities/Spa", "revoked", "signed-out") == (answer, REFUSED)
            step = matrix.cell("Identities/Spa", "revoked").deciding
            assert step.assumption == "identity.signInEndedAlone" or answer == ACCEPTED
            assert held_against_the_door(matrix) > 80


def test_components_of_one_name_have_keys_of_their_own(saas: World) -> None:
    role = next(each for each in saas.roles.values() if each.origin.logical_id == "AcmeRole")
    twin = saas.with_role(replace(role, arn=f"{role.arn}-2", name=f"{role.name}-2"))
    keys = [door.key for door in doors(twin)]
    assert len(keys) == len(set(keys))
    assert "sts:AcmeRole/Identities #2" in keys
    matrix = tokens(twin)
    assert len(matrix.cells) == len(matrix.doors) * len(KINDS)


def test_each_component_is_told_of_before_it_is_asked(saas: World) -> None:
    told: list[str] = []
    matrix = tokens(saas, progress=told.append)
    assert [line.partition(": ")[2] for line in told] == [door.shown for door in matrix.doors]
