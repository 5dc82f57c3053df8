"""One request to be decided: who asks, for what, and the context that conditions read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


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


class Context(Mapping[str, Values]):
    """The request context: keys compared without case, values as text. A missing key is not an empty value."""

    __slots__ = ("_by_folded", "_hash")

    def __init__(self, entries: Mapping[str, Values | str | tuple[str, ...] | list[str]] | None = None) -> None:
        self._by_folded: dict[str, tuple[str, Values]] = {}
        for key, value in (entries or {}).items():
            if isinstance(value, str):
                value = Values((value,))
            elif isinstance(value, tuple | list):
                value = Values(tuple(value), multivalued=True)
            self._by_folded[key.casefold()] = (key, value)

    def __getitem__(self, key: str) -> Values:
        return self._by_folded[key.casefold()][1]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(name for name, _ in self._by_folded.values()))

    def __len__(self) -> int:
        return len(self._by_folded)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and key.casefold() in self._by_folded

    def __hash__(self) -> int:
        return hash(frozenset((folded, value) for folded, (_, value) in self._by_folded.items()))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Context):
            return NotImplemented
        return {k: v for k, (_, v) in self._by_folded.items()} == {k: v for k, (_, v) in other._by_folded.items()}

    def __repr__(self) -> str:
        return f"Context({ {key: self[key].values for key in self} })"

    def with_(self, entries: Mapping[str, Values | str | tuple[str, ...] | list[str]]) -> Context:
        """A context with `entries` added or replaced."""
        merged: dict[str, Values | str | tuple[str, ...] | list[str]] = {
            name: value for name, value in self._by_folded.values() if name not in entries
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
