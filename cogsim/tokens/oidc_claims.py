"""What the claims of a signed token must say before anybody believes them.

The numbers go on from those of `jwt`; each rule stops an attack:

7. The claims that every ID token has are there: stops a token of another kind, which says less.
8. Each is of its type, and instants are numbers within the years there are: a text, a truth value or 1e300 as `exp`
   compares in ways that nobody meant.
9. `iss` is the issuer whose keys were used, character for character: stops another tenant of the same host.
10. `aud` holds the reader, and `azp`, where it is there, is the reader too: stops a token that another application got.
11. The token is in force: neither expired, nor for later, nor issued in the future.
12. `nonce` is the one that the reader sent: stops a token that was stolen and is put into another sign-in.

# rfc:7519 §4.1, oidc:core §3.1.3.7
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.tokens.rule import FailedError, Rule

#: The end of the year 9999: no token lasts longer, and NumericDates beyond it are another unit or a joke.
_LAST_INSTANT = 253_402_300_799

#: What an ID token always holds. # oidc:core §2
ID_TOKEN_CLAIMS = ("iss", "sub", "aud", "exp", "iat")

_TEXTS = ("iss", "sub", "azp", "nonce", "jti")
_INSTANTS = ("exp", "nbf", "iat", "auth_time")
_LONGEST_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class Expected:
    """What a reader expects: issuers and audiences of which each is as good, the instant and the difference of clocks
    in seconds, the nonce that was sent (None where none was), the claims it requires.

    `party_first` reads as STS does: `azp`, where it is there, is the audience, and `aud` is not looked at. Where
    `audiences` is None somebody else asks whom the token is for, a role's trust policy. `parties` are the applications
    that `azp` may name, the audiences where it is None.
    """

    issuers: tuple[str, ...]
    audiences: Collection[str] | None
    now: float
    skew: float = 0.0
    nonce: str | None = None
    required: tuple[str, ...] = ID_TOKEN_CLAIMS
    party_first: bool = False
    parties: Collection[str] | None = None


def check_claims(
    claims: Mapping[str, Any], expected: Expected, only: Collection[int] | None = None
) -> Decision[Refusal | None]:
    """None where the claims are what the reader expects, else what the first broken rule says; `only` names the rules
    that a part of a token is held to.

    Codes: MissingClaim (the message is the claim's name), MalformedClaim, WrongIssuer, WrongAudience, TokenExpired,
    TokenNotYetValid, WrongNonce.
    """
    steps: list[Step] = []
    for rule, test in RULES:
        if only is not None and rule.number not in only:
            continue
        try:
            found = test(claims, expected)
        except FailedError as error:
            return decided(Refusal(error.code, str(error)), rule.failed(str(error)), after=steps)
        steps.append(rule.passed(found))
    return Decision(None, tuple(steps))


def audience_of(claims: Mapping[str, Any]) -> str | None:
    """The one application that a token is for, as STS reads it: `azp` before `aud`; None where several share it."""
    party, audience = claims.get("azp"), claims.get("aud")
    if isinstance(party, str):
        return party
    if isinstance(audience, list | tuple) and len(audience) == 1:
        audience = audience[0]
    return audience if isinstance(audience, str) else None


def _complete(claims: Mapping[str, Any], expected: Expected) -> str:
    for name in expected.required:
        if claims.get(name) is None:
            raise FailedError(name, "MissingClaim")
    return ", ".join(expected.required)


def _typed(claims: Mapping[str, Any], expected: Expected) -> str:
    for name in _TEXTS:
        if name in claims and not (isinstance(claims[name], str) and claims[name]):
            raise FailedError(f"{name} is no text", "MalformedClaim")
    if len(claims.get("sub", "")) > _LONGEST_SUBJECT:
        raise FailedError(f"sub is longer than {_LONGEST_SUBJECT} characters", "MalformedClaim")
    for name in _INSTANTS:
        if name in claims and not _is_instant(claims[name]):
            raise FailedError(f"{name} is no instant", "MalformedClaim")
    if "aud" in claims and not _is_audience(claims["aud"]):
        raise FailedError("aud is neither a text nor a list of texts", "MalformedClaim")
    return "texts are texts, instants are numbers"


def _is_instant(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= _LAST_INSTANT


def _is_audience(value: object) -> bool:
    entries = value if isinstance(value, list | tuple) else (value,)
    return bool(entries) and all(isinstance(entry, str) and entry for entry in entries)


def _of_issuer(claims: Mapping[str, Any], expected: Expected) -> str:
    issuer = claims.get("iss")
    if issuer not in expected.issuers:
        raise FailedError(f"iss {str(issuer)[:200]} is not {' or '.join(expected.issuers)}", "WrongIssuer")
    return str(issuer)


def _for_reader(claims: Mapping[str, Any], expected: Expected) -> str:
    """A token for several readers must name the one it was issued to, or name none that is another: else any of them
    could pass it on."""
    stated, party = claims.get("aud"), claims.get("azp")
    entries = tuple(stated) if isinstance(stated, list | tuple) else (stated,)
    shown = f"aud {', '.join(map(str, entries))}" + (f", azp {party}" if party is not None else "")
    if expected.audiences is None:
        return f"{shown}: for others to ask"
    if expected.party_first:
        accepted = audience_of(claims) in expected.audiences
    else:
        ours = [entry for entry in entries if entry in expected.audiences]
        parties = expected.audiences if expected.parties is None else expected.parties
        accepted = bool(ours) and (party in parties if "azp" in claims else len(ours) == len(entries))
    if not accepted:
        raise FailedError(shown[:400], "WrongAudience")
    return shown


def _in_force(claims: Mapping[str, Any], expected: Expected) -> str:
    expires, starts, issued = claims.get("exp"), claims.get("nbf"), claims.get("iat")
    now, skew = expected.now, expected.skew
    if expires is not None and now >= expires + skew:
        raise FailedError(f"exp {int(expires)}, now {int(now)}", "TokenExpired")
    if starts is not None and now < starts - skew:
        raise FailedError(f"nbf {int(starts)}, now {int(now)}", "TokenNotYetValid")
    if issued is not None and now < issued - skew:
        raise FailedError(f"iat {int(issued)}, now {int(now)}", "TokenNotYetValid")
    return f"exp {int(expires) if expires is not None else 'absent'}, now {int(now)}"


def _same_nonce(claims: Mapping[str, Any], expected: Expected) -> str:
    if expected.nonce is None:
        return "none was sent"
    if claims.get("nonce") != expected.nonce:
        raise FailedError("nonce is not the one that was sent", "WrongNonce")
    return "as sent"


#: The rules, each with its test, which says what it found or raises FailedError.
RULES: tuple[tuple[Rule, Callable[[Mapping[str, Any], Expected], str]], ...] = (
    (Rule(7, "are the required claims there?", "oidc:core§2", "a token of another kind"), _complete),
    (Rule(8, "are the claims of their types?", "rfc:7519§4.1", "an exp that compares as nobody meant"), _typed),
    (Rule(9, "is the issuer the one that was asked for?", "rfc:7519§4.1.1", "another tenant of the host"), _of_issuer),
    (Rule(10, "is it for this reader?", "oidc:core§3.1.3.7", "a token that another application got"), _for_reader),
    (Rule(11, "is it in force?", "rfc:7519§4.1.4", "an old token, or one for later"), _in_force),
    (Rule(12, "is it of this sign-in?", "oidc:core§3.1.3.7", "a stolen token put into another sign-in"), _same_nonce),
)
