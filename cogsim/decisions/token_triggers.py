"""What a pre-token-generation trigger makes of the claims: its response applied, within the limits it has.

1. What identifies a token, its times, its subject and its client cannot be changed; nor can `cognito:` claims, but for
   the groups, which an override of groups replaces whole: groups, roles and preferred role, with no look at the
   memberships. It shows in both tokens.
2. Suppressing `cognito:groups` takes the roles and the preferred role along. Suppression wins over addition.
3. `dev:` attributes can be suppressed only; an access token's `aud` can be its client and nothing else.
4. Version 1 changes the ID token only (and the groups of both), with texts; versions 2 and 3 change both tokens, with
   values of any type but for four claims, and the scopes.
# idp:pre-token
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.group_claims import GroupClaims, group_claims
from cogsim.decisions.trigger_events import UNRECOGNIZABLE, Function, blank_response, event, taken_back, user_attributes
from cogsim.decisions.trigger_rules import apply, paths_read
from cogsim.world.pool_members import Trigger
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

#: Claims that no trigger changes, beside those that begin with `cognito:`.
PROTECTED = frozenset(
    (
        *("acr", "amr", "at_hash", "aud", "auth_time", "azp", "client_id", "device_key", "event_id", "exp", "iat"),
        *("identities", "iss", "jti", "nbf", "nonce", "origin_jti", "sub", "token_use", "username", "version"),
    )
)
#: Claims of an ID token that stay texts whatever the version.
_TEXT_CLAIMS = frozenset(("address", "email_verified", "phone_number_verified", "updated_at"))
#: The most claims and scopes that a trigger may add. # idp:quotas
MOST_ADDED = 5000

SELF_SERVICE = "aws.cognito.signin.user.admin"
_FORBIDDEN, _SELF_SERVICE, _ROLES_FORM = (
    "cognito.tokenTriggerForbidden",
    "cognito.tokenTriggerAddsSelfService",
    "cognito.rolesClaimForm",
)
_GROUP_CLAIMS = ("cognito:groups", "cognito:roles", "cognito:preferred_role")

Claims = Mapping[str, object]
#: The claims of the ID token (empty where there is none) and those of the access token.
Shaped = tuple[Claims, Claims]


@dataclass(slots=True)
class _Account:
    """What was changed and what was passed over, for the steps."""

    changed: list[str] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    self_service_added: bool = False


def shape(
    version: str, response: Mapping[str, Any], id_claims: Claims, access_claims: Claims, client_id: str
) -> Decision[Shaped | Refusal]:
    """Both tokens' claims after the trigger's response in that version of its events ("1", "2" or "3")."""
    account = _Account()
    own: Mapping[str, Any]
    access: Mapping[str, Any]
    if version == "1":
        details = response.get("claimsOverrideDetails") or {}
        own, access = details, {}
    else:
        details = response.get("claimsAndScopeOverrideDetails") or {}
        own, access = details.get("idTokenGeneration") or {}, details.get("accessTokenGeneration") or {}
    if _added(own) + _added(access) > MOST_ADDED:
        found = f"more than {MOST_ADDED} claims and scopes"
        return decided(UNRECOGNIZABLE, Step(_QUESTION, "too much", found, "idp:quotas", decides=True))
    shaped_id = _id_token(dict(id_claims), details, own, account) if id_claims else {}
    shaped_access = _access_token(dict(access_claims), details, access, client_id, account)
    if account.passed_over and choice(_FORBIDDEN) == "refused":
        return decided(UNRECOGNIZABLE, _passed_over(account))
    return decided((shaped_id, shaped_access), *_steps(account))


_QUESTION = "what does the trigger change in the tokens?"


def _added(generation: Mapping[str, Any]) -> int:
    return len(generation.get("claimsToAddOrOverride") or ()) + len(generation.get("scopesToAdd") or ())


def _id_token(
    claims: dict[str, object], details: Mapping[str, Any], own: Mapping[str, Any], account: _Account
) -> dict[str, object]:
    for name, value in _additions(own):
        if _protected(name) or (name in _TEXT_CLAIMS and not isinstance(value, str)):
            account.passed_over.append(f"{name} of the ID token")
        else:
            claims[name] = value
            account.changed.append(f"{name} of the ID token")
    if "groupOverrideDetails" in details:
        _override_groups(claims, details["groupOverrideDetails"] or {}, _GROUP_CLAIMS)
        account.changed.append("the groups")
    _suppress(claims, own, "ID token", account)
    return claims


def _access_token(
    claims: dict[str, object],
    details: Mapping[str, Any],
    access: Mapping[str, Any],
    client_id: str,
    account: _Account,
) -> dict[str, object]:
    for name, value in _additions(access):
        allowed = value == client_id if name == "aud" else not _protected(name) and name != "scope"
        if allowed:
            claims[name] = value
        (account.changed if allowed else account.passed_over).append(f"{name} of the access token")
    if "groupOverrideDetails" in details:
        _override_groups(claims, details["groupOverrideDetails"] or {}, _GROUP_CLAIMS[:1])
    _suppress(claims, access, "access token", account)
    _change_scopes(claims, access, account)
    return claims


def _additions(generation: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """What is to be added, by name; null adds nothing."""
    given = generation.get("claimsToAddOrOverride") or {}
    return [(name, given[name]) for name in sorted(given) if given[name] is not None]


def _protected(name: str) -> bool:
    return name in PROTECTED or name.startswith(("cognito:", "dev:"))


def _override_groups(claims: dict[str, object], groups: Mapping[str, Any], names: tuple[str, ...]) -> None:
    """The group claims of the override in place of those there were; none where the override has none."""
    roles = groups.get("iamRolesToOverride") or []
    written: dict[str, object] = {
        "cognito:groups": list(groups.get("groupsToOverride") or []),
        "cognito:roles": list(roles) if choice(_ROLES_FORM) == "array" else ",".join(roles),
        "cognito:preferred_role": groups.get("preferredRole"),
    }
    for name in names:
        if written[name]:
            claims[name] = written[name]
        else:
            claims.pop(name, None)


def _suppress(claims: dict[str, object], generation: Mapping[str, Any], token: str, account: _Account) -> None:
    for name in generation.get("claimsToSuppress") or ():
        if name == "cognito:groups":
            for each in _GROUP_CLAIMS:
                claims.pop(each, None)
            account.changed.append(f"no groups in the {token}")
        elif _protected(name) and not name.startswith("dev:"):
            account.passed_over.append(f"suppression of {name} of the {token}")
        elif claims.pop(name, None) is not None:
            account.changed.append(f"no {name} in the {token}")


def _change_scopes(claims: dict[str, object], access: Mapping[str, Any], account: _Account) -> None:
    before = str(claims.get("scope", "")).split()
    held = dict.fromkeys(before)
    for scope in access.get("scopesToAdd") or ():
        barred = scope == SELF_SERVICE and scope not in before and choice(_SELF_SERVICE) == "no"
        if not scope or barred or scope.split() != [scope]:
            account.passed_over.append(f"the scope {scope!r}")
            account.self_service_added |= barred
            continue
        account.self_service_added |= scope == SELF_SERVICE and scope not in before
        held[scope] = None
    for scope in access.get("scopesToSuppress") or ():
        held.pop(scope, None)
    if list(held) == before:
        return
    account.changed.append(f"the scopes: {' '.join(held) or 'none'}")
    claims["scope"] = " ".join(held)
    if not held:
        del claims["scope"]


def _steps(account: _Account) -> list[Step]:
    steps = [Step(_QUESTION, ", ".join(account.changed) or "nothing", "its response", "idp:pre-token")]
    if account.self_service_added:
        question = "may the trigger add the scope of the self-service operations?"
        source, name = "idp:pre-token", _SELF_SERVICE
        steps.append(Step(question, choice(name), SELF_SERVICE, source, Basis.ASSUMED, assumption=name))
    return [*steps, _passed_over(account)] if account.passed_over else steps


def _passed_over(account: _Account) -> Step:
    question = "does the trigger change what it may not?"
    answer = "yes, and it is passed over" if choice(_FORBIDDEN) == "ignored" else "yes, and the call is refused"
    found = ", ".join(account.passed_over)
    return Step(question, answer, found, "idp:pre-token", Basis.ASSUMED, assumption=_FORBIDDEN)


# The event


def token_event(
    pool: UserPool,
    function: Function,
    client: UserPoolClient,
    user: PoolUser | None,
    groups: GroupClaims,
    source: str,
    scopes: str,
    metadata: Mapping[str, str],
) -> dict[str, Any]:
    """The event for a user's tokens, or for a client's own where `user` is None. # idp:pre-token"""
    configuration = {
        "groupsToOverride": list(groups.groups),
        "iamRolesToOverride": list(groups.roles),
        "preferredRole": groups.preferred_role,
    }
    request: dict[str, Any] = {
        "userAttributes": user_attributes(pool, user) if user else {},
        "groupConfiguration": configuration if user else None,
    }
    if function.version != "1":
        request["scopes"] = scopes.split()
    if metadata:
        request["clientMetadata"] = dict(metadata)
    username = user.username if user else "ClientCredentials"
    blank = blank_response("PreTokenGeneration", function.version)
    return event(pool, function, source, username, client.id, request, blank)


def shape_by_rules(
    world: World,
    pool: UserPool,
    client: UserPoolClient,
    user: PoolUser,
    function: Function,
    declared: Trigger,
    claims: Shaped,
    source: str,
) -> Decision[Shaped | Refusal]:
    """What a declared trigger makes of a user's claims: for answers that run nothing. ClientMetadata is the app's to
    choose and is taken to be absent; a rule that reads it leaves the answer open, and a step says so."""
    groups = group_claims(world, user)
    made = token_event(pool, function, client, user, groups.value, source, str(claims[1].get("scope", "")), {})
    answered = apply(declared, "PreTokenGeneration", made)
    steps = (*_open_steps(declared), *answered.steps)
    if isinstance(answered.value, Refusal):
        return decided(answered.value, *steps)
    response = taken_back(function, "PreTokenGeneration", {"response": answered.value})
    if isinstance(response, Refusal):
        return decided(response, *steps)
    shaped = shape(function.version, response, *claims, client.id)
    return decided(shaped.value, *shaped.steps, after=steps)


def _open_steps(declared: Trigger) -> tuple[Step, ...]:
    if not any(path.startswith("request.clientMetadata") for path in paths_read(declared)):
        return ()
    question, answer = (
        "what does the app send the trigger as ClientMetadata?",
        "unknown: the app chooses it, and it is taken to be nothing",
    )
    place, facts = declared.origin.location, (("unresolved", "request.clientMetadata"),)
    return (Step(question, answer, declared.function_arn, "idp:triggers", location=place, facts=facts),)
