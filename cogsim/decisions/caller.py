"""Who makes a call. The running cloud makes these in `aws.authenticate` alone, static answers from decisions."""

from __future__ import annotations

from dataclasses import dataclass, field

from cogsim.arn import Arn, session_arn
from cogsim.persistent import Map
from cogsim.policy.layers import NamedPolicy
from cogsim.policy.request import Principal, PrincipalKind, Values


@dataclass(frozen=True, slots=True)
class Anonymous:
    """Nobody in particular: the request was not signed."""


@dataclass(frozen=True, slots=True)
class Root:
    """The root user of an account, with long-term keys, or with a session where `issued_at` is set (seconds).

    `assumed` marks a session of AssumeRoot, which its task policy narrows and which keeps a source identity.
    """

    account: str
    partition: str = "aws"
    issued_at: float | None = None
    mfa_at: float | None = None
    assumed: bool = False
    session_policies: tuple[NamedPolicy, ...] | None = None
    source_identity: str | None = None


@dataclass(frozen=True, slots=True)
class IamUser:
    """An IAM user with long-term keys, or with a GetSessionToken session where `issued_at` is set (seconds)."""

    arn: str
    unique_id: str
    issued_at: float | None = None
    mfa_at: float | None = None


@dataclass(frozen=True, slots=True)
class RoleSession:
    """A session of a role.

    `session_tags` are those of the session alone (the role's own are looked up when a decision is made);
    `federated` are the context keys the identity provider left in the session (`cognito-identity.amazonaws.com:sub`);
    `session_policies` is None where none were passed; instants are in seconds since the epoch.
    """

    role_arn: str
    role_id: str
    session_name: str
    issued_at: float = 0.0
    expires_at: float = 0.0
    session_tags: Map[str, str] = field(default_factory=Map)
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str | None = None
    federated_provider: str | None = None
    federated: Map[str, Values] = field(default_factory=Map)
    session_policies: tuple[NamedPolicy, ...] | None = None
    chained: bool = False

    @property
    def arn(self) -> str:
        return session_arn(self.role_arn, self.session_name)

    @property
    def is_federated(self) -> bool:
        """Whether a token or an assertion bought it: such a session has the provider's keys."""
        return self.federated_provider is not None or len(self.federated) > 0


@dataclass(frozen=True, slots=True)
class FederatedUser:
    """A GetFederationToken session of an IAM user, or of the root user whose ARN is then in `user_arn`; `user_id` is
    the unique id of whoever made it."""

    name: str
    user_arn: str
    issued_at: float = 0.0
    expires_at: float = 0.0
    session_tags: Map[str, str] = field(default_factory=Map)
    session_policies: tuple[NamedPolicy, ...] | None = None
    user_id: str = ""

    @property
    def of_root(self) -> bool:
        """Whether the root user made it."""
        return Arn.parse(self.user_arn).resource == "root"

    @property
    def arn(self) -> str:
        user = Arn.parse(self.user_arn)
        return f"arn:{user.partition}:sts::{user.account}:federated-user/{self.name}"


@dataclass(frozen=True, slots=True)
class Service:
    """An AWS service calling in its own name, for a resource of `source_account`."""

    principal: str
    source_account: str | None = None
    source_arn: str | None = None


Caller = Anonymous | Root | IamUser | RoleSession | FederatedUser | Service


def caller_arn(caller: Caller) -> str:
    """The ARN that GetCallerIdentity and access-denied messages print. # ug:identifiers"""
    match caller:
        case Anonymous():
            return "anonymous"
        case Root():
            return f"arn:{caller.partition}:iam::{caller.account}:root"
        case Service():
            return caller.principal
        case _:
            return caller.arn


def caller_account(caller: Caller) -> str | None:
    """The account that owns the caller: for a role session the role's, for anonymous and services none."""
    match caller:
        case Anonymous() | Service():
            return None
        case Root():
            return caller.account
        case RoleSession():
            return Arn.parse(caller.role_arn).account
        case FederatedUser():
            return Arn.parse(caller.user_arn).account
        case IamUser():
            return Arn.parse(caller.arn).account


def caller_id(caller: Caller) -> str:
    """The value of `aws:userid`. # ug:identifiers"""
    match caller:
        case Anonymous():
            return "anonymous"
        case Root():
            return caller.account
        case RoleSession():
            return f"{caller.role_id}:{caller.session_name}"
        case FederatedUser():
            return f"{caller_account(caller)}:{caller.name}"
        case IamUser():
            return caller.unique_id
        case Service():
            return caller.principal


def principal_of(caller: Caller) -> Principal:
    """The caller as the policy language sees it."""
    account = caller_account(caller)
    match caller:
        case Anonymous():
            return Principal(PrincipalKind.ANONYMOUS)
        case Root():
            return Principal(PrincipalKind.ROOT, caller_arn(caller), account)
        case IamUser():
            return Principal(PrincipalKind.USER, caller.arn, account, unique_id=caller.unique_id)
        case RoleSession():
            linked = Arn.parse(caller.role_arn).resource.startswith("role/aws-service-role/")
            return Principal(
                PrincipalKind.ROLE_SESSION, caller.arn, account, caller.role_arn, caller.role_id, service_linked=linked
            )
        case FederatedUser():
            return Principal(PrincipalKind.FEDERATED_USER, caller.arn, account, caller.user_arn)
        case Service():
            return Principal(PrincipalKind.SERVICE, caller.principal)
