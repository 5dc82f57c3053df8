"""Which app client speaks at the token and revocation endpoints, and does it prove its secret. # idp:token-endpoint

1. The client is one of the pool whose domain is asked.
2. It names itself in the form, or in the header, and where in both then the same.
3. A client with a secret proves it in one of the two ways; one without sends none.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from urllib.parse import unquote_plus

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.app_client import check_secret
from cogsim.decisions.refusals import UNSEEN_TEXTS, Check, passed, refused
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

_SOURCE = "idp:token-endpoint"
INVALID_CLIENT = "invalid_client"


def prove_client(
    world: World, pool: UserPool, form: Mapping[str, str], authorization: str | None
) -> Decision[UserPoolClient | Refusal]:
    """The client that speaks, or the refusal."""
    question, header = "how does the client name itself?", _basic(authorization)
    if isinstance(header, Refusal):
        return refused(header, question, "a header that is not Basic", _SOURCE, assumption=UNSEEN_TEXTS)
    named, secret = header or (form.get("client_id", ""), form.get("client_secret"))
    both = header is not None and (form.get("client_id", named) != named or "client_secret" in form)
    if both:
        refusal = Refusal("invalid_request", "")
        return refused(refusal, question, "in two ways that differ", "rfc:6749§2.3", assumption=UNSEEN_TEXTS)
    if not named:
        return refused(Refusal("invalid_request", ""), question, "not at all", _SOURCE)
    client = world.clients.get(named)
    if client is None or client.pool_id != pool.id:
        return refused(Refusal(INVALID_CLIENT, ""), "is it a client of the pool?", named[:64], _SOURCE)
    by = "client_secret_basic" if header else "client_secret_post" if secret is not None else "its id alone"
    step = Step(question, by, client.id, _SOURCE, location=client.origin.location)
    proved = check_secret(client, secret, INVALID_CLIENT)
    if proved.value is not None:
        return Decision(Refusal(INVALID_CLIENT, ""), (step, *proved.steps))
    return decided(client, step, after=proved.steps)


def _basic(header: str | None) -> tuple[str, str] | Refusal | None:
    """Client id and secret of a header; None where there is none. # rfc:6749 §2.3.1"""
    if not header:
        return None
    scheme, _, value = header.partition(" ")
    try:
        text = base64.b64decode(value.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return Refusal(INVALID_CLIENT, "")
    name, colon, secret = text.partition(":")
    if scheme.lower() != "basic" or not colon:
        return Refusal(INVALID_CLIENT, "")
    return unquote_plus(name), unquote_plus(secret)


def check_grant_type(client: UserPoolClient, grant: str) -> Check:
    """Whether the client has the grant: `code` or `client_credentials`."""
    question, place = "does the client have this grant?", client.origin.at("AllowedOAuthFlows")
    found = ", ".join(client.allowed_oauth_flows) or "none"
    if client.allowed_oauth_flows_user_pool_client and grant in client.allowed_oauth_flows:
        return passed(question, found, _SOURCE, location=place)
    return refused(Refusal("unauthorized_client", ""), question, found, _SOURCE, location=place)


def unknown_grant_type(grant: str | None) -> Check:
    """The refusal of a grant_type that there is none of."""
    question = "is there such a grant?"
    refusal = Refusal("unsupported_grant_type" if grant else "invalid_request", "")
    return refused(refusal, question, grant or "no grant_type", _SOURCE)


def need_member(form: Mapping[str, str], name: str) -> Check:
    """Whether the form has what the grant needs."""
    question = f"does the request have {name}?"
    if form.get(name):
        return passed(question, "yes", _SOURCE)
    return refused(Refusal("invalid_request", ""), question, "no", _SOURCE)


def client_scopes(
    known: frozenset[str], client: UserPoolClient, text: str | None
) -> Decision[tuple[str, ...] | Refusal]:
    """The custom scopes that a client gets for itself: those asked for, or all it has; one that it may not have
    refuses all. `known` are those of the pool's resource servers. # idp:token-endpoint"""
    question, place = "which scopes does the client get?", client.origin.at("AllowedOAuthScopes")
    held = tuple(scope for scope in client.allowed_oauth_scopes if scope in known)
    asked = tuple(dict.fromkeys((text or "").split()))
    for scope in asked:
        if scope not in held:
            refusal = Refusal("invalid_grant" if scope in known else "invalid_scope", "")
            return refused(refusal, question, f"{scope} is not among {', '.join(held)}", _SOURCE, location=place)
    step = Step(question, " ".join(asked or held), ", ".join(held) or "none", _SOURCE, location=place)
    return decided(asked or held, step)


def as_oauth(code: str, revoking: bool = False) -> str:
    """The endpoint's word for an error of the operation that does the same. # idp:token-endpoint"""
    if code == "UnsupportedTokenTypeException":
        return "unsupported_token_type"
    if code == "UnsupportedOperationException" or revoking:
        return "invalid_request"
    return "invalid_grant"


def check_api_token(pool: UserPool, client: UserPoolClient, by_api: bool) -> Check:
    """Whether a refresh token that the API gave out may be redeemed here: not where devices are remembered.
    # idp:refresh-token"""
    question, place = "may this refresh token be redeemed here?", pool.origin.at("DeviceConfiguration")
    if not by_api or pool.devices is None:
        return passed(question, "an API token" if by_api else "of an authorization", "idp:refresh-token")
    found = "an API token, and the pool remembers devices"
    return refused(Refusal("invalid_grant", ""), question, found, "idp:refresh-token", location=place)


def client_metadata(text: str | None) -> Decision[dict[str, str] | Refusal]:
    """`aws_client_metadata`, a JSON object of texts, which reaches the pre-token trigger. # idp:token-endpoint"""
    question = "is aws_client_metadata an object of texts?"
    if text is None:
        return decided({}, Step(question, "not sent", "", _SOURCE))
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict) or not all(isinstance(value, str) for value in read.values()):
        return refused(Refusal("invalid_request", ""), question, "no", _SOURCE, assumption=UNSEEN_TEXTS)
    return decided(read, Step(question, "yes", ", ".join(sorted(read)), _SOURCE))
