"""What CreateUserPool, UpdateUserPool and SetUserPoolMfaConfig make of a pool, or why they refuse. # idp:api

1. An update replaces: what is settable and left out returns to its default, the pool's name, plan and factors excepted.
2. Settings that AWS takes one by one and not together are refused before anything is kept.
3. What the pool's plan lacks is refused, and so is a smaller plan while something else needs the larger one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions import feature_plans
from cogsim.decisions.pool_schema import MUTABLE, UNKNOWN_TYPE
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, Check, after, all_of, passed, refused
from cogsim.decisions.step_up import level_names
from cogsim.errors import InvalidValue
from cogsim.frozen import freeze
from cogsim.persistent import Map
from cogsim.world.user_pool import (
    CUSTOM_ATTRIBUTES,
    OBSERVED_RULES,
    OLDER_MESSAGES,
    STANDARD_ATTRIBUTES,
    TRIGGERS,
    VERSIONED_TRIGGERS,
    DeviceConfiguration,
    PasswordPolicy,
    SchemaAttribute,
    UserPool,
    check_combination,
)
from cogsim.world.world import World

#: How many pools an account may have in a region, and clients a pool. # idp:quotas
POOLS, CLIENTS = 1000, 1000
TAGS = 50

TIER = "cognito.updateWithoutTier"
_SENDERS_KEY = "cognito.customSenderNeedsKey"
_SMS_NEEDED = "SMS configuration and Auto verification for phone_number are required when MFA is required/optional"
_NOT_LATER = "Cannot turn MFA functionality ON, once the user pool has been created."
_TWO_TERMS = "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of UnusedAccountValidityDays"

_OBSERVED = OBSERVED_RULES | {_TWO_TERMS, UNKNOWN_TYPE}
_PARTIAL = "cognito-idp.passwordPolicyDefaults"
_CLASSES = ("RequireUppercase", "RequireLowercase", "RequireNumbers", "RequireSymbols")

Made = Decision[UserPool | Refusal]


def created(pool: UserPool, given: Mapping[str, Any]) -> Made:
    """A new pool: `pool` has its identity, names and schema; `given` the members of CreateUserPool."""
    mfa = given.get("MfaConfiguration", "OFF")
    if mfa != "OFF" and not given.get("SmsConfiguration"):
        return _invalid(_SMS_NEEDED, "does MFA have a factor?", "no SmsConfiguration", "idp:mfa", observed=True)
    pool = replace(pool, mfa=mfa, mfa_factors=("SMS_MFA",) if mfa != "OFF" else (), tier=_tier_of(given))
    return _with_settings(pool, given).then(_checked)


def updated(world: World, pool: UserPool, given: Mapping[str, Any]) -> Made:
    """The pool after UpdateUserPool with the members `given`. # idp:api §UpdateUserPool"""
    mfa = given.get("MfaConfiguration", "OFF")
    question = "may MFA be set so?"
    if mfa == "ON" and pool.mfa != "ON":
        return _invalid(_NOT_LATER, question, f"{pool.mfa} so far", "idp:mfa", observed=True)
    factors = pool.mfa_factors or (("SMS_MFA",) if given.get("SmsConfiguration") else ())
    if mfa != "OFF" and not factors:
        return _invalid(_SMS_NEEDED, question, "no factor", "idp:mfa", observed=True)
    tier = _tier_after(pool, given)
    base = replace(
        pool,
        name=given.get("PoolName", pool.name),
        mfa=mfa,
        mfa_factors=factors if mfa != "OFF" else (),
        tier=tier.value,
    )
    made = after(tier, _with_settings(base, given).then(_checked))
    if isinstance(made.value, Refusal):
        return made
    change = feature_plans.check_change(world, pool, made.value)
    return Decision(change.value or made.value, made.steps + change.steps)


def _tier_of(given: Mapping[str, Any]) -> str:
    """The plan that is stated, or the default: threat protection needs PLUS. # idp:feature-plans"""
    addons = given.get("UserPoolAddOns") or {}
    guarded = addons.get("AdvancedSecurityMode", "OFF") != "OFF"
    return str(given.get("UserPoolTier") or ("PLUS" if guarded else "ESSENTIALS"))


def _tier_after(pool: UserPool, given: Mapping[str, Any]) -> Decision[str]:
    """The plan after an update; one that names none is an assumption."""
    question, stated = "which plan is the pool on?", given.get("UserPoolTier")
    if stated is not None:
        return decided(str(stated), Step(question, stated, "stated", "idp:feature-plans"))
    tier = pool.tier if choice(TIER) == "kept" else _tier_of(given)
    return decided(tier, Step(question, tier, "not stated", "idp:feature-plans", Basis.ASSUMED, assumption=TIER))


def _with_settings(pool: UserPool, given: Mapping[str, Any]) -> Made:
    """`pool` with every settable member as `given` has it, and at its default where it has not."""
    try:
        made = replace(pool, **_settings(given, pool))
        check_combination(made)
    except InvalidValue as error:
        return refused_value(error)
    held = Step("do the settings hold together?", "yes", ", ".join(sorted(given)) or "none", "idp:api")
    return decided(made, held, after=_assumed(given))


def _assumed(given: Mapping[str, Any]) -> Iterator[Step]:
    """What is assumed of things that the call leaves out."""
    policy = (given.get("Policies") or {}).get("PasswordPolicy")
    if policy is not None and not all(name in policy for name in _CLASSES):
        answer, question = choice(_PARTIAL), "which characters does a partial password policy require?"
        yield Step(question, answer, "not stated", "idp:policies", Basis.ASSUMED, assumption=_PARTIAL)
    if any("Mutable" not in entry and entry["Name"] not in STANDARD_ATTRIBUTES for entry in given.get("Schema") or ()):
        yield mutable_by_default()


def mutable_by_default() -> Step:
    """What is assumed of an attribute of a pool's own that does not state whether it changes."""
    answer, question = choice(MUTABLE), "does an attribute change that does not say so?"
    return Step(question, answer, "Mutable is not stated", "idp:attributes", Basis.ASSUMED, assumption=MUTABLE)


def refused_value(error: InvalidValue) -> Decision[Any]:
    """The refusal that a rule of the noun stands for, in AWS's words where they are known."""
    observed = error.rule in _OBSERVED
    text = error.rule if observed else str(error)
    return _invalid(text, "do the settings hold together?", error.path, "idp:api", observed=observed)


def _settings(given: Mapping[str, Any], pool: UserPool) -> dict[str, Any]:
    policies, admin = given.get("Policies") or {}, given.get("AdminCreateUserConfig") or {}
    addons, triggers = given.get("UserPoolAddOns") or {}, given.get("LambdaConfig") or {}
    versioned = {name: triggers[name] for name in VERSIONED_TRIGGERS if triggers.get(name)}
    recovery = (given.get("AccountRecoverySetting") or {}).get("RecoveryMechanisms")
    devices, further = given.get("DeviceConfiguration"), ("AcrConfiguration", "DcrConfiguration", "KeyConfiguration")
    return {
        "password_policy": _password_policy(policies.get("PasswordPolicy"), admin),
        "first_factors": tuple((policies.get("SignInPolicy") or {}).get("AllowedFirstAuthFactors", ("PASSWORD",))),
        "auto_verified_attributes": tuple(given.get("AutoVerifiedAttributes") or ()),
        "verify_before_update": tuple(
            (given.get("UserAttributeUpdateSettings") or {}).get("AttributesRequireVerificationBeforeUpdate") or ()
        ),
        "admin_create_user_only": admin.get("AllowAdminCreateUserOnly", False),
        "devices": _devices(devices) if devices else None,
        "recovery": _recovery(recovery) if recovery else None,
        "triggers": Map(
            {name: triggers[name] for name in TRIGGERS if triggers.get(name)}
            | {name: entry["LambdaArn"] for name, entry in versioned.items()}
        ),
        "trigger_versions": Map({name: entry["LambdaVersion"] for name, entry in versioned.items()}),
        "sender_key": triggers.get("KMSKeyID"),
        "advanced_security": addons.get("AdvancedSecurityMode", "OFF"),
        "custom_auth_security": (addons.get("AdvancedSecurityAdditionalFlows") or {}).get("CustomAuthMode", "OFF"),
        "texts": freeze(_texts(given, pool)),
        "email": freeze(given.get("EmailConfiguration") or {}),
        "sms": freeze(given.get("SmsConfiguration") or {}),
        "further": freeze({name: given[name] for name in further if given.get(name)}),
        "issuer_type": (given.get("IssuerConfiguration") or {}).get("Type", "ORIGINAL"),
        "tags": Map(given.get("UserPoolTags") or {}),
        "deletion_protection": given.get("DeletionProtection") == "ACTIVE",
    }


def _password_policy(stated: Mapping[str, Any] | None, admin: Mapping[str, Any]) -> PasswordPolicy:
    """The policy, or AWS's own where none is stated. A term of 0 days is none. # idp:policies"""
    unused = admin.get("UnusedAccountValidityDays") or 0
    if stated is None:
        return PasswordPolicy(temporary_validity_days=unused or 7)
    days = stated.get("TemporaryPasswordValidityDays") or 0
    if days and unused and days != unused:
        raise InvalidValue("AdminCreateUserConfig.UnusedAccountValidityDays", _TWO_TERMS)
    unstated = choice(_PARTIAL) == "required"
    return PasswordPolicy(
        minimum_length=stated.get("MinimumLength", 8),
        require_uppercase=stated.get("RequireUppercase", unstated),
        require_lowercase=stated.get("RequireLowercase", unstated),
        require_numbers=stated.get("RequireNumbers", unstated),
        require_symbols=stated.get("RequireSymbols", unstated),
        history_size=stated.get("PasswordHistorySize", 0),
        temporary_validity_days=days or unused or 7,
    )


def _devices(given: Mapping[str, Any]) -> DeviceConfiguration:
    return DeviceConfiguration(
        given.get("ChallengeRequiredOnNewDevice", False), given.get("DeviceOnlyRememberedOnUserPrompt", False)
    )


def _recovery(mechanisms: list[Mapping[str, Any]]) -> tuple[str, ...]:
    """The mechanisms, the first priority first; each name and each priority once."""
    for member in ("Name", "Priority"):
        if len({each[member] for each in mechanisms}) < len(mechanisms):
            raise InvalidValue("AccountRecoverySetting.RecoveryMechanisms", f"each needs a {member} of its own")
    return tuple(each["Name"] for each in sorted(mechanisms, key=lambda each: int(each["Priority"])))


def _texts(given: Mapping[str, Any], pool: UserPool) -> dict[str, Any]:
    """The messages; the older members of verification say the same as those of the template, which win. Only
    SetUserPoolMfaConfig states those of email MFA."""
    template = dict(given.get("VerificationMessageTemplate") or {})
    for older, member in OLDER_MESSAGES.items():
        if older in given and member not in template:
            template[member] = given[older]
    found = {
        "VerificationMessageTemplate": template,
        "InviteMessageTemplate": (given.get("AdminCreateUserConfig") or {}).get("InviteMessageTemplate"),
        "SmsAuthenticationMessage": given.get("SmsAuthenticationMessage"),
        "EmailMfaConfiguration": pool.texts.get("EmailMfaConfiguration"),
    }
    return {name: text for name, text in found.items() if text}


def _checked(pool: UserPool | Refusal) -> Made:
    """The pool, where nothing else objects to it."""
    if isinstance(pool, Refusal):
        return decided(pool, Step("are the settings sound?", "no", pool.message, "idp:api", decides=True))
    made = all_of(
        check_tags(pool.tags),
        _check_senders(pool),
        check_email(pool),
        _check_levels(pool),
        feature_plans.check_plan(pool, feature_plans.settings(pool)),
    )
    return Decision(made.value or pool, made.steps)


def check_tags(tags: Mapping[str, str]) -> Check:
    """Whether a pool may have these tags."""
    question, found = "may it have these tags?", f"{len(tags)} of {TAGS}"
    reserved = [name for name in sorted(tags) if name.lower().startswith("aws:")]
    if reserved:
        return _invalid(f"The tag key {reserved[0]} is reserved", question, reserved[0], "idp:api")
    if len(tags) > TAGS:
        return _invalid(f"A user pool has at most {TAGS} tags", question, found, "idp:quotas")
    return passed(question, found, "idp:api")


def _check_senders(pool: UserPool) -> Check:
    """A custom sender is sent codes under a key of the account. # idp:custom-sender"""
    question = "is there a key for the custom senders?"
    senders = [name for name in ("CustomEmailSender", "CustomSMSSender") if name in pool.triggers]
    if not senders or pool.sender_key is not None:
        return passed(question, pool.sender_key or "no custom sender", "idp:custom-sender")
    if choice(_SENDERS_KEY) == "no":
        return passed(question, "none", "idp:custom-sender", assumption=_SENDERS_KEY)
    refusal = Refusal(INVALID_PARAMETER, f"KMSKeyID is required with {senders[0]}")
    return refused(refusal, question, senders[0], "idp:custom-sender", assumption=_SENDERS_KEY)


def check_email(pool: UserPool) -> Check:
    """Mail through the account's own SES has a sender there, and email MFA goes through it alone. # idp:mfa §email"""
    question, account = "can the pool send its mail?", pool.email.get("EmailSendingAccount", "COGNITO_DEFAULT")
    if account == "DEVELOPER" and "SourceArn" not in pool.email:
        return _invalid("SourceArn is required where EmailSendingAccount is DEVELOPER", question, account, "idp:api")
    if "EMAIL_OTP" in pool.mfa_factors and account != "DEVELOPER":
        text = "Email MFA requires an EmailConfiguration with EmailSendingAccount DEVELOPER"
        return _invalid(text, question, account, "idp:mfa")
    return passed(question, account, "idp:api")


def _check_levels(pool: UserPool) -> Check:
    """The four names of AcrConfiguration differ from one another, the default ones included. # idp:step-up"""
    question, names = "do the ACR levels have names of their own?", list(level_names(pool).values())
    if len(set(names)) < len(names):
        return _invalid("Each ACR level needs a name of its own", question, ", ".join(names), "idp:step-up")
    return passed(question, ", ".join(names), "idp:step-up")


def room_for_pool(pools: int) -> Check:
    """Whether the account may have another pool in the region."""
    return _room("pools", pools, POOLS)


def room_for_client(clients: int) -> Check:
    """Whether the pool may have another client."""
    return _room("app clients", clients, CLIENTS)


def _room(what: str, used: int, most: int) -> Check:
    question, found = f"is there room for more {what}?", f"{used} of {most}"
    if used < most:
        return passed(question, found, "idp:quotas")
    refusal = Refusal("LimitExceededException", f"The maximum number of {what} ({most}) has been reached")
    return refused(refusal, question, found, "idp:quotas", assumption=UNSEEN_TEXTS)


def may_delete(world: World, pool: UserPool) -> Check:
    """Whether the pool may go: it is not protected, and its domain went first. # idp:api §DeleteUserPool"""
    question = "may the pool be deleted?"
    if pool.deletion_protection:
        text = (
            "The user pool cannot be deleted because deletion protection is activated. "
            "Deletion protection must be inactivated first."
        )
        place = pool.origin.at("DeletionProtection")
        return refused(Refusal(INVALID_PARAMETER, text), question, "protected", "idp:api", location=place)
    domains = [domain.domain for domain in world.domains.values() if domain.pool_id == pool.id]
    if domains:
        text = "User pool cannot be deleted. It has a domain configured that should be deleted first."
        return refused(Refusal(INVALID_PARAMETER, text), question, domains[0], "idp:domain")
    return passed(question, "no protection, no domain", "idp:api")


def _invalid(text: str, question: str, found: str, source: str, *, observed: bool = False) -> Decision[Any]:
    """InvalidParameterException with `text`, which is ours where it was not observed."""
    refusal = Refusal(INVALID_PARAMETER, text)
    return refused(refusal, question, found, source, assumption=None if observed else UNSEEN_TEXTS)


def check_new_attributes(pool: UserPool, added: tuple[SchemaAttribute, ...]) -> Check:
    """Whether the pool's schema takes these attributes: none is there, and there is room. # idp:quotas"""
    question, there = "may the schema have these attributes?", {entry.name for entry in pool.schema}
    for entry in added:
        if entry.name in there:
            text = f"{entry.name}: Existing attribute already has name {entry.name}."
            return _invalid(text, question, entry.name, "idp:attributes", observed=True)
        there.add(entry.name)
    used = sum(entry.custom for entry in (*pool.schema, *added))
    if used > CUSTOM_ATTRIBUTES:
        text = f"A user pool has at most {CUSTOM_ATTRIBUTES} custom attributes"
        return _invalid(text, question, f"{used} of {CUSTOM_ATTRIBUTES}", "idp:quotas")
    return passed(question, f"{used} of {CUSTOM_ATTRIBUTES}", "idp:attributes")
