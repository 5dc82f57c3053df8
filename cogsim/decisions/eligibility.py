"""Could this user sign in through this client, given the right password: what the account and the client say.

A static answer asks this in place of a sign-in, so it looks at everything but the proof itself.

1. A disabled account signs in nowhere.
2. The status: an unconfirmed account must be confirmed first, one in reset must reset first. An account that an
   administrator made can, as long as its temporary password is valid: it must then set a password of its own.
3. There is something to prove: an account that is confirmed and has no password has none.
4. The client allows a flow that this account can walk. Flows of the API and of managed login are separate permissions.
"""

from __future__ import annotations

from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.app_client import allow_flow
from cogsim.errors import NotModelled
from cogsim.world.user_pool import PoolUser, UserPool, UserPoolClient, UserStatus

_DAY = 86400.0
#: Flows of the API that a password, or the proof of one, opens. # idp:app-clients
_PASSWORD_FLOWS = ("USER_SRP_AUTH", "USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH")
_CUSTOM_FLOWS = ("ALLOW_CUSTOM_AUTH", "CUSTOM_AUTH_FLOW_ONLY")

Eligibility = Decision[Refusal | None]


def may_sign_in(pool: UserPool, client: UserPoolClient, user: PoolUser, *, now: float) -> Eligibility:
    """None where the right password (or the external provider) signs `user` in through `client` at `now` (seconds),
    else the error that the sign-in would meet. A second factor is taken to be passed, and said so."""
    steps: tuple[Step, ...] = ()
    for answer in (_enabled(user), _status(pool, user, now), _flow(pool, client, user)):
        steps += answer.steps
        if answer.value is not None:
            return Decision(answer.value, steps)
    if pool.mfa != "ON":
        return Decision(None, steps)
    place = pool.origin.at("MfaConfiguration")
    step = Step("is a second factor needed?", "yes, taken to be passed", pool.mfa, "idp:mfa", location=place)
    return decided(None, step, after=steps)


def _enabled(user: PoolUser) -> Eligibility:
    question, place = "is the account enabled?", user.origin.location
    if user.enabled:
        return decided(None, Step(question, "yes", user.username, "idp:user-accounts", Basis.OBSERVED, place))
    step = Step(question, "no", user.username, "idp:user-accounts", Basis.OBSERVED, place, decides=True)
    return decided(Refusal("NotAuthorizedException", "User is disabled."), step)


def _status(pool: UserPool, user: PoolUser, now: float) -> Eligibility:
    match user.status:
        case UserStatus.UNCONFIRMED:
            return _stopped(user, Refusal("UserNotConfirmedException", "User is not confirmed."))
        case UserStatus.RESET_REQUIRED:
            return _stopped(user, Refusal("PasswordResetRequiredException", "Password reset required for the user"))
        case UserStatus.FORCE_CHANGE_PASSWORD:
            return _invited(pool, user, now)
        case UserStatus.CONFIRMED if user.password is None:
            return _stopped(user, Refusal("NotAuthorizedException", "Incorrect username or password."), "no password")
        case _:
            return decided(None, _status_step(user, "yes", str(user.status)))


def _invited(pool: UserPool, user: PoolUser, now: float) -> Eligibility:
    """The temporary password is the one the invitation carries, whether or not the world knows it. # idp:policies"""
    days, since = pool.password_policy.temporary_validity_days, user.temporary_password_set_at
    if since is not None and now > since + days * _DAY:
        text = "Temporary password has expired and must be reset by an administrator."
        return _stopped(user, Refusal("NotAuthorizedException", text), f"valid for {days} days")
    return decided(None, _status_step(user, "yes, once she sets a password of her own", str(user.status)))


def _stopped(user: PoolUser, refusal: Refusal, found: str = "") -> Eligibility:
    return decided(refusal, _status_step(user, "no", found or str(user.status), decides=True))


def _status_step(user: PoolUser, answer: str, found: str, decides: bool = False) -> Step:
    question = "may an account in this status sign in?"
    return Step(question, answer, found, "idp:user-accounts", Basis.OBSERVED, user.origin.location, decides=decides)


def _flow(pool: UserPool, client: UserPoolClient, user: PoolUser) -> Eligibility:
    """The flows of the API are for local accounts; managed login is for those whose provider the client lists."""
    external = user.status is UserStatus.EXTERNAL_PROVIDER
    question = "does the client allow a flow that this account can walk?"
    flows = () if external else _open_flows(client)
    listed = tuple(name for name in client.supported_identity_providers if (name != "COGNITO") == external)
    hosted = client.allowed_oauth_flows_user_pool_client and {"code", "implicit"} & set(client.allowed_oauth_flows)
    if flows:
        return Decision(None, flows)
    if hosted and listed:
        place = client.origin.at("SupportedIdentityProviders")
        return decided(
            None, Step(question, "yes, by managed login", ", ".join(listed), "idp:app-clients", location=place)
        )
    if not external and set(_CUSTOM_FLOWS) & set(client.explicit_auth_flows) and "DefineAuthChallenge" in pool.triggers:
        raise NotModelled("a sign-in by custom challenges", hint=f"client {client.name} allows no other flow")
    step = Step(
        question,
        "no",
        ", ".join(client.explicit_auth_flows) or "none",
        "idp:app-clients",
        location=client.origin.at("ExplicitAuthFlows"),
        decides=True,
    )
    return decided(Refusal("InvalidParameterException", "Initiate Auth method not supported."), step)


def _open_flows(client: UserPoolClient) -> tuple[Step, ...]:
    """The steps that admit the first flow a password opens; none where there is none."""
    for flow in _PASSWORD_FLOWS:
        allowed = allow_flow(client, flow)
        if allowed.value is None:
            return allowed.steps
    if "ALLOW_USER_AUTH" not in client.explicit_auth_flows:
        return ()
    # idp:app-clients: it admits passwords and their proof where their own flows are not listed
    place = client.origin.at("ExplicitAuthFlows")
    return (Step("does the client allow USER_AUTH?", "yes", "ALLOW_USER_AUTH", "idp:app-clients", location=place),)
