"""A request whose condition keys are partly open: what must be true of them for each of the three answers.

1. A key that is open may be absent, or have any value that its type allows; a list may have any number of them.
2. Every statement becomes a formula over atoms about the open keys; everything known is folded away. # chain.py
3. Equal formulas get one form, and its terms can be neither left out nor shortened. # normal.py
The answer is exact: `OpenDecision.result` agrees with the reference for every choice of the open keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cogsim.errors import InputError
from cogsim.policy.global_keys import CLAIM_KEYS, GLOBAL_KEYS
from cogsim.policy.layers import Layers, Result
from cogsim.policy.request import Context, Request, Values
from cogsim.policy.symbolic.atoms import OpenKey
from cogsim.policy.symbolic.chain import Chain
from cogsim.policy.symbolic.formula import conjunction, negation
from cogsim.policy.symbolic.normal import Expression, normal

_TYPES = {name.casefold(): type_ for name, type_ in GLOBAL_KEYS.items()}


@dataclass(frozen=True, slots=True)
class OpenDecision:
    """When each answer holds: of the three expressions exactly one is true, whatever the open keys are."""

    open_keys: tuple[OpenKey, ...]
    allowed: Expression
    explicitly_denied: Expression
    implicitly_denied: Expression
    #: What of the context is known.
    known: Context

    def result(self, values: Mapping[str, Values | str | list[str] | tuple[str, ...]]) -> Result:
        """The answer where the open keys have these `values`; one that is not named is absent."""
        closed = {key.folded for key in self.open_keys}
        for name in values:
            if name.casefold() not in closed:
                raise InputError(f"{name} is not left open")
        context = self.known.with_(values)
        return next(result for result, when in self.cases if when.holds(context))

    @property
    def cases(self) -> tuple[tuple[Result, Expression], ...]:
        """The answers that are possible, each with its condition, in the order in which one asks for them."""
        every = (
            (Result.ALLOWED, self.allowed),
            (Result.EXPLICITLY_DENIED, self.explicitly_denied),
            (Result.IMPLICITLY_DENIED, self.implicitly_denied),
        )
        return tuple((result, when) for result, when in every if when.constant is not False)

    def __str__(self) -> str:
        if len(self.cases) == 1:
            names = ", ".join(key.name for key in self.open_keys)
            return f"{self.cases[0][0]}, whatever {names} may be"
        return "\n".join(f"{result} if {when}" for result, when in self.cases)


def open_decision(layers: Layers, request: Request, open_keys: Iterable[OpenKey | str]) -> OpenDecision:
    """When `request` is allowed under `layers`, as expressions over `open_keys`, whose values in it are set aside.

    A key given by its name is a list, and has a type, where AWS publishes so or the request has it so. Raises
    InputError for no key, and NotModelled for conditions that are too large to write out.
    """
    keys = {key.folded: key for key in (_described(entry, request.context) for entry in open_keys)}
    if not keys:
        raise InputError("no key is left open")
    known = Context({name: request.context[name] for name in request.context if name.casefold() not in keys})
    allowed, denied = Chain(layers, replace(request, context=known), keys).answers()
    return OpenDecision(
        open_keys=tuple(keys[name] for name in sorted(keys)),
        allowed=normal(allowed),
        explicitly_denied=normal(denied),
        implicitly_denied=normal(conjunction((negation(allowed), negation(denied)))),
        known=known,
    )


def _described(entry: OpenKey | str, context: Context) -> OpenKey:
    if isinstance(entry, OpenKey):
        return entry
    published = _type(entry)
    given = context.get(entry)
    is_list = given.multivalued if given is not None else bool(published and published.startswith("ArrayOf"))
    return OpenKey(entry, is_list, None if is_list else published)


def _type(name: str) -> str | None:
    """The published type of a key: a global one's, that of a tag, or a claim's."""
    folded = name.casefold()
    exact = _TYPES.get(folded) or _TYPES.get(folded.partition("/")[0] + "/")
    return exact or (CLAIM_KEYS.get(folded.rpartition(":")[2]) if not folded.startswith("aws:") else None)
