"""The assumptions that bear on answers, read once: a compiled form keeps the ones it was made under."""

from __future__ import annotations

from dataclasses import dataclass

from cogsim.assumptions import choice


@dataclass(frozen=True, slots=True)
class Switches:
    """The answers in force, as yes or no."""

    star_across_colons: bool
    star_takes_rest: bool
    short_arn: bool
    list_all_buckets: bool
    variables_in_bool: bool
    any_value_if_exists: bool
    one_element_list: bool
    negated_junk: bool
    star_admits_services: bool
    any_listed_is_spared: bool
    session_grant_limited: bool
    trust_grant_limited: bool
    session_token_free: bool


def switches() -> Switches:
    """The switches as `assuming` has them now."""
    return Switches(
        star_across_colons=choice("policy.starAcrossColons") == "any-field",
        star_takes_rest=choice("policy.starAcrossColons") != "never",
        short_arn=choice("policy.shortArn") == "by-kind",
        list_all_buckets=choice("policy.listAllMyBuckets") == "covers",
        variables_in_bool=choice("policy.variablesInBool") == "yes",
        any_value_if_exists=choice("policy.forAnyValueIfExists") == "true",
        one_element_list=choice("policy.oneElementList") == "as-single",
        negated_junk=choice("policy.negatedJunk") == "true",
        star_admits_services=choice("policy.starAllowsServices") == "yes",
        any_listed_is_spared=choice("policy.notPrincipalChain") == "any-listed",
        session_grant_limited=choice("policy.sessionArnGrant") == "limited",
        trust_grant_limited=choice("policy.boundaryOnTrust") == "limited",
        session_token_free=choice("policy.getSessionTokenDeny") == "allowed",
    )
