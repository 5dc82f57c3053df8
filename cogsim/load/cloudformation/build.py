"""Fragments → World: join them into stacks, evaluate, order, read each resource, attach."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from cogsim.errors import InputError, InvalidValue, Location, suggest
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.adapters import adapters, misspelt
from cogsim.load.cloudformation.conditions import condition, evaluate_conditions
from cogsim.load.cloudformation.dangling import warn_of_dangling
from cogsim.load.cloudformation.draft import Draft
from cogsim.load.cloudformation.fragment import Environment, Fragment
from cogsim.load.cloudformation.intrinsics import Reference, Resolver
from cogsim.load.cloudformation.notes import Notes
from cogsim.load.cloudformation.places import places_of
from cogsim.load.cloudformation.properties import Properties
from cogsim.load.cloudformation.references import Item, reading_order
from cogsim.load.cloudformation.stack import join
from cogsim.load.nodes import Node, Record, Scalar, kind_of
from cogsim.persistent import Map
from cogsim.world.origin import Origin, placeholder
from cogsim.world.user_pool import check_issuer_base
from cogsim.world.world import Home, NamedResource, World

#: What a resource may say beside its properties. # cfn:resource-attributes
_RESOURCE_KEYS = (
    *("Type", "Properties", "Condition", "Metadata", "DependsOn", "DeletionPolicy", "UpdateReplacePolicy"),
    *("UpdatePolicy", "CreationPolicy"),
)


@dataclass(frozen=True, slots=True)
class Definition:
    """A resource as written, of a type that the model has."""

    adapter: Adapter
    key: Scalar
    properties: Record
    pins: Record
    position: int


def build(fragments: list[Fragment], notes: Notes) -> World:
    """The world that the fragments describe; its home is the first fragment's."""
    return _Build(fragments, notes).world()


class _Build:
    def __init__(self, fragments: list[Fragment], notes: Notes) -> None:
        self.notes = notes
        stacks = join(fragments)
        self.stacks = {stack.environment: stack for stack in stacks}
        self.labels = _labels(list(self.stacks))
        exports: dict[tuple[str, str, str], dict[str, str]] = {}
        self.resolvers: dict[Environment, Resolver] = {}
        for env, stack in self.stacks.items():
            shared = exports.setdefault((env.partition, env.account, env.region), {})
            label = f"{self.labels[env]}/" if len(stacks) > 1 else ""
            self.resolvers[env] = Resolver(stack, notes, label, exports=shared)
        home = fragments[0].environment
        world = World(home=Home(home.partition, home.account, home.region))
        self.draft = Draft(world.with_issuer_base(_issuer_base(fragments)), notes)
        self.definitions: dict[Item, Definition] = {}
        self.outputs: dict[Item, tuple[Scalar, Node, str]] = {}
        self.names: dict[str, NamedResource] = {}

    def world(self) -> World:
        for env, stack in self.stacks.items():
            files = dict.fromkeys(key.location.file for key, _ in stack.sections["Resources"].values())
            self.notes.stacks.append((env.stack, env.partition, env.account, env.region, ", ".join(files)))
            evaluate_conditions(stack, self.resolvers[env].text)
            for name, (key, node) in stack.sections["Resources"].items():
                self.sort(env, name, key, node)
            for name, (key, node) in stack.sections["Outputs"].items():
                self.find_export(env, name, key, node)
        for item in self.order():
            if item.kind == "output":
                _, value, export = self.outputs[item]
                self.resolvers[item.environment].exports[export] = self.resolvers[item.environment].text(value)
            else:
                self.read(item, self.definitions[item])
        world = self.draft.finish()
        warn_of_dangling(world, self.notes)
        return replace(world, names=Map(self.names), completeness=self.notes.completeness())

    # Sorting: what is to be read

    def sort(self, env: Environment, name: str, key: Scalar, node: Node) -> None:
        """Enter a resource among those to be read, or say why it is not read."""
        if not isinstance(node, Record):
            raise node.error(f"the resource {name!r} is {kind_of(node)}, and must be a mapping")
        if name.startswith("Fn::"):
            self.notes.ignored.append((name, env.stack, f"not evaluated, {key.location}"))
            return
        for attribute, _ in node:
            if attribute not in _RESOURCE_KEYS:
                near = suggest(attribute, _RESOURCE_KEYS)
                raise node.key(attribute).error(f"the resource {name!r} has no attribute {attribute!r}", near)
        if not self.exists(env, name, node):
            return
        type_name = self.type_of(name, node)
        adapter = adapters().get(type_name)
        if adapter is None:
            self.ignore(env, name, type_name, node)
            return
        metadata = node.get("Metadata")
        pins = metadata.get("cogsim") if isinstance(metadata, Record) else None
        properties, pinned = _record(node.get("Properties"), name, key), _record(pins, name, key)
        definition = Definition(adapter, key, properties, pinned, len(self.definitions))
        self.definitions[Item(env, "resource", name)] = definition

    def exists(self, env: Environment, name: str, node: Record) -> bool:
        named = node.get("Condition")
        if named is None:
            return True
        holds = condition(named, self.stacks[env])
        if holds is None:
            self.notes.warn(named.location, f"whether {name} exists is not known; it is read as if it did")
        return holds is not False

    def type_of(self, name: str, node: Record) -> str:
        stated = node.get("Type")
        if not isinstance(stated, Scalar) or not stated.text:
            raise node.error(f"the resource {name!r} has no Type")
        near = misspelt(stated.text)
        if near is not None:
            raise stated.error(f"no resource type is called {stated.text!r}", near)
        if "::" not in stated.text or (stated.text.startswith("Cogsim::") and stated.text not in adapters()):
            raise stated.error(f"no resource type is called {stated.text!r}", suggest(stated.text, adapters()))
        return stated.text

    def ignore(self, env: Environment, name: str, type_name: str, node: Record) -> None:
        self.notes.ignored.append((type_name, name, f"not modelled, {node.location}"))
        self.resolvers[env].references[name] = Reference(type_name, "", modelled=False)
        origin = Origin(env.stack, name, node.location)
        stand_in = placeholder(self.resolvers[env].label + name)
        self.names[f"{self.labels[env]}/{name}"] = NamedResource(type_name, stand_in, origin=origin)

    def find_export(self, env: Environment, name: str, key: Scalar, node: Node) -> None:
        """Enter an output that is exported; its name hangs on parameters alone."""
        if not isinstance(node, Record) or not isinstance(export := node.get("Export"), Record):
            return
        named, value = node.get("Condition"), node.get("Value")
        if named is not None and condition(named, self.stacks[env]) is False:
            return
        export_name = export.get("Name")
        if export_name is None or value is None:
            raise key.error(f"the output {name!r} is exported without a Name or a Value")
        self.outputs[Item(env, "output", name)] = (key, value, self.resolvers[env].text(export_name))

    # Ordering

    def order(self) -> list[Item]:
        items: dict[Item, list[Node]] = {
            item: [definition.properties, definition.pins] for item, definition in self.definitions.items()
        }
        items.update({item: [value] for item, (_, value, _) in self.outputs.items()})
        by_export = {
            (item.environment.partition, item.environment.account, item.environment.region, export): item
            for item, (_, _, export) in self.outputs.items()
        }
        if len(by_export) < len(self.outputs):
            self.refuse_export_twice()

        def exported(env: Environment, name: Node) -> Item | None:
            if not by_export:
                return None
            return by_export.get((env.partition, env.account, env.region, self.resolvers[env].text(name)))

        def place(item: Item) -> Location:
            key = self.outputs[item][0] if item.kind == "output" else self.definitions[item].key
            return key.location

        return reading_order(items, self.stacks, exported, place)

    def refuse_export_twice(self) -> None:
        first: dict[tuple[str, str, str, str], Scalar] = {}
        for item, (key, _, export) in self.outputs.items():
            env = item.environment
            earlier = first.setdefault((env.partition, env.account, env.region, export), key)
            if earlier is not key:
                raise key.error(f"the export {export!r} is defined twice, first at {earlier.location}")

    # Reading

    def read(self, item: Item, definition: Definition) -> None:
        env, adapter, resolver = item.environment, definition.adapter, self.resolvers[item.environment]
        properties = self.resolved(resolver, definition.properties)
        pins = self.resolved(resolver, definition.pins)
        for name in adapter.required:
            if name not in properties.entries:
                raise definition.key.error(f"{item.name} ({adapter.type}) lacks the property {name}")
        origin = Origin(env.stack, item.name, definition.key.location, places_of(properties))
        resource = Resource(
            adapter=adapter,
            stack=self.stacks[env],
            logical_id=item.name,
            properties=Properties(properties, self.notes, item.name, adapter.known, frozenset(adapter.ignored)),
            pins=Properties(pins, self.notes, f"Metadata.cogsim of {item.name}", {"": frozenset(adapter.pins)}),
            origin=origin,
            draft=self.draft,
        )
        resource.properties.check()
        resource.pins.check()
        self.draft.position = definition.position
        try:
            reference = adapter.read(resource)
        except InvalidValue as error:
            raise InputError(f"{item.name}: {error}", origin.at(error.path)) from None
        resolver.references[item.name] = reference
        self.notes.read[adapter.type] += 1
        attributes = Map(reference.attributes)
        self.names[f"{self.labels[env]}/{item.name}"] = NamedResource(adapter.type, reference.ref, attributes, origin)

    def resolved(self, resolver: Resolver, record: Record) -> Record:
        node = resolver.resolve(record)
        if not isinstance(node, Record):
            return Record(record.file, record.line, record.column)
        return node


def _record(node: Node | None, name: str, key: Scalar) -> Record:
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return Record(key.file, key.line, key.column)
    if not isinstance(node, Record):
        raise node.error(f"what {name} says is {kind_of(node)}, and must be a mapping")
    return node


def _issuer_base(fragments: list[Fragment]) -> str:
    """Where user pools' issuers stand; InputError where two files differ or say no address."""
    stated = [fragment.issuer for fragment in fragments if fragment.issuer is not None]
    for each in stated:
        if each.text != stated[0].text:
            raise each.error(f"issuer is {stated[0].text!r} in {stated[0].location.file}")
        try:
            check_issuer_base(each.text)
        except InvalidValue as error:
            raise each.error(str(error)) from None
    return stated[0].text if stated else ""


def _labels(environments: list[Environment]) -> dict[Environment, str]:
    """What each stack is called in the world: its name, with account and region where another one has that name."""
    names = Counter(env.stack for env in environments)
    return {
        env: env.stack if names[env.stack] == 1 else f"{env.account}/{env.region}/{env.stack}" for env in environments
    }
