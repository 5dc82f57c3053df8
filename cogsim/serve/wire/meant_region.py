"""Which Region an unsigned request is for, where its address does not tell: a server is one address for all of them.

On AWS the host says it. Here it is the Region of what the request names: a pool, an app client, a token or an open
sign-in of a pool, an identity, a role. Nothing is decided by this but which Region's endpoint the request is for: the
door looks at every name and proof in that Region as ever, and what is nowhere stays in the server's own Region.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cogsim.arn import Arn
from cogsim.aws.services.cognito_idp.records import SESSIONS
from cogsim.aws.token_families import digest
from cogsim.decision import Refusal
from cogsim.serve.wire.destination import HOME_REGIONS, is_region
from cogsim.tokens.jwt import read

if TYPE_CHECKING:
    from cogsim.aws.state import State
    from cogsim.world.world import World


def meant_region(world: World, state: State, service: str, params: Mapping[str, Any]) -> str | None:
    """The Region of what `params` name, None where they name nothing that is in one."""
    named = {name: value for name, value in params.items() if isinstance(value, str)}
    if service == "cognito-idp":
        pool_id = _pool(world, state, named)
        return _region(pool_id.rpartition("_")[0]) if pool_id is not None and pool_id in world.user_pools else None
    if service == "cognito-identity":
        return _region((named.get("IdentityId") or named.get("IdentityPoolId") or "").partition(":")[0])
    role = Arn.try_parse(named.get("RoleArn", "")) if service == "sts" else None
    return HOME_REGIONS.get(role.partition) if role is not None and role.partition != "aws" else None


def _pool(world: World, state: State, named: Mapping[str, str]) -> str | None:
    """The id of the user pool that the request is about; a token's is read off its issuer, unverified."""
    client = world.clients.get(named.get("ClientId", ""))
    if client is not None:
        return client.pool_id
    if "AccessToken" in named:
        token = read(named["AccessToken"])
        issuer = "" if isinstance(token, Refusal) else token.claims.get("iss")
        return issuer.rpartition("/")[2] if isinstance(issuer, str) else None
    given = named.get("Session", "")
    session = SESSIONS.get(state, digest(given)) if given.isascii() else None
    return session.pool_id if session is not None else named.get("UserPoolId")


def _region(text: str) -> str | None:
    return text if is_region(text) else None
