"""A user of a pool: attributes, status, what is kept of the password, second factors, devices and passkeys."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from cogsim.persistent import Map
from cogsim.world.origin import NOWHERE, Origin


class UserStatus(StrEnum):
    UNCONFIRMED = "UNCONFIRMED"
    CONFIRMED = "CONFIRMED"
    EXTERNAL_PROVIDER = "EXTERNAL_PROVIDER"
    RESET_REQUIRED = "RESET_REQUIRED"
    FORCE_CHANGE_PASSWORD = "FORCE_CHANGE_PASSWORD"


@dataclass(frozen=True, slots=True)
class PasswordVerifier:
    """What a pool keeps of a password: SRP salt and verifier, both lower-case hexadecimal. # idp:srp

    `made` is the verifier; where a template states the password itself, `of` holds (pool name, username, password)
    instead and the verifier is made when it is asked for: a pool of a hundred thousand such users loads in seconds.
    """

    salt: str = field(repr=False)
    made: str | None = field(repr=False)
    of: tuple[str, str, str] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if (self.made is None) == (self.of is None):
            raise ValueError("a verifier is made, or says what it is made of")

    @property
    def verifier(self) -> str:
        """The verifier in hexadecimal."""
        if self.of is None:
            assert self.made is not None
            return self.made
        from cogsim.tokens.srp import verifier  # modular powers, which few worlds need

        return verifier(*self.of, self.salt)


@dataclass(frozen=True, slots=True)
class SoftwareToken:
    """An authenticator app that the user proved: its secret in base32. # idp:mfa §totp"""

    secret: str = field(repr=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """A device that was confirmed: what the pool keeps of its secret, and whether it is remembered.
    # idp:device-tracking"""

    key: str
    group_key: str
    verifier: PasswordVerifier = field(repr=False)
    name: str = ""
    remembered: bool = False
    created: float = 0.0
    modified: float = 0.0
    last_authenticated: float = 0.0
    last_ip: str = ""


@dataclass(frozen=True, slots=True)
class Passkey:
    """A registered passkey: ids and the COSE public key in unpadded base64url. # idp:passwordless"""

    credential_id: str
    public_key: str
    relying_party_id: str
    sign_count: int = 0
    name: str = ""
    attachment: str | None = None
    transports: tuple[str, ...] = ()
    created: float = 0.0


@dataclass(frozen=True, slots=True)
class PoolUser:
    """A user of a pool: `attributes` without `sub`; instants in seconds since the epoch.

    `factors` are the second factors that are switched on (UserMFASettingList), `preferred_factor` the one of them that
    is asked first; `password_history` holds the passwords before the present one, the latest first.
    """

    pool_id: str
    username: str
    sub: str
    attributes: Map[str, str] = field(default_factory=Map)
    status: UserStatus = UserStatus.UNCONFIRMED
    enabled: bool = True
    password: PasswordVerifier | None = field(default=None, repr=False)
    temporary_password_set_at: float | None = None
    password_history: tuple[PasswordVerifier, ...] = field(default=(), repr=False)
    factors: tuple[str, ...] = ()
    preferred_factor: str | None = None
    software_token: SoftwareToken | None = None
    devices: Map[str, Device] = field(default_factory=Map)
    passkeys: Map[str, Passkey] = field(default_factory=Map)
    groups: tuple[str, ...] = ()
    created: float = 0.0
    modified: float = 0.0
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
