"""What an app client may do: is it there, does the caller know its secret, is the flow allowed.

1. The client and its pool stand in the region that is asked; for an operator's call also in the operator's account and
   the pool named. Otherwise they do not exist, whoever asks.
2. A client with a secret wants proof of it with each call; one without refuses a proof. Either of two is proof.
3. Only the flows in ExplicitAuthFlows sign anybody in through the API.
"""

from __future__ import annotations

import base64
import hmac

from cogsim.arn import Arn
from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.refusals import INVALID_PARAMETER, NOT_AUTHORIZED, NOT_FOUND, UNSEEN_TEXTS, Check, passed, refused
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import DEFAULT_AUTH_FLOWS, UserPoolClient
from cogsim.world.world import World

#: The values of ExplicitAuthFlows that admit a flow, the older names last. # idp:app-clients §flows
_ADMITTED_BY = {
    "USER_SRP_AUTH": ("ALLOW_USER_SRP_AUTH",),
    "USER_PASSWORD_AUTH": ("ALLOW_USER_PASSWORD_AUTH", "USER_PASSWORD_AUTH"),
    "ADMIN_USER_PASSWORD_AUTH": ("ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"),
    "CUSTOM_AUTH": ("ALLOW_CUSTOM_AUTH", "CUSTOM_AUTH_FLOW_ONLY"),
    "USER_AUTH": ("ALLOW_USER_AUTH",),
    "REFRESH_TOKEN_AUTH": ("ALLOW_REFRESH_TOKEN_AUTH",),
}
_SAME_FLOW = {"ADMIN_NO_SRP_AUTH": "ADMIN_USER_PASSWORD_AUTH", "REFRESH_TOKEN": "REFRESH_TOKEN_AUTH"}
_OFF = {
    "USER_SRP_AUTH": "USER_SRP_AUTH is not enabled for the client.",
    "CUSTOM_AUTH": "CUSTOM_AUTH is not enabled for the client.",
    "USER_PASSWORD_AUTH": "USER_PASSWORD_AUTH flow not enabled for this client",
}
_LEGACY = "cognito.legacyFlowsKeepSrp"


def find_pool(world: World, pool_id: str, region: str, account: str | None = None) -> Decision[UserPool | Refusal]:
    """The pool of that id in `region`, and in `account` where one is named."""
    question = "is there such a user pool?"
    pool = world.user_pools.get(pool_id)
    here = pool is not None and pool.region == region and account in (None, Arn.parse(pool.arn).account)
    if pool is None or not here:
        found = f"none in {account or 'any account'}, {region}"
        return refused(Refusal(NOT_FOUND, f"User pool {pool_id} does not exist."), question, found, "idp:api")
    return decided(pool, Step(question, "yes", pool_id, "idp:api", location=pool.origin.location))


def find_pool_by_arn(world: World, arn: str, region: str, account: str | None) -> Decision[UserPool | Refusal]:
    """The pool of that ARN; what is no pool of the account and region does not exist."""
    pool_id = arn.rpartition(":userpool/")[2]
    found = find_pool(world, pool_id, region, account)
    if isinstance(found.value, UserPool) and found.value.arn != arn:
        refusal = Refusal(NOT_FOUND, f"User pool {pool_id} does not exist.")
        return refused(refusal, "is there such a user pool?", arn, "idp:api")
    return found


def find_client(
    world: World, client_id: str, region: str, pool_id: str | None = None
) -> Decision[UserPoolClient | Refusal]:
    """The app client of that id in `region`, and of that pool where one is named."""
    question = "is there such an app client?"
    client = world.clients.get(client_id)
    pool = world.user_pools.get(client.pool_id) if client else None
    if client is None or pool is None or pool.region != region or pool_id not in (None, client.pool_id):
        refusal = Refusal(NOT_FOUND, f"User pool client {client_id} does not exist.")
        return refused(refusal, question, f"none in {pool_id or region}", "idp:app-clients")
    step = Step(question, "yes", f"{client_id} of {pool.id}", "idp:app-clients", location=client.origin.location)
    return decided(client, step)


def secret_hash(secret: str, username: str, client_id: str) -> str:
    """Base64(HMAC-SHA256(secret, username ‖ client id)). # idp:signing-up §secret-hash"""
    return base64.b64encode(hmac.digest(secret.encode(), (username + client_id).encode(), "sha256")).decode()


def _secrets(client: UserPoolClient) -> tuple[str, ...]:
    """The secrets that prove the client: while one is being replaced, either does. # idp:app-clients §secrets"""
    return tuple(secret for secret in (client.secret, client.second_secret) if secret is not None)


def check_secret_hash(client: UserPoolClient, username: str, given: str | None) -> Check:
    """Whether the caller proves the client's secret for the `username` it sends."""
    question, source = "does the caller know the client's secret?", "idp:signing-up§secret-hash"
    place = client.origin.at("GenerateSecret")
    if client.secret is None and given is None:
        return passed(question, "the client has none", source, answer="not asked", location=place)
    if given is None:
        text = f"Client {client.id} is configured with secret but SECRET_HASH was not received"
        return refused(Refusal(NOT_AUTHORIZED, text), question, "no SECRET_HASH", source, location=place)
    expected = [secret_hash(secret, username, client.id) for secret in _secrets(client)]
    if not any(hmac.compare_digest(each.encode(), given.encode()) for each in expected):
        refusal = Refusal(NOT_AUTHORIZED, f"Unable to verify secret hash for client {client.id}")
        return refused(refusal, question, "another SECRET_HASH", source, location=place)
    return passed(question, "SECRET_HASH holds", source, location=place)


def check_secret(client: UserPoolClient, given: str | None, code: str = "UnauthorizedException") -> Check:
    """Whether the caller sends the client's secret itself, as RevokeToken wants it; `code` is the operation's own
    refusal. # idp:token-revocation"""
    question, source = "does the caller know the client's secret?", "idp:token-revocation"
    place = client.origin.at("GenerateSecret")
    if client.secret is None and given is None:
        return passed(question, "the client has none", source, answer="not asked", location=place)
    if given is None or not any(hmac.compare_digest(each.encode(), given.encode()) for each in _secrets(client)):
        refusal = Refusal(code, "Invalid client secret")
        return refused(refusal, question, "another secret or none", source, location=place, assumption=UNSEEN_TEXTS)
    return passed(question, "the secret holds", source, location=place)


def allow_flow(client: UserPoolClient, flow: str) -> Check:
    """Whether the client admits `flow` (AuthFlow as sent)."""
    question, source = f"does the client allow {flow}?", "idp:app-clients§flows"
    name = _SAME_FLOW.get(flow, flow)
    flows = client.explicit_auth_flows or DEFAULT_AUTH_FLOWS
    found, place = ", ".join(flows), client.origin.at("ExplicitAuthFlows")
    if set(_ADMITTED_BY[name]) & set(flows):
        return passed(question, found, source, location=place)
    if _kept_by_legacy_names(name, flows) and choice(_LEGACY) == "yes":
        return passed(question, found, source, location=place, assumption=_LEGACY)
    refusal = Refusal(INVALID_PARAMETER, _OFF.get(name, "Auth flow not enabled for this client"))
    return refused(refusal, question, found, source, location=place)


def _kept_by_legacy_names(flow: str, flows: tuple[str, ...]) -> bool:
    """The older names add flows to what was always on; only CUSTOM_AUTH_FLOW_ONLY takes SRP away."""
    if any(name.startswith("ALLOW_") for name in flows):
        return False
    return flow == "REFRESH_TOKEN_AUTH" or (flow == "USER_SRP_AUTH" and "CUSTOM_AUTH_FLOW_ONLY" not in flows)


def check_flow_reaches(flow: str, *, by_operator: bool) -> Check:
    """Whether the operation offers `flow`: an operator's flows are not for apps."""
    question = f"is {flow} offered here?"
    if flow in ("ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH") and not by_operator:
        refusal = Refusal(INVALID_PARAMETER, "Initiate Auth method not supported.")
        return refused(refusal, question, "only to signed calls", "idp:authentication-flows")
    return passed(question, flow, "idp:authentication-flows")
