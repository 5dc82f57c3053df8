"""Threat protection as it is configured, for a pool or for one of its clients. # idp:threat-protection

1. What is done about risks can be configured only where threat protection is on: settings that nothing reads would look
   like protection. Ranges of addresses, and what becomes of passwords that are known to be out, AWS takes anywhere.
2. The address ranges must be ranges: one that cannot be read would block nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Refusal
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, Check, passed, refused
from cogsim.frozen import freeze, thaw
from cogsim.persistent import Map
from cogsim.world.pool_members import (
    COMPROMISED,
    EXCEPTIONS,
    RISK_EVENTS,
    RISK_LEVELS,
    TAKEOVER,
    RiskConfiguration,
    TakeoverAction,
    is_cidr,
)
from cogsim.world.user_pool import UserPool

_SOURCE = "idp:threat-protection"
_UNPROTECTED = "cognito.riskConfigurationUnprotected"
_RANGES = ("BlockedIPRangeList", "SkippedIPRangeList")


def check_protected(pool: UserPool, takeover: Mapping[str, Any] | None) -> Check:
    """Whether threat protection is on in the pool, where `takeover` says what to do about risks."""
    question, place = "is threat protection on?", pool.origin.at("UserPoolAddOns")
    if takeover is None and choice(_UNPROTECTED) == "partly":
        found = "no answer to risks is configured"
        return passed(question, found, _SOURCE, answer="not asked", location=place, assumption=_UNPROTECTED)
    if pool.advanced_security != "OFF" or pool.custom_auth_security != "OFF":
        return passed(question, f"AdvancedSecurityMode {pool.advanced_security}", _SOURCE, location=place)
    refusal = Refusal("UserPoolAddOnNotEnabledException", "User pool add-ons are not enabled for this user pool.")
    return refused(refusal, question, "AdvancedSecurityMode OFF", _SOURCE, location=place, assumption=UNSEEN_TEXTS)


def check_ranges(exceptions: Mapping[str, Any] | None) -> Check:
    """Whether every exception is an address range in CIDR notation."""
    question = "are the exceptions address ranges?"
    for name in _RANGES:
        for text in (exceptions or {}).get(name) or ():
            if not is_cidr(text):
                refusal = Refusal(INVALID_PARAMETER, f"Invalid CIDR block in {name}: {text}")
                return refused(refusal, question, text, "idp:adaptive", assumption=UNSEEN_TEXTS)
    return passed(question, "yes" if exceptions else "none stated", "idp:adaptive")


def configuration(
    pool_id: str,
    client_id: str | None,
    compromised: Mapping[str, Any] | None,
    takeover: Mapping[str, Any] | None,
    exceptions: Mapping[str, Any] | None,
    modified: float,
) -> RiskConfiguration:
    """The noun that the three parts of a request describe."""
    stated = ((COMPROMISED, compromised), (TAKEOVER, takeover), (EXCEPTIONS, exceptions))
    actions = (takeover or {}).get("Actions") or {}
    levels = {level: actions.get(f"{level}Action") for level in RISK_LEVELS}
    return RiskConfiguration(
        pool_id=pool_id,
        client_id=client_id,
        compromised_action=compromised["Actions"]["EventAction"] if compromised else "NO_ACTION",
        compromised_events=tuple((compromised or {}).get("EventFilter") or RISK_EVENTS),
        takeover=Map(
            {level: TakeoverAction(each["EventAction"], each["Notify"]) for level, each in levels.items() if each}
        ),
        notify=freeze((takeover or {}).get("NotifyConfiguration") or {}),
        blocked_ranges=tuple((exceptions or {}).get("BlockedIPRangeList") or ()),
        skipped_ranges=tuple((exceptions or {}).get("SkippedIPRangeList") or ()),
        parts=tuple(name for name, part in stated if part is not None),
        modified=modified,
    )


def shown(risk: RiskConfiguration) -> dict[str, Any]:
    """The configuration's parts as answers and templates hold them; those that were not stated are left out."""
    actions = {
        f"{level}Action": {"Notify": risk.takeover[level].notify, "EventAction": risk.takeover[level].event_action}
        for level in RISK_LEVELS
        if level in risk.takeover
    }
    notify = {"NotifyConfiguration": thaw(risk.notify)} if risk.notify else {}
    ranges = dict(zip(_RANGES, (list(risk.blocked_ranges), list(risk.skipped_ranges)), strict=True))
    parts: dict[str, Any] = {
        COMPROMISED: {
            "EventFilter": list(risk.compromised_events),
            "Actions": {"EventAction": risk.compromised_action},
        },
        TAKEOVER: {**notify, "Actions": actions},
        EXCEPTIONS: {name: held for name, held in ranges.items() if held},
    }
    return {name: parts[name] for name in risk.parts}
