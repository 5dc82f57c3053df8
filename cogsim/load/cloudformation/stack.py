"""Fragments joined into stacks, and the ids of what stands in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cogsim.entropy import Draw, named
from cogsim.errors import InputError
from cogsim.load.cloudformation.fragment import READ_SECTIONS, Environment, Fragment
from cogsim.load.nodes import Node, Record, Scalar, same

_UPPER_ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

Section = dict[str, tuple[Scalar, Node]]


@dataclass(slots=True)
class Stack:
    """One stack: every section's entries by name, from all its files in the order given."""

    environment: Environment
    sections: dict[str, Section] = field(default_factory=lambda: {name: {} for name in READ_SECTIONS})
    #: Whether each condition holds; None where that hangs on something unresolved.
    truths: dict[str, bool | None] = field(default_factory=dict)
    saved: bool = False

    @property
    def stack_id(self) -> str:
        env = self.environment
        return (
            f"arn:{env.partition}:cloudformation:{env.region}:{env.account}:stack/{env.stack}/"
            f"{self.draw('cloudformation/stack-id', '').uuid()}"
        )

    def draw(self, purpose: str, logical_id: str) -> Draw:
        """The draw of an id: a function of where the stack stands and of the logical id, and of nothing else."""
        env = self.environment
        return named(purpose, env.partition, env.account, env.region, env.stack, logical_id)

    def generated_name(self, logical_id: str, longest: int = 128) -> str:
        """A name as CloudFormation makes one: stack, logical id and twelve characters, cut to fit. # cfn:names"""
        suffix = self.draw("cloudformation/name", logical_id).text(_UPPER_ALNUM, 12)
        room = (longest - len(suffix) - 2) // 2
        stack = self.environment.stack
        return f"{stack[: max(room, 2 * room - len(logical_id))]}-{logical_id[:room]}-{suffix}"


def join(fragments: Iterable[Fragment]) -> list[Stack]:
    """The stacks that the fragments form, in the order of their first files. A resource defined twice is an InputError
    naming both places; other entries may stand twice where they say the same."""
    stacks: dict[Environment, Stack] = {}
    for fragment in fragments:
        stack = stacks.setdefault(fragment.environment, Stack(fragment.environment))
        stack.saved = stack.saved or fragment.saved
        for name, record in fragment.sections.items():
            _add(stack.sections[name], name, record)
    return list(stacks.values())


def _add(section: Section, name: str, record: Record) -> None:
    for key, entry in record.entries.items():
        earlier = section.get(key)
        if earlier is not None and (name == "Resources" or not same(earlier[1], entry[1])):
            what = "logical id" if name == "Resources" else f"entry of {name}"
            raise InputError(
                f"the {what} {key!r} is defined twice in one stack, first at {earlier[0].location}", entry[0].location
            )
        section.setdefault(key, entry)
