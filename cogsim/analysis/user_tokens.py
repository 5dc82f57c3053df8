"""The claims of the ID token that a user pool would issue, statically: no token is made."""

from __future__ import annotations

from cogsim.analysis.passage import NOW
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.oauth_grant import Grant
from cogsim.decisions.token_contents import Claims, Issue, access_claims, id_claims
from cogsim.decisions.token_triggers import Shaped, shape_by_rules
from cogsim.decisions.trigger_events import Function, function_of
from cogsim.decisions.trigger_rules import find_trigger
from cogsim.entropy import named
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World


def issue(user: PoolUser, grant: Grant | None = None) -> Issue:
    """The particulars of the token that a static answer reads: a sign-in at `NOW`, its ids functions of the user."""
    draw = named("analysis/token", user.pool_id, user.username)
    jti, origin_jti, event_id = draw.uuid(), draw.uuid(), draw.uuid()
    return Issue(now=NOW, auth_time=NOW, jti=jti, origin_jti=origin_jti, event_id=event_id, grant=grant)


def shaped_claims(
    world: World, pool: UserPool, client: UserPoolClient, user: PoolUser, grant: Grant | None = None
) -> Decision[Claims | Refusal]:
    """The claims of the ID token as the pool's function for them leaves them, where it is declared; one that is not
    leaves open everything that follows from the claims. `grant` is that of a sign-in on the pages. # idp:pre-token"""
    both = shaped_pair(world, pool, client, user, grant)
    return decided(both.value if isinstance(both.value, Refusal) else both.value[0], *both.steps)


def shaped_pair(
    world: World, pool: UserPool, client: UserPoolClient, user: PoolUser, grant: Grant | None = None
) -> Decision[Shaped | Refusal]:
    """The claims of both tokens, the ID token's first; the steps tell of the ID token. # idp:pre-token"""
    issued = issue(user, grant)
    claims = id_claims(world, pool, client, user, issued)
    both = (claims.value, access_claims(world, pool, client, user, issued).value)
    function = function_of(pool, "PreTokenGeneration")
    if function is None:
        return decided(both, *claims.steps)
    declared = find_trigger(world, function.arn)
    if declared is None:
        return decided(both, unread_step(pool, function, "change in the claims"), after=claims.steps)
    hosted = grant is not None or user.status is UserStatus.EXTERNAL_PROVIDER
    source = "TokenGeneration_HostedAuth" if hosted else "TokenGeneration_Authentication"
    shaped = shape_by_rules(world, pool, client, user, function, declared, both, source)
    return decided(shaped.value, *shaped.steps, after=claims.steps)


def unread_step(pool: UserPool, function: Function, what: str) -> Step:
    """What stands where a function's answer is not known: things are taken to stay as they are."""
    return Step(
        f"what does the trigger {function.setting} {what}?",
        "unknown: a function's code is not read, so the claims stand as they are",
        function.arn,
        "idp:pre-token",
        location=pool.origin.at(f"LambdaConfig.{function.setting}"),
        facts=(("unresolved", function.arn),),
    )
