"""A template's resources with its serverless APIs written out, those that events imply among them. # sam:transform"""

from __future__ import annotations

from cogsim.errors import InputError
from cogsim.load.cloudformation.notes import Notes
from cogsim.load.cloudformation.sam.apis import SamApi, expanded
from cogsim.load.cloudformation.sam.events import IMPLICIT, Event, events_of
from cogsim.load.cloudformation.sam.writing import is_function, member, record, text
from cogsim.load.nodes import Node, Record, Scalar, Series

_TYPES = {"AWS::Serverless::Api": "Api", "AWS::Serverless::HttpApi": "HttpApi"}


def expand(resources: Record, template_globals: Node | None, notes: Notes, parameters: Record | None = None) -> Record:
    """The resources with every serverless API in the place of which stands what the transform makes of it."""
    defaults = _defaults(parameters)
    resources = _filled_in(resources, defaults)
    template_globals = _filled(template_globals, defaults) if template_globals is not None else None
    events = {kind: list(events_of(resources, kind, notes)) for kind in IMPLICIT}
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


def _defaults(parameters: Record | None) -> dict[str, Scalar]:
    """What parameters are where nobody says anything else: the transform reads those before it does anything."""
    found = {}
    for name, (_, stated) in parameters.entries.items() if parameters is not None else ():
        held = member(stated, "Default")
        if isinstance(held, Scalar) and not text(stated, "Type").startswith(("AWS::SSM", "List<", "CommaDelimited")):
            found[name] = held
    return found


def _filled_in(resources: Record, defaults: dict[str, Scalar]) -> Record:
    """The resources with the parameters filled in that its serverless ones refer to."""
    entries = {
        name: (key, _filled(node, defaults) if text(node, "Type").startswith("AWS::Serverless::") else node)
        for name, (key, node) in resources.entries.items()
    }
    return Record(resources.file, resources.line, resources.column, entries)


def _filled(node: Node, defaults: dict[str, Scalar]) -> Node:
    if isinstance(node, Series):
        return Series(node.file, node.line, node.column, tuple(_filled(each, defaults) for each in node.items))
    if not isinstance(node, Record):
        return node
    named = node.get("Ref")
    if len(node.entries) == 1 and isinstance(named, Scalar) and named.text in defaults:
        default = defaults[named.text]
        return Scalar(node.file, node.line, node.column, default.text, default.plain)
    entries = {name: (key, _filled(value, defaults)) for name, (key, value) in node.entries.items()}
    return Record(node.file, node.line, node.column, entries)


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
    if is_function(shared) or is_function(own):
        return own
    entries = dict(shared.entries)
    for name, (key, value) in own.entries.items():
        entries[name] = (key, merge(entries[name][1], value) if name in entries else value)
    return Record(own.file, own.line, own.column, entries)
