"""One message to verify written as one JSON object: what is trusted, at which instant, and where the files are.

1. A member that reads like one that is not there is an error: what was meant to make the reading stricter, and was
   misspelt, is never passed by. Other members are their writer's notes.
2. Every member is of its type and within bounds, and what a rule needs is there: no empty trust admits anything.
3. What the object does not say is read strictly: no clock skew, no pending request, an unsolicited message only.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from cogsim.arn import Arn
from cogsim.clock import instant
from cogsim.errors import InputError
from cogsim.tokens.jwt_trust import KINDS

SPS = ("aws", "cognito", "generic")
#: Registered names. A reader may allow what no key here verifies: that lets in nothing. # rfc:7518 §3.1
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
    *("ES256K", "Ed448", "HS256", "HS384", "HS512"),
)

_SAML = ("id", "file", "trust", "now", "clock_skew_s", "in_response_to", "call", "after")
_SAML_TRUST = ("issuer", "certificates", "audiences", "recipient", "sp", "provider_arn")
_JWT = ("id", "file", "trust", "now", "clock_skew_s", "nonce")
_JWT_TRUST = ("kind", "issuer", "audiences", "client", "signer", "jwks", "keys", "algorithms")
_ALIKE = 0.8
_MOST_SKEW = 86400
_LAST_INSTANT = 253_402_300_799


@dataclass(frozen=True, slots=True)
class SamlCase:
    """A response and what a receiver expects of it: paths as written, instants and skew in seconds.

    `call` is the PrincipalArn and the RoleArn that STS is called with; `after` are the responses consumed before.
    """

    file: str
    issuer: str
    certificates: tuple[str, ...]
    audiences: tuple[str, ...]
    recipient: str
    now: float
    sp: str = "generic"
    provider_arn: str | None = None
    skew: float = 0.0
    in_response_to: str | None = None
    call: tuple[str, str] | None = None
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JwtCase:
    """A token and what a relying party trusts: paths as written, instants and skew in seconds; `keys` by id."""

    file: str
    kind: str
    issuer: str
    now: float
    audiences: tuple[str, ...] = ()
    client: str | None = None
    signer: str | None = None
    jwks: str | None = None
    keys: tuple[tuple[str, str], ...] = ()
    algorithms: tuple[str, ...] = ("RS256",)
    skew: float = 0.0
    nonce: str | None = None


def read_saml_case(row: object) -> SamlCase:
    """The SAML case of a JSON value; raises InputError that names the member at fault."""
    case = _object(row, "the row", _SAML)
    trust = _object(case.get("trust"), "trust", _SAML_TRUST)
    provider, call = _optional(trust, "trust.provider_arn"), _call(case.get("call"))
    for arn in (provider, *(call or ())):
        if arn is not None and Arn.try_parse(arn) is None:
            raise InputError(f"not an ARN: {arn[:200]!r}")
    return SamlCase(
        file=_text(case, "file"),
        issuer=_text(trust, "trust.issuer"),
        certificates=_texts(trust, "trust.certificates"),
        audiences=_texts(trust, "trust.audiences"),
        recipient=_text(trust, "trust.recipient"),
        now=_now(case),
        sp=_chosen(_optional(trust, "trust.sp") or "generic", "trust.sp", SPS),
        provider_arn=provider,
        skew=_skew(case),
        in_response_to=_optional(case, "in_response_to"),
        call=call,
        after=_texts(case, "after", least=0),
    )


def read_jwt_case(row: object) -> JwtCase:
    """The JWT case of a JSON value; raises InputError that names the member at fault."""
    case = _object(row, "the row", _JWT)
    trust = _object(case.get("trust"), "trust", _JWT_TRUST)
    kind = _chosen(_text(trust, "trust.kind"), "trust.kind", KINDS)
    client, signer = _optional(trust, "trust.client"), _optional(trust, "trust.signer")
    audiences = _texts(trust, "trust.audiences", least=0)
    if kind == "alb" and signer is None:
        raise InputError("trust.signer: a load balancer's keys are its Region's, so its ARN is needed")
    if kind != "alb" and not audiences and client is None:
        raise InputError("trust.audiences: at least one is needed")
    algorithms = _texts(trust, "trust.algorithms", least=0)
    jwks, keys = _optional(trust, "trust.jwks"), _keys(trust.get("keys"))
    if jwks is None and not keys:
        raise InputError("trust.jwks: keys are needed")
    return JwtCase(
        file=_text(case, "file"),
        kind=kind,
        issuer=_text(trust, "trust.issuer"),
        now=_now(case),
        audiences=audiences or (() if client is None else (client,)),
        client=client,
        signer=signer,
        jwks=jwks,
        keys=keys,
        algorithms=tuple(_chosen(each, "trust.algorithms", ALGORITHMS) for each in algorithms)
        or (("ES256",) if kind == "alb" else ("RS256",)),
        skew=_skew(case),
        nonce=_optional(case, "nonce"),
    )


# Members


def _object(value: object, what: str, members: Sequence[str]) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise InputError(f"{what}: an object is wanted")
    for name in value:
        near = difflib.get_close_matches(name.casefold(), members, n=1, cutoff=_ALIKE)
        if near and name not in members and near[0] not in value:
            raise InputError(f"{what}: unknown member {name[:80]!r}", suggestion=near[0])
    return value


def _text(holder: Mapping[str, object], path: str) -> str:
    found = _optional(holder, path)
    if found is None:
        raise InputError(f"{path}: is missing")
    return found


def _optional(holder: Mapping[str, object], path: str) -> str | None:
    """The text of the member that `path` ends in; None where it is null or not there."""
    value = holder.get(path.rpartition(".")[2])
    if value is None:
        return None
    return _plain(value, path)


def _plain(value: object, path: str) -> str:
    if not isinstance(value, str) or not value or "\0" in value:
        raise InputError(f"{path}: a text is wanted, and not an empty one")
    return value


def _texts(holder: Mapping[str, object], path: str, least: int = 1) -> tuple[str, ...]:
    value = holder.get(path.rpartition(".")[2])
    entries = [] if value is None else value
    if not isinstance(entries, list):
        raise InputError(f"{path}: a list of texts is wanted")
    if len(entries) < least:
        raise InputError(f"{path}: at least one is needed")
    return tuple(_plain(each, f"{path}[{number}]") for number, each in enumerate(entries))


def _chosen(value: str, path: str, choices: Sequence[str]) -> str:
    if value not in choices:
        raise InputError(f"{path}: {value[:80]!r} is none of {', '.join(choices)}")
    return value


def _now(case: Mapping[str, object]) -> float:
    """An instant in text, or in seconds since the epoch as tokens write it."""
    said = case.get("now")
    try:
        now = float(said) if _is_number(said) else instant(_text(case, "now"))
    except (InputError, OverflowError) as error:
        raise InputError(f"now: {error}") from None
    if not 0 <= now <= _LAST_INSTANT:
        raise InputError(f"now: {str(said)[:80]} is not within 1970 to 9999")
    return now


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _skew(case: Mapping[str, object]) -> float:
    value = case.get("clock_skew_s")
    if value is None:
        return 0.0
    if not _is_number(value) or not 0 <= value <= _MOST_SKEW:
        raise InputError(f"clock_skew_s: a number of seconds from 0 to {_MOST_SKEW} is wanted")
    return float(value)


def _call(value: object) -> tuple[str, str] | None:
    if value is None:
        return None
    call = _object(value, "call", ("RoleArn", "PrincipalArn"))
    return _text(call, "call.PrincipalArn"), _text(call, "call.RoleArn")


def _keys(value: object) -> tuple[tuple[str, str], ...]:
    entries = {} if value is None else value
    if not isinstance(entries, Mapping):
        raise InputError("trust.keys: an object of paths by key id is wanted")
    return tuple((kid, _plain(path, "trust.keys")) for kid, path in sorted(entries.items()))
