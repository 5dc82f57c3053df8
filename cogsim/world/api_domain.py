"""Domain names of an account's own that APIs answer at, and which API and stage each path of them leads to."""

from __future__ import annotations

from dataclasses import dataclass, field

from cogsim.persistent import Map
from cogsim.world.origin import NOWHERE, Origin


@dataclass(frozen=True, slots=True)
class ApiMapping:
    """What a base path leads to; without a stage the next part of the path names it."""

    api_id: str
    stage: str = ""
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ApiDomain:
    """A domain name. `mappings` by base path, without slashes around it and empty for the root; `mutual_tls` is the
    address of the certificates that clients have to be certified by, empty where they need none."""

    name: str
    account: str
    region: str
    partition: str = "aws"
    mutual_tls: str = ""
    mappings: Map[str, ApiMapping] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
