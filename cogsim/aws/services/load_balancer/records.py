"""What load balancers keep: sign-ins on their way and sealed sessions, by digest."""

from __future__ import annotations

import hashlib

from cogsim.aws.state import Table
from cogsim.decisions.load_balancer_session import AuthSession, PendingLogin

#: Sign-ins on their way, by the digest of their state.
LOGINS: Table[str, PendingLogin] = Table("load-balancer/logins")
#: Sessions, by the digest of the cookie that was sealed over them: the cookie itself holds nothing to forge.
SESSIONS: Table[str, AuthSession] = Table("load-balancer/sessions")


def key_of(secret: str) -> str:
    """The digest under which a state or a cookie is known."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
