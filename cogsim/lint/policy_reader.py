"""Nodes → draft: reads what can be read of a policy document, and finds every fault of its grammar on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cogsim.errors import suggest
from cogsim.lint.policy_codes import CODES
from cogsim.lint.policy_conditions import read_conditions
from cogsim.lint.policy_draft import Draft, Element, PrincipalDraft, StatementDraft, Word
from cogsim.lint.policy_finding import MOST_FINDINGS, PolicyFinding
from cogsim.load.nodes import Node, Record, Scalar, Series, kind_of
from cogsim.policy import grammar
from cogsim.policy.document import PolicyKind
from cogsim.policy.grammar import Presence, is_placeholder
from cogsim.policy.malformed import Path

_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")


def read_draft(
    root: Node, kind: PolicyKind, resource_type: str | None, length: int, numbers_count: bool = False
) -> Draft:
    """The draft of the document `root`. `numbers_count`: unquoted digits are numbers, as in a JSON policy; a template
    passes them on as text."""
    reader = Reader(kind, numbers_count)
    name = Word("", root.location, ())
    version, statements = reader.document(root, name)
    return Draft(kind, name, resource_type, version, statements, length, tuple(reader.faults))


class Reader:
    """Reads one document; `faults` grows as it goes."""

    def __init__(self, kind: PolicyKind, numbers_count: bool) -> None:
        self.kind = kind
        self.rules = grammar.RULES[kind]
        self.numbers_count = numbers_count
        self.faults: list[PolicyFinding] = []
        self.keys: dict[Path, Scalar] = {}

    def fault(self, code: str, node: Node, path: Path, message: str, fix: str = "") -> None:
        self.faults.append(PolicyFinding(code, CODES[code], message, node.location, path, fix))

    # Documents and statements

    def document(self, root: Node, name: Word) -> tuple[Word | None, tuple[StatementDraft, ...]]:
        if not isinstance(root, Record):
            self.mismatch(root, (), "an object")
            return None, ()
        top = self.known(root, (), grammar.DOCUMENT_ELEMENTS)
        if "Id" in top:
            self.word(top["Id"], ("Id",))
        written = top.get("Statement")
        if written is None or (isinstance(written, Series) and not written.items):
            self.fault("MISSING_STATEMENT", written or root, (), "The policy has no statement.")
            return self.version(top), ()
        statements = []
        for node, path in _each(written, ("Statement",)):
            if len(self.faults) >= MOST_FINDINGS:
                break
            statements.append(self.statement(node, path))
        return self.version(top), tuple(each for each in statements if each is not None)

    def version(self, top: dict[str, Node]) -> Word | None:
        if "Version" not in top:
            return None
        word = self.word(top["Version"], ("Version",))
        if word is not None and not word.open and word.text not in grammar.VERSIONS:
            fix = f'"Version": "{grammar.VERSIONS[0]}"'
            message = f"The policy language has no version {word.text!r}: there are {' and '.join(grammar.VERSIONS)}."
            self.faults.append(word.finding("INVALID_VERSION", message, fix))
        return word

    def statement(self, node: Node, path: Path) -> StatementDraft | None:
        if not isinstance(node, Record):
            self.mismatch(node, path, "an object")
            return None
        entry = self.known(node, path, grammar.STATEMENT_ELEMENTS)
        return StatementDraft(
            name=Word("", node.location, path),
            effect=self.effect(entry, node, path),
            sid=self.word(entry["Sid"], (*path, "Sid")) if "Sid" in entry else None,
            actions=self.actions(entry, node, path),
            resources=self.resources(entry, node, path),
            principals=self.principals(entry, node, path),
            tests=read_conditions(self, entry["Condition"], (*path, "Condition")) if "Condition" in entry else (),
            node=node,
        )

    def effect(self, entry: dict[str, Node], node: Node, path: Path) -> str:
        if "Effect" not in entry:
            self.fault("MISSING_EFFECT", node, path, "The statement says neither Allow nor Deny.", '"Effect": "Allow"')
            return ""
        word = self.word(entry["Effect"], (*path, "Effect"))
        if word is None or word.open or word.text in ("Allow", "Deny"):
            return word.text if word else ""
        near = suggest(word.text, ("Allow", "Deny"))
        self.faults.append(
            word.finding(
                "INVALID_EFFECT",
                f"An effect is Allow or Deny, written so, not {word.text!r}.",
                f'"Effect": "{near}"' if near else "",
            )
        )
        return ""

    # Actions and resources

    def actions(self, entry: dict[str, Node], node: Node, path: Path) -> Element | None:
        found = self.element(entry, path, "Action")
        if found is None and not {"Action", "NotAction"} & set(entry):
            self.fault("MISSING_ACTION", node, path, "The statement names no actions: it needs Action or NotAction.")
        elif found is not None and not found.values:
            message = f"{found.name.text} lists no actions, so the statement says nothing."
            self.faults.append(found.name.finding("EMPTY_ARRAY_ACTION", message))
        return found

    def resources(self, entry: dict[str, Node], node: Node, path: Path) -> Element | None:
        found = self.element(entry, path, "Resource")
        presence = self.rules.resource
        if presence is Presence.FORBIDDEN and found is not None:
            message = "A trust policy is about its own role and names no resource."
            self.faults.append(
                found.name.finding("ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", message, f"remove {found.name.text}")
            )
            return None
        if presence is Presence.REQUIRED and not {"Resource", "NotResource"} & set(entry):
            self.fault("MISSING_RESOURCE", node, path, "The statement names no resources.", '"Resource": "*"')
        elif found is not None and not found.values:
            message = f"{found.name.text} lists no resources, so the statement says nothing."
            self.faults.append(found.name.finding("EMPTY_ARRAY_RESOURCE", message))
        return found

    def element(self, entry: dict[str, Node], path: Path, name: str) -> Element | None:
        """`name` or its negation; where both stand, the fault and the first."""
        negation = f"Not{name}"
        self.exclusive(entry, path, name, negation)
        for element, negated in ((name, False), (negation, True)):
            if element in entry:
                node = entry[element]
                words = [self.word(item, place) for item, place in _each(node, (*path, element))]
                where = self.keys[*path, element]
                name_word = Word(element, where.location, (*path, element))
                return Element(name_word, negated, tuple(word for word in words if word is not None))
        return None

    def exclusive(self, entry: dict[str, Node], path: Path, name: str, negation: str) -> None:
        if name in entry and negation in entry:
            message = f"{name} and {negation} exclude one another in a statement."
            where = self.keys[*path, negation]
            self.fault("UNSUPPORTED_ELEMENT_COMBINATION", where, (*path, negation), message, f"remove {negation}")

    # Principals

    def principals(self, entry: dict[str, Node], node: Node, path: Path) -> PrincipalDraft | None:
        self.exclusive(entry, path, "Principal", "NotPrincipal")
        name = next((each for each in ("Principal", "NotPrincipal") if each in entry), None)
        if self.rules.principal is Presence.FORBIDDEN:
            if name is not None:
                code = "SCP_SYNTAX_ERROR_PRINCIPAL" if self.kind is PolicyKind.SCP else "UNSUPPORTED_PRINCIPAL"
                message = f"A policy of type {self.kind} is about whoever it is attached to and has no {name}."
                self.fault(code, self.keys[*path, name], (*path, name), message, f"remove {name}")
            return None
        if name is None:
            if self.rules.principal is Presence.REQUIRED:
                self.fault("MISSING_PRINCIPAL", node, path, "The statement does not say whom it is about.")
            return None
        where = Word(name, self.keys[*path, name].location, (*path, name))
        if name == "NotPrincipal" and self.kind is PolicyKind.TRUST:
            message = "A trust policy has no NotPrincipal: it names those who may assume the role."
            self.faults.append(where.finding("ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL", message, "use Principal"))
        return self.principal(entry[name], where)

    def principal(self, node: Node, name: Word) -> PrincipalDraft:
        negated = name.text == "NotPrincipal"
        if isinstance(node, Scalar):
            word = self.word(node, name.path)
            if word is not None and word.text != "*" and not word.open:
                message = f'{name.text} is "*" or an object such as {{"AWS": …}}, not {word.text!r}.'
                fix = f'"{name.text}": {{"AWS": "{word.text}"}}' if word.text.startswith("arn:") else ""
                self.faults.append(word.finding("INVALID_PRINCIPAL_FORMAT", message, fix))
            return PrincipalDraft(name, negated, bare=word)
        if not isinstance(node, Record):
            message = f'{name.text} is "*" or an object such as {{"AWS": …}}, not {kind_of(node)}.'
            self.fault("INVALID_PRINCIPAL_FORMAT", node, name.path, message)
            return PrincipalDraft(name, negated)
        if not node.entries:
            message = f"{name.text} names nobody, so the statement says nothing."
            self.fault("EMPTY_OBJECT_PRINCIPAL", node, name.path, message)
        return PrincipalDraft(name, negated, entries=tuple(self.principal_entries(node, name)))

    def principal_entries(self, node: Record, name: Word) -> Iterator[tuple[str, Word]]:
        for kind, value in node:
            path = (*name.path, kind)
            if kind not in grammar.PRINCIPAL_KINDS:
                near = suggest(kind, grammar.PRINCIPAL_KINDS)
                message = f"A principal is of the kind {', '.join(grammar.PRINCIPAL_KINDS)}, not {kind!r}."
                self.fault("INVALID_PRINCIPAL_KEY", node.key(kind), path, message, near or "")
                continue
            if isinstance(value, Series) and not value.items:
                message = f"{name.text} lists nobody under {kind}, so the statement says nothing."
                self.fault("EMPTY_ARRAY_PRINCIPAL", value, path, message)
            for item, place in _each(value, path):
                word = self.word(item, place)
                if word is not None:
                    yield kind, word

    # Values

    def known(self, node: Record, path: Path, elements: tuple[str, ...]) -> dict[str, Node]:
        """The entries of an object that are elements; the others are faults."""
        found: dict[str, Node] = {}
        for key, value in node:
            self.keys[*path, key] = node.key(key)
            if key in elements:
                found[key] = value
                continue
            if len(self.faults) >= MOST_FINDINGS:
                break
            near = suggest(key, elements)
            message = f"{key!r} is not an element of a {'statement' if path else 'policy'}."
            fix = f"write {near}" if near and near not in node.entries else f"remove {key}" if near else ""
            self.fault("INVALID_POLICY_ELEMENT", node.key(key), (*path, key), message, fix)
        return found

    def word(self, node: Node, path: Path) -> Word | None:
        """A text, or a fault and None."""
        found = self.scalar(node, path)
        if found is None or found.form == "boolean" or (found.form == "number" and self.numbers_count):
            self.mismatch(node, path, "a text")
            return None
        return found

    def scalar(self, node: Node, path: Path) -> Word | None:
        """A text, number or truth value, in the spelling of JSON; None for anything else."""
        if not isinstance(node, Scalar) or (node.is_null and node.plain):
            return None
        if node.plain and node.truth is not None:
            return Word("true" if node.truth else "false", node.location, path, "boolean")
        form = "number" if node.plain and _NUMBER.fullmatch(node.text) else "string"
        return Word(node.text, node.location, path, form)

    def mismatch(self, node: Node, path: Path, wanted: str) -> None:
        if isinstance(node, Scalar) and is_placeholder(node.text):
            return
        what = kind_of(node)
        if isinstance(node, Scalar) and not node.is_null:
            what = repr(node.text) if not node.plain else f"{node.text} without quotation marks"
        self.fault("DATA_TYPE_MISMATCH", node, path, f"{what[:1].upper()}{what[1:]} stands where {wanted} is wanted.")


def _each(node: Node, path: Path) -> Iterator[tuple[Node, Path]]:
    """The items of a list, or the one value that stands for a list of one."""
    if isinstance(node, Series):
        for number, item in enumerate(node.items):
            yield item, (*path, number)
    else:
        yield node, path
