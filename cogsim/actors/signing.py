"""Who signs something now that others use later: whoever holds keys, at an instant, in a Region."""

from __future__ import annotations

from typing import Any, Protocol

from cogsim.actors.app import Door, IdentitySession
from cogsim.actors.broker import BrokerSession
from cogsim.aws.call import Credentials
from cogsim.decisions.call_origin import CallOrigin

#: Who signs a call: credentials, a session that holds some, an IAM user's name, or nobody.
Signer = Credentials | IdentitySession | BrokerSession | str | None


class SigningDoor(Door, Protocol):
    """What one who signs ahead needs of a cloud: whose keys those are, and to call from somewhere else."""

    def signer(self, who: Signer) -> Credentials | None: ...

    def calling_from(self, **origin: Any) -> Door: ...

    @property
    def origin(self) -> CallOrigin: ...
