"""GetUserAuthFactors and AdminGetUserAuthFactors: by what a user can sign in. # idp:GetUserAuthFactors"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_user, token_bearer
from cogsim.aws.services.cognito_idp.users import factor_settings
from cogsim.decision import Refusal
from cogsim.decisions.first_factors import configured
from cogsim.decisions.passkeys import relying_party
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool


@operation("cognito-idp:GetUserAuthFactors", reads_only=True)
def get_user_auth_factors(ctx: CallContext, /, *, AccessToken: str) -> Mapping[str, Any]:
    """The signed-in user's own factors."""
    bearer = token_bearer(ctx, AccessToken)
    return _factors(ctx, bearer.pool, bearer.user)


@operation("cognito-idp:AdminGetUserAuthFactors", requires=on_pool("AdminGetUserAuthFactors"), reads_only=True)
def admin_get_user_auth_factors(ctx: CallContext, /, *, UserPoolId: str, Username: str) -> Mapping[str, Any]:
    """Any user's factors."""
    return _factors(ctx, *operators_user(ctx, UserPoolId, Username))


def _factors(ctx: CallContext, pool: UserPool, user: PoolUser) -> Mapping[str, Any]:
    party = relying_party(ctx.world, pool).value
    names = ctx.take(configured(pool, user, None if isinstance(party, Refusal) else party))
    members: dict[str, Any] = {"Username": user.username, "ConfiguredUserAuthFactors": list(names)}
    return members | factor_settings(user)
