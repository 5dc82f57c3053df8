"""How far a sign-in has come: what was asked, what was proved, and what is still demanded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cogsim.persistent import Map

#: What can be proved on the way, by the values of `amr` where there is one. # idp:step-up
PASSWORD, SMS, EMAIL, TOTP, PASSKEY, DEVICE = "pwd", "sms", "email_otp", "otp", "swk", "device"
#: In place of PASSKEY where the key stays in its hardware; beside either where the authenticator verified its owner and
#: the pool counts that as a second factor; and what an external provider vouches for. # idp:passwordless, idp:mfa
HARDWARE_KEY, USER_VERIFIED, FEDERATED = "hwk", "user-verified", "fed"
#: A chosen password in place of a temporary one, and a factor that was set up on the way.
NEW_PASSWORD, FACTOR_SET_UP = "new-password", "mfa-setup"
#: That the functions of a custom flow gave tokens: what they asked for is theirs to judge.
CUSTOM = "custom"
#: Proofs of a second factor.
SECOND_FACTORS = frozenset({SMS, EMAIL, TOTP, DEVICE, FACTOR_SET_UP, USER_VERIFIED})


@dataclass(frozen=True, slots=True)
class Round:
    """One challenge of a custom flow as its triggers see it: name, result, and the metadata they gave it."""

    challenge: str
    result: bool
    metadata: str | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """A sign-in on its way. `flow` is the AuthFlow it began with; `proved` holds the proofs in their order.

    `factor_demanded` is set where the risk of this sign-in demands a second factor whatever the pool says;
    `fresh` where the account was confirmed just now, by its own session, which counts as a factor;
    `rounds` are the challenges of a custom flow; `device_key` the device the app named;
    `event_id` names the sign-in in tokens and histories; `wanted` are further wishes of the app (TARGET_ACR_VALUES…).
    """

    flow: str
    proved: tuple[str, ...] = ()
    factor_demanded: bool = False
    #: Whether threat protection has looked at this sign-in: it looks once, at the first factor.
    weighed: bool = False
    fresh: bool = False
    rounds: tuple[Round, ...] = ()
    device_key: str | None = None
    event_id: str = ""
    wanted: Map[str, str] = field(default_factory=Map)

    def having(self, *proofs: str) -> Progress:
        """This progress with `proofs` added to what was proved."""
        return replace(self, proved=(*self.proved, *(proof for proof in proofs if proof not in self.proved)))

    def from_device(self, key: str | None) -> Progress:
        """This progress from the device of that key, where an app names one; a device that is proved stays."""
        return self if key is None or DEVICE in self.proved else replace(self, device_key=key)

    @property
    def second_factor_given(self) -> bool:
        """Whether something beside the first factor was proved."""
        return bool(SECOND_FACTORS & set(self.proved[1:]))


@dataclass(frozen=True, slots=True)
class Sent:
    """What came along with a call: ClientMetadata, and what the app says of where its user is.

    `ip_address` is the user's address as far as the pool may believe it; `fingerprint` is EncodedData.
    """

    metadata: Mapping[str, str] = field(default_factory=dict)
    ip_address: str | None = None
    fingerprint: str | None = None
