"""Who signed a request to an API, in the gateway's words where nobody did or nobody that is known.

1. A signature that does not hold, or of a key that is unknown or has expired, is refused by its own name.
2. Without a signature: whatever else stands in the header is a malformed one.
3. HTTP APIs say no more than Forbidden. # apigw:iam, apigw:http-iam
"""

from __future__ import annotations

import base64
import hashlib

from cogsim.decision import Decision, Step, decided
from cogsim.decisions.api_request import ApiRequest
from cogsim.decisions.caller import Anonymous, Caller
from cogsim.decisions.gateway_refusals import FORBIDDEN, MISSING_TOKEN, GatewayRefusal, refuse
from cogsim.errors import AwsError

_SOURCE, _QUESTION = "apigw:iam", "who signed the request?"


def signed_by(found: Caller | AwsError, request: ApiRequest, *, rest: bool) -> Decision[Caller | GatewayRefusal]:
    """The caller, or the refusal; `found` is what verifying the signature gave."""
    if not isinstance(found, Anonymous | AwsError):
        return decided(found, Step(_QUESTION, "somebody known", type(found).__name__, _SOURCE))
    header = request.header("authorization")
    if isinstance(found, AwsError):
        told, answer, said = GatewayRefusal(found.code, found.message), "nobody known", found.code
    elif header is None or not header.strip():
        told, answer, said = MISSING_TOKEN, "nobody", "no signature"
    else:
        told, answer, said = _malformed(header), "nobody", "a header that is no signature"
    return refuse(told if rest else FORBIDDEN, _QUESTION, said, _SOURCE, answer=answer)


def _malformed(header: str) -> GatewayRefusal:
    digest = base64.b64encode(hashlib.sha256(header.encode("utf-8", "surrogatepass")).digest()).decode()
    text = "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with "
    return GatewayRefusal("IncompleteSignatureException", f"{text}Base64): '{digest}'.")
