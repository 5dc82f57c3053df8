"""The encoded authorization message: a denied decision that its reader cannot read, and DecodeAuthorizationMessage can.

1. What the message holds may be secret from whoever was refused: it is sealed, and opens for those who hold
   sts:DecodeAuthorizationMessage.
2. It carries a seal of its own content: a message that was made up or altered decodes to nothing.

Services of the EC2 protocol answer with one. The bytes inside are this simulator's; AWS's are not published.
# sts:DecodeAuthorizationMessage
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import zlib
from typing import Any

from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.refusals import refused
from cogsim.entropy import named
from cogsim.policy.layers import Result
from cogsim.policy.reference.denial import access_denied_message
from cogsim.policy.request import Request

#: The longest message that DecodeAuthorizationMessage takes, in characters.
_LONGEST = 10240
_SEAL = 16
_SOURCE = "sts:DecodeAuthorizationMessage"


def unauthorized_operation(decision: Decision[Result], request: Request) -> str:
    """The message of EC2's UnauthorizedOperation: the sentence, and the encoded message for who may decode it."""
    sentence = access_denied_message(decision, request)
    encoded = encoded_message(decision, request)
    opening = "You are not authorized to perform this operation."
    return f"{opening} {sentence}. Encoded authorization failure message: {encoded}"


def encoded_message(decision: Decision[Result], request: Request) -> str:
    """The message for a refused `decision` on `request`; what would make it too long to decode is left out of it."""
    content = _content(decision, request)
    for part in ((), ("matchedStatements", "failures"), ("context",)):
        for name in part:
            content[name] = {"items": []} if name != "context" else {"action": request.action}
        message = _sealed(json.dumps(content, sort_keys=True, separators=(",", ":")))
        if len(message) <= _LONGEST:
            break
    return message


def decoded_message(message: str) -> Decision[str | Refusal]:
    """The JSON text inside a message, or STS's refusal of one that none of ours is."""
    question = "is it an encoded authorization message?"
    text = _opened(message)
    if text is not None:
        return decided(text, Step(question, "yes", f"{len(text)} characters", _SOURCE, Basis.OBSERVED))
    refusal = Refusal("InvalidAuthorizationMessageException", "Message is not valid")
    return refused(refusal, question, f"{len(message)} characters", _SOURCE)


def _content(decision: Decision[Result], request: Request) -> dict[str, Any]:
    principal = request.principal
    deciding = [dict(step.facts) for step in decision.deciding]
    named_by = [{"policy": facts["policy"], "layer": facts.get("layer", "")} for facts in deciding if "policy" in facts]
    conditions = [
        {"key": key, "values": {"items": [{"value": value} for value in request.context[key].values]}}
        for key in request.context
    ]
    return {
        "allowed": False,
        "explicitDeny": decision.value is Result.EXPLICITLY_DENIED,
        "matchedStatements": {"items": named_by if decision.value is Result.EXPLICITLY_DENIED else []},
        "failures": {"items": []},
        "context": {
            "principal": {"id": principal.unique_id or principal.account or "", "arn": principal.arn},
            "action": request.action,
            "resource": request.resource,
            "conditions": {"items": conditions},
        },
    }


def _key() -> bytes:
    return named("sts/authorization-message").bytes(32)


def _sealed(text: str) -> str:
    """Compressed, masked with what the seal gives, the seal in front; in base64 without padding."""
    plain = zlib.compress(text.encode(), 9)
    seal = hmac.digest(_key(), plain, "sha256")[:_SEAL]
    return base64.urlsafe_b64encode(seal + _masked(plain, seal)).decode().rstrip("=")


def _opened(message: str) -> str | None:
    try:
        raw = base64.b64decode(message + "=" * (-len(message) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    seal, plain = raw[:_SEAL], _masked(raw[_SEAL:], raw[:_SEAL])
    if not hmac.compare_digest(seal, hmac.digest(_key(), plain, "sha256")[:_SEAL]):
        return None
    return zlib.decompress(plain).decode()


def _masked(data: bytes, seal: bytes) -> bytes:
    mask = named("sts/authorization-message", seal.hex()).bytes(len(data))
    return bytes(left ^ right for left, right in zip(data, mask, strict=True))
