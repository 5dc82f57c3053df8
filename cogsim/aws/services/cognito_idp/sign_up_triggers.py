"""PreSignUp: a function looks at an account before it is made, and may refuse, confirm or verify it. # idp:triggers"""

from __future__ import annotations

from dataclasses import replace

from cogsim.aws.context import CallContext
from cogsim.aws.services.cognito_idp import triggers
from cogsim.aws.services.cognito_idp.access import attribute_map
from cogsim.decisions.trigger_sign_up import check_proved, registered
from cogsim.decisions.usernames import NewName
from cogsim.world.user_pool import UserPool


def before_sign_up(ctx: CallContext, pool: UserPool, name: NewName, *, by_operator: bool) -> tuple[bool, NewName]:
    """Whether the account begins confirmed, and its name and attributes with what the function verified; the refusal
    raised where it refuses, or verifies an address that somebody else signs in by."""
    if not triggers.has_trigger(pool, "PreSignUp"):
        return False, name
    given = attribute_map(ctx.call.params.get("ValidationData"))
    response = triggers.fire(
        ctx,
        pool,
        "PreSignUp",
        "PreSignUp_AdminCreateUser" if by_operator else "PreSignUp_SignUp",
        username=name.username,
        client_id=triggers.client_of(ctx),
        attributes=name.attributes,
        request={"validationData": given or None, **triggers.metadata(ctx)},
    )
    granted = ctx.require(registered(response, name.attributes, by_operator=by_operator))
    if granted.proved:
        ctx.require(check_proved(ctx.world, pool, name.username, granted))
    return granted.confirmed, replace(name, attributes=granted.attributes)
