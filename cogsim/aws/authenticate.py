"""Who signed a call: credentials to caller, or the error AWS answers with.

1. No credentials: anonymous; the door has already made sure that the operation admits it.
2. A service principal is made by the simulator's own services only; it is taken at its word.
3. A temporary key (`ASIA…`) is looked up among the sessions: unknown, another secret or another token, expired, or of
   a role or user that is no more. A long-term key that is switched off or deleted ends no session it made.
4. A long-term key is looked up in the world: unknown or inactive, with a session token, which it has none of, or
   another secret.
5. Whoever is known in one partition is unknown in every other.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace

from cogsim.arn import Arn
from cogsim.aws.call import Call, Credentials, ServicePrincipal
from cogsim.aws.state import State, Table
from cogsim.decisions.caller import Anonymous, Caller, FederatedUser, IamUser, RoleSession, Root, Service
from cogsim.errors import AwsError
from cogsim.world.iam import User
from cogsim.world.world import World

#: Who can hold temporary credentials.
SessionCaller = RoleSession | FederatedUser | IamUser | Root


@dataclass(frozen=True, slots=True)
class IssuedSession:
    """Temporary credentials that STS gave out, and whose they are; `expires_at` in seconds."""

    caller: SessionCaller
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires_at: float = 0.0


#: Access key id to session: written by STS alone.
ISSUED_SESSIONS: Table[str, IssuedSession] = Table("sts/sessions")

#: By protocol: the codes for an unknown key, an expired token, a wrong signature, and a missing one. # sts:errors
_CODES = {
    "query": ("InvalidClientTokenId", "ExpiredToken", "SignatureDoesNotMatch", "MissingAuthenticationToken"),
    "json": (
        "UnrecognizedClientException",
        "ExpiredTokenException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
    ),
    "rest-xml": ("InvalidAccessKeyId", "ExpiredToken", "SignatureDoesNotMatch", "AccessDenied"),
}
_UNKNOWN, _EXPIRED, _SIGNATURE, _MISSING = range(4)

_TEXTS = {
    _UNKNOWN: "The security token included in the request is invalid.",
    _EXPIRED: "The security token included in the request is expired",
    _SIGNATURE: "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    _MISSING: "Request is missing Authentication Token",
}
_COGNITO = ("cognito-idp", "cognito-identity", "cognito-sync")
_S3_TEXTS = {
    _UNKNOWN: "The AWS Access Key Id you provided does not exist in our records.",
    _EXPIRED: "The provided token has expired.",
    _MISSING: "Access Denied",
}


def refused(protocol: str, kind: int) -> AwsError:
    """The authentication error in the words of a service of `protocol`."""
    text = _S3_TEXTS.get(kind, _TEXTS[kind]) if protocol == "rest-xml" else _TEXTS[kind]
    return AwsError(_CODES.get(protocol, _CODES["json"])[kind], text)


def _invalid_token(protocol: str) -> AwsError:
    """The error for a session token that is not the key's. # sts:errors, s3:error-responses"""
    if protocol == "rest-xml":
        return AwsError("InvalidToken", "The provided token is malformed or otherwise invalid.")
    return refused(protocol, _UNKNOWN)


def missing(protocol: str, service: str) -> AwsError:
    """The error for an unsigned call of an operation that takes a signature; Cognito has words of its own."""
    error = refused(protocol, _MISSING)
    return AwsError(error.code, "Missing Authentication Token") if service in _COGNITO else error


def authenticate(world: World, state: State, call: Call, protocol: str) -> Caller:
    """The caller behind the call's credentials; raises the AWS error where they prove nothing."""
    match call.credentials:
        case None:
            return Anonymous()
        case ServicePrincipal(name, source_account, source_arn):
            return Service(name, source_account, source_arn)
        case Credentials() as credentials:
            temporary = credentials.access_key_id.startswith("ASIA")
            caller = (
                _from_session(world, state, credentials, call.at, protocol)
                if temporary
                else _from_key(world, credentials, protocol)
            )
            if _partition(caller) != call.origin.partition:
                raise refused(protocol, _UNKNOWN)
            return caller


def _from_session(world: World, state: State, credentials: Credentials, now: float, protocol: str) -> SessionCaller:
    issued = ISSUED_SESSIONS.get(state, credentials.access_key_id)
    if issued is None:
        raise refused(protocol, _UNKNOWN)
    if not _same(issued.session_token, credentials.session_token or ""):
        raise _invalid_token(protocol) if credentials.session_token else refused(protocol, _UNKNOWN)
    if now >= issued.expires_at:
        raise refused(protocol, _EXPIRED)
    caller = _as_now(world, issued.caller)
    if caller is None:
        raise refused(protocol, _UNKNOWN)
    if not _same(issued.secret_access_key, credentials.secret_access_key):
        raise refused(protocol, _SIGNATURE)
    return caller


def _as_now(world: World, caller: SessionCaller) -> SessionCaller | None:
    """The session's principal as it is called now, None where its role or user is no more: making one of the same name
    revives no session, and renaming a user ends none. # sts:errors, ug:identifiers §unique-ids"""
    match caller:
        case RoleSession():
            role = world.roles.get(caller.role_arn)
            return caller if role is not None and role.unique_id == caller.role_id else None
        case FederatedUser() if caller.of_root:
            return caller
        case FederatedUser():
            maker = _user(world, caller.user_arn, caller.user_id)
            return replace(caller, user_arn=maker.arn) if maker is not None else None
        case IamUser():
            user = _user(world, caller.arn, caller.unique_id)
            return replace(caller, arn=user.arn) if user is not None else None
        case Root():
            return caller


def _partition(caller: SessionCaller) -> str:
    """The partition that the caller's account is in. # ug:arn"""
    match caller:
        case Root():
            return caller.partition
        case IamUser():
            return caller.arn.split(":", 2)[1]
        case RoleSession():
            return caller.role_arn.split(":", 2)[1]
        case FederatedUser():
            return caller.user_arn.split(":", 2)[1]


def _user(world: World, arn: str, unique_id: str) -> User | None:
    """The user of that unique id, who is mostly still at the ARN."""
    user = world.users.get(arn)
    if user is not None and unique_id == user.unique_id:
        return user
    return next((each for each in world.users.values() if each.unique_id == unique_id), None)


def _from_key(world: World, credentials: Credentials, protocol: str) -> SessionCaller:
    key = world.access_keys.get(credentials.access_key_id)
    holder = _holder(world, key.user_arn) if key is not None else None
    if key is None or not key.active or holder is None:
        raise refused(protocol, _UNKNOWN)
    if credentials.session_token is not None:
        raise _invalid_token(protocol)
    if not _same(key.secret, credentials.secret_access_key):
        raise refused(protocol, _SIGNATURE)
    return holder


def _holder(world: World, arn: str) -> IamUser | Root | None:
    """Whose long-term key it is: a user's who is there, or a root user's."""
    user = world.users.get(arn)
    if user is not None:
        return IamUser(user.arn, user.unique_id)
    parsed = Arn.try_parse(arn)
    return Root(parsed.account, parsed.partition) if parsed is not None and parsed.resource == "root" else None


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
