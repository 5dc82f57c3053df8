"""The server's side of a device's proof: SRP with the device's own secret in place of a password.

1. The key in the answer is the key the sign-in goes by, of a device that the user still has and still remembers.
2. SRP_A must not be 0 modulo N: it would make every secret right.
3. The signature covers group, device, the secret block and the time: no answer fits another challenge, and a challenge
   takes one answer.
# idp:device-tracking §srp
"""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions import refusals
from cogsim.decisions.refusals import UNSEEN_TEXTS, Check, passed, refused
from cogsim.decisions.srp_exchange import check_public_value
from cogsim.persistent import Map
from cogsim.tokens import srp
from cogsim.world.pool_user import Device, PoolUser

_SOURCE = "idp:device-tracking§srp"


def find_device(user: PoolUser, named: str | None, answered: str) -> Decision[Device | Refusal]:
    """The device that answers (argument 1): `named` is the key of the sign-in, `answered` the one in the answer."""
    question = "which device answers?"
    device = user.devices.get(answered) if answered == named else None
    if device is None:
        found = "gone" if answered == named else "another than the sign-in's"
        return refused(refusals.NO_SUCH_DEVICE, question, found, _SOURCE, answer="none")
    if not device.remembered:
        found = "no longer remembered"
        return refused(refusals.NO_SUCH_DEVICE, question, found, _SOURCE, answer="none", assumption=UNSEEN_TEXTS)
    return decided(device, Step(question, device.key, "remembered", _SOURCE))


def open_challenge(device: Device, srp_a: str, b: int, block: str) -> Decision[Map[str, str] | Refusal]:
    """What the pool keeps of a challenge: the numbers, and the digest of its secret block."""
    checked = check_public_value(srp_a)
    if checked.value is not None:
        return Decision(checked.value, checked.steps)
    kept = {
        "key": device.key,
        "group": device.group_key,
        "salt": device.verifier.salt,
        "verifier": device.verifier.verifier,
        "srp_a": srp_a,
        "b": f"{b:x}",
        "block": block,
    }
    return decided(Map(kept), Step("what is the device asked?", "to prove its secret", device.key, _SOURCE))


def public_value(kept: Mapping[str, str]) -> str:
    """SRP_B of the challenge."""
    return srp.challenge(kept["verifier"], int(kept["b"], 16))


def judge_proof(
    kept: Mapping[str, str], device: Device, block: bytes, block_digest: str, timestamp: str, signature: str
) -> Check:
    """Whether the signature proves the secret that `device` has now, for this very challenge."""
    question = "does the device prove its secret?"
    same = (kept["key"], kept["verifier"], kept["block"]) == (device.key, device.verifier.verifier, block_digest)
    fits = same and srp.check(
        pool_name=kept["group"],
        username=kept["key"],
        verifier_hex=kept["verifier"],
        b=int(kept["b"], 16),
        srp_a=kept["srp_a"],
        secret_block=block,
        timestamp=timestamp,
        signature=signature,
    )
    if fits:
        return passed(question, device.key, _SOURCE, decides=True)
    found = "another signature" if same else "another challenge"
    return refused(refusals.INCORRECT, question, found, _SOURCE)
