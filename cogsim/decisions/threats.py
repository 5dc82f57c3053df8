"""What threat protection does about a sign-in, a sign-up or a new password.

1. It acts only where AdvancedSecurityMode is ENFORCED; in AUDIT it looks and writes down. A client's own risk
   configuration stands in the pool's place whole.
2. A blocked address signs nobody up and nobody in; one that is skipped is not weighed. An address on both lists is
   blocked. Compromised passwords are looked for all the same.
3. A password is compared with the breached ones only where the pool sees it: by USER_PASSWORD_AUTH,
   ADMIN_USER_PASSWORD_AUTH, at sign-up and when it is set. A proof by SRP shows none.
4. The level of risk leads to the action that is configured for it: nothing, a second factor where the user has one, a
   second factor or no sign-in, no sign-in. A factor that is set up and switched off counts: AWS tells those who want
   it asked only where a sign-in looks risky to switch it off.
# idp:threat-protection, idp:compromised, idp:adaptive
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions import mfa_factors, refusals
from cogsim.decisions.refusals import NOT_AUTHORIZED, Check, passed, refused
from cogsim.world.pool_members import RiskConfiguration, TakeoverAction
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

SECURITY_REASONS = Refusal(NOT_AUTHORIZED, "Unable to login because of security reasons")
EXPOSED_PASSWORD = Refusal("InvalidPasswordException", "Provided password cannot be used for security reasons.")

#: The flows in which the pool sees the password itself.
_SHOWN_BY = frozenset({"USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH", "MANAGED_LOGIN"})
_IN_CHOICE = "cognito.compromisedInUserAuth"
_BLOCK_BEATS_SKIP = "cognito.blockedBeatsSkipped"
_SWITCHED_OFF = "cognito.riskAsksFactorsSwitchedOff"


@dataclass(frozen=True, slots=True)
class Demand:
    """What follows from the risk: the sign-in is blocked, must prove a second factor, or neither; and is it told."""

    blocked: bool = False
    factor: bool = False
    notify: bool = False
    action: str = "NO_ACTION"


def watches(pool: UserPool) -> bool:
    """Whether the pool keeps a history: in AUDIT and in ENFORCED. # idp:threat-protection"""
    return pool.advanced_security != "OFF"


def enforces(pool: UserPool, *, custom: bool = False) -> bool:
    """Whether it acts; custom authentication has a mode of its own."""
    return (pool.custom_auth_security if custom else pool.advanced_security) == "ENFORCED"


def risk_configuration(world: World, pool: UserPool, client_id: str | None) -> RiskConfiguration:
    """The client's own configuration where it has one, else the pool's, else AWS's defaults."""
    for key in (client_id or "", ""):
        held = world.risk_configurations.get((pool.id, key))
        if held is not None:
            return held
    return RiskConfiguration(pool.id)


def _within(address: str | None, ranges: tuple[str, ...]) -> str | None:
    """The first of `ranges` that holds the address."""
    if address is None:
        return None
    host = ip_address(address)
    for text in ranges:
        each = ip_network(text, strict=False)
        if each.version == host.version and host in each:
            return text
    return None


def check_address(pool: UserPool, risk: RiskConfiguration, address: str | None) -> Check:
    """Whether the address may sign in or up at all (argument 2)."""
    question, source = "is the address blocked?", "idp:adaptive§ip"
    if not enforces(pool) or address is None:
        return passed(question, "no address is looked at", source, answer="no")
    place = risk.origin.at("RiskExceptionConfiguration")
    blocked, skipped = _within(address, risk.blocked_ranges), _within(address, risk.skipped_ranges)
    both = _BLOCK_BEATS_SKIP if blocked and skipped else None
    if blocked and not (skipped and choice(_BLOCK_BEATS_SKIP) == "no"):
        return refused(SECURITY_REASONS, question, blocked, source, answer="yes", location=place, assumption=both)
    return passed(question, address, source, answer="no", location=place, assumption=both)


def skips(risk: RiskConfiguration, address: str | None) -> bool:
    """Whether sign-ins from this address are not weighed."""
    return _within(address, risk.skipped_ranges) is not None


def password_digest(password: str) -> str:
    """How a breached password stands in the world."""
    return hashlib.sha256(password.encode()).hexdigest()


def password_shown(flow: str) -> Decision[bool]:
    """Whether the flow shows the pool the password (argument 3)."""
    question = "does the pool see the password?"
    if flow == "USER_AUTH":
        shown = choice(_IN_CHOICE) == "yes"
        step = passed(question, flow, "idp:compromised", answer="yes" if shown else "no", assumption=_IN_CHOICE)
        return Decision(shown, step.steps)
    shown = flow in _SHOWN_BY
    return decided(shown, Step(question, "yes" if shown else "no", flow, "idp:compromised"))


def exposed(world: World, pool: UserPool, risk: RiskConfiguration, event: str, password: str) -> Decision[bool]:
    """Whether the password is a breached one and the pool looks for those at this event."""
    question = "is the password a breached one?"
    if not watches(pool) or event not in risk.compromised_events:
        reason = "threat protection is off" if not watches(pool) else f"{event} is not in EventFilter"
        return decided(False, Step(question, "not looked at", reason, "idp:compromised"))
    found = password_digest(password) in world.breached_passwords
    place = risk.origin.at("CompromisedCredentialsRiskConfiguration")
    return decided(found, Step(question, "yes" if found else "no", event, "idp:compromised", location=place))


def act_on_exposed(pool: UserPool, risk: RiskConfiguration, event: str) -> Check:
    """What follows from a breached password: at a sign-in the user must reset it, elsewhere it is not taken."""
    question, source = "what follows from a breached password?", "idp:compromised"
    place = risk.origin.at("CompromisedCredentialsRiskConfiguration")
    if not enforces(pool) or risk.compromised_action != "BLOCK":
        found = f"{risk.compromised_action}, mode {pool.advanced_security}"
        return passed(question, found, source, answer="nothing", location=place)
    refusal = refusals.RESET_REQUIRED if event == "SIGN_IN" else EXPOSED_PASSWORD
    return refused(refusal, question, "BLOCK", source, answer="it is refused", location=place)


def demand(
    pool: UserPool, risk: RiskConfiguration, user: PoolUser, level: str | None, *, custom: bool, remembered: bool
) -> Decision[Demand]:
    """What the level leads to (argument 4); a remembered device stands for the second factor. # idp:adaptive"""
    question, place = "what does the risk lead to?", risk.origin.at("AccountTakeoverRiskConfiguration")
    configured = risk.takeover.get(level or "") or TakeoverAction()
    action = configured.event_action
    if level is None or not enforces(pool, custom=custom):
        mode = pool.custom_auth_security if custom else pool.advanced_security
        found = f"{level or 'NoRisk'}, mode {mode}"
        return decided(Demand(), Step(question, "nothing", found, "idp:adaptive", location=place))
    held = _has_factor(pool, user)
    has_factor = held.value
    factor = action in ("MFA_IF_CONFIGURED", "MFA_REQUIRED") and has_factor and not remembered
    blocked = action == "BLOCK" or (action == "MFA_REQUIRED" and not has_factor and not remembered)
    answer = "the sign-in is blocked" if blocked else "a second factor" if factor else "nothing"
    found = f"{level}: {action}; the user has {'a factor' if has_factor else 'no factor'}"
    made = Demand(blocked, factor, configured.notify, action)
    return decided(
        made, Step(question, answer, found, "idp:adaptive", location=place, decides=blocked), after=held.steps
    )


def _has_factor(pool: UserPool, user: PoolUser) -> Decision[bool]:
    """Whether there is a second factor to ask for: one that is switched on, or one that only the risk would ask for."""
    question = "has the user a factor that the risk can ask for?"
    if user.factors:
        return decided(True, Step(question, "yes", f"{', '.join(user.factors)}, switched on", "idp:adaptive"))
    ready = mfa_factors.candidates(pool, user, demanded=True)
    if isinstance(ready.value, Refusal) or not ready.value:
        return decided(False, Step(question, "no", "none is set up", "idp:adaptive"), after=ready.steps)
    counts, found = choice(_SWITCHED_OFF) == "yes", f"{', '.join(ready.value)}, switched off"
    answer = "yes" if counts else "no"
    step = Step(question, answer, found, "idp:adaptive", Basis.ASSUMED, assumption=_SWITCHED_OFF)
    return decided(counts, step, after=ready.steps)
