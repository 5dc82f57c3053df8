"""Intrinsic functions, evaluated: a node in, a node without functions out; what is not known becomes a placeholder."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches

from cogsim.errors import suggest
from cogsim.load.cloudformation import functions
from cogsim.load.cloudformation.conditions import condition
from cogsim.load.cloudformation.notes import Notes
from cogsim.load.cloudformation.serverless import replace_variables
from cogsim.load.cloudformation.stack import Stack
from cogsim.load.nodes import Node, Record, Scalar, Series, kind_of
from cogsim.world.origin import is_placeholder, placeholder

_SUB_VARIABLE = re.compile(r"\$\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Reference:
    """What a logical id stands for: its type, what Ref gives, what GetAtt gives, and attributes AWS has and we lack.
    `modelled` is False for a resource outside the model, of which nothing is known but that it exists."""

    type: str
    ref: str
    attributes: dict[str, str] = field(default_factory=dict)
    withheld: tuple[str, ...] = ()
    modelled: bool = True


@dataclass(slots=True)
class Resolver:
    """Resolves the nodes of one stack. `references` grows as resources are read; `exports` is shared by all stacks of
    an account and region. `label` stands in front of placeholders' names: the stack's, where the world has several."""

    stack: Stack
    notes: Notes
    label: str = ""
    references: dict[str, Reference] = field(default_factory=dict)
    exports: dict[str, str] = field(default_factory=dict)

    def resolve(self, node: Node) -> Node | None:
        """`node` with its functions evaluated; None where it is AWS::NoValue. What does not change is not copied."""
        if isinstance(node, Scalar):
            return self.scalar(node)
        if isinstance(node, Series):
            items = [resolved for item in node.items if (resolved := self.resolve(item)) is not None]
            unchanged = len(items) == len(node.items) and all(map(lambda a, b: a is b, items, node.items))
            return node if unchanged else Series(node.file, node.line, node.column, tuple(items))
        assert isinstance(node, Record)
        function = function_of(node)
        if function is not None:
            return _FUNCTIONS[function](self, node, node.entries[function][1])
        entries = {
            name: (key, resolved)
            for name, (key, value) in node.entries.items()
            if (resolved := self.resolve(value)) is not None
        }
        unchanged = len(entries) == len(node.entries) and all(
            entries[name][1] is value for name, (_, value) in node.entries.items()
        )
        return node if unchanged else Record(node.file, node.line, node.column, entries)

    def scalar(self, node: Scalar) -> Scalar:
        """A plain text: only Serverless variables are replaced; every other `${…}` belongs to IAM."""
        if "${" in node.text:
            text = replace_variables(node.text, lambda name: self.stand_in(name, f"${{{name}}}", node))
            return node if text == node.text else self.made(node, text)
        if is_placeholder(node.text):
            self.notes.unresolved[node.text, "a placeholder in the file", str(node.location)] = None
        return node

    # Placeholders

    def stand_in(self, name: str, written: str, node: Node) -> str:
        """The placeholder called `name`, entered into the completeness statement."""
        stand_in = placeholder(self.label + name)
        self.notes.unresolved[stand_in, written, str(node.location)] = None
        return stand_in

    def unresolved(self, name: str, written: str, node: Node) -> Scalar:
        return self.made(node, self.stand_in(name, written, node))

    def made(self, node: Node, text: str) -> Scalar:
        return Scalar(node.file, node.line, node.column, text)

    # Arguments

    def text(self, node: Node) -> str:
        """The text that `node` resolves to; truth values in JSON's spelling, as AWS passes them on."""
        resolved = self.resolve(node)
        if resolved is None:
            return ""
        if not isinstance(resolved, Scalar):
            raise node.error(f"{kind_of(resolved)}, where a text is wanted")
        return words_of(resolved)

    def texts(self, node: Node) -> list[str]:
        """The texts of a list; a lone placeholder stands for a list that is not known."""
        resolved = self.resolve(node)
        if isinstance(resolved, Scalar) and is_placeholder(resolved.text):
            return [resolved.text]
        if not isinstance(resolved, Series):
            raise node.error(f"{kind_of(resolved or node)}, where a list is wanted")
        found = []
        for item in resolved.items:
            if not isinstance(item, Scalar):
                raise item.error(f"{kind_of(item)}, where a text is wanted")
            found.append(words_of(item))
        return found

    # References

    def ref(self, name: str, node: Node, written: str) -> Node | None:
        if name.startswith("AWS::"):
            return self.pseudo(name, node)
        if name in self.stack.sections["Parameters"]:
            return self.parameter(name, node)
        reference = self.references.get(name)
        if reference is None:
            return self.unresolved(name, written + self.missing(name), node)
        if not reference.modelled:
            return self.unresolved(name, f"{written}: {reference.type} is not modelled", node)
        return self.made(node, reference.ref)

    def attribute(self, name: str, attribute: str, node: Node, written: str) -> Scalar:
        full = f"{name}.{attribute}"
        reference = self.references.get(name)
        if reference is None:
            return self.unresolved(full, written + self.missing(name), node)
        if attribute in reference.attributes:
            return self.made(node, reference.attributes[attribute])
        if not reference.modelled or attribute in reference.withheld:
            return self.unresolved(full, f"{written}: not modelled for {reference.type}", node)
        near = suggest(attribute, (*reference.attributes, *reference.withheld))
        raise node.error(f"{reference.type} has no attribute {attribute!r}", near)

    def missing(self, name: str) -> str:
        """Why there is nothing called `name`: its condition does not hold, or nobody defined it."""
        resources = self.stack.sections["Resources"]
        if name in resources:
            return ": its condition does not hold"
        near = get_close_matches(name, sorted((*resources, *self.stack.sections["Parameters"])), n=1, cutoff=0.85)
        return f": nothing has that name; did you mean {near[0]}?" if near else ": nothing has that name"

    def pseudo(self, name: str, node: Node) -> Node | None:
        """A pseudo parameter. # cfn:pseudo"""
        env = self.stack.environment
        if name == "AWS::NoValue":
            return None
        if name == "AWS::NotificationARNs":
            return Series(node.file, node.line, node.column)
        values = {
            "AWS::AccountId": env.account,
            "AWS::Partition": env.partition,
            "AWS::Region": env.region,
            "AWS::StackId": self.stack.stack_id,
            "AWS::StackName": env.stack,
            "AWS::URLSuffix": env.url_suffix,
        }
        if name not in values:
            raise node.error(f"no pseudo parameter is called {name!r}", suggest(name, values))
        return self.made(node, values[name])

    def parameter(self, name: str, node: Node) -> Node:
        """A parameter's default; a placeholder where there is none, or where it names something kept elsewhere."""
        key, definition = self.stack.sections["Parameters"][name]
        if not isinstance(definition, Record):
            raise key.error(f"the parameter {name!r} is {kind_of(definition)}, and must be a mapping")
        kind, default = definition.get("Type"), definition.get("Default")
        kind_name = kind.text if isinstance(kind, Scalar) else "String"
        if default is None or not isinstance(default, Scalar):
            return self.unresolved(name, f"the parameter {name} has no value", node)
        if kind_name.startswith("AWS::SSM::Parameter::Value"):
            return self.unresolved(name, f"the parameter {name} is kept in Systems Manager", node)
        text = words_of(self.scalar(default))
        if kind_name == "CommaDelimitedList" or kind_name.startswith("List<"):
            items = tuple(self.made(node, part.strip()) for part in text.split(",")) if text else ()
            return Series(node.file, node.line, node.column, items)
        return self.made(node, text)

    # Functions

    def do_ref(self, node: Record, argument: Node) -> Node | None:
        if not isinstance(argument, Scalar):
            raise argument.error("Ref takes a name")
        return self.ref(argument.text, node, f"Ref {argument.text}")

    def do_get_att(self, node: Record, argument: Node) -> Node:
        if isinstance(argument, Scalar):
            name, _, attribute = argument.text.partition(".")
        elif isinstance(argument, Series) and len(argument.items) == 2 and isinstance(argument.items[0], Scalar):
            name, attribute = argument.items[0].text, self.text(argument.items[1])
        else:
            raise argument.error("Fn::GetAtt takes a logical id and an attribute")
        if not name or not attribute:
            raise argument.error("Fn::GetAtt takes a logical id and an attribute")
        return self.attribute(name, attribute, node, f"Fn::GetAtt {name}.{attribute}")

    def do_sub(self, node: Record, argument: Node) -> Node:
        template: Node = argument
        values: dict[str, str] = {}
        if isinstance(argument, Series):
            if len(argument.items) != 2 or not isinstance(argument.items[1], Record):
                raise argument.error("Fn::Sub takes a text, or a text and a mapping")
            template = argument.items[0]
            values = {name: self.text(value) for name, value in argument.items[1]}
        if not isinstance(template, Scalar):
            raise template.error("Fn::Sub takes a text, or a text and a mapping")
        text = self.scalar(template).text
        return self.made(node, _SUB_VARIABLE.sub(lambda match: self.substitute(match[1], values, node), text))

    def substitute(self, written: str, values: dict[str, str], node: Node) -> str:
        """One `${…}` of Fn::Sub: a literal, an entry of its mapping, an attribute, or a Ref. # cfn:sub"""
        if written.startswith("!"):
            return f"${{{written[1:]}}}"
        name = written.strip()
        if name in values:
            return values[name]
        whole = f"${{{written}}} in Fn::Sub"
        logical_id, dot, attribute = name.partition(".")
        if dot and not name.startswith("AWS::"):
            if logical_id not in self.references and not logical_id.isalnum():
                whole += f": a policy variable is written ${{!{name}}} there"
                return self.stand_in(name, whole, node)
            return self.attribute(logical_id, attribute, node, whole).text
        resolved = self.ref(name, node, whole)
        if isinstance(resolved, Series):
            return ",".join(words_of(item) for item in resolved.items if isinstance(item, Scalar))
        return words_of(resolved) if isinstance(resolved, Scalar) else ""

    def do_if(self, node: Record, argument: Node) -> Node | None:
        if not isinstance(argument, Series) or len(argument.items) != 3:
            raise argument.error("Fn::If takes a condition and two values")
        name, then, other = argument.items
        holds = condition(name, self.stack)
        if holds is not None:
            return self.resolve(then if holds else other)
        branches = [self.resolve(then), self.resolve(other)]
        first, second = branches
        assert isinstance(name, Scalar)
        if isinstance(first, Scalar) and isinstance(second, Scalar):
            same = first.text == second.text
            return first if same else self.unresolved(f"If {name.text}", f"Fn::If on the unknown {name.text}", node)
        self.notes.warn(node.location, f"whether {name.text} holds is not known; the value is read as if it did")
        return first if first is not None else second


def words_of(node: Scalar) -> str:
    """A scalar as the text that AWS passes on: unquoted true and false in lower case."""
    if node.plain and node.text.lower() in ("true", "false"):
        return node.text.lower()
    return "" if node.is_null else node.text


def function_of(node: Record) -> str | None:
    """The function that the record is a call of, None for an ordinary mapping."""
    for name in node.entries:
        if name == "Ref" and len(node.entries) == 1:
            return name
        if name.startswith("Fn::"):
            if len(node.entries) > 1:
                raise node.key(name).error(f"{name} stands alone in its mapping")
            if name in _FUNCTIONS:
                return name
            raise node.key(name).error(f"unknown function {name}", suggest(name, _FUNCTIONS))
    return None


Function = Callable[[Resolver, Record, Node], Node | None]

_FUNCTIONS: dict[str, Function] = {
    "Ref": Resolver.do_ref,
    "Fn::GetAtt": Resolver.do_get_att,
    "Fn::Sub": Resolver.do_sub,
    "Fn::If": Resolver.do_if,
    **functions.FUNCTIONS,
}
