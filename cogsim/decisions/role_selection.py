"""Which role an identity pool vends to a login.

1. A guest gets the pool's unauthenticated role and nothing else.
2. A login whose provider has no role mapping gets the authenticated role.
3. A Token mapping believes the claims of the user pool: `cognito:preferred_role`, or one of `cognito:roles` by choice.
4. A Rules mapping tries its rules in order and takes the first that holds. A rule on a claim that the user may write
   is a role the user may choose; the step names the claim, so that an analysis can follow it.
5. A SAML login without a mapping gets a role of its assertion, by choice where there are several. # ci:saml
6. Of several logins in one call a single one is asked, so that roles of two providers never mix.
7. Where neither settles it, the mapping says whether the authenticated role stands in or the request is refused.

The role's own trust policy is asked afterwards, by STS. # ci:rbac
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.identity_refusals import INVALID_PARAMETER, NOT_AUTHORIZED, unseen
from cogsim.decisions.identity_refusals import before as with_steps
from cogsim.decisions.login import AcceptedLogin
from cogsim.errors import Location
from cogsim.world.identity_pool import IdentityPool, MappingRule, RoleMapping
from cogsim.world.origin import could_be, unresolved_facts

Selection = Decision[str | Refusal]

_NO_ROLE = Refusal(
    "InvalidIdentityPoolConfigurationException",
    "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
)
_INVALID_ROLE = Refusal("NotAuthorizedException", "Invalid Role specified")
_ROLE_ATTRIBUTE = "https://aws.amazon.com/SAML/Attributes/Role"


def select(pool: IdentityPool, login: AcceptedLogin | None, custom_role_arn: str | None = None) -> Selection:
    """The ARN of the role for `login`, or for a guest where it is None; or the identity pool's refusal.

    The steps' facts are ("claim", …), ("match", …), ("value", …) and ("role", …), and ("unresolved", …) for a reference
    that, were it known, might choose otherwise.
    """
    if login is None:
        return _default(pool, "unauthenticated", custom_role_arn, _kind_step("a guest"))
    key = mapping_key(pool, login)
    mapping = pool.role_mappings.get(key)
    if mapping is None and login.kind == "saml":
        return _by_assertion(pool, login, custom_role_arn)
    if mapping is None:
        perhaps = (written for written in pool.role_mappings if could_be(written, key))
        found = _kind_step(f"signed in through {key}, without a mapping", unresolved_facts(*perhaps))
        return _default(pool, "authenticated", custom_role_arn, found)
    place = f"RoleMappings.{key}"
    before = Step(
        "how does the pool choose the role?", f"{mapping.type} mapping", key, "ci:rbac", location=_at(pool, place)
    )
    if mapping.type == "Token":
        return _by_token(pool, login, mapping, custom_role_arn, before, place)
    return _by_rules(pool, login, mapping, custom_role_arn, before, place)


def provider_key(login: AcceptedLogin) -> str:
    """The key of the pool's role mappings that a login falls under: for a user pool it names the app client too."""
    return f"{login.provider_name}:{login.client_id}" if login.client_id else login.provider_name


def mapping_key(pool: IdentityPool, login: AcceptedLogin) -> str:
    """The key that the pool's mapping of the login stands under: a provider of IAM goes by its name or by its ARN."""
    keys = (provider_key(login), login.provider_arn)
    return next((key for key in keys if key in pool.role_mappings), keys[0])


def leading(pool: IdentityPool, logins: tuple[AcceptedLogin, ...]) -> Decision[AcceptedLogin]:
    """The login, of one or more in a call, by which the pool chooses role and tags."""
    question = "which login chooses the role?"
    if len(logins) == 1:
        return decided(logins[0], Step(question, logins[0].provider_name, "the only one", "ci:rbac"))
    name = "identity.severalLogins"
    mapped = [each for each in logins if mapping_key(pool, each) in pool.role_mappings]
    first = mapped[0] if mapped and choice(name) == "first-with-mapping" else logins[0]
    found = ", ".join(each.provider_name for each in logins)
    return decided(first, Step(question, first.provider_name, found, "ci:rbac", Basis.ASSUMED, assumption=name))


def _by_assertion(pool: IdentityPool, login: AcceptedLogin, custom_role_arn: str | None) -> Selection:
    """A role that the assertion pairs with its provider. # ci:saml"""
    question, found = "which roles does the assertion give?", ", ".join(login.roles) or "none"
    before = _kind_step("signed in through SAML, without a mapping")
    if not login.roles:
        name = "identity.samlWithoutRoles"
        answer = choice(name)
        step = Step(question, answer, found, "ci:saml", Basis.ASSUMED, assumption=name, decides=answer == "refused")
        if answer == "refused":
            return decided(_INVALID_ROLE, before, step)
        return _default(pool, "authenticated", custom_role_arn, before, step)
    wanted = custom_role_arn or login.roles[0]
    if custom_role_arn is None and len(login.roles) > 1:
        text = "CustomRoleArn is required where the assertion names several roles"
        return with_steps((before,), unseen(INVALID_PARAMETER, text, question, found, "ci:saml"))
    if wanted not in login.roles:
        return with_steps((before,), unseen(NOT_AUTHORIZED, _INVALID_ROLE.message, question, found, "ci:saml"))
    facts = (("claim", _ROLE_ATTRIBUTE), ("match", "Contains"), ("value", wanted), ("role", wanted))
    return decided(wanted, before, Step(question, wanted, found, "ci:saml", facts=facts, decides=True))


def _kind_step(found: str, facts: tuple[tuple[str, str], ...] = ()) -> Step:
    return Step("how does the pool choose the role?", "by its default", found, "ci:rbac", facts=facts)


def _default(pool: IdentityPool, kind: str, custom_role_arn: str | None, *before: Step) -> Selection:
    """The pool's role of `kind`; a role asked for by name must be that one."""
    arn = pool.roles.get(kind)
    place = pool.roles_origin.at(f"Roles.{kind}")
    if arn is None:
        step = Step(f"which is the {kind} role?", "none is set", pool.id, "ci:iam-roles", location=place, decides=True)
        return decided(_NO_ROLE, step, after=before)
    chosen = Step(
        f"which is the {kind} role?", arn, pool.id, "ci:rbac", location=place, facts=(("role", arn),), decides=True
    )
    if custom_role_arn is None:
        return decided(arn, chosen, after=before)
    allowed = custom_role_arn == arn and choice("identity.customRoleWithoutMapping") == "default-only"
    asked = Step(
        "may the caller name a role where no mapping applies?",
        "yes, it is the role the pool would pick" if allowed else "no",
        custom_role_arn,
        "ci:GetCredentialsForIdentity",
        Basis.ASSUMED,
        assumption="identity.customRoleWithoutMapping",
        decides=not allowed,
    )
    if allowed:
        return decided(arn, asked, chosen, after=before)
    return decided(_INVALID_ROLE, asked, after=before)


def _by_token(
    pool: IdentityPool,
    login: AcceptedLogin,
    mapping: RoleMapping,
    custom_role_arn: str | None,
    before: Step,
    place: str,
) -> Selection:
    location = _at(pool, place)
    if custom_role_arn is not None:
        return _named_by_token(login, custom_role_arn, before, location)
    preferred = login.claims.get("cognito:preferred_role")
    if isinstance(preferred, str) and preferred:
        step = Step(
            "which role does the token prefer?",
            preferred,
            f"cognito:preferred_role is {preferred}",
            "ci:rbac",
            location=location,
            facts=(("claim", "cognito:preferred_role"), ("match", "Equals"), ("value", preferred), ("role", preferred)),
            decides=True,
        )
        return decided(preferred, step, after=(before,))
    question, found = "which role does the token prefer?", "cognito:preferred_role is absent"
    if _listed(login.claims.get("cognito:roles")):
        several = Step(question, "none of cognito:roles", found, "ci:rbac", location=location)
        return _ambiguous(pool, login, mapping, place, (before, several))
    # ci:rbac speaks only of tokens that have roles
    name = "identity.tokenWithoutRoles"
    answer = choice(name)
    none = Step(f"{question} (it has none)", answer, found, "ci:rbac", Basis.ASSUMED, location, name)
    if answer == "deny":
        return Decision(_denied(login), (before, none))
    return _ambiguous(pool, login, mapping, place, (before, none))


def _named_by_token(login: AcceptedLogin, arn: str, before: Step, location: Location | None) -> Selection:
    """A role asked for by name must be one of the token's."""
    roles = _listed(login.claims.get("cognito:roles"))
    held = arn in roles
    named = (("claim", "cognito:roles"), ("match", "Contains"), ("value", arn), ("role", arn))
    step = Step(
        "is the role asked for among cognito:roles?",
        "yes" if held else "no",
        ", ".join(roles) or "the claim is absent",
        "ci:rbac",
        location=location,
        facts=named if held else (*named, *unresolved_facts(*roles)),
        decides=True,
    )
    return decided(arn if held else _denied(login), step, after=(before,))


def _by_rules(
    pool: IdentityPool,
    login: AcceptedLogin,
    mapping: RoleMapping,
    custom_role_arn: str | None,
    before: Step,
    place: str,
) -> Selection:
    """The first rule that holds; with a role asked for by name, the first that holds and gives that role."""
    steps: list[Step] = [before]
    allowed = custom_role_arn is None or choice("identity.customRoleWithRules") == "matching-rule"
    for number, rule in enumerate(mapping.rules):
        location = _at(pool, f"{place}.RulesConfiguration.Rules.{number}")
        holds = rule_holds(rule, login.claims)
        wanted = holds and custom_role_arn in (None, rule.role_arn) and allowed
        steps.append(_rule_step(number, rule, login.claims, holds, wanted, location))
        steps += _list_step(rule, login.claims)
        if wanted:
            if custom_role_arn is not None:
                steps.append(_custom_rule_step(custom_role_arn, True))
            return Decision(rule.role_arn, tuple(steps))
    if custom_role_arn is not None:
        return Decision(_denied(login), (*steps, _custom_rule_step(custom_role_arn, False)))
    return _ambiguous(pool, login, mapping, place, tuple(steps))


def rule_holds(rule: MappingRule, claims: Mapping[str, Any]) -> bool:
    """Whether a rule holds of the claims; text is compared with regard to case, and a claim that is absent satisfies
    no rule, NotEqual included. # ci:rbac"""
    if rule.claim not in claims:
        return False
    if isinstance(claims[rule.claim], list | tuple) and choice("identity.listClaimsInRules") == "no-match":
        return False
    value = claim_text(claims[rule.claim])
    match rule.match:
        case "Equals":
            return value == rule.value
        case "Contains":
            return rule.value in value
        case "StartsWith":
            return value.startswith(rule.value)
        case _:
            return value != rule.value


def claim_text(value: Any) -> str:
    """A claim as rules and tags compare it: text as it is, anything else in its JSON form."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _rule_step(
    number: int, rule: MappingRule, claims: Mapping[str, Any], holds: bool, wanted: bool, location: Location | None
) -> Step:
    found = f"{rule.claim} is {claim_text(claims[rule.claim])!r}" if rule.claim in claims else f"{rule.claim} is absent"
    answer = rule.role_arn if wanted else ("it holds, but gives another role" if holds else "no")
    facts = (("claim", rule.claim), ("match", rule.match), ("value", rule.value), ("role", rule.role_arn))
    return Step(
        f"rule {number + 1}: {rule.claim} {rule.match} {rule.value!r}?",
        answer,
        found,
        "ci:rbac",
        location=location,
        facts=(*(facts if wanted else ()), *unresolved_facts(rule.claim, rule.value)),
        decides=wanted,
    )


def _list_step(rule: MappingRule, claims: Mapping[str, Any]) -> tuple[Step, ...]:
    """A list is compared in its written form, so that Contains `admin` also finds `nonadmins`."""
    if not isinstance(claims.get(rule.claim), list | tuple):
        return ()
    return (
        Step(
            "how is a list compared with a rule's value?",
            choice("identity.listClaimsInRules"),
            claim_text(claims[rule.claim]),
            "ci:rbac",
            Basis.ASSUMED,
            assumption="identity.listClaimsInRules",
        ),
    )


def _custom_rule_step(arn: str, held: bool) -> Step:
    return Step(
        "may the caller name a role where rules choose?",
        "yes, a rule that holds gives it" if held else "no",
        arn,
        "ci:GetCredentialsForIdentity",
        Basis.ASSUMED,
        assumption="identity.customRoleWithRules",
        decides=not held,
    )


def _ambiguous(
    pool: IdentityPool, login: AcceptedLogin, mapping: RoleMapping, place: str, before: tuple[Step, ...]
) -> Selection:
    """What the mapping says for when nothing settles it; a mapping that does not say refuses."""
    resolution = mapping.ambiguous_role_resolution or "Deny"
    denies = resolution == "Deny"
    step = Step(
        "what if nothing chooses a role?",
        resolution,
        "AmbiguousRoleResolution",
        "ci:rbac",
        location=_at(pool, f"{place}.AmbiguousRoleResolution"),
        decides=denies,
    )
    if denies:
        return decided(_denied(login), step, after=before)
    return _default(pool, "authenticated", None, *before, step)


def _denied(login: AcceptedLogin) -> Refusal:
    text = f"The ambiguous role mapping rules for: {login.provider_name} denied this request."
    return Refusal("NotAuthorizedException", text)


def _listed(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(re.split(",(?=arn:)", value))
    return tuple(str(entry) for entry in value) if isinstance(value, list | tuple) else ()


def _at(pool: IdentityPool, path: str) -> Location | None:
    return pool.roles_origin.at(path)
