"""YAML → nodes, from the parser's events: raw scalars with their places, CloudFormation's short forms made long."""

from __future__ import annotations

import re
from typing import Any

import yaml

from cogsim.errors import InputError, Location, suggest
from cogsim.load.assembly import Assembly, Open
from cogsim.load.nodes import Node, Record, Scalar, Series

# libyaml's parser where PyYAML was built with it: the same events, some ten times faster.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What no YAML text may hold. # yaml:characters
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")

_CORE = "tag:yaml.org,2002:"
_CORE_TAGS = frozenset(_CORE + name for name in ("str", "int", "float", "bool", "null", "map", "seq", "timestamp"))

#: The functions with a short form; `!Ref` and `!Condition` stand for keys without `Fn::`. # cfn:intrinsics
SHORT_FORMS = {
    name: name if name in ("Ref", "Condition") else f"Fn::{name}"
    for name in (
        *("And", "Base64", "Cidr", "Condition", "Equals", "FindInMap", "GetAtt", "GetAZs", "If", "ImportValue"),
        *("Join", "Length", "Not", "Or", "Ref", "Select", "Split", "Sub", "ToJsonString", "Transform"),
    )
}


def parse_yaml(text: str, file: str, repeated: list[Scalar] | None = None) -> Node | None:
    """The one document in `text`, None where there is none; InputError for malformed YAML and for what is beyond the
    limits: several documents, repeated keys (collected in `repeated` where it is given), unknown tags, deep nesting,
    aliases that explode."""
    strange = _UNPRINTABLE.search(text)
    if strange:
        line, start = text.count("\n", 0, strange.start()) + 1, text.rfind("\n", 0, strange.start()) + 1
        place = Location(file, line, strange.start() - start + 1)
        raise InputError(f"the character U+{ord(strange[0]):04X}, which no YAML file may hold", place)
    reader = _Reader(file, repeated)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            reader.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Location(file, mark.line + 1, mark.column + 1) if mark else Location(file)
        context = f" {error.context}" if error.context else ""
        raise InputError(f"not valid YAML: {error.problem or 'syntax error'}{context}", place) from None
    except yaml.YAMLError as error:
        raise InputError(f"not valid YAML: {error}", Location(file)) from None
    return reader.assembly.root


class _Reader:
    def __init__(self, file: str, repeated: list[Scalar] | None) -> None:
        self.file = file
        self.assembly = Assembly(file, merge_keys=True, repeated=repeated)
        self.anchors: dict[str, Node | None] = {}
        self.documents = 0

    def place(self, event: Any) -> Location:
        return Location(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def take(self, event: Any) -> None:
        if isinstance(event, yaml.ScalarEvent):
            self.scalar(event)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            if event.anchor:
                self.anchors[event.anchor] = None
            is_record = isinstance(event, yaml.MappingStartEvent)
            self.assembly.begin(Open(self.place(event), is_record, event.tag, event.anchor))
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            opened, node = self.assembly.end()
            self.finish(node, opened.tag, opened.anchor, opened.place)
        elif isinstance(event, yaml.AliasEvent):
            self.alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise InputError("a second document in one file; write each into its own", self.place(event))

    def scalar(self, event: Any) -> None:
        place = self.place(event)
        plain = not event.style and event.tag is None
        if event.tag is not None and event.tag in _CORE_TAGS:
            plain = event.tag != f"{_CORE}str"
        node = Scalar(self.file, place.line, place.column, event.value, plain)
        if "\0" in event.value:
            raise node.error("a NUL character")
        self.finish(node, event.tag, event.anchor, place)

    def finish(self, node: Node, tag: str | None, anchor: str | None, place: Location) -> None:
        if tag is not None and tag != "!" and tag not in _CORE_TAGS:
            node = _long_form(node, tag, place)
        if anchor:
            self.anchors[anchor] = node
        self.assembly.add(node)

    def alias(self, event: Any) -> None:
        place = self.place(event)
        if event.anchor not in self.anchors:
            raise InputError(f"no anchor &{event.anchor} before this alias", place, suggest(event.anchor, self.anchors))
        target = self.anchors[event.anchor]
        if target is None:
            raise InputError(f"the alias *{event.anchor} stands inside what it names", place)
        self.assembly.add(target)


def _long_form(node: Node, tag: str, place: Location) -> Node:
    """`!GetAtt A.B` as `{Fn::GetAtt: [A, B]}`, and so on; the node keeps the tag's place."""
    name = tag.removeprefix("!")
    if not tag.startswith("!") or name not in SHORT_FORMS:
        near = suggest(name, SHORT_FORMS)
        raise InputError(f"unknown tag {tag}", place, f"!{near}" if near else None)
    if isinstance(node, Scalar):
        node.plain = False
    assert isinstance(node, Scalar | Series | Record)
    key = Scalar(place.file, place.line, place.column, SHORT_FORMS[name])
    return Record(place.file, place.line, place.column, {key.text: (key, node)}, node.size + 1, node.height + 1)
