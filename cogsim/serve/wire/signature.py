"""Who signed a request: Signature Version 4 in headers or in the query, made anew and compared.

1. The access key is found where credentials live: in the world or among the sessions. An unknown one is the door's to
   refuse, in the service's words.
2. The signature is made anew over the request as it arrived, with the headers it says it signed; it must be the same.
3. What it says of the body's hash must be the body's: else a signature of one body would serve another. The host and
   every `x-amz-` header are signed: else somebody on the way could add one.
4. It is scoped to the service, and to the Region where the host names one: a signature for one opens no other.
5. A signed request holds for a quarter of an hour around its date, by the machine's clock, which clients sign by. A
   presigned one holds for as long as it says, by the cloud's clock: like everything that expires, it is over when
   somebody has moved that clock on. The date it bears is the machine's, so the cloud's instant of it is asked for.
6. S3's old version, presigned in the query alone, has a form of its own (`signature_v2`).
# aws:sigv4
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, unquote_to_bytes

from cogsim.aws.authenticate import ISSUED_SESSIONS, refused
from cogsim.aws.call import Credentials
from cogsim.decisions.call_origin import CallOrigin
from cogsim.errors import AwsError
from cogsim.serve.wire import s3_requests, signature_v2
from cogsim.serve.wire.destination import path_of
from cogsim.serve.wire.message import WireRequest
from cogsim.tokens.sigv4 import signing_key

if TYPE_CHECKING:
    from cogsim.aws.state import State
    from cogsim.world.world import World

#: How far the client's clock may be from the server's (seconds).
SKEW = 900.0
_SIGNATURE_KIND = 2
_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a request says of its signature: the key, the scope, the headers signed, the date, and for how long."""

    access_key_id: str
    region: str
    service: str
    headers: tuple[str, ...]
    signature: str
    date: str
    token: str | None
    expires: float | None
    #: 2 for S3's old way in the query, whose `date` is the moment when it ends, in seconds since the epoch.
    version: int = 4

    @property
    def presigned(self) -> bool:
        return self.expires is not None


def read_signature(request: WireRequest) -> Signed | None:
    """The signature of a request, None where it has none; AwsError where it is incomplete."""
    header = request.headers.get("authorization", "")
    if header.startswith("AWS4-HMAC-SHA256 "):
        parts = dict(part.strip().partition("=")[::2] for part in header[17:].split(","))
        scope, signed, signature = (parts.get(name, "") for name in ("Credential", "SignedHeaders", "Signature"))
        date, token = request.headers.get("x-amz-date", ""), request.headers.get("x-amz-security-token")
        return _signed(scope, signed, signature, date, token, None, header)
    if header.startswith("AWS "):
        raise signature_v2.unsupported()
    if request.parameter("AWSAccessKeyId") is not None:
        key, signature, end, token = signature_v2.read_query(request)
        return Signed(key, "", "s3", (), signature, end, token, 0.0, 2)
    if request.parameter("X-Amz-Signature") is not None:
        names = ("X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Date")
        scope, signed, signature, date = (request.parameter(name) or "" for name in names)
        span = request.parameter("X-Amz-Expires") or "0"
        if not (span.isascii() and span.isdigit() and 1 <= int(span) <= 604_800):
            raise AwsError("AuthorizationQueryParametersError", "X-Amz-Expires must be between 1 and 604800 seconds")
        return _signed(scope, signed, signature, date, request.parameter("X-Amz-Security-Token"), float(span))
    return None


def _signed(
    scope: str, signed: str, signature: str, date: str, token: str | None, expires: float | None, header: str = ""
) -> Signed:
    parts = unquote(scope).split("/")
    if len(parts) != 5 or not signed or not signature or not date:
        raise AwsError("IncompleteSignature", _lacking(len(parts) == 5, signature, signed, date, header))
    return Signed(parts[0], parts[2], parts[3], tuple(signed.split(";")), signature, date, token, expires)


def _lacking(scope: bool, signature: str, signed: str, date: str, header: str) -> str:
    """What an Authorization header lacks, in AWS's words; the header, which no log should hold, by its digest."""
    named = (("Credential", scope), ("Signature", signature), ("SignedHeaders", signed))
    told = [f"Authorization header requires '{name}' parameter." for name, there in named if not there]
    if not date:
        told.append("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
    digest = base64.b64encode(hashlib.sha256(header.encode("utf-8", "surrogatepass")).digest()).decode()
    return f"{' '.join(told)} (Hashed with SHA-256 and encoded with Base64) Authorization={digest}"


def credentials_of(
    world: World,
    state: State,
    request: WireRequest,
    signed: Signed,
    protocol: str,
    wall_clock: float | None,
    virtual: Callable[[float], float] | None = None,
) -> Credentials:
    """The credentials that signed the request. `wall_clock` is the server's own time in seconds, None where requests
    hold at any time (clients in the same process sign by a clock that is not the simulation's); `virtual` tells the
    cloud's instant at one of the machine's."""
    secret = secret_of(world, state, signed.access_key_id)
    if secret is None:
        return Credentials(signed.access_key_id, "", signed.token)
    if signed.version == 2:
        _check_old(world, request, signed, wall_clock)
        made = signature_v2.made_anew(request, path_of(request, "s3"), secret)
    else:
        _check_time(signed, wall_clock, protocol, virtual or _same_time)
        if signed.service == "s3":
            s3_requests.check_headers(request, signed)
        _check_covered(request, signed, protocol)
        made = made_anew(request, signed, secret)
    if not hmac.compare_digest(made.encode(), signed.signature.encode()):
        raise refused(protocol, _SIGNATURE_KIND)
    if signed.service == "s3" and signed.version != 2:
        s3_requests.check_pieces(request, signed, signing_key(secret, signed.date[:8], signed.region, signed.service))
    return Credentials(signed.access_key_id, secret, signed.token)


def _check_old(world: World, request: WireRequest, signed: Signed, wall_clock: float | None) -> None:
    """Whether the old version is taken where the bucket is, and is not over."""
    bucket = world.buckets.get(path_of(request, "s3").split("/")[1])
    signature_v2.check_accepted(bucket.region if bucket is not None else None)
    if wall_clock is not None and wall_clock >= float(signed.date):
        raise AwsError("AccessDenied", "Request has expired")


def secret_of(world: World, state: State, access_key_id: str) -> str | None:
    """The secret of an access key, where there is such a key."""
    issued, key = ISSUED_SESSIONS.get(state, access_key_id), world.access_keys.get(access_key_id)
    return issued.secret_access_key if issued else key.secret if key else None


def since(date: str, wall_clock: float | None, virtual: Callable[[float], float] | None = None) -> float | None:
    """How long ago the machine's date is by the cloud's clock (seconds); None where no clock is compared."""
    told = virtual or _same_time
    return None if wall_clock is None else told(wall_clock) - told(instant_of(date))


def signed_origin(
    origin: CallOrigin, signed: Signed, wall_clock: float | None, virtual: Callable[[float], float] | None = None
) -> CallOrigin:
    """`origin` with what policies of S3 can see of a signature: where it stood, and how old it was by the cloud's clock
    (0 where no clock is compared). # s3:sigv4-policy-keys"""
    told = virtual or _same_time
    if signed.version == 2:
        return replace(origin, auth_type="REST-QUERY-STRING", signature_version="AWS")
    age = 0 if wall_clock is None else max(0, round(1000 * (told(wall_clock) - told(instant_of(signed.date)))))
    return replace(origin, auth_type="REST-QUERY-STRING" if signed.presigned else "REST-HEADER", signature_age=age)


def check_scope(signed: Signed, service: str, region: str | None, protocol: str) -> None:
    """Refuse a signature for another service, or for another Region than the host's (None: it names none)."""
    code = "InvalidSignatureException" if protocol in ("json", "rest-json") else "SignatureDoesNotMatch"
    if signed.service != service:
        raise AwsError(code, f"Credential should be scoped to correct service: '{service}'. ")
    if region is not None and signed.region != region:
        raise AwsError(code, f"Credential should be scoped to a valid region, not '{signed.region}'. ")


def _check_covered(request: WireRequest, signed: Signed, protocol: str) -> None:
    """Argument 3; a presigned request leaves its body open, and S3 admits bodies that are signed piece by piece."""
    loose = [name for name in request.headers if name.startswith("x-amz-") and name not in signed.headers]
    if "host" not in signed.headers or (loose and not signed.presigned):
        text = f"There were headers present in the request which were not signed: {', '.join(['host', *loose])}"
        raise AwsError("AccessDenied", text) if protocol == "rest-xml" else refused(protocol, _SIGNATURE_KIND)
    stated = request.headers.get("x-amz-content-sha256")
    open_body = signed.service == "s3" and (stated or "").startswith(("UNSIGNED-PAYLOAD", "STREAMING-"))
    if stated is None or signed.presigned or open_body:
        return
    if not hmac.compare_digest(hashlib.sha256(request.body).hexdigest().encode(), stated.encode()):
        if protocol != "rest-xml":
            raise refused(protocol, _SIGNATURE_KIND)
        text = "The provided 'x-amz-content-sha256' header does not match what was computed."
        raise AwsError("XAmzContentSHA256Mismatch", text)


def _same_time(instant: float) -> float:
    return instant


def _check_time(signed: Signed, now: float | None, protocol: str, virtual: Callable[[float], float]) -> None:
    """Argument 5, in the services' words. # aws:sigv4"""
    if now is None:
        return
    begun = instant_of(signed.date)
    if signed.expires is not None and virtual(now) >= virtual(begun) + signed.expires:
        raise AwsError("AccessDenied", "Request has expired")
    early = begun - now > SKEW
    if not early and (signed.expires is not None or now - begun <= SKEW):
        return
    if protocol == "rest-xml":
        text = "The difference between the request time and the current time is too large."
        raise AwsError("AccessDenied" if signed.presigned else "RequestTimeTooSkewed", text)
    code = "InvalidSignatureException" if protocol in ("json", "rest-json") else "SignatureDoesNotMatch"
    bound = _basic(now + SKEW if early else now - SKEW)
    if early:
        raise AwsError(
            code, f"Signature not yet current: {signed.date} is still later than {bound} ({_basic(now)} + 15 min.)"
        )
    raise AwsError(code, f"Signature expired: {signed.date} is now earlier than {bound} ({_basic(now)} - 15 min.)")


def instant_of(date: str) -> float:
    """The instant of a date as signatures write it; AwsError for what is none."""
    found = _DATE.fullmatch(date)
    try:
        if found is not None:
            return datetime(*map(int, found.groups()), tzinfo=UTC).timestamp()  # type: ignore[arg-type, misc]
    except ValueError:
        pass
    raise AwsError("IncompleteSignature", "Date must be in ISO-8601 'basic format'")


def _basic(instant: float) -> str:
    return datetime.fromtimestamp(instant, UTC).strftime("%Y%m%dT%H%M%SZ")


def made_anew(request: WireRequest, signed: Signed, secret: str) -> str:
    """The signature that the holder of `secret` would have made of this request. # aws:sigv4"""
    day = signed.date[:8]
    canonical = hashlib.sha256(_canonical(request, signed).encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{signed.date}\n{day}/{signed.region}/{signed.service}/aws4_request\n{canonical}"
    return hmac.digest(signing_key(secret, day, signed.region, signed.service), text.encode(), "sha256").hex()


def _canonical(request: WireRequest, signed: Signed) -> str:
    """The canonical request over the headers that were signed, and no others."""
    lines = "\n".join(f"{name}:{' '.join(request.headers.get(name, '').split())}" for name in signed.headers)
    payload = _payload(request, signed)
    path, query = _canonical_path(request.path, signed.service), _canonical_query(request)
    return "\n".join((request.method, path, query, lines + "\n", ";".join(signed.headers), payload))


def _payload(request: WireRequest, signed: Signed) -> str:
    """The body's part: what the request states, held against the body by argument 3; S3's presigned leave it open."""
    if signed.presigned:
        return "UNSIGNED-PAYLOAD" if signed.service == "s3" else hashlib.sha256(request.body).hexdigest()
    return request.headers.get("x-amz-content-sha256") or hashlib.sha256(request.body).hexdigest()


def _canonical_path(path: str, service: str) -> str:
    """The path with dots resolved and encoded once more; S3's keys are taken as they were sent."""
    if path == "/" or service == "s3":
        return path
    from botocore.auth import SigV4Auth

    return str(SigV4Auth(None, service, "")._normalize_url_path(path))


def _canonical_query(request: WireRequest) -> str:
    """The parameters sorted, encoded in one way however they came, without the signature itself."""
    text = request.url.partition("?")[2]
    if not text:
        return ""
    pairs = sorted(tuple(map(_encoded, part.partition("=")[::2])) for part in text.split("&"))
    return "&".join(f"{name}={value}" for name, value in pairs if name != "X-Amz-Signature")


def _encoded(text: str) -> str:
    return quote(unquote_to_bytes(text), safe="-_.~")
