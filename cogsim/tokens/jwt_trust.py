"""One token against stated trust: what a relying party that stands alone decides, without any world.

Beside the rules of `jwt` and `oidc_claims`, by kind of token:

13. `token_use` (user pools) is the kind that is asked for: stops an access token as an ID token, and the reverse.
14. `client_id` (access tokens, which have no audience) is one of the expected applications.
15. `signer`, `client` and `iss` in the header (load balancers, whose keys are shared by a Region) name the one that
    stands in front, and its `exp` is there and holds; `iss` and `exp` of the payload, which is what userInfo said,
    hold where they are there: stops another customer's load balancer.

`client` names the one application where several are known: an access token is its own, an ID token may be issued to it.

A reader that makes one check less (`skipped`, of a load balancer's token) is described, not advised.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.tokens.jwks import KeySet
from cogsim.tokens.jwt import SignedClaims, read, verify
from cogsim.tokens.oidc_claims import ID_TOKEN_CLAIMS, RULES, Expected, check_claims
from cogsim.tokens.rule import Rule

KINDS = ("oidc", "cognito-id", "cognito-access", "alb")

_TEXT = Rule(1, "is it a well-formed token?", "rfc:7515§7.1", "one token that two readers understand differently")
_USE = Rule(13, "is it of the kind that is asked for?", "idp:id-token", "an access token as an ID token")
_CLIENT = Rule(14, "is it one of the application's?", "idp:access-token", "a token that another application got")
_SIGNER = Rule(15, "does the load balancer in front sign it?", "elb:authenticate", "another customer's load balancer")

#: The checks of a load balancer's token that a careless reader leaves out.
SKIPPABLE = ("signature", "signer", "client", "issuer", "expiry")
_SKIPPED = {"issuer": (9,), "expiry": (11,)}

#: What each kind of token must hold.
_REQUIRED = {
    "oidc": ID_TOKEN_CLAIMS,
    "cognito-id": (*ID_TOKEN_CLAIMS, "token_use"),
    "cognito-access": ("iss", "sub", "exp", "iat", "token_use", "client_id"),
    "alb": ("sub",),
}
#: The rules for a payload that says no issuer; the header does.
_WITHOUT_ISSUER = tuple(rule.number for rule, _ in RULES if rule.number != 9)


@dataclass(frozen=True, slots=True)
class JwtTrust:
    """What a relying party trusts: the kind of token, its issuer, the applications, the keys, the algorithms; `signer`
    is the ARN of a load balancer and `client` the reader's own application; `skipped` are checks of SKIPPABLE."""

    kind: str
    issuer: str
    keys: KeySet
    audiences: Collection[str] = ()
    algorithms: tuple[str, ...] = ("RS256",)
    signer: str | None = None
    client: str | None = None
    skipped: tuple[str, ...] = ()

    @property
    def clients(self) -> Collection[str]:
        """The applications that a token may have been issued to."""
        return self.audiences if self.client is None else (self.client,)


def accept_jwt(
    raw: bytes, trust: JwtTrust, *, now: float, skew: float = 0.0, nonce: str | None = None
) -> Decision[SignedClaims | Refusal]:
    """The claims of the token `raw`, as it was sent, or the first rule that it breaks; instants in seconds."""
    if not raw.isascii():
        return decided(Refusal("MalformedToken", "not ASCII"), _TEXT.failed("not ASCII"))
    token, balanced = raw.decode("ascii"), trust.kind == "alb"
    signed = _signed(token, trust)
    if isinstance(signed.value, Refusal):
        return signed
    claims = signed.value
    named = None if trust.kind in ("cognito-access", "alb") else trust.audiences
    expected = Expected((trust.issuer,), named, now, skew, nonce, _REQUIRED[trust.kind], parties=tuple(trust.clients))
    checked = check_claims(claims, expected, _asked(claims, trust) if balanced else None)
    steps = (*signed.steps, *checked.steps)
    if checked.value is not None:
        return Decision(checked.value, steps)
    own = _balancer(token, trust, now, skew) if balanced else _pool(claims, trust)
    return Decision(own.value if own.value is not None else claims, (*steps, *own.steps))


def _signed(token: str, trust: JwtTrust) -> Decision[SignedClaims | Refusal]:
    """The claims under one of the keys, or as they stand where nobody looks at the signature."""
    padded = _is_padded(token, trust)
    if "signature" not in trust.skipped:
        return verify(token, trust.keys, algorithms=trust.algorithms, padded=padded)
    parsed = read(token, padded=padded)
    if isinstance(parsed, Refusal):
        return decided(parsed, _TEXT.failed(parsed.message))
    unread = Step("does the signature hold?", "nobody asks", "the reader does not verify it", "elb:authenticate")
    return decided(SignedClaims(parsed.claims), unread)


def _asked(claims: SignedClaims, trust: JwtTrust) -> tuple[int, ...]:
    """The rules that the payload of a load balancer's token is held to."""
    left_out = {number for name in trust.skipped for number in _SKIPPED.get(name, ())}
    rules = _WITHOUT_ISSUER if "iss" not in claims else tuple(rule.number for rule, _ in RULES)
    return tuple(number for number in rules if number not in left_out)


def _is_padded(token: str, trust: JwtTrust) -> bool:
    """Load balancers fill up every part against the standard, whose form is theirs too where nothing is to fill."""
    return trust.kind == "alb" and "=" in token


def _pool(claims: SignedClaims, trust: JwtTrust) -> Decision[Refusal | None]:
    """Rules 13 and 14. # idp:verify"""
    wanted = {"cognito-id": "id", "cognito-access": "access"}.get(trust.kind)
    if wanted is None:
        return decided(None, _USE.passed("any ID token"))
    found = f"token_use {str(claims.get('token_use'))[:40]}"
    if claims.get("token_use") != wanted:
        return decided(Refusal("WrongToken", found), _USE.failed(found))
    steps = (_USE.passed(found),)
    if wanted == "id":
        return Decision(None, steps)
    named = claims.get("client_id")
    shown = f"client_id {str(named)[:128]}"
    if not isinstance(named, str) or named not in trust.clients:
        return decided(Refusal("WrongAudience", shown), _CLIENT.failed(shown), after=steps)
    return decided(None, _CLIENT.passed(shown), after=steps)


def _balancer(token: str, trust: JwtTrust, now: float, skew: float) -> Decision[Refusal | None]:
    """Rule 15; the header is signed like the payload. # elb:authenticate"""
    parsed = read(token, padded=_is_padded(token, trust))
    assert not isinstance(parsed, Refusal)
    header = parsed.header
    expected = {"signer": (trust.signer,), "client": trust.clients, "iss": (trust.issuer,)}
    names = {"signer": "signer", "client": "client", "iss": "issuer"}
    for member, values in expected.items():
        if names[member] not in trust.skipped and values and header.get(member) not in values:
            found = f"{member} {str(header.get(member))[:200]}"
            return decided(Refusal("WrongSigner", found), _SIGNER.failed(found))
    only = (8,) if "expiry" in trust.skipped else (7, 8, 11)
    checked = check_claims(header, Expected((), None, now, skew, None, ("exp",)), only=only)
    if checked.value is not None:
        return checked
    return decided(None, *checked.steps, _SIGNER.passed(f"signer {header.get('signer')}"))
