"""A resource type's ledger, and the resource as its adapter sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cogsim.errors import Location
from cogsim.load.cloudformation.fragment import Environment
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.properties import Properties
from cogsim.load.cloudformation.stack import Stack
from cogsim.policy.document import Policy, PolicyKind
from cogsim.world.origin import Origin

if TYPE_CHECKING:
    from cogsim.load.cloudformation.draft import Draft


@dataclass(frozen=True, slots=True)
class Adapter:
    """How one resource type becomes a noun.

    `taken` maps each property, dotted where it is nested (`Policies.PasswordPolicy.MinimumLength`, lists left out), to
    the noun's member, renamed or not; `ignored` are the properties AWS knows and the model does not, `withheld` the
    attributes of GetAtt likewise; `attributes` are those that are given. `pins` are the keys of the resource's
    `Metadata.cogsim`: ids that would else be derived, and what CloudFormation has no word for. A property in no column
    is an error.
    """

    type: str
    read: Callable[[Resource], Reference]
    taken: Mapping[str, str]
    ignored: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    #: What each prefix of a property's path may be followed by, and which full paths are ignored.
    known: Mapping[str, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        known: dict[str, set[str]] = {}
        for path in (*self.taken, *self.ignored):
            parent, _, name = path.rpartition(".")
            known.setdefault(parent, set()).add(name)
            while parent:
                parent, _, name = parent.rpartition(".")
                known.setdefault(parent, set()).add(name)
        object.__setattr__(self, "known", {path: frozenset(names) for path, names in known.items()})


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource to be read: where it stands, its properties resolved, its pins, and the world it goes into."""

    adapter: Adapter
    stack: Stack
    logical_id: str
    properties: Properties
    pins: Properties
    origin: Origin
    draft: Draft

    @property
    def environment(self) -> Environment:
        return self.stack.environment

    @property
    def place(self) -> Location:
        """Where the resource stands."""
        assert self.origin.location is not None
        return self.origin.location

    def define(self, kind: str, key: str) -> None:
        """Note that this resource defines the thing; InputError where another one did already."""
        self.draft.define(kind, key, self.place)

    def policy(self, properties: Properties, name: str, kind: PolicyKind) -> Policy | None:
        return properties.policy(name, kind, saved=self.stack.saved)

    def name(self, prop: str, longest: int = 128) -> str:
        """The property, or the name that CloudFormation would make."""
        return self.properties.text(prop) or self.stack.generated_name(self.logical_id, longest)

    def reference(self, ref: str, **attributes: str) -> Reference:
        """What Ref and GetAtt give; dots of an attribute's name are written as two underscores."""
        named = {name.replace("__", "."): value for name, value in attributes.items()}
        return Reference(self.adapter.type, ref, named, self.adapter.withheld)
