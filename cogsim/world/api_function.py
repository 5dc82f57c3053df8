"""A Lambda function behind an API, as an authorizer or as its backend: an ARN, and rules of which the first that fits
answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from cogsim.errors import InvalidValue
from cogsim.world.origin import NOWHERE, Origin, is_placeholder
from cogsim.world.pool_members import TriggerRule

TOKEN_USES = ("id", "access", "any")

_INVOCATION = re.compile(r"/functions/(?P<function>.+)/invocations$")


@dataclass(frozen=True, slots=True)
class TokenReading:
    """What an authorizer does with the token it is sent before its rules look at `claims`.

    `pool_id` is the user pool whose tokens it takes, `use` one of `TOKEN_USES`, `clients` the app clients it takes them
    from, any where empty. `verified` false is the mistake of decoding without verifying: anybody's claims are believed.
    """

    pool_id: str = ""
    use: str = "any"
    clients: tuple[str, ...] = ()
    verified: bool = True

    def __post_init__(self) -> None:
        if self.use not in TOKEN_USES:
            raise InvalidValue("Token.TokenUse", f"{self.use!r} is not one of {', '.join(TOKEN_USES)}")
        if self.verified and not self.pool_id:
            raise InvalidValue("Token.UserPoolId", "is required where the token is verified")


@dataclass(frozen=True, slots=True)
class ApiFunction:
    """A function as far as a gateway can tell: rules over the event that it is called with.

    A rule's `response` is the whole answer, in Lambda's own JSON; `error` is what it throws.
    """

    function_arn: str
    rules: tuple[TriggerRule, ...] = ()
    token: TokenReading | None = None
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


def invoked_function(uri: str) -> str:
    """The function that a gateway's URI invokes; a URI that is the function's ARN, or unresolved, is taken as it is."""
    found = _INVOCATION.search(uri)
    return found["function"] if found is not None else uri


def is_function(uri: str) -> bool:
    """Whether a URI of an integration leads to a Lambda function, as far as it can be read."""
    return ":lambda:" in uri or is_placeholder(uri)
