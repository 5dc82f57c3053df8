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
from cogsim.analysis.token_api_doors import sent_with
from cogsim.analysis.token_balancer_doors import headers_of
from cogsim.analysis.token_kinds import KINDS
from cogsim.analysis.token_matrix import ACCEPTED, NOTHING, REFUSED, UNKNOWN, Cell, TokenMatrix, tokens
from cogsim.analysis.token_offers import Offer
from cogsim.aws import token_families
from cogsim.aws.call import Outcome
from cogsim.aws.services.load_balancer.records import SESSIONS, key_of
from cogsim.aws.token_families import REFRESH_TOKENS, digest
from cogsim.decisions.discovery import pool_domain_url
from cogsim.decisions.target_trust import DIRECT
from cogsim.errors import AwsError, InputError, NotModelled
from cogsim.load.detect import load
from cogsim.simulation import Simulation
from cogsim.world.graphql_api import USER_POOLS, AuthMode, GraphqlApi
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


#: A path for each rule of the world with a load balancer.
PATHS = {"News": "/news", "Api": "/api/x", "Admin": "/admin", "Partners": "/partners", "Secure": "/else"}


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
    assert changed == {("identity-pool:Identities/Spa", kind) for kind in ("signed-out", "disabled", "deleted")}


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
