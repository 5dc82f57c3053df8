"""What IAM keeps of an account besides its principals and policies: an alias, passwords, certificates, profiles."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.origin import NOWHERE, Origin, is_placeholder

ALIAS = "AccountAlias"
PASSWORD_POLICY = "PasswordPolicy"
LOGIN_PROFILE = "LoginProfile"
INSTANCE_PROFILE = "InstanceProfile"
SSH_KEY = "SSHPublicKey"
SIGNING_CERTIFICATE = "SigningCertificate"
SERVER_CERTIFICATE = "ServerCertificate"
SERVICE_CREDENTIAL = "ServiceSpecificCredential"
CREDENTIAL_REPORT = "CredentialReport"
TOKEN_PREFERENCES = "SecurityTokenServicePreferences"

KINDS = (
    *(ALIAS, PASSWORD_POLICY, LOGIN_PROFILE, INSTANCE_PROFILE, SSH_KEY, SIGNING_CERTIFICATE, SERVER_CERTIFICATE),
    *(SERVICE_CREDENTIAL, CREDENTIAL_REPORT, TOKEN_PREFERENCES),
)

#: Partition, account, kind and key.
DocumentKey = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class AccountDocument:
    """A thing of an account that no policy is evaluated against.

    `kind` is AWS's noun, `key` tells several of a kind apart: the name, the id, or for what a user has one of the
    user's unique id. `content` is frozen; it may hold a secret. `created` is in seconds since the epoch.
    """

    partition: str
    account: str
    kind: str
    key: str = ""
    content: Map[str, Any] = field(default_factory=Map, repr=False)
    created: float = 0.0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS and not is_placeholder(self.kind):
            raise InvalidValue("Kind", f"{self.kind!r} is none of {', '.join(KINDS)}")

    @property
    def place(self) -> DocumentKey:
        return self.partition, self.account, self.kind, self.key
