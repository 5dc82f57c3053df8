"""AssumeRole as a whole: the second factor that is given with the call, and the role's and the caller's policies.

1. The code is looked at before the policies are asked, since they may ask for it; whether a wrong one is told before
   or after a refusal by the policies is a switch.
2. A root user becomes no role, and is told so before anything else. # sts:AssumeRole
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Caller, Root
from cogsim.decisions.mfa_device import MfaProof, prove
from cogsim.decisions.trust import assume_keys, may_assume
from cogsim.world.world import World

_ORDER = "sts.mfaOrder"


@dataclass(frozen=True, slots=True)
class RoleRequest:
    """The members of an AssumeRole call that its authorisation reads; `used` are the periods whose codes the MFA device
    has been asked for before."""

    role_arn: str
    session_name: str
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str | None = None
    external_id: str | None = None
    serial_number: str | None = None
    token_code: str | None = field(default=None, repr=False)
    used: tuple[int, ...] = ()


def may_become(
    world: World, request: RoleRequest, caller: Caller, *, origin: CallOrigin, now: float
) -> Decision[Refusal | None]:
    """None where `caller` may have the session at `now` (seconds), else STS's refusal."""
    proof = given_proof(world, request, caller, now)
    refused = isinstance(proof.value, Refusal) and not isinstance(caller, Root)
    if refused and choice(_ORDER) == "before":
        return Decision(_refusal_of(proof), (*proof.steps, _order_step()))
    keys = assume_keys(
        request.session_name,
        tags=request.tags,
        transitive_tag_keys=request.transitive_tag_keys,
        source_identity=request.source_identity,
        external_id=request.external_id,
        mfa=isinstance(proof.value, MfaProof),
    )
    answer = may_assume(world, request.role_arn, caller, "sts:AssumeRole", origin=origin, now=now, context=keys)
    said = proof.steps if request.serial_number is not None or request.token_code is not None else ()
    if answer.value is None and refused:
        return Decision(_refusal_of(proof), (*answer.steps, *proof.steps, _order_step()))
    return Decision(answer.value, (*said, *answer.steps))


def given_proof(world: World, request: RoleRequest, caller: Caller, now: float) -> Decision[MfaProof | Refusal | None]:
    """What the serial number and the code of the call prove."""
    return prove(world, caller, request.serial_number, request.token_code, request.used, now)


def _refusal_of(proof: Decision[MfaProof | Refusal | None]) -> Refusal:
    assert isinstance(proof.value, Refusal)
    return proof.value


def _order_step() -> Step:
    question = "is the code looked at before the policies are asked?"
    return Step(question, choice(_ORDER), "", "sts:AssumeRole", Basis.ASSUMED, assumption=_ORDER)
