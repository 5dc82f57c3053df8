"""Could this user sign in through this client, given the right password: what the account and the client say.

A static answer asks this in place of a sign-in, so it looks at everything but the proof itself.

1. A disabled account signs in nowhere.
2. The status: an unconfirmed account must be confirmed first, one in reset must reset first. An account that an
   administrator made can, as long as its temporary password is valid: it must then set a password of its own.
3. There is something to prove: a password, or, in a choice-based sign-in, control of an address or a passkey.
4. The client allows a flow that this account can walk. Flows of the API and of managed login are separate permissions.
5. The functions around the sign-in let the user pass; where only a custom flow is open, they are asked where it leads.
   What a function answers is known where the world declares it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions import first_factors
from cogsim.decisions.app_client import allow_flow
from cogsim.decisions.next_challenge import factor_asked
from cogsim.decisions.passkeys import relying_party
from cogsim.decisions.refusals import INCORRECT, after
from cogsim.decisions.sign_in import account, check_enabled
from cogsim.decisions.trigger_walk import pass_guards, walk_custom_flow
from cogsim.errors import NotModelled
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import DEFAULT_AUTH_FLOWS, UserPoolClient
from cogsim.world.world import World

_DAY = 86400.0
#: Flows of the API that a password, or the proof of one, opens. # idp:app-clients
_PASSWORD_FLOWS = ("USER_SRP_AUTH", "USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH")
_CUSTOM_FLOWS = ("ALLOW_CUSTOM_AUTH", "CUSTOM_AUTH_FLOW_ONLY")

Eligibility = Decision[Refusal | None]


def may_sign_in(
    pool: UserPool, client: UserPoolClient, user: PoolUser, *, now: float, world: World | None = None
) -> Eligibility:
    """None where the right password, a code or a passkey (or the external provider) signs `user` in through `client`
    at `now` (seconds), else the error that the sign-in would meet. A second factor is taken to be passed, or set up,
    and said so; so are the challenges of a custom flow, where no other is open. `world` knows the declared functions
    and the pool's domains; without it no function is asked, and no passkey counts."""
    usual = _by_password_or_provider(pool, client, user, now, world)
    if usual.value is None or allow_flow(client, "USER_AUTH").value is not None:
        return usual
    chosen = _by_other_factor(pool, client, user, world)
    if chosen is None:
        return usual
    passed_over = tuple(replace(step, decides=False) for step in usual.steps)
    return Decision(chosen.value, passed_over + chosen.steps)


def _by_other_factor(pool: UserPool, client: UserPoolClient, user: PoolUser, world: World | None) -> Eligibility | None:
    """The sign-in that begins with a code or a passkey, taken to be given; None where there is none for this user.
    # idp:passwordless"""
    party = relying_party(world, pool).value if world is not None else None
    found = first_factors.available(pool, user, None if isinstance(party, Refusal) else party)
    others = [each for each in found.value if each not in (first_factors.PASSWORD, first_factors.PASSWORD_SRP)]
    ways = [each for each in others if first_factors.may_be_put(client, user, each).value is None]
    if first_factors.check_plan(pool).value is not None or not ways:
        return None
    question, place = "can it begin with a code or a passkey?", client.origin.at("ExplicitAuthFlows")
    step = Step(
        question,
        f"yes, taken to be given: {', '.join(ways)}",
        "USER_AUTH",
        "idp:passwordless",
        location=place,
        decides=True,
    )
    way: Eligibility = decided(None, step, after=found.steps)
    if world is not None and {"PreAuthentication", "PostAuthentication"} & set(pool.triggers):
        return after(way, pass_guards(world, pool, client, user))
    return way


def _by_password_or_provider(
    pool: UserPool, client: UserPoolClient, user: PoolUser, now: float, world: World | None
) -> Eligibility:
    steps: tuple[Step, ...] = ()
    custom = _by_custom_flow_only(pool, client, user)
    for answer in _answers(pool, client, user, now, world, custom=custom):
        steps += answer.steps
        if answer.value is not None:
            return Decision(answer.value, steps)
    if custom:
        return Decision(None, steps)
    factor = factor_asked(pool, user)
    if isinstance(factor.value, Refusal):
        return Decision(factor.value, steps + factor.steps)
    taken = (Step("is it given?", "taken to be", pool.mfa, "idp:mfa"),) if factor.value is not None else ()
    return Decision(None, (*steps, *factor.steps, *taken))


def _answers(
    pool: UserPool, client: UserPoolClient, user: PoolUser, now: float, world: World | None, *, custom: bool
) -> Iterator[Eligibility]:
    """What is asked one after the other, until something refuses."""
    yield _account(pool, client, user, now, by_password=not custom)
    if custom and world is None:
        raise NotModelled("a sign-in by custom challenges", hint=f"client {client.name} allows no other flow")
    if custom and world is not None:
        yield walk_custom_flow(world, pool, client, user)
    else:
        yield _flow(pool, client, user)
    if world is not None and {"PreAuthentication", "PostAuthentication"} & set(pool.triggers):
        yield pass_guards(world, pool, client, user)


def _by_custom_flow_only(pool: UserPool, client: UserPoolClient, user: PoolUser) -> bool:
    """Whether a custom flow is the one way in: the client allows no other, or there is no password to prove."""
    if user.status is UserStatus.EXTERNAL_PROVIDER or "DefineAuthChallenge" not in pool.triggers:
        return False
    allowed = bool(set(_CUSTOM_FLOWS) & set(client.explicit_auth_flows or DEFAULT_AUTH_FLOWS))
    return allowed and (user.password is None or not (_open_flows(pool, client) or _hosted(client, user)))


def _account(
    pool: UserPool, client: UserPoolClient, user: PoolUser, now: float, *, by_password: bool = True
) -> Eligibility:
    """What a sign-in would find of the account, with the password right or the external provider content."""
    if user.status is UserStatus.EXTERNAL_PROVIDER:
        enabled = check_enabled(client, user)
        return enabled if enabled.value is not None else decided(None, _external_step(user), after=enabled.steps)
    if by_password and user.status is UserStatus.CONFIRMED and user.password is None:
        place = user.origin.location
        step = Step(
            "has the account a password?", "no", user.username, "idp:user-accounts", location=place, decides=True
        )
        return decided(INCORRECT, step)
    found = account(pool, client, user, now)
    return Decision(found.value if isinstance(found.value, Refusal) else None, found.steps)


def _external_step(user: PoolUser) -> Step:
    question = "what does the user's status allow?"
    return Step(
        question, "tokens, through its provider", user.status, "idp:user-accounts", location=user.origin.location
    )


def _flow(pool: UserPool, client: UserPoolClient, user: PoolUser) -> Eligibility:
    """The flows of the API are for local accounts; managed login is for those whose provider the client lists."""
    external = user.status is UserStatus.EXTERNAL_PROVIDER
    question = "does the client allow a flow that this account can walk?"
    flows = () if external else _open_flows(pool, client)
    if flows:
        return Decision(None, flows)
    listed = _hosted(client, user)
    if listed:
        place = client.origin.at("SupportedIdentityProviders")
        return decided(
            None, Step(question, "yes, by managed login", ", ".join(listed), "idp:app-clients", location=place)
        )
    step = Step(
        question,
        "no",
        ", ".join(client.explicit_auth_flows) or "none",
        "idp:app-clients",
        location=client.origin.at("ExplicitAuthFlows"),
        decides=True,
    )
    return decided(Refusal("InvalidParameterException", "Initiate Auth method not supported."), step)


def _hosted(client: UserPoolClient, user: PoolUser) -> tuple[str, ...]:
    """The providers through which managed login lets the account in by this client."""
    external = user.status is UserStatus.EXTERNAL_PROVIDER
    if not client.allowed_oauth_flows_user_pool_client or not {"code", "implicit"} & set(client.allowed_oauth_flows):
        return ()
    return tuple(name for name in client.supported_identity_providers if (name != "COGNITO") == external)


def _open_flows(pool: UserPool, client: UserPoolClient) -> tuple[Step, ...]:
    """The steps that admit the first flow a password opens; none where there is none."""
    for flow in _PASSWORD_FLOWS:
        allowed = allow_flow(client, flow)
        if allowed.value is None:
            return allowed.steps
    by_choice = "ALLOW_USER_AUTH" in client.explicit_auth_flows and first_factors.check_plan(pool).value is None
    if not by_choice or first_factors.PASSWORD not in pool.first_factors:
        return ()
    # idp:app-clients: it admits passwords and their proof where their own flows are not listed
    place = client.origin.at("ExplicitAuthFlows")
    return (Step("does the client allow USER_AUTH?", "yes", "ALLOW_USER_AUTH", "idp:app-clients", location=place),)
