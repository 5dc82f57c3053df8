"""API keys of REST APIs and the usage plans that they belong to: they say who is counted, not who asks."""

from __future__ import annotations

from dataclasses import dataclass, field

from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.origin import NOWHERE, Origin, is_placeholder

#: How long a key's value is. # apigw:api-keys
SHORTEST, LONGEST = 20, 128


@dataclass(frozen=True, slots=True)
class GatewayKey:
    """An API key: `value` is what clients send."""

    id: str
    name: str
    value: str = field(repr=False)
    account: str
    region: str
    partition: str = "aws"
    enabled: bool = True
    tags: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not is_placeholder(self.value) and not SHORTEST <= len(self.value) <= LONGEST:
            raise InvalidValue("Value", f"has {len(self.value)} characters, not {SHORTEST} to {LONGEST}")

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:apigateway:{self.region}::/apikeys/{self.id}"


@dataclass(frozen=True, slots=True)
class UsagePlan:
    """A usage plan: the stages that it opens, as (API id, stage), and the ids of its keys. How often they may be used
    is not told apart."""

    id: str
    name: str
    account: str
    region: str
    partition: str = "aws"
    stages: tuple[tuple[str, str], ...] = ()
    keys: tuple[str, ...] = ()
    tags: Map[str, str] = field(default_factory=Map)
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:apigateway:{self.region}::/usageplans/{self.id}"
