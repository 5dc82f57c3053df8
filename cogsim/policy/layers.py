"""The policies of every layer that bear on one request: the complete input of a decision."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cogsim.policy.document import Policy


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A policy with the name an explanation calls it by: an ARN, or `role/Name inline PolicyName`."""

    name: str
    policy: Policy


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the organization (root, a unit, the account) with the policies attached there."""

    name: str
    policies: tuple[NamedPolicy, ...]


class ResourceRule(StrEnum):
    """How a resource's own policy combines with the caller's inside one account. # ug:eval-logic"""

    UNION = "union"  # either may allow: most resources
    TRUST = "trust"  # a role's trust policy: it must allow, directly or by naming the account
    KMS = "kms"  # a KMS key policy: likewise


@dataclass(frozen=True, slots=True)
class Layers:
    """Everything that can allow or refuse one request.

    `boundary`, `session` and `endpoint` are None where there is no such policy, which is not the same as an empty one;
    no `scps` or `rcps` levels mean no organization. `resource_rule` says what the resource policy must do by itself.
    Whoever gathers the layers leaves out the levels that do not apply: SCPs for a caller of the management account,
    RCPs for its resources and for services that RCPs do not reach. `scps` are those on the path to the caller's
    account, `rcps` those on the path to the resource's. # org:scps; org:rcps
    """

    identity: tuple[NamedPolicy, ...] = ()
    resource: NamedPolicy | None = None
    boundary: tuple[NamedPolicy, ...] | None = None
    session: tuple[NamedPolicy, ...] | None = None
    scps: tuple[Level, ...] = ()
    rcps: tuple[Level, ...] = ()
    endpoint: tuple[NamedPolicy, ...] | None = None
    resource_rule: ResourceRule = ResourceRule.UNION
    #: S3's Block Public Access as the request meets it: bucket and account settings joined.
    block_public_access: frozenset[str] = frozenset()
    #: A gateway endpoint (S3, DynamoDB) reads account principals as their root user. # vpc:endpoint-policies §gateway
    endpoint_is_gateway: bool = False


class Result(StrEnum):
    """The three answers. # ug:eval-logic"""

    ALLOWED = "Allowed"
    EXPLICITLY_DENIED = "ExplicitlyDenied"
    IMPLICITLY_DENIED = "ImplicitlyDenied"

    @property
    def allowed(self) -> bool:
        return self is Result.ALLOWED
