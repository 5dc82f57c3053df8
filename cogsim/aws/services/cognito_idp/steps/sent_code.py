"""Codes that a step of a sign-in sends and asks back: by SMS or e-mail, as a first factor or a second.

The step keeps its code, so the code lives and dies with the session: AuthSessionValidity. # idp:quotas §codes
"""

from __future__ import annotations

from collections.abc import Callable

from cogsim.aws.services.cognito_idp import messages, sign_in_triggers, threat_protection
from cogsim.aws.services.cognito_idp.access import refuse
from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.records import FAILURES
from cogsim.aws.services.cognito_idp.steps.challenge import Asked, Open
from cogsim.aws.services.cognito_idp.steps.flow import spend
from cogsim.aws.services.cognito_idp.users import change_user
from cogsim.decisions import first_factors, mfa_codes
from cogsim.decisions.codes import SIGN_IN, Delivery, delivery, masked, simulated_delivery
from cogsim.decisions.refusals import Check
from cogsim.entropy import named
from cogsim.persistent import Map
from cogsim.world.pool_user import UserStatus


def send(attempt: Attempt, attribute: str, *, digits: int = 6, new_address: str | None = None) -> Asked:
    """Send a code to the user's `attribute`, or to `new_address`, which is the user's once the code comes back. For a
    name that nobody has nothing is sent, and the answer looks the same."""
    if attempt.account is None:
        return Asked(_told(_pretended(attempt, attribute)))
    to = delivery(attribute, new_address or attempt.user.attributes[attribute])
    ctx, pool, user = attempt.ctx, attempt.pool, attempt.user
    code = ctx.draw("cognito-idp/code", pool.id, user.username, SIGN_IN).digits(digits)
    messages.send(ctx, pool, user, SIGN_IN, to, code)
    kept = {"attribute": attribute, "address": to.address, "code": code}
    return Asked(_told(to), Map(kept if new_address is None else {**kept, "new": "yes"}))


def judge(attempt: Attempt, step: Open, given: str) -> Attempt:
    """The attempt with the code proved right and its address verified; the refusal raised where it is not."""
    kept = step.session.private
    held = attempt.account.attributes if attempt.account else {}
    weigh(attempt, step, lambda: mfa_codes.check_sent_code(kept, held, given))
    return _verify(attempt, kept["attribute"], kept["address"])


def weigh(attempt: Attempt, step: Open, proven: Callable[[], Check]) -> None:
    """Count a wrong code and raise its refusal; a right one closes the step."""
    ctx = attempt.ctx
    key = (attempt.pool.id, attempt.account.sub if attempt.account else "")
    failures = FAILURES.get(ctx.state, key) if attempt.account else None
    judged = ctx.take(mfa_codes.attempt_factor(proven, failures, ctx.now))
    after = judged.failures
    if attempt.account:
        ctx.update_state(lambda state: FAILURES.put(state, key, after) if after else FAILURES.drop(state, key))
    if judged.refusal is None or not ctx.take(mfa_codes.session_survives()):
        spend(attempt, step)
    if attempt.progress.proved:
        threat_protection.answered(attempt, "Mfa", right=judged.refusal is None)
    if judged.refusal is not None:
        refuse(judged.refusal)


def confirm(attempt: Attempt) -> Attempt:
    """The attempt of an account that a code, given as the first factor, has confirmed. # idp:user-accounts §status"""
    if attempt.user.status is not UserStatus.UNCONFIRMED:
        return attempt
    changed = change_user(attempt.ctx, attempt.user, status=UserStatus.CONFIRMED)
    if attempt.ctx.take(first_factors.confirming_fires()):
        sign_in_triggers.confirmed(attempt.ctx, attempt.pool, changed)
    return attempt.changed(changed)


def _verify(attempt: Attempt, attribute: str, address: str) -> Attempt:
    ctx, user, flag = attempt.ctx, attempt.user, f"{attribute}_verified"
    known = user.attributes.get(attribute) == address and user.attributes.get(flag) == "true"
    if known or not ctx.take(mfa_codes.verifies(ctx.world, attempt.pool, user, attribute, address)):
        return attempt
    attributes = user.attributes.set(attribute, address).set(flag, "true")
    return attempt.changed(change_user(ctx, user, attributes=attributes))


def _told(to: Delivery) -> dict[str, str]:
    return {
        "CODE_DELIVERY_DELIVERY_MEDIUM": to.medium,
        "CODE_DELIVERY_DESTINATION": masked(to.attribute, to.address),
    }


def _pretended(attempt: Attempt, attribute: str) -> Delivery:
    """A delivery that never happens, the same for a name whenever it is asked. # idp:existence"""
    pool, name = attempt.pool, attempt.pool.compared(attempt.name)
    draw = named("cognito-idp/simulated-delivery", pool.id, name)
    if attribute == "phone_number":
        return Delivery("phone_number", "SMS", "+1" + draw.digits(10))
    made = simulated_delivery(pool, draw)
    return made if made.attribute == "email" else Delivery("email", "EMAIL", f"{draw.lower_alnum(8)}@mail.example")
