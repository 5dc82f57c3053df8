"""Whether the OAuth settings of an app client go together. # idp:app-clients

1. The client credentials grant stands alone, needs a secret and gives custom scopes only.
2. Codes and tokens are sent to addresses listed beforehand: absolute, without fragment, over TLS or to this machine.
3. A custom scope is one that a resource server of the pool has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cogsim.decision import Refusal
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, Check, passed, refused
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

#: The scopes that every pool has. # idp:scopes
OWN_SCOPES = ("openid", "email", "phone", "profile", "aws.cognito.signin.user.admin")
_WITH_OPENID = ("email", "phone", "profile")
_INVALID_FLOW = "InvalidOAuthFlowException"
_SOURCE = "idp:app-clients"
_QUESTION = "do the OAuth settings go together?"
_ABSOLUTE = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?P<rest>.+)", re.DOTALL)
#: Hosts of this machine, which take redirects over plain HTTP, on any port.
_THIS_MACHINE = re.compile(r"//(localhost|127\.0\.0\.1|\[::1\])(:\d+)?([/?].*)?", re.ASCII | re.DOTALL)

#: The code of a refusal, its text, what was found, and whether the text was observed.
_Fault = tuple[str, str, str, bool]


def check(world: World, pool: UserPool, client: UserPoolClient) -> Check:
    """The first thing that AWS refuses in the client's OAuth settings, if any."""
    fault = next(_faults(world, pool, client), None)
    if fault is None:
        return passed(_QUESTION, ", ".join(client.allowed_oauth_flows) or "none", _SOURCE)
    code, text, found, observed = fault
    assumption = None if observed else UNSEEN_TEXTS
    return refused(Refusal(code, text), _QUESTION, found, _SOURCE, assumption=assumption)


def _faults(world: World, pool: UserPool, client: UserPoolClient) -> Iterator[_Fault]:
    yield from _missing(client)
    yield from _flows(client)
    yield from _scopes(world, pool, client)
    for url in (*client.callback_urls, *client.logout_urls):
        yield from _address(url)


def _missing(client: UserPoolClient) -> Iterator[_Fault]:
    """What a client that is to use OAuth leaves out."""
    if client.allowed_oauth_flows_user_pool_client and not (client.allowed_oauth_flows and client.allowed_oauth_scopes):
        text = (
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows."
        )
        yield INVALID_PARAMETER, text, "AllowedOAuthFlowsUserPoolClient", True
    if {"code", "implicit"} & set(client.allowed_oauth_flows) and not client.callback_urls:
        text = "CallbackUrls can not be empty when code flow or implicit flow is selected"
        yield _INVALID_FLOW, text, "no CallbackURLs", True


def _flows(client: UserPoolClient) -> Iterator[_Fault]:
    flows = client.allowed_oauth_flows
    if "client_credentials" not in flows:
        return
    if len(set(flows)) > 1:
        text = "client_credentials flow can not be selected along with code flow or implicit flow"
        yield _INVALID_FLOW, text, ", ".join(flows), True
    if client.secret is None:
        text = "client_credentials flow can not be selected if client does not have a client secret."
        yield _INVALID_FLOW, text, "no secret", True
    for scope in client.allowed_oauth_scopes:
        if scope in OWN_SCOPES:
            yield _INVALID_FLOW, f"{scope} is not supported with client_credentials flow", scope, True


def _scopes(world: World, pool: UserPool, client: UserPoolClient) -> Iterator[_Fault]:
    known = {*OWN_SCOPES, *custom_scopes(world, pool.id)}
    for scope in client.allowed_oauth_scopes:
        if scope not in known:
            yield "ScopeDoesNotExistException", f"Invalid scope requested: {scope}", scope, True
    alone = [scope for scope in client.allowed_oauth_scopes if scope in _WITH_OPENID]
    if alone and "openid" not in client.allowed_oauth_scopes:
        yield INVALID_PARAMETER, f"The scope {alone[0]} requires the scope openid", alone[0], False


def custom_scopes(world: World, pool_id: str) -> Iterator[str]:
    """The scopes of the pool's resource servers, as `identifier/scope`. # idp:resource-servers"""
    for server in world.resource_servers.values():
        if server.pool_id == pool_id:
            yield from (f"{server.identifier}/{name}" for name in server.scopes)


def _address(url: str) -> Iterator[_Fault]:
    """What keeps `url` from being an address to be redirected to."""
    absolute = _ABSOLUTE.fullmatch(url)
    if absolute is None or (absolute["scheme"].lower() in ("http", "https") and not absolute["rest"].startswith("//")):
        yield INVALID_PARAMETER, f"{url} is not an absolute URL", url, False
    elif "#" in url:
        yield INVALID_PARAMETER, f"{url} contains a fragment", url, False
    elif absolute["scheme"].lower() == "http" and not _THIS_MACHINE.fullmatch(absolute["rest"]):
        yield INVALID_PARAMETER, f"{url} cannot use the HTTP protocol.", url, True
