"""How fast a world's callers may call: off unless a world says otherwise. # idp:quotas §categories, idp:waf"""

from __future__ import annotations

from dataclasses import dataclass, field

from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.origin import NOWHERE, Origin

#: Requests a second that each category of operations has in an account and Region. # idp:quotas §categories
CATEGORIES: Map[str, int] = Map(
    {
        "ClientAuthentication": 150,
        "UserAccountRecovery": 30,
        "UserAuthentication": 120,
        "UserCreation": 50,
        "UserFederation": 25,
        "UserList": 30,
        "UserPoolClientRead": 15,
        "UserPoolClientUpdate": 15,
        "UserPoolRead": 15,
        "UserPoolResourceRead": 20,
        "UserPoolResourceUpdate": 15,
        "UserPoolUpdate": 15,
        "UserRead": 120,
        "UserResourceRead": 50,
        "UserResourceUpdate": 25,
        "UserToken": 120,
        "UserUpdate": 25,
    }
)


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The quotas in force: `categories` state other rates than AWS's own (requests a second); `per_user` bounds one
    user's reads and writes a second; `per_address` bounds the public requests of one address in five minutes, as a
    rate-based rule of a web ACL does (None: no such rule)."""

    categories: Map[str, int] = field(default_factory=Map)
    per_user: int = 10
    per_address: int | None = None
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        for name, rate in self.categories.items():
            if name not in CATEGORIES:
                raise InvalidValue(f"Categories.{name}", f"is none of {', '.join(CATEGORIES)}")
            if rate < 1:
                raise InvalidValue(f"Categories.{name}", f"{rate} is no rate: at least 1")
        if self.per_user < 1:
            raise InvalidValue("PerUser", f"{self.per_user} is no rate: at least 1")
        if self.per_address is not None and self.per_address < 10:
            raise InvalidValue("PerAddress", f"{self.per_address} is below the 10 that a rate-based rule has at least")

    def rate(self, category: str) -> int:
        """Requests a second of a category."""
        return self.categories.get(category, CATEGORIES[category])
