"""What an app client may ask for itself: the flow, and the scopes of resource servers. # idp:resource-servers"""

from __future__ import annotations

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.refusals import INVALID_PARAMETER, NOT_AUTHORIZED, UNSEEN_TEXTS, Check, passed, refused
from cogsim.world.user_pool_client import UserPoolClient

_SOURCE = "idp:resource-servers"
_FLOW = "ALLOW_CLIENT_TOKEN_AUTH"


def permit_client_token(client: UserPoolClient) -> Check:
    """Whether the client gets tokens for itself: by a flow that excludes every other."""
    question, place = "may the client sign itself in?", client.origin.at("ExplicitAuthFlows")
    found = ", ".join(client.explicit_auth_flows)
    if client.explicit_auth_flows == (_FLOW,):
        return passed(question, found, _SOURCE, location=place)
    refusal = Refusal(NOT_AUTHORIZED, "Client token flow is not enabled for this client")
    return refused(refusal, question, found, _SOURCE, location=place, assumption=UNSEEN_TEXTS)


def grant_scopes(client: UserPoolClient, asked: tuple[str, ...]) -> Decision[tuple[str, ...] | Refusal]:
    """The scopes the token carries: those asked for, or all of the client's own where none is. Scopes that belong to a
    user (openid, profile…) are nothing a client has."""
    question, place = "which scopes does the client have?", client.origin.at("AllowedOAuthScopes")
    own = tuple(scope for scope in client.allowed_oauth_scopes if "/" in scope)
    for scope in asked:
        if scope not in own:
            refusal = Refusal(INVALID_PARAMETER, f"Invalid scope requested: {scope}")
            return refused(refusal, question, ", ".join(own), _SOURCE, location=place, assumption=UNSEEN_TEXTS)
    granted = asked or own
    step = Step(question, ", ".join(granted) or "none", ", ".join(own), _SOURCE, location=place, decides=True)
    return decided(granted, step)
