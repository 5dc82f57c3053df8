"""How an operation is declared: its handler, what it requires, and a ledger of every parameter AWS knows.

A handler's keyword-only arguments are AWS's own member names. At the first use of an operation the registry holds them
against botocore's shape: a member that the handler neither takes nor names in `ignores` raises `NotModelled` when it is
sent, and an argument that AWS does not know is an error of ours. Nothing is dropped in silence.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from cogsim.decision import Decision, Refusal

if TYPE_CHECKING:
    from cogsim.aws.context import CallContext

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Requirement:
    """One authorisation a call needs: the action (not always the operation's name), the resource, and request keys.

    `context` holds the service's own condition keys of this request, such as `s3:prefix`; `resource_account` the owner
    of the resource where its ARN does not say.
    """

    action: str
    resource: str = "*"
    context: Mapping[str, Any] = field(default_factory=dict)
    resource_account: str | None = None
    wildcard_only: bool = False


#: A handler takes the context, and AWS's own member names by keyword; the registry holds those against the shape.
Handler = Callable[..., Mapping[str, Any]]

Requires = Callable[["CallContext", Params], tuple[Requirement, ...]]
Authorise = Callable[["CallContext", Params], Decision[Refusal | None]]


@dataclass(frozen=True, slots=True)
class Operation:
    """A declared operation: `takes` are the handler's member names, `ignores` those it knowingly leaves unread, those
    that only the functions called on the way read among them."""

    name: str
    handler: Handler
    takes: frozenset[str]
    ignores: frozenset[str]
    requires: Requires | None
    authorise: Authorise | None
    reads_only: bool


_declared: dict[str, Operation] = {}

#: The packages where a service's operations are declared, where they have other names: what happens outside the API is
#: declared by the service it happens to, and by `outside` what parties do that are no part of AWS.
_HOME = {"cogsim": ("cognito_idp", "outside", "sts"), "cognito-domain": ("cognito_idp",)}


def operation(
    name: str,
    *,
    requires: Requires | None = None,
    authorise: Authorise | None = None,
    ignores: tuple[str, ...] = (),
    forwards: tuple[str, ...] = (),
    reads_only: bool = False,
) -> Callable[[Handler], Handler]:
    """Declare the function below as the handler of `name` (`service:Operation`).

    `requires` gives the IAM actions the caller needs; `authorise` names another decision where AWS has one (trust
    policies); an operation that takes no signature states neither. `ignores` are members that change no answer,
    `forwards` those that no handler reads and Lambda triggers get.
    """

    def declare(handler: Handler) -> Handler:
        if name in _declared:
            raise RuntimeError(f"{name} is declared twice")
        parameters = inspect.signature(handler).parameters.values()
        takes = frozenset(p.name for p in parameters if p.kind is p.KEYWORD_ONLY)
        unread = frozenset((*ignores, *forwards))
        if takes & unread:
            raise RuntimeError(f"{name} both takes and ignores {', '.join(sorted(takes & unread))}")
        _declared[name] = Operation(name, handler, takes, unread, requires, authorise, reads_only)
        return handler

    return declare


@cache
def declared_operations(service: str) -> Mapping[str, Operation]:
    """The operations of `service` by full name, importing the modules that declare them once."""
    for name in _HOME.get(service, (service.replace("-", "_"),)):
        _import_modules(f"cogsim.aws.services.{name}")
    return {name: entry for name, entry in sorted(_declared.items()) if name.partition(":")[0] == service}


def _import_modules(package_name: str) -> None:
    """Import every module of the package; one that does not exist declares nothing."""
    try:
        package = importlib.import_module(package_name)
    except ModuleNotFoundError as error:
        if error.name != package_name:
            raise
        return
    for module in pkgutil.walk_packages(package.__path__, package_name + "."):
        importlib.import_module(module.name)
