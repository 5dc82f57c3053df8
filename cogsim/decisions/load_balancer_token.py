"""What a load balancer tells its targets of who signed in: three headers, one of them a token. # elb:authenticate

1. The token is signed with a key of the Region, which all customers' load balancers there share: that its signature
   holds says that *a* load balancer made it. Which one is the header's `signer`.
2. `iss` and `client` are what the rule is configured with, by whoever owns the load balancer: they prove nothing where
   the signer is another's. # miggo:albeast
3. The payload is what the user info endpoint said, so it has no groups, and it has whatever users may write there.
4. Headers of these names that a client sent are taken away where the load balancer authenticates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Step, decided
from cogsim.entropy import named
from cogsim.tokens.jwks import KeySet, public_pem_key
from cogsim.tokens.jwt import sign
from cogsim.tokens.keys import EcKey, ec_key
from cogsim.world.load_balancer_actions import Authenticate

DATA, IDENTITY, ACCESS_TOKEN = "x-amzn-oidc-data", "x-amzn-oidc-identity", "x-amzn-oidc-accesstoken"
_PREFIX, _ALGORITHM = "x-amzn-oidc-", "ES256"
#: How long a token lasts that lasts two minutes (seconds).
_TWO_MINUTES = 120
_FORGED, _EXPIRY, _PAYLOAD = "elb.forgedHeaders", "elb.dataExpiry", "elb.payloadClaims"
_ISSUER = "elb.tokenIssuer"


@cache
def region_key(region: str) -> EcKey:
    """The key that load balancers of a Region sign with; its id is a UUID."""
    return replace(ec_key("elb", region), kid=named("elb/kid", region).uuid())


def key_host(region: str) -> str:
    """Where the public keys of a Region stand."""
    ends = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"public-keys.auth.elb.{region}.{ends}"


@cache
def published_key(region: str, kid: str) -> str | None:
    """The body at `https://<key_host>/<kid>`, PEM; None where no key of the Region has that id."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = region_key(region)
    if kid != key.kid:
        return None
    public = key.private_key.public_key()
    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@cache
def region_keys(region: str) -> KeySet:
    """The keys of a Region as a target reads them."""
    kid = region_key(region).kid
    read = public_pem_key(kid, (published_key(region, kid) or "").encode())
    assert not isinstance(read, str)
    return KeySet((read,))


def claims_token(
    signer: str, region: str, issuer: str, client_id: str, claims: Mapping[str, Any], *, now: float, access_ends: float
) -> Decision[str]:
    """The token about who signed in, for one request; instants in seconds, `access_ends` of the access token."""
    short = choice(_EXPIRY) == "two-minutes"
    ends = int(now) + _TWO_MINUTES if short else int(access_ends)
    repeated = choice(_PAYLOAD) == "with-iss-and-exp"
    payload = {**claims, **({"exp": ends, "iss": issuer} if repeated else {})}
    header = {"typ": "JWT", "iss": issuer, "client": client_id, "signer": signer, "exp": ends}
    token = sign(payload, region_key(region), algorithm=_ALGORITHM, headers=header, padded=True)
    question, found = "until when is the token about the user good?", str(ends)
    steps = (
        Step(question, "two minutes" if short else "as the access token", found, "", Basis.ASSUMED, assumption=_EXPIRY),
        Step(
            "what does its payload say?",
            ", ".join(sorted(payload)),
            "no groups, unless an attribute is one" if "cognito:groups" not in payload else "groups among it",
            "elb:authenticate",
            Basis.ASSUMED,
            assumption=_PAYLOAD,
        ),
    )
    return decided(token, *steps)


def speaks_for(in_force: Authenticate, signed_in_by: Authenticate) -> Decision[Authenticate]:
    """The action whose issuer and client the token names (argument 2). # miggo:albeast"""
    current = choice(_ISSUER) == "rule-in-force"
    action = in_force if current else signed_in_by
    step = Step(
        "whose issuer and client does the token name?",
        "the rule's that takes the request" if current else "the rule's that the user signed in by",
        action.client_id,
        "miggo:albeast",
        Basis.ASSUMED,
        assumption=_ISSUER,
    )
    return decided(action, step)


def without_forgeries(headers: Mapping[str, str], *, authenticates: bool) -> Decision[dict[str, str]]:
    """The headers of a client as they go on to the target (argument 4)."""
    forged = sorted(name for name in headers if name.startswith(_PREFIX))
    removes = authenticates or choice(_FORGED) == "everywhere"
    answer = "taken away" if removes else "passed on: no rule authenticates here"
    step = Step(
        "what becomes of x-amzn-oidc-* headers that the client sent?",
        answer if forged else "there are none",
        ", ".join(forged),
        "elb:authenticate",
        Basis.ASSUMED,
        assumption=_FORGED,
    )
    kept = {name: headers[name] for name in sorted(headers) if not (removes and name in forged)}
    return decided(kept, step)
