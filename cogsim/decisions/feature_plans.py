"""Which settings of a user pool need which feature plan. # idp:feature-plans

1. A setting that the pool's plan does not have is refused where it is made.
2. A plan is not left for a smaller one while something outside the call still needs it.
"""

from __future__ import annotations

from collections.abc import Iterator

from cogsim.decision import Refusal
from cogsim.decisions.refusals import UNSEEN_TEXTS, Check, passed, refused
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

#: The plans, the smallest first.
PLANS = ("LITE", "ESSENTIALS", "PLUS")

UNAVAILABLE = "FeatureUnavailableInTierException"
_SOURCE = "idp:feature-plans"

#: A feature's name and the smallest plan that has it.
Feature = tuple[str, str]


def settings(pool: UserPool) -> Iterator[Feature]:
    """The features that the pool's own settings use."""
    if pool.advanced_security != "OFF" or pool.custom_auth_security != "OFF":
        yield "Threat Protection", "PLUS"
    version = pool.trigger_versions.get("PreTokenGenerationConfig", "V2_0")
    if "PreTokenGenerationConfig" in pool.triggers and version != "V1_0":
        yield "Access Token Customization", "ESSENTIALS"
    if pool.first_factors != ("PASSWORD",):
        yield "Choice-Based Sign-In", "ESSENTIALS"
    if pool.password_policy.history_size:
        yield "Password History", "ESSENTIALS"
    if pool.further.get("AcrConfiguration"):
        yield "ACR Configuration", "ESSENTIALS"
    if pool.further.get("DcrConfiguration", {}).get("EnableStatus") == "Enabled":
        yield "Dynamic Client Registration", "ESSENTIALS"


def factors(pool: UserPool) -> Iterator[Feature]:
    """The features that the pool's second factors and passkeys use: SetUserPoolMfaConfig alone changes them."""
    if "EMAIL_OTP" in pool.mfa_factors:
        yield "Email MFA", "ESSENTIALS"
    if pool.web_authn.factor_configuration != "SINGLE_FACTOR":
        yield "Passkey MFA", "ESSENTIALS"


def belongings(world: World, pool: UserPool) -> Iterator[Feature]:
    """The features that the clients, domains and logs of the pool use."""
    if any("ALLOW_USER_AUTH" in each.explicit_auth_flows for each in world.clients.values() if each.pool_id == pool.id):
        yield "Choice-Based Sign-In", "ESSENTIALS"
    if any(each.managed_login_version > 1 for each in world.domains.values() if each.pool_id == pool.id):
        yield "Managed Login", "ESSENTIALS"
    for (pool_id, kind, _), document in world.pool_documents.items():
        if pool_id == pool.id and kind == "LogDeliveryConfiguration" and "userAuthEvents" in str(document.content):
            yield "User Activity Export", "PLUS"


def missing(plan: str, features: Iterator[Feature]) -> tuple[str, ...]:
    """The features that `plan` does not have, each once, in order."""
    return tuple(dict.fromkeys(name for name, least in features if PLANS.index(plan) < PLANS.index(least)))


def check_plan(pool: UserPool, features: Iterator[Feature]) -> Check:
    """Whether the pool's plan has every feature."""
    question = f"does the {pool.tier} plan have what is configured?"
    lacking = missing(pool.tier, features)
    place = pool.origin.at("UserPoolTier")
    if not lacking:
        return passed(question, "all of it", _SOURCE, location=place)
    names = ", ".join(lacking)
    text = f"The following features need to be disabled for the {pool.tier} pricing tier configured: {names}"
    return refused(Refusal(UNAVAILABLE, text), question, names, _SOURCE, location=place)


def check_plan_of_client(pool: UserPool, client: UserPoolClient) -> Check:
    """Whether the pool's plan has what the client uses."""
    uses = [("Choice-Based Sign-In", "ESSENTIALS")] if "ALLOW_USER_AUTH" in client.explicit_auth_flows else []
    return check_plan(pool, iter(uses))


def check_change(world: World, pool: UserPool, changed: UserPool) -> Check:
    """Whether the pool may go to the plan of `changed`: what stands outside the call must not need the old one."""
    question = f"may the pool leave {pool.tier} for {changed.tier}?"
    if PLANS.index(changed.tier) >= PLANS.index(pool.tier):
        return passed(question, "no smaller plan", _SOURCE)
    lacking = missing(changed.tier, iter((*factors(changed), *belongings(world, changed))))
    if not lacking:
        return passed(question, "nothing needs the larger plan", _SOURCE)
    names = ", ".join(lacking)
    text = f"The tier cannot be changed to {changed.tier} while these features are on: {names}"
    refusal = Refusal("TierChangeNotAllowedException", text)
    return refused(refusal, question, names, _SOURCE, location=pool.origin.at("UserPoolTier"), assumption=UNSEEN_TEXTS)
