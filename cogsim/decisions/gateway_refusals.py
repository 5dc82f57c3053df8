"""What a gateway answers when it refuses, word for word: the status, the body and the header that names the error.

REST APIs write `message` where the gateway itself objects and `Message` where a policy does; HTTP APIs know four texts.
# apigw:gateway-responses
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Location, Refusal, Step, decided

_TEXT = "message"


@dataclass(frozen=True, slots=True)
class GatewayRefusal(Refusal):
    """A refusal as a client sees it. `code` is the error's name, `member` the member of the body that says it,
    `challenge` the value of WWW-Authenticate, empty where there is none; `silent` refusals say null."""

    status: int = 403
    member: str = _TEXT
    challenge: str = ""
    silent: bool = False
    #: The type of gateway response that it is, empty where its code says so or none is.
    kind: str = ""

    @property
    def response_type(self) -> str:
        """Which gateway response of a REST API it is; empty where no API was found to answer."""
        return self.kind or _RESPONSE_TYPES.get(self.code, "")

    @property
    def body(self) -> str:
        """The body, JSON text."""
        return json.dumps({self.member: None if self.silent else self.message}, separators=(",", ":"))


_ACCESS_DENIED = "AccessDeniedException"

#: The gateway response behind each error. # apigw:gateway-responses
_RESPONSE_TYPES = {
    _ACCESS_DENIED: "ACCESS_DENIED",
    "AuthorizerConfigurationException": "AUTHORIZER_CONFIGURATION_ERROR",
    "AuthorizerFailureException": "AUTHORIZER_FAILURE",
    "ExpiredTokenException": "EXPIRED_TOKEN",
    "IncompleteSignatureException": "INVALID_SIGNATURE",
    "InvalidSignatureException": "INVALID_SIGNATURE",
    "MissingAuthenticationTokenException": "MISSING_AUTHENTICATION_TOKEN",
    "UnauthorizedException": "UNAUTHORIZED",
    "UnrecognizedClientException": "INVALID_SIGNATURE",
}

# REST APIs. # apigw:gateway-responses
UNAUTHORIZED = GatewayRefusal("UnauthorizedException", "Unauthorized", 401)
TOKEN_EXPIRED = GatewayRefusal("UnauthorizedException", "The incoming token has expired", 401)
MISSING_TOKEN = GatewayRefusal("MissingAuthenticationTokenException", "Missing Authentication Token")
FORBIDDEN = GatewayRefusal("ForbiddenException", "Forbidden")
INVALID_KEY = GatewayRefusal("ForbiddenException", "Forbidden", kind="INVALID_API_KEY")
LAMBDA_DENIED = GatewayRefusal(_ACCESS_DENIED, "User is not authorized to access this resource", member="Message")
LAMBDA_DENIED_EXPLICITLY = GatewayRefusal(
    _ACCESS_DENIED, "User is not authorized to access this resource with an explicit deny", member="Message"
)
AUTHORIZER_FAILED = GatewayRefusal("AuthorizerFailureException", "", 500, silent=True)
AUTHORIZER_MISCONFIGURED = GatewayRefusal("AuthorizerConfigurationException", "", 500, silent=True)
BAD_REQUEST = GatewayRefusal("BadRequestException", "Bad Request", 400)

# HTTP APIs. # apigw:http-jwt, apigw:http-lambda
HTTP_NOT_FOUND = GatewayRefusal("NotFoundException", "Not Found", 404)
HTTP_FAILED = GatewayRefusal("InternalServerErrorException", "Internal Server Error", 500)

#: Whether a JWT authorizer's challenge says what it objected to.
_DESCRIPTIONS = "api.jwtErrorDescription"


def bearer_challenge(refusal: GatewayRefusal, scopes: tuple[str, ...], error: str, words: str) -> GatewayRefusal:
    """The refusal with the challenge of a JWT authorizer. # rfc:6750 §3"""
    wanted = f'Bearer scope="{" ".join(scopes)}" error="{error}"'
    said = f' error_description="{words}"' if choice(_DESCRIPTIONS) == "said" else ""
    return GatewayRefusal(refusal.code, refusal.message, refusal.status, refusal.member, wanted + said)


def not_authorized(principal: str, arn: str, *, explicit: bool, action: str = "execute-api:Invoke") -> GatewayRefusal:
    """The refusal of a policy on a REST API; the account of the resource is masked. # apigw:resource-policies"""
    fields = arn.split(":", 5)
    masked = ":".join((*fields[:4], f"********{fields[4][-4:]}", fields[5])) if len(fields) == 6 else arn
    tail = " with an explicit deny" if explicit else ""
    said = f"User: {principal} is not authorized to perform: {action} on resource: {masked}{tail}"
    return GatewayRefusal(_ACCESS_DENIED, said, member="Message")


def refuse(
    refusal: Refusal,
    question: str,
    found: str,
    source: str,
    *,
    answer: str = "no",
    basis: Basis = Basis.DOCUMENTED,
    location: Location | None = None,
    assumption: str | None = None,
    facts: tuple[tuple[str, str], ...] = (),
    before: tuple[Step, ...] = (),
) -> Decision[Any]:
    """A decision that refuses; its last step is the one that decided."""
    basis = Basis.ASSUMED if assumption else basis
    step = Step(question, answer, found, source, basis, location, assumption, facts, decides=True)
    return decided(refusal, step, after=before)
