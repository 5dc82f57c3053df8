"""What STS makes of accepted claims: the federated principal and the condition keys, which differ by provider.

Of most providers a few standard claims reach policies; of GitHub and GitLab some of their own as well. Other claims are
no keys: what a policy tests there is absent. # ug:iam-condition-keys
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.decisions.trust import FederatedBearer
from cogsim.persistent import Map
from cogsim.policy.request import Values
from cogsim.world.iam import OidcProvider

GOOGLE = "accounts.google.com"

#: The providers whose access tokens STS takes, each with its keys for the application and for the person.
ACCESS_TOKEN_PROVIDERS: Mapping[str, tuple[str, str]] = {
    "graph.facebook.com": ("app_id", "id"),
    "www.amazon.com": ("app_id", "user_id"),
}

#: Claims that are condition keys, of the providers of these hosts. # ug:iam-condition-keys
_FURTHER: Mapping[str, tuple[str, ...]] = {
    "token.actions.githubusercontent.com": (
        *("actor", "actor_id", "enterprise_id", "environment", "job_workflow_ref", "ref", "repository"),
        *("repository_id", "repository_owner_id", "workflow"),
    ),
    "gitlab.com": (
        *("namespace_id", "project_id", "pipeline_source", "ref_protected", "runner_environment"),
        *("user_access_level", "user_email", "user_id", "user_login"),
    ),
}


def registered_bearer(provider: OidcProvider, claims: Mapping[str, Any], audience: str | None) -> FederatedBearer:
    """The bearer of a registered provider's token. The keys carry the issuer without its scheme, path included."""
    prefix = provider.url.removeprefix("https://")
    found: dict[str, Any] = {"aud": audience, "sub": claims["sub"], "email": claims.get("email")}
    if "azp" in claims:
        found["oaud"] = claims.get("aud")
    for name in _FURTHER.get(prefix.partition("/")[0], ()):
        found[name] = claims.get(name)
    keys = _keys(prefix, found)
    methods = claims.get("amr")
    if isinstance(methods, list | tuple):
        keys[f"{prefix}:amr"] = Values(tuple(str(method) for method in methods), multivalued=True)
    return FederatedBearer(provider.arn, Map(keys), subject=str(claims["sub"]), audience=audience or "")


def google_bearer(claims: Mapping[str, Any], audience: str | None) -> FederatedBearer:
    """The bearer of Google's token: `aud` is the authorised party, `oaud` what the token calls its audience."""
    further = claims.get("google")
    organization = further.get("organization_number") if isinstance(further, Mapping) else None
    found = {
        "aud": audience,
        "oaud": claims["aud"],
        "sub": claims["sub"],
        "google/organization_number": str(organization) if isinstance(organization, int | str) else None,
    }
    keys = Map(_keys(GOOGLE, found))
    return FederatedBearer(GOOGLE, keys, subject=str(claims["sub"]), audience=audience or "")


def access_token_bearer(provider: str, claims: Mapping[str, Any]) -> FederatedBearer:
    """The bearer of an access token that its provider stood by."""
    application, person = ACCESS_TOKEN_PROVIDERS[provider]
    keys = Map(_keys(provider, {application: claims["aud"], person: claims["sub"]}))
    return FederatedBearer(provider, keys, subject=str(claims["sub"]), audience=str(claims["aud"]))


def _keys(prefix: str, found: Mapping[str, Any]) -> dict[str, Values]:
    """The claims that are texts, or lists of one, as keys; a claim that is neither is no key."""
    keys = {}
    for name, value in found.items():
        single = value[0] if isinstance(value, list | tuple) and len(value) == 1 else value
        if isinstance(single, str):
            keys[f"{prefix}:{name}"] = Values((single,))
    return keys
