"""Domains of user pools: which names are free, and which a pool may take.

1. A prefix is one label without the words that AWS keeps for itself; a custom domain is a full name with a certificate.
2. A prefix belongs to one pool of its region, a custom domain to one pool of all, whoever owns it: whose name people
   type their passwords under is not for two to have.
3. A pool has at most one prefix and one custom domain. # idp:domain
"""

from __future__ import annotations

import re

from cogsim.arn import Arn
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.feature_plans import check_plan
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, Check, all_of, passed, refused
from cogsim.world.pool_members import PREFIX_PATTERN, RESERVED_WORDS, UserPoolDomain
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
#: Custom domains of an account in a region. # idp:quotas §objects
MOST_CUSTOM = 4

NO_SUCH_DOMAIN = Refusal(INVALID_PARAMETER, "No such domain or user pool exists.")


def check_new_domain(world: World, pool: UserPool, domain: UserPoolDomain) -> Check:
    """Whether the pool may take this domain."""
    return all_of(
        check_domain_settings(pool, domain),
        _check_custom_name(domain) if domain.custom else _check_prefix(domain),
        _check_free(world, domain),
        _check_alone(world, domain),
        _check_room(world, pool, domain),
    )


def check_domain_settings(pool: UserPool, domain: UserPoolDomain) -> Check:
    """Whether certificate, routing and version of managed login fit the domain and the pool's plan."""
    features = [("Managed Login", "ESSENTIALS")] if domain.managed_login_version == 2 else []
    return all_of(check_plan(pool, iter(features)), _check_certificate(domain), _check_routing(domain))


def check_login_version(version: int | None) -> Check:
    """Whether there is such a version of the sign-in pages."""
    question = "is there such a version of managed login?"
    if version in (None, 1, 2):
        return passed(question, str(version or "not stated"), "idp:managed-login")
    refusal = Refusal(INVALID_PARAMETER, "ManagedLoginVersion must be 1 or 2.")
    return refused(refusal, question, str(version), "idp:managed-login", assumption=UNSEEN_TEXTS)


def check_takes_certificate(domain: UserPoolDomain) -> Check:
    """Whether the domain has a certificate that can be replaced: a prefix is AWS's own name."""
    question = "is it a custom domain?"
    if domain.custom:
        return passed(question, domain.domain, "idp:domain")
    refusal = Refusal(INVALID_PARAMETER, "CustomDomainConfig is not allowed for a prefix domain.")
    return refused(refusal, question, domain.domain, "idp:domain", assumption=UNSEEN_TEXTS)


def pool_domain(world: World, pool: UserPool, name: str) -> Decision[UserPoolDomain | Refusal]:
    """The pool's domain of that name, or the refusal."""
    question = "does the pool have this domain?"
    domain = world.domains.get((pool.id, name))
    if domain is None:
        return refused(NO_SUCH_DOMAIN, question, name, "idp:domain", assumption=UNSEEN_TEXTS)
    return decided(domain, Step(question, "yes", name, "idp:domain", location=domain.origin.location))


def account_domain(world: World, name: str, region: str, account: str | None) -> Decision[UserPoolDomain | None]:
    """The domain of that name in the caller's account and region; None where there is none."""
    question = "is there such a domain in the account?"
    for domain in world.domains.values():
        pool = world.user_pools.get(domain.pool_id)
        ours = pool is not None and pool.region == region and account in (None, Arn.parse(pool.arn).account)
        if domain.domain == name and ours:
            return decided(domain, Step(question, "yes", f"of {domain.pool_id}", "idp:domain"))
    return decided(None, Step(question, "no", name, "idp:domain"))


def _check_prefix(domain: UserPoolDomain) -> Check:
    question, name = "is it a prefix that may be had?", domain.domain
    if re.fullmatch(PREFIX_PATTERN, name) is None:
        text = (
            "The domain name contains an invalid character. Domain names can only contain lower-case letters, numbers, "
            f"and hyphens. Please enter a different name that follows this format: {PREFIX_PATTERN}"
        )
        return refused(Refusal(INVALID_PARAMETER, text), question, name, "idp:domain")
    word = next((each for each in RESERVED_WORDS if each in name), None)
    if word is not None:
        refusal = Refusal(INVALID_PARAMETER, f"Domain cannot contain reserved word: {word}")
        return refused(refusal, question, word, "idp:domain")
    return passed(question, name, "idp:domain")


def _check_custom_name(domain: UserPoolDomain) -> Check:
    question, labels = "is it a full domain name?", domain.domain.split(".")
    if len(labels) >= 2 and all(_LABEL.fullmatch(label) for label in labels):
        return passed(question, domain.domain, "idp:domain")
    refusal = Refusal(INVALID_PARAMETER, "Custom domain is not a valid subdomain")
    return refused(refusal, question, domain.domain, "idp:domain", assumption=UNSEEN_TEXTS)


def _check_certificate(domain: UserPoolDomain) -> Check:
    question = "is the certificate where CloudFront finds it?"
    if domain.certificate_arn is None:
        return passed(question, "a prefix has AWS's own", "idp:domain")
    arn = Arn.try_parse(domain.certificate_arn)
    if arn is not None and arn.service == "acm" and arn.region == "us-east-1":
        return passed(question, domain.certificate_arn, "idp:domain")
    text = (
        "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a "
        "valid certificate chain."
    )
    refusal = Refusal(INVALID_PARAMETER, text)
    return refused(refusal, question, domain.certificate_arn, "idp:domain", assumption=UNSEEN_TEXTS)


def _check_routing(domain: UserPoolDomain) -> Check:
    question = "may the domain's requests be routed to a replica?"
    if not domain.routing or domain.custom:
        return passed(question, "they are" if domain.routing else "they are not", "idp:domain")
    refusal = Refusal(INVALID_PARAMETER, "Routing is only supported for custom domains.")
    return refused(refusal, question, f"{domain.domain} is a prefix", "idp:domain", assumption=UNSEEN_TEXTS)


def _check_free(world: World, domain: UserPoolDomain) -> Check:
    question = "is the name free?"
    region = domain.pool_id.partition("_")[0]
    for other in world.domains.values():
        same_realm = other.custom or other.pool_id.partition("_")[0] == region
        if other.domain == domain.domain and other.custom == domain.custom and same_realm:
            refusal = Refusal(INVALID_PARAMETER, "Domain already associated with another user pool.")
            return refused(refusal, question, f"{domain.domain} is {other.pool_id}'s", "idp:domain")
    return passed(question, domain.domain, "idp:domain")


def _check_alone(world: World, domain: UserPoolDomain) -> Check:
    kind = "custom domain" if domain.custom else "prefix"
    question = f"has the pool no {kind} yet?"
    for other in world.domains.values():
        if other.pool_id == domain.pool_id and other.custom == domain.custom:
            refusal = Refusal(INVALID_PARAMETER, "User pool already has a domain configured.")
            return refused(refusal, question, other.domain, "idp:domain", assumption=UNSEEN_TEXTS)
    return passed(question, domain.pool_id, "idp:domain")


def _check_room(world: World, pool: UserPool, domain: UserPoolDomain) -> Check:
    question, owner = "may the account have one more custom domain?", Arn.parse(pool.arn)
    pools = [world.user_pools.get(each.pool_id) for each in world.domains.values() if each.custom]
    arns = [Arn.parse(each.arn) for each in pools if each is not None]
    held = sum(1 for arn in arns if (arn.account, arn.region) == (owner.account, owner.region))
    if not domain.custom or held < MOST_CUSTOM:
        return passed(question, f"{held} of {MOST_CUSTOM}", "idp:quotas§objects")
    refusal = Refusal("LimitExceededException", f"Maximum number of custom domains ({MOST_CUSTOM}) reached.")
    return refused(refusal, question, f"{held}", "idp:quotas§objects", assumption=UNSEEN_TEXTS)
