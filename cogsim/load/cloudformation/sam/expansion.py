"""A template's resources with its serverless APIs written out, those that events imply among them. # sam:transform"""

from __future__ import annotations

from cogsim.errors import InputError
from cogsim.load.cloudformation.notes import Notes
from cogsim.load.cloudformation.sam.apis import SamApi, expanded
from cogsim.load.cloudformation.sam.events import IMPLICIT, Event, events_of
from cogsim.load.cloudformation.sam.writing import record, text
from cogsim.load.nodes import Node, Record, Scalar, Series

_TYPES = {"AWS::Serverless::Api": "Api", "AWS::Serverless::HttpApi": "HttpApi"}


def expand(resources: Record, template_globals: Node | None, notes: Notes) -> Record:
    """The resources with every serverless API in the place of which stands what the transform makes of it."""
    events = {kind: list(events_of(resources, kind)) for kind in IMPLICIT}
    entries: dict[str, tuple[Scalar, Node]] = {}
    for name, (key, node) in resources.entries.items():
        type_name = text(node, "Type")
        if type_name in _TYPES and isinstance(node, Record):
            kind = _TYPES[type_name]
            api = _api(name, key, node, _globals(template_globals, kind), events[kind])
            _add(entries, expanded(api, type_name, notes))
        else:
            _add(entries, {name: (key, node)})
    for type_name, kind in _TYPES.items():
        name = IMPLICIT[kind]
        implied = [event for event in events[kind] if event.api == name]
        if implied and name not in resources.entries:
            at = implied[0].key
            bare = Record(at.file, at.line, at.column)
            api = _api(name, at, bare, _globals(template_globals, kind), implied)
            _add(entries, expanded(api, type_name, notes))
    return Record(resources.file, resources.line, resources.column, entries)


def _add(entries: dict[str, tuple[Scalar, Node]], made: dict[str, tuple[Scalar, Node]]) -> None:
    for name, entry in made.items():
        if name in entries:
            earlier = entries[name][0].location
            raise InputError(
                f"the logical id {name!r} is defined twice in one stack, first at {earlier}", entry[0].location
            )
        entries[name] = entry


def _globals(template_globals: Node | None, kind: str) -> Record | None:
    return record(template_globals, kind) if isinstance(template_globals, Record) else None


def _api(name: str, key: Scalar, node: Record, shared: Record | None, events: list[Event]) -> SamApi:
    own = record(node, "Properties") or Record(key.file, key.line, key.column)
    merged = merge(shared, own) if shared is not None else own
    assert isinstance(merged, Record)
    return SamApi(name, key, node, merged, [event for event in events if event.api == name])


def merge(shared: Node, own: Node) -> Node:
    """What the globals and the resource say together: mappings member by member, lists one behind the other, anything
    else as the resource says. # sam:globals"""
    if isinstance(shared, Series) and isinstance(own, Series):
        return Series(own.file, own.line, own.column, (*shared.items, *own.items))
    if not (isinstance(shared, Record) and isinstance(own, Record)):
        return own
    if any(name == "Ref" or name.startswith("Fn::") for name in (*shared.entries, *own.entries)):
        return own
    entries = dict(shared.entries)
    for name, (key, value) in own.entries.items():
        entries[name] = (key, merge(entries[name][1], value) if name in entries else value)
    return Record(own.file, own.line, own.column, entries)
