"""Rates that an account may call categories of operations at. # idp:quotas §categories"""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.refusals import INVALID_PARAMETER, NOT_FOUND, UNSEEN_TEXTS, Check, passed, refused
from cogsim.world.rate_limits import CATEGORIES
from cogsim.world.world import World

#: The kind of document that holds a provisioned limit; it belongs to no pool.
PROVISIONED_LIMIT = "ProvisionedLimit"
_SOURCE = "idp:provisioned-limits"
_MAXIMUM = "cognito.provisionedLimitMaximum"


def limit_key(account: str, region: str, category: str) -> str:
    """The key of the document of a category's limit."""
    return f"{account}/{region}/{category}"


def provisioned(world: World, account: str, region: str, category: str, default: int | None = None) -> int:
    """Requests per second that the account may make of the category in the region: what it provisioned, or else
    `default`, which is AWS's own where it is not given."""
    document = world.pool_documents.get(("", PROVISIONED_LIMIT, limit_key(account, region, category)))
    if document is not None:
        return int(document.content["ProvisionedLimitValue"])
    return CATEGORIES[category] if default is None else default


def find_category(attributes: Mapping[str, str]) -> Decision[str | Refusal]:
    """The category that the attributes of a limit name, or the refusal."""
    question = "which category is it?"
    if set(attributes) != {"Category"}:
        refusal = Refusal(INVALID_PARAMETER, "Attributes must have the key Category.")
        return refused(refusal, question, ", ".join(sorted(attributes)), _SOURCE, assumption=UNSEEN_TEXTS)
    category = attributes["Category"]
    if category in CATEGORIES:
        return decided(category, Step(question, category, f"{CATEGORIES[category]} per second", "idp:quotas"))
    refusal = Refusal(NOT_FOUND, f"Limit for category {category} does not exist.")
    return refused(refusal, question, category, _SOURCE, assumption=UNSEEN_TEXTS)


def check_requested(category: str, value: int) -> Check:
    """Whether so much may be provisioned: at least the default, at most what Service Quotas grant the account."""
    question, free = "may so much be provisioned?", CATEGORIES[category]
    if value < free:
        refusal = Refusal(INVALID_PARAMETER, f"RequestedLimitValue must be at least {free}.")
        return refused(refusal, question, f"{value}", _SOURCE, assumption=UNSEEN_TEXTS)
    if value == free:
        return passed(question, "the default", _SOURCE)
    if choice(_MAXIMUM) == "whatever-is-asked":
        return passed(question, f"{value}", _SOURCE, assumption=_MAXIMUM)
    text = f"RequestedLimitValue exceeds the account-level maximum of {free}."
    refusal = Refusal("ServiceQuotaExceededException", text)
    return refused(refusal, question, f"{value}", _SOURCE, assumption=_MAXIMUM)
