"""How long a policy may be, and how its length is counted: by the kind of policy and the service that keeps it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from cogsim.policy.document import PolicyKind


class Count(Enum):
    """What counts towards the length. # ug:quotas"""

    CHARACTERS = "characters"
    CHARACTERS_WITHOUT_SPACE = "characters without white space"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """`most` of what `counted` says."""

    most: int
    counted: Count

    def length(self, text: str) -> int:
        """The length of a policy's JSON `text` by this limit's rule."""
        if self.counted is Count.BYTES:
            return len(text.encode("utf-8", "surrogatepass"))
        if self.counted is Count.CHARACTERS_WITHOUT_SPACE:
            return len(_SPACE.sub("", text))
        return len(text)


_SPACE = re.compile(r"[ \t\n\r]+")
_WITHOUT_SPACE = Count.CHARACTERS_WITHOUT_SPACE

# ug:quotas; org:scps; vpc:endpoint-policies; kms:key-policies: an identity policy is measured as a managed one: inline
# ones share what their user, group or role may hold together.
_LIMITS = {
    PolicyKind.IDENTITY: SizeLimit(6_144, _WITHOUT_SPACE),
    PolicyKind.BOUNDARY: SizeLimit(6_144, _WITHOUT_SPACE),
    PolicyKind.TRUST: SizeLimit(2_048, _WITHOUT_SPACE),
    PolicyKind.SESSION: SizeLimit(2_048, Count.CHARACTERS),
    PolicyKind.SCP: SizeLimit(5_120, Count.CHARACTERS),
    PolicyKind.RCP: SizeLimit(5_120, Count.CHARACTERS),
    PolicyKind.ENDPOINT: SizeLimit(20_480, Count.CHARACTERS),
    PolicyKind.KMS_KEY: SizeLimit(32_768, Count.BYTES),
    PolicyKind.RESOURCE: SizeLimit(20_480, Count.BYTES),
}
# Where the service that keeps a resource policy allows another length. # ug:quotas §resource-policies
_BY_RESOURCE = {
    "AWS::ApiGateway::RestApi": SizeLimit(8_192, Count.BYTES),
    "AWS::ECR::Repository": SizeLimit(10_240, Count.BYTES),
    "AWS::EFS::FileSystem": SizeLimit(20_000, Count.CHARACTERS),
    "AWS::KMS::Key": SizeLimit(32_768, Count.BYTES),
    "AWS::Logs::ResourcePolicy": SizeLimit(5_120, Count.CHARACTERS),
    "AWS::SNS::Topic": SizeLimit(30_720, Count.BYTES),
}


def size_limit(kind: PolicyKind, resource_type: str | None = None) -> SizeLimit:
    """The limit for a policy of `kind`, attached to a resource of the CloudFormation type where one is named."""
    if kind is PolicyKind.RESOURCE and resource_type in _BY_RESOURCE:
        return _BY_RESOURCE[resource_type]
    return _LIMITS[kind]
