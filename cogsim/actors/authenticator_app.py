"""An authenticator app: it holds the secret of one account and shows a code by its own clock. # rfc:6238"""

from __future__ import annotations

from dataclasses import dataclass, field

from cogsim.errors import InputError
from cogsim.tokens import totp


@dataclass(slots=True)
class AuthenticatorApp:
    """An app on somebody's phone. `fast` are the seconds that its clock is ahead, negative where it is behind."""

    name: str = "authenticator"
    fast: float = 0.0
    secret: str | None = field(default=None, repr=False)

    def scan(self, secret: str) -> None:
        """Take over the secret that a pool gave out, in base32; the one before is forgotten. InputError where it is
        none."""
        try:
            totp.decoded(secret)
        except ValueError as error:
            raise InputError(str(error)) from None
        self.secret = secret

    def code(self, now: float) -> str:
        """The code it shows at `now`, in seconds since the epoch."""
        if self.secret is None:
            raise InputError(f"the authenticator app {self.name!r} holds no account yet")
        return totp.code_at(self.secret, now + self.fast)
