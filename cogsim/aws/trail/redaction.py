"""What a record shows of a parameter or an answer, member by member, and what it hides.

1. Our table decides first: by `Operation.Member`, then by `Member`, for each service.
2. Where it is silent, botocore's `sensitive` trait hides. The trait alone would leak confirmation codes, TOTP codes,
   SRP values and session tokens, and would hide client ids, which the real trail shows. # idp:cloudtrail §confidential
3. Where both are silent, text under a name that looks like a secret's is hidden all the same: a member that AWS adds
   tomorrow is hidden until someone decides otherwise. Numbers, booleans and enumerations are never secrets.
4. A value of another type than the shape's is hidden: nobody knows what it holds.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from cogsim import clock

if TYPE_CHECKING:
    from botocore.model import Shape

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"


class Showing(Enum):
    """What becomes of a member: shown, replaced by the marker, or left out as AWS leaves it out."""

    SHOW = "show"
    HIDE = "hide"
    OMIT = "omit"


#: Names that look like a secret's: each such member of an implemented operation needs an entry below or the trait.
SECRET_LOOKING = re.compile(
    r"(?i)passw|secret|token|code|session|srp|credential|assertion|challenge|auth.?param|verifier|salt|hash|key|saml"
    r"|otp|proof|signature|encoded|metadata|context"
)

_SHOWN, _HIDDEN, _OMITTED = Showing.SHOW, Showing.HIDE, Showing.OMIT

#: Not from the locale: a record reads the same everywhere.
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_TABLE: dict[str, dict[str, Showing]] = {
    "cognito-idp": {
        "ClientId": _SHOWN,  # the trait hides it, the real trail shows it
        # These name things, and open nothing.
        **dict.fromkeys(("ClientSecretId", "DeviceKey", "DeviceGroupKey", "CredentialId", "TagKeys"), _SHOWN),
        **dict.fromkeys(("FriendlyCredentialName", "KMSKeyID", "KmsKeyArn", "PreTokenGeneration"), _SHOWN),
        **dict.fromkeys(("CreateAuthChallenge", "DefineAuthChallenge", "VerifyAuthChallengeResponse"), _SHOWN),
        **dict.fromkeys(("ActorTokenProviderName", "SubjectTokenProviderName", "TokenType"), _SHOWN),
        **dict.fromkeys(("NextToken", "PaginationToken", "SessionId", "OriginSessionId"), _SHOWN),
        # The trait shows these.
        **dict.fromkeys(
            ("Code", "ConfirmationCode", "EncodedData", "Credential", "CredentialCreationOptions"), _HIDDEN
        ),
        **dict.fromkeys(("ChallengeParameters", "ChallengeResponse", "PasswordVerifier", "Salt"), _HIDDEN),
        **dict.fromkeys(("ClientMetadata", "DeviceAttributes", "HttpHeaders", "Destination"), _HIDDEN),
    },
    "cognito-identity": {
        **dict.fromkeys(("AccessKeyId", "NextToken", "TagKeys", "SamlProviderARNs"), _SHOWN),
        "SessionToken": _HIDDEN,
        **dict.fromkeys(("SecretKey", "Token"), _OMITTED),  # idp:cloudtrail §GetCredentialsForIdentity
    },
    "cognito-sync": {
        **dict.fromkeys(("Key", "NextToken"), _SHOWN),  # these name things, and open nothing
        **dict.fromkeys(("SyncSessionToken", "Token", "Value", "ClientContext"), _HIDDEN),
    },
    "sts": {
        **dict.fromkeys(("AccessKeyId", "RoleSessionName", "SubjectFromWebIdentityToken"), _SHOWN),
        **dict.fromkeys(("Key", "TransitiveTagKeys", "EncodedMessage", "ProvidedContexts"), _SHOWN),
        # AWS shows the session token; it is half of a credential, and no token of a run may leave by the trail.
        **dict.fromkeys(("SessionToken", "TokenCode", "ContextAssertion", "DecodedMessage"), _HIDDEN),
        **dict.fromkeys(("SecretAccessKey", "WebIdentityToken", "SAMLAssertion", "TradeInToken"), _OMITTED),
    },
    "iam": {
        **dict.fromkeys(("AccessKeyId", "Key", "TagKeys", "ContextKeyName", "ContextKeyValues"), _SHOWN),
        **dict.fromkeys(("MissingContextValues", "SAMLProviderArn", "SAMLProviderUUID", "KeyId"), _SHOWN),
        **dict.fromkeys(("SAMLMetadataDocument", "RemovePrivateKey"), _SHOWN),  # public, and the id of a key
        **dict.fromkeys(("SSHPublicKeyId", "SSHPublicKeyBody", "ContextKeyNames"), _SHOWN),
        **dict.fromkeys(("ServiceSpecificCredentialId", "ServiceCredentialAlias"), _SHOWN),  # they name, no more
        "SecretAccessKey": _OMITTED,
        **dict.fromkeys(("AddPrivateKey", "AuthenticationCode1", "AuthenticationCode2"), _HIDDEN),
    },
    "elbv2": {
        **dict.fromkeys(("Key", "TagKeys", "SessionCookieName", "StatusCode", "HttpCode", "GrpcCode"), _SHOWN),
        **dict.fromkeys(("TokenEndpoint", "SessionTimeout"), _SHOWN),  # addresses and names, which open nothing
        "ClientSecret": _HIDDEN,
    },
    # Records of data events are written by `dynamodb.py`; these are of what is left.
    "dynamodb": {
        **dict.fromkeys(("KeyConditionExpression", "KMSMasterKeyArn", "KMSMasterKeyId", "NonKeyAttributes"), _SHOWN),
        **dict.fromkeys(("TagKeys", "NextToken", "ClientRequestToken", "Keys"), _SHOWN),
        **dict.fromkeys(("Key", "ExclusiveStartKey", "LastEvaluatedKey", "ItemCollectionKey"), _HIDDEN),
        **dict.fromkeys(("Item", "Items", "Attributes", "ExpressionAttributeValues", "Parameters"), _OMITTED),
        **dict.fromkeys(("KeyConditions", "UnprocessedKeys", "UnprocessedItems", "Responses"), _OMITTED),
    },
    "s3": {
        **dict.fromkeys(("Key", "SSEKMSKeyId", "BucketKeyEnabled", "EncodingType", "KeyCount"), _SHOWN),
        **dict.fromkeys(("Code", "KeyMarker", "NextKeyMarker"), _SHOWN),
        **dict.fromkeys(("ContinuationToken", "NextContinuationToken", "SSECustomerKeyMD5"), _SHOWN),
        **dict.fromkeys(("ContentEncoding", "ResponseContentEncoding", "CopySourceSSECustomerKeyMD5"), _SHOWN),
        **dict.fromkeys(("ChecksumXXHASH3", "ChecksumXXHASH64", "ChecksumXXHASH128"), _SHOWN),
        **dict.fromkeys(("Body", "Metadata"), _OMITTED),
        "SSEKMSEncryptionContext": _HIDDEN,
    },
}


@dataclass(frozen=True, slots=True)
class Redacted:
    """A value as a record may show it, and the texts that it hides."""

    value: Any
    hidden: frozenset[str] = field(default=frozenset(), repr=False)


def redact(operation: str, shape: Shape | None, value: Any) -> Redacted:
    """The members of `value` as CloudTrail names and shows them; `operation` is `service:Operation`."""
    if shape is None or value is None:
        return Redacted(None)
    pen = _Pen(operation)
    return Redacted(pen.draw(shape, value), frozenset(pen.hidden))


def showing(operation: str, member: str, shape: Shape) -> Showing:
    """What a record shows of `member`, whose shape is `shape`, in a call of `operation`."""
    stated = stated_showing(operation, member, shape)
    if stated is not None:
        return stated
    return _HIDDEN if secret_looking(member, shape) else _SHOWN


def stated_showing(operation: str, member: str, shape: Shape) -> Showing | None:
    """The table's or the trait's word on `member`, or None where both are silent."""
    service, _, name = operation.partition(":")
    table = _TABLE.get(service, {})
    for key in (f"{name}.{member}", member):
        if key in table:
            return table[key]
    return _HIDDEN if shape.metadata.get("sensitive") else None


def secret_looking(member: str, shape: Shape) -> bool:
    """Whether `member` could hold a secret, going by its name and type."""
    textual = shape.type_name in ("string", "blob", "map") and not getattr(shape, "enum", ())
    document = bool(getattr(shape, "is_document_type", False))
    return (textual or document) and SECRET_LOOKING.search(member) is not None


def scrubbed(text: str, hidden: frozenset[str]) -> str:
    """`text` without the hidden values that a service repeats in its error messages."""
    for secret in sorted(hidden, key=lambda value: (-len(value), value)):
        if len(secret) > 2 and secret in text:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", HIDDEN, text)
    return text


def camel(name: str) -> str:
    """A member's name in a record: its first letter small, nothing else."""
    return name[:1].lower() + name[1:]


class _Pen:
    """Draws the values of one call and remembers what it left out."""

    def __init__(self, operation: str) -> None:
        self.operation = operation
        self.hidden: set[str] = set()

    def draw(self, shape: Any, value: Any, name: str = "") -> Any:
        """`value` as shown; `name` is the member it stands at, which the items of a list share."""
        if isinstance(value, Mapping) and shape.type_name == "structure" and (shape.members or not value):
            return {camel(member): drawn for member, drawn in self._members(shape, value)}
        if isinstance(value, Mapping) and shape.type_name == "map":
            return {str(key): self._shown(str(key), shape.value, value[key]) for key in sorted(value)}
        if isinstance(value, list | tuple) and shape.type_name == "list":
            return [self._shown(name, shape.member, item) for item in value]
        return self._scalar(shape, value)

    def _members(self, shape: Any, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for name, member in shape.members.items():
            if value.get(name) is None:
                continue
            if showing(self.operation, name, member) is _OMITTED:
                self.hide(value[name])
            else:
                yield name, self._shown(name, member, value[name])

    def _shown(self, name: str, shape: Any, value: Any) -> Any:
        if value is None:
            return None
        shown = showing(self.operation, name, shape) is _SHOWN
        return self.draw(shape, value, name) if shown else self.hide(value)

    def hide(self, value: Any) -> str:
        self.hidden.update(_texts(value))
        return HIDDEN

    def _scalar(self, shape: Any, value: Any) -> Any:
        match shape.type_name, value:
            case "boolean", bool():
                return value
            case "integer" | "long" | "float" | "double", int() | float():
                return value
            case "string", str():
                return value
            case "blob", bytes() | bytearray():
                return base64.b64encode(value).decode()
            case "timestamp", int() | float() | datetime():
                return java_date(value)
            case _:
                return self.hide(value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def java_date(value: float | datetime) -> str:
    """An instant as records write it inside parameters: `Jan 1, 2026, 1:00:00 AM`, in UTC. # ct:record-contents"""
    moment = value if isinstance(value, datetime) else clock.at(value)
    seconds = clock.instant(moment)
    day = clock.at(seconds)
    hour, half = day.hour % 12 or 12, "AM" if day.hour < 12 else "PM"
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}, {hour}:{day:%M:%S} {half}"
