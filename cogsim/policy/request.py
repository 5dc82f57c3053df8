"""One request to be decided: who asks, for what, and the context that conditions read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache


class PrincipalKind(StrEnum):
    """The kinds of caller that policies tell apart."""

    ANONYMOUS = "anonymous"
    ROOT = "root"
    USER = "user"
    ROLE_SESSION = "role-session"
    FEDERATED_USER = "federated-user"
    SERVICE = "service"
    WEB_IDENTITY = "web-identity"  # the bearer of an OIDC token calling AssumeRoleWithWebIdentity
    SAML = "saml"  # the bearer of an assertion calling AssumeRoleWithSAML
    CANONICAL = "canonical"


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller as policies see it.

    `arn` is what GetCallerIdentity prints (the session ARN of a role session), the service principal's name, the
    federated provider's name, or the canonical id; `entity` is the role ARN behind a session or the user ARN behind a
    federated-user session; `unique_id` the AROA…/AIDA… id; `account` is None where the caller has none.
    """

    kind: PrincipalKind
    arn: str = ""
    account: str | None = None
    entity: str | None = None
    unique_id: str | None = None
    service_linked: bool = False


@dataclass(frozen=True, slots=True)
class Values:
    """The values of one context key; `multivalued` says that the key is a list at its source, however long."""

    values: tuple[str, ...]
    multivalued: bool = False


#: Up to how many characters a value is kept for the next context that has it.
_REMEMBERED = 512


@lru_cache(maxsize=8192)
def _one(value: str) -> Values:
    return Values((value,))


class Context(Mapping[str, Values]):
    """The request context: keys compared without case, values as text. A missing key is not an empty value.

    `folded` has the values by folded key; `singles` the one value of each key that has exactly one and is no list.
    """

    __slots__ = ("_names", "folded", "singles")

    def __init__(self, entries: Mapping[str, Values | str | tuple[str, ...] | list[str]] | None = None) -> None:
        self._names: dict[str, str] = {}
        self.folded: dict[str, Values] = {}
        self.singles: dict[str, str] = {}
        for key, value in (entries or {}).items():
            folded = key.casefold()
            self._names[folded] = key
            if isinstance(value, str):
                short = len(value) <= _REMEMBERED
                self.folded[folded], self.singles[folded] = _one(value) if short else Values((value,)), value
                continue
            held = value if isinstance(value, Values) else Values(tuple(value), multivalued=True)
            self.folded[folded] = held
            if len(held.values) == 1 and not held.multivalued:
                self.singles[folded] = held.values[0]
            else:
                self.singles.pop(folded, None)

    def __getitem__(self, key: str) -> Values:
        return self.folded[key.casefold()]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names.values()))

    def __len__(self) -> int:
        return len(self.folded)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key.casefold() in self.folded

    def __hash__(self) -> int:
        return hash(frozenset(self.folded.items()))

    def __eq__(self, other: object) -> bool:
        return self.folded == other.folded if isinstance(other, Context) else NotImplemented

    def __repr__(self) -> str:
        return f"Context({ {key: self[key].values for key in self} })"

    def with_(self, entries: Mapping[str, Values | str | tuple[str, ...] | list[str]]) -> Context:
        """A context with `entries` added or replaced."""
        merged: dict[str, Values | str | tuple[str, ...] | list[str]] = {
            name: self.folded[folded] for folded, name in self._names.items() if name not in entries
        }
        merged.update(entries)
        return Context(merged)


@dataclass(frozen=True, slots=True)
class Request:
    """One action on one resource. `wildcard_only` marks an action without resource types (only `*` matches it)."""

    principal: Principal
    action: str
    resource: str
    resource_account: str | None = None
    context: Context = field(default_factory=Context)
    wildcard_only: bool = False
