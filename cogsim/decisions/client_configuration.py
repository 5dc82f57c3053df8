"""What CreateUserPoolClient and UpdateUserPoolClient make of an app client, or why they refuse. # idp:app-clients

1. An update replaces: what is settable and left out returns to its default; the secret is not settable.
2. A client may write what users of the pool must have, never what proves an address, and only what the schema has.
3. OAuth settings go together: flows with scopes that exist, redirects to absolute addresses over TLS or this machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cogsim.decision import Decision, Refusal
from cogsim.decisions import client_oauth, feature_plans
from cogsim.decisions.attribute_permissions import NEVER_WRITABLE
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, Check, all_of, passed, refused
from cogsim.errors import InvalidValue
from cogsim.frozen import freeze
from cogsim.persistent import Map
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import (
    ROTATION_WITHOUT_FLOWS,
    UserPoolClient,
    check_combination,
    default_auth_flows,
)
from cogsim.world.world import World

UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
#: The unit of each validity where none is stated. # idp:api §TokenValidityUnitsType
DEFAULT_UNITS = {"AccessToken": "hours", "IdToken": "hours", "RefreshToken": "days"}
#: Seconds that a token is good for where nothing is stated.
DEFAULT_VALIDITIES = {"AccessToken": 3600, "IdToken": 3600, "RefreshToken": 30 * 86400}
#: The providers that every pool knows by name. # idp:api §CreateUserPoolClient
LOCAL_PROVIDER = "COGNITO"

_SOURCE = "idp:app-clients"
_RANGE = "Invalid range for token validity."
_VALIDITIES = ("AccessTokenValidity", "IdTokenValidity", "RefreshTokenValidity")
#: The settings of which the noun keeps whether somebody has stated them: they are answered only then.
_STATED = (
    *("AccessTokenValidity", "IdTokenValidity", "ExplicitAuthFlows", "PreventUserExistenceErrors"),
    "RefreshTokenRotation",
)
_KEPT_FURTHER = ("SecretCreated", "SecondSecretCreated")

Made = Decision[UserPoolClient | Refusal]


def configured(
    world: World, pool: UserPool, client: UserPoolClient, given: Mapping[str, Any], doing: str = "creating"
) -> Made:
    """`client` with every settable member as `given` has it, and at its default where it has not.

    `doing` is "creating" or "updating", as AWS's refusals have it.
    """
    try:
        made = replace(client, **_settings(client, given))
        check_combination(made)
    except InvalidValue as error:
        text, observed = (_RANGE, True) if error.path in _VALIDITIES else (str(error), False)
        return _invalid(text, "do the settings hold together?", error.path, observed=observed)
    checks = all_of(
        _flows_taken(made, stated=bool(given.get("ExplicitAuthFlows"))),
        _check_attributes("read", made.read_attributes, pool, doing),
        _check_attributes("write", made.write_attributes, pool, doing),
        _check_writable(pool, made, doing),
        _check_providers(world, pool, made),
        client_oauth.check(world, pool, made),
        feature_plans.check_plan_of_client(pool, made),
    )
    return Decision(checks.value or made, checks.steps)


def _settings(client: UserPoolClient, given: Mapping[str, Any]) -> dict[str, Any]:
    rotation = given.get("RefreshTokenRotation") or {}
    return {
        "explicit_auth_flows": tuple(
            given.get("ExplicitAuthFlows") or default_auth_flows(rotation.get("Feature") == "ENABLED")
        ),
        "read_attributes": _listed(given, "ReadAttributes"),
        "write_attributes": _listed(given, "WriteAttributes"),
        "access_token_validity": _seconds(given, "AccessToken"),
        "id_token_validity": _seconds(given, "IdToken"),
        "refresh_token_validity": _seconds(given, "RefreshToken"),
        "auth_session_validity": 60 * given.get("AuthSessionValidity", 3),
        "prevent_user_existence_errors": given.get("PreventUserExistenceErrors", "LEGACY"),
        "enable_token_revocation": given.get("EnableTokenRevocation", True),
        "refresh_token_rotation": rotation.get("Feature") == "ENABLED",
        "retry_grace_period": rotation.get("RetryGracePeriodSeconds", 0),
        "propagate_user_context": given.get("EnablePropagateAdditionalUserContextData", False),
        "supported_identity_providers": tuple(given.get("SupportedIdentityProviders") or ()),
        "allowed_oauth_flows": tuple(given.get("AllowedOAuthFlows") or ()),
        "allowed_oauth_scopes": tuple(given.get("AllowedOAuthScopes") or ()),
        "allowed_oauth_flows_user_pool_client": given.get("AllowedOAuthFlowsUserPoolClient", False),
        "callback_urls": tuple(given.get("CallbackURLs") or ()),
        "logout_urls": tuple(given.get("LogoutURLs") or ()),
        "default_redirect_uri": given.get("DefaultRedirectURI"),
        "further": _further(client, given),
    }


def _listed(given: Mapping[str, Any], member: str) -> tuple[str, ...] | None:
    stated = given.get(member)
    return None if stated is None else tuple(stated)


def _seconds(given: Mapping[str, Any], token: str) -> int:
    """A validity in seconds; 0 means AWS's default."""
    unit = (given.get("TokenValidityUnits") or {}).get(token, DEFAULT_UNITS[token])
    return int(given.get(f"{token}Validity") or 0) * UNITS[unit] or DEFAULT_VALIDITIES[token]


def _further(client: UserPoolClient, given: Mapping[str, Any]) -> Map[str, Any]:
    found = {name: client.further[name] for name in _KEPT_FURTHER if name in client.further}
    stated = [name for name in _STATED if given.get(name)]
    members = {
        "AnalyticsConfiguration": given.get("AnalyticsConfiguration"),
        "TokenValidityUnits": given.get("TokenValidityUnits"),
        "StatedValidities": stated,
    }
    return Map(found | {name: freeze(value) for name, value in members.items() if value})


def _flows_taken(client: UserPoolClient, stated: bool) -> Check:
    """The flows that the client has; what rotation leaves of the default ones is an assumption."""
    assumption = ROTATION_WITHOUT_FLOWS if client.refresh_token_rotation and not stated else None
    found = ", ".join(client.explicit_auth_flows)
    return passed("do the flows go together?", found, f"{_SOURCE}§flows", assumption=assumption)


def _check_attributes(kind: str, names: Iterable[str] | None, pool: UserPool, doing: str) -> Check:
    """Whether the schema has what the client is to read or write; what no client may write is refused alike."""
    question, source = f"are the {kind} attributes in the schema?", f"{_SOURCE}§attribute-permissions"
    for name in names or ():
        never = kind == "write" and (name in NEVER_WRITABLE or name.startswith("dev:"))
        if pool.attribute(name) is None or never:
            text = f"Invalid {kind} attributes specified while {doing} a client"
            return refused(Refusal(INVALID_PARAMETER, text), question, name, source)
    return passed(question, ", ".join(names or ()) or "not set", source)


def _check_writable(pool: UserPool, client: UserPoolClient, doing: str) -> Check:
    """What users must have, their client must be able to write."""
    question, source = "can the client write the required attributes?", f"{_SOURCE}§attribute-permissions"
    if not client.write_attributes:
        return passed(question, "WriteAttributes is not set", source)
    required = [entry.name for entry in pool.schema if entry.required and entry.name not in NEVER_WRITABLE]
    lacking = [name for name in required if name not in client.write_attributes]
    if lacking:
        text = f"Invalid write attributes specified while {doing} a client"
        return refused(Refusal(INVALID_PARAMETER, text), question, ", ".join(lacking), source)
    return passed(question, ", ".join(required) or "none is required", source)


def _check_providers(world: World, pool: UserPool, client: UserPoolClient) -> Check:
    """Whether the pool has the identity providers that the client is to offer."""
    question = "does the pool have the providers?"
    for name in client.supported_identity_providers:
        if name != LOCAL_PROVIDER and (pool.id, name) not in world.pool_providers:
            text = f"The provider {name} does not exist for User Pool {pool.id}."
            return refused(Refusal(INVALID_PARAMETER, text), question, name, "idp:providers")
    return passed(question, ", ".join(client.supported_identity_providers) or "none", "idp:providers")


def check_secret_choice(generate: bool, stated: str | None) -> Check:
    """A secret is generated or stated, not both."""
    question = "where does the secret come from?"
    if generate and stated is not None:
        return _invalid("GenerateSecret and ClientSecret cannot both be set", question, "both")
    return passed(question, "generated" if generate else "stated" if stated else "no secret", _SOURCE)


def check_another_secret(client: UserPoolClient) -> Check:
    """Whether the client may have one secret more: it has one, and not two. # idp:api §AddUserPoolClientSecret"""
    question = "may the client have another secret?"
    if client.secret is None:
        return _invalid("The app client has no secret", question, "no secret")
    if client.second_secret is not None:
        refusal = Refusal("LimitExceededException", "An app client has at most 2 secrets")
        return refused(refusal, question, "two secrets", _SOURCE, assumption=UNSEEN_TEXTS)
    return passed(question, "one secret", _SOURCE)


def check_secret_removable(client: UserPoolClient) -> Check:
    """Whether a secret of the client may go: never the only one. # idp:api §DeleteUserPoolClientSecret"""
    question = "may the secret go?"
    if client.second_secret is None:
        return _invalid("The only secret of an app client cannot be deleted", question, "the only one")
    return passed(question, "another stays", _SOURCE)


def secret_not_found(secret_id: str) -> Decision[Any]:
    """The refusal for a secret that the client does not have."""
    refusal = Refusal("ResourceNotFoundException", f"Client secret {secret_id} does not exist.")
    return refused(refusal, "is there such a secret?", secret_id, _SOURCE, assumption=UNSEEN_TEXTS)


def _invalid(text: str, question: str, found: str, *, observed: bool = False) -> Decision[Any]:
    assumption = None if observed else UNSEEN_TEXTS
    return refused(Refusal(INVALID_PARAMETER, text), question, found, _SOURCE, assumption=assumption)
