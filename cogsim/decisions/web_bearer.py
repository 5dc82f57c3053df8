"""What STS makes of accepted claims: the federated principal and the condition keys, which differ by provider.

Of most providers a few standard claims reach policies; of those that run jobs (GitHub, GitLab, Buildkite, CircleCI,
Oracle) some of their own as well. Other claims are no keys: what a policy tests there is absent.
# ug:iam-condition-keys
"""

from __future__ import annotations

import re
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

_GITHUB = (
    *("actor", "actor_id", "enterprise_id", "environment", "job_workflow_ref", "ref", "repository"),
    *("repository_id", "repository_owner_id", "workflow"),
)
_GITLAB = (
    *("namespace_id", "project_id", "pipeline_source", "ref_protected", "runner_environment"),
    *("user_access_level", "user_email", "user_id", "user_login"),
)
_BUILDKITE = (
    *("build_branch", "cluster_id", "cluster_name", "organization_id", "organization_slug"),
    *("pipeline_id", "pipeline_slug"),
)
_LABEL = "[a-z0-9-]+"
#: Claims that are condition keys, by the provider's address without its scheme. # ug:iam-condition-keys
_FURTHER: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(rf"token\.actions\.(githubusercontent\.com(/.+)?|{_LABEL}\.ghe\.com)"), _GITHUB),
    (re.compile(r"github\.com/enterprises/[^/]+"), _GITHUB),
    (re.compile(r"gitlab\.com"), _GITLAB),
    (re.compile(rf"agent\.(buildkite\.com|{_LABEL}\.buildkite\.(dev|site))"), _BUILDKITE),
    (re.compile(r"oidc\.circleci\.com/org/[^/]+"), ("oidc.circleci.com/project-id",)),
    (re.compile(rf"idcs-{_LABEL}\.identity\.oraclecloud\.com"), ("rpst_id",)),
)


def registered_bearer(provider: OidcProvider, claims: Mapping[str, Any], audience: str | None) -> FederatedBearer:
    """The bearer of a registered provider's token. The keys carry the issuer without its scheme, path included."""
    prefix = provider.url.removeprefix("https://")
    found: dict[str, Any] = {"aud": audience, "sub": claims["sub"], "email": claims.get("email")}
    if "azp" in claims:
        found["oaud"] = claims.get("aud")
    for name in _further(prefix):
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


def _further(prefix: str) -> tuple[str, ...]:
    """The claims of its own that a provider has keys for."""
    return next((names for pattern, names in _FURTHER if pattern.fullmatch(prefix)), ())


def _keys(prefix: str, found: Mapping[str, Any]) -> dict[str, Values]:
    """The claims that are texts, or lists of one, as keys; a claim that is neither is no key."""
    keys = {}
    for name, value in found.items():
        single = value[0] if isinstance(value, list | tuple) and len(value) == 1 else value
        if isinstance(single, str):
            keys[f"{prefix}:{name}"] = Values((single,))
    return keys
