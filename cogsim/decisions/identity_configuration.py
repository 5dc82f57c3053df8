"""May an identity pool be configured like this.

1. A developer provider's name never changes: whoever had its users would otherwise have the new name's.
2. A login provider is one that identity pools know, and a user pool goes by its provider name.
3. Whoever gives roles to a pool may pass them: the pool hands them to anybody it believes. # ci:rbac
4. A mapping says what happens where it chooses no role. # ci:rbac §ambiguous
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.identity_federated import PUBLIC_PROVIDERS
from cogsim.decisions.identity_refusals import (
    INVALID_PARAMETER,
    NOT_AUTHORIZED,
    NOT_FOUND,
    PUBLIC_PROVIDER,
    observed,
    unseen,
)
from cogsim.decisions.refusals import Check, all_of, passed
from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.policy.built_in_issuers import COGNITO_PRINCIPALS
from cogsim.policy.layers import Result
from cogsim.world.identity_pool import IdentityPool, MappingRule, PrincipalTags, RoleMapping
from cogsim.world.world import World

#: Quotas. # idp:quotas
POOLS, USER_POOL_CLIENTS, RULES, TAGS = 1000, 50, 25, 50

_USER_POOL = re.compile(r"cognito-idp\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/[\w-]+_[0-9a-zA-Z]+", re.ASCII)


def check_pool(pool: IdentityPool) -> Check:
    """Whether the settings of a pool go together, each of them being of its shape."""
    return all_of(
        _check_public_providers(pool),
        _check_developer(pool),
        _check_user_pools(pool),
        check_pool_tags(pool.tags),
        _check_arns(pool),
    )


def check_pool_count(world: World, account: str, region: str) -> Check:
    """Whether the account may have one more pool in the Region. # idp:quotas"""
    held = sum(1 for each in world.identity_pools.values() if (each.account, each.region) == (account, region))
    question, found = "has the account room for one more pool?", f"{held} of {POOLS}"
    if held >= POOLS:
        return unseen("LimitExceededException", f"An account has at most {POOLS} identity pools", question, found)
    return passed(question, found, "idp:quotas")


def replaced_pool(old: IdentityPool, stated: IdentityPool, tags_stated: bool) -> Decision[IdentityPool | Refusal]:
    """What UpdateIdentityPool makes of a pool: `stated` throughout, but for the roles and what Cognito Sync
    keeps, which have operations of their own. # ci:api §UpdateIdentityPool"""
    name = _developer_name(old, stated)
    if isinstance(name.value, Refusal):
        return Decision(name.value, name.steps)
    tags = "identity.tagsOmitted"
    steps = name.steps
    if not tags_stated and old.tags:
        step = Step("what becomes of the pool's tags?", choice(tags), "", "ci:api", Basis.ASSUMED, assumption=tags)
        steps = (*steps, step)
    kept = old.tags if not tags_stated and choice(tags) == "kept" else stated.tags
    made = replace(
        stated,
        developer_provider_name=name.value,
        tags=kept,
        roles=old.roles,
        role_mappings=old.role_mappings,
        principal_tags=old.principal_tags,
        push_sync=old.push_sync,
        streams=old.streams,
        events=old.events,
        origin=old.origin,
        roles_origin=old.roles_origin,
        tags_origins=old.tags_origins,
    )
    return Decision(made, steps)


def _developer_name(old: IdentityPool, stated: IdentityPool) -> Decision[str | Refusal | None]:
    question, had, wanted = (
        "does the developer provider keep its name?",
        old.developer_provider_name,
        stated.developer_provider_name,
    )
    text = "The developer provider name cannot be changed"
    if had is None or wanted == had:
        return decided(wanted, Step(question, "yes", str(wanted), "ci:developer"))
    if wanted is not None:
        return unseen(INVALID_PARAMETER, text, question, wanted, "ci:developer")
    name = "identity.developerNameOmitted"
    if choice(name) == "refused":
        return unseen(INVALID_PARAMETER, text, question, "left out", "ci:developer")
    step = Step(question, "yes: it is left out, and stays", had, "ci:developer", Basis.ASSUMED, assumption=name)
    return decided(had, step)


def _check_public_providers(pool: IdentityPool) -> Check:
    question = "are the login providers public ones?"
    for name in pool.supported_login_providers:
        if name not in PUBLIC_PROVIDERS:
            return observed(INVALID_PARAMETER, PUBLIC_PROVIDER, question, name, "ci:external-providers")
    return passed(question, ", ".join(pool.supported_login_providers) or "none", "ci:external-providers")


def _check_developer(pool: IdentityPool) -> Check:
    """The developer's users must not pass for those of a provider that proves its own."""
    question, name = "is the developer provider's name nobody else's?", pool.developer_provider_name
    if name in PUBLIC_PROVIDERS or name in COGNITO_PRINCIPALS.values():
        text = f"{name} is the name of another provider"
        return unseen(INVALID_PARAMETER, text, question, str(name), "ci:developer")
    return passed(question, name or "none", "ci:developer")


def _check_user_pools(pool: IdentityPool) -> Check:
    question, source = "are the user pools named as providers are?", "ci:CognitoIdentityProvider"
    for entry in pool.cognito_providers:
        if not _USER_POOL.fullmatch(entry.provider_name):
            text = "Invalid Cognito Identity Provider"
            return observed(INVALID_PARAMETER, text, question, entry.provider_name, source)
        if not entry.client_id:
            return unseen(INVALID_PARAMETER, "ClientId is required", question, entry.provider_name, source)
    if len(pool.cognito_providers) > USER_POOL_CLIENTS:
        found, text = str(len(pool.cognito_providers)), f"A pool has at most {USER_POOL_CLIENTS} user pool providers"
        return unseen("LimitExceededException", text, question, found, "idp:quotas")
    return passed(question, f"{len(pool.cognito_providers)} app clients", source)


def _check_arns(pool: IdentityPool) -> Check:
    question = "are the providers of IAM named by their ARNs?"
    kinds = ((pool.open_id_connect_provider_arns, "oidc-provider"), (pool.saml_provider_arns, "saml-provider"))
    for arns, kind in kinds:
        for arn in arns:
            if not re.fullmatch(rf"arn:[\w-]+:iam::\d{{12}}:{kind}/.+", arn, re.ASCII):
                return unseen(INVALID_PARAMETER, f"{arn} is not the ARN of a {kind}", question, arn)
    found = len(pool.open_id_connect_provider_arns) + len(pool.saml_provider_arns)
    return passed(question, str(found), "ci:external-providers")


def check_pool_tags(tags: Mapping[str, str]) -> Check:
    """Whether a pool may have these tags."""
    question, found = "may it have these tags?", f"{len(tags)} of {TAGS}"
    reserved = [name for name in sorted(tags) if name.lower().startswith("aws:")]
    if reserved:
        return unseen(INVALID_PARAMETER, f"The tag key {reserved[0]} is reserved", question, reserved[0])
    if len(tags) > TAGS:
        return unseen(INVALID_PARAMETER, f"An identity pool has at most {TAGS} tags", question, found, "idp:quotas")
    return passed(question, found, "ci:api")


def read_role_mappings(stated: Mapping[str, Mapping[str, object]]) -> Decision[Map[str, RoleMapping] | Refusal]:
    """The mappings of a call, by provider key, or the refusal of one that does not say what it needs to."""
    question, found = "do the role mappings say how they choose?", {}
    for key in sorted(stated):
        try:
            found[key] = _role_mapping(stated[key])
        except InvalidValue as error:
            return unseen(INVALID_PARAMETER, f"{key}: {error}", question, key, "ci:rbac")
        mapping = found[key]
        if mapping.ambiguous_role_resolution is None:
            text = "AmbiguousRoleResolution is required when the Type is Token or Rules"
            return unseen(INVALID_PARAMETER, text, question, key, "ci:rbac")
        if len(mapping.rules) > RULES:
            text = f"A role mapping has at most {RULES} rules"
            return unseen(INVALID_PARAMETER, text, question, f"{key}: {len(mapping.rules)}", "idp:quotas")
    return decided(Map(found), Step(question, "yes", ", ".join(found) or "none", "ci:rbac"))


def _role_mapping(stated: Mapping[str, object]) -> RoleMapping:
    configured = stated.get("RulesConfiguration")
    listed = configured["Rules"] if isinstance(configured, Mapping) else ()
    rules = tuple(MappingRule(each["Claim"], each["MatchType"], each["Value"], each["RoleARN"]) for each in listed)
    resolution = stated.get("AmbiguousRoleResolution")
    return RoleMapping(str(stated["Type"]), str(resolution) if resolution is not None else None, rules)


def roles_passed(roles: Mapping[str, str], mappings: Mapping[str, RoleMapping]) -> tuple[str, ...]:
    """Every role that a pool is given, each once: the caller passes each."""
    chosen = (rule.role_arn for key in sorted(mappings) for rule in mappings[key].rules)
    return tuple(dict.fromkeys((*(roles[kind] for kind in sorted(roles)), *chosen)))


def admit_role(arn: str, may_pass: Decision[Result]) -> Check:
    """None where the caller of SetIdentityPoolRoles may pass the role. # ci:rbac"""
    question = "may the caller pass the role to identity pools?"
    if may_pass.value.allowed:
        return decided(None, Step(question, "yes", arn, "ci:rbac"), after=may_pass.steps)
    refused: Check = observed(NOT_AUTHORIZED, f"Access to Role '{arn}' is forbidden.", question, arn, "ci:rbac")
    return Decision(refused.value, (*may_pass.steps, *refused.steps))


def check_principal_tags(tags: PrincipalTags) -> Check:
    """Whether a provider's tag map is one: tags of its own, or the default ones. # ci:afac"""
    question = "does the map say which tags it makes?"
    if tags.use_defaults and tags.tags:
        text = "PrincipalTags and UseDefaults exclude each other"
        return unseen(INVALID_PARAMETER, text, question, "both", "ci:afac")
    reserved = [key for key in tags.tags if key.lower().startswith("aws:")]
    if reserved:
        return unseen(INVALID_PARAMETER, f"The tag key {reserved[0]} is reserved", question, reserved[0], "ci:afac")
    return passed(question, "the defaults" if tags.use_defaults else ", ".join(tags.tags) or "none", "ci:afac")


def find_pool_by_arn(world: World, arn: str, region: str) -> Decision[IdentityPool | Refusal]:
    """The pool that an ARN names, in the Region of the call."""
    question = "is there such an identity pool?"
    for pool in world.identity_pools.values():
        if pool.arn == arn and pool.region == region:
            return decided(pool, Step(question, "yes", arn, "ci:api"))
    return unseen(NOT_FOUND, f"Resource '{arn}' not found.", question, arn)
