"""What an OpenID Connect provider keeps between two requests: codes, its own sessions, first consents."""

from __future__ import annotations

import hashlib

from cogsim.aws.state import Table
from cogsim.decisions.oidc_code import AuthorizationCode

#: SHA-256 of a code to what it stands for.
CODES: Table[str, AuthorizationCode] = Table("outside/oidc-codes")

#: SHA-256 of a browser session at a provider to (provider, username).
SESSIONS: Table[str, tuple[str, str]] = Table("outside/oidc-sessions")

#: (provider, application, subject) of consents that were given.
CONSENTS: Table[tuple[str, str, str], bool] = Table("outside/oidc-consents")


def key_of(secret: str) -> str:
    """The key that a code or a session is kept under: whoever reads the state has neither."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
