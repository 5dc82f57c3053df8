"""A link in a mail that somebody opens: it confirms the sign-up whose code it holds. # idp:verification §links

The link leads to the pool's domain and is no operation of AWS's API, so it is opened by `cogsim:OpenConfirmationLink`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.confirm import prove
from cogsim.decisions import registration
from cogsim.decisions.message_texts import read_link


@operation("cogsim:OpenConfirmationLink")
def open_confirmation_link(ctx: CallContext, /, *, Url: str) -> Mapping[str, Any]:
    """What ConfirmSignUp does, with the code of the link; an alias that someone else holds is not taken over."""
    linked = ctx.require(registration.read_confirmation(ctx.world, read_link(Url)))
    pool = ctx.world.user_pools[linked.pool_id]
    user = ctx.world.pool_users[linked.pool_id, linked.username]
    prove(ctx, pool, user, linked.code, force=False, client_id=linked.client_id)
    return {}
