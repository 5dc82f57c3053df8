"""`validate`: every finding of AWS's policy validation in a policy, or in all the policies of a template.

Where `parse` refuses a document at its first fault, validation goes on: what is sound in it is still looked at. A
document far longer than anything that AWS keeps is not read, and findings end at a limit, so that no input takes long.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from cogsim.errors import InputError, Location
from cogsim.lint.policy_checks import checks
from cogsim.lint.policy_codes import CODES
from cogsim.lint.policy_draft import Word
from cogsim.lint.policy_finding import MOST_FINDINGS, PolicyFinding
from cogsim.lint.policy_places import PlacedPolicy, is_template, policies_of
from cogsim.lint.policy_reader import read_draft
from cogsim.load.cloudformation.fragment import fragments_of
from cogsim.load.cloudformation.notes import Notes
from cogsim.load.files import parse_document, text_of
from cogsim.load.json_document import parse_json
from cogsim.load.nodes import Node, Record, Scalar, Series, plain
from cogsim.policy.document import PolicyKind
from cogsim.policy.grammar import DOCUMENT_ELEMENTS, is_placeholder
from cogsim.policy.sizes import size_limit

MOST_LENGTH = 200_000
"""A longer document is not read: it is six times what any service keeps."""
MOST_VALUES = 150_000
"""A template whose policies hold more values together is not read: CloudFormation takes a million bytes at most."""


@dataclass(frozen=True, slots=True)
class Validated:
    """One document and what was found in it; `name` is empty for a file that is itself the policy."""

    name: str
    kind: PolicyKind
    findings: tuple[PolicyFinding, ...]
    #: Why the document could not be looked at, where it could not.
    unknown: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing in it is an error or a security warning."""
        return not any(finding.counts for finding in self.findings)


@dataclass(frozen=True, slots=True)
class ValidatedFile:
    """A file and its documents; `readable` is False where its text is neither JSON nor YAML."""

    file: str
    documents: tuple[Validated, ...]
    readable: bool = True

    @property
    def ok(self) -> bool:
        return self.readable and all(document.ok for document in self.documents)


def validate_file(path: str | Path, kind: PolicyKind | None = None, resource_type: str | None = None) -> ValidatedFile:
    """Every finding in the file, a policy document or a template. `kind` is that of a policy document, guessed from its
    elements where it is not given; documents in a template are of the kind of their place. Raises InputError where
    there is no such file, no text in it, neither a policy nor a template, or a policy too long to be one.
    """
    file = str(path)
    return validate_text(text_of(Path(path)), file, kind, resource_type)


def validate_text(
    text: str, file: str = "policy", kind: PolicyKind | None = None, resource_type: str | None = None
) -> ValidatedFile:
    """Like `validate_file`, of a text; `file` stands in the places of findings."""
    if len(text) > MOST_LENGTH and "esources" not in text:  # no template
        raise _too_long(text, Location(file))
    repeated: list[Scalar] = []
    try:
        root = parse_document(text, file, repeated)
    except InputError as error:
        if error.location is None or not error.location.line:
            raise
        finding = Word("", error.location, ()).finding("JSON_SYNTAX_ERROR", _sentence(error.message))
        return ValidatedFile(file, (Validated("", kind or PolicyKind.IDENTITY, (finding,)),), readable=False)
    if is_template(root):
        if repeated:
            raise repeated[0].error(f"the key {repeated[0].text!r} stands twice in one mapping")
        return ValidatedFile(file, tuple(_placed(policy) for policy in _within_bounds(root)))
    _must_be_a_policy(root)
    is_json = text.lstrip()[:1] == "{"
    kind = kind or guess_kind(root)
    found = validate(root, kind, resource_type, text=text if is_json else None, repeated=repeated)
    return ValidatedFile(file, (Validated("", kind, found),))


def validate(
    root: Node,
    kind: PolicyKind,
    resource_type: str | None = None,
    *,
    text: str | None = None,
    repeated: list[Scalar] | None = None,
) -> tuple[PolicyFinding, ...]:
    """The findings in the policy document `root`, in the order of their places. `text` is the JSON that it was read
    from, whose length counts; `repeated` are keys that stand there twice."""
    written = text.strip() if text is not None else json.dumps(plain(root), separators=(",", ":"), ensure_ascii=False)
    if len(written) > MOST_LENGTH:
        raise _too_long(written, root.location)
    length = size_limit(kind, resource_type).length(written)
    draft = read_draft(root, kind, resource_type, length, numbers_count=text is not None)
    twice = (_twice(key) for key in repeated or ())
    everything = chain(twice, draft.faults, *(check(draft) for check in checks()))
    found = list(islice(everything, MOST_FINDINGS))
    return tuple(sorted(found, key=lambda each: (each.location.line, each.location.column, each.code)))


def _within_bounds(root: Node) -> list[PlacedPolicy]:
    """The policies of a template; InputError before any is checked where they hold more than a template can."""
    found: list[PlacedPolicy] = []
    together = 0
    for policy in policies_of(root):
        found.append(policy)
        together += len(policy.node.text) // 10 if isinstance(policy.node, Scalar) else _size(policy.node)
        if together > MOST_VALUES:
            said = f"the policies up to {policy.name} hold more than {MOST_VALUES} values"
            raise InputError(f"{said}, and no template that CloudFormation takes does: not read", policy.node.location)
    return found


def _size(node: Node) -> int:
    return node.size if isinstance(node, Record | Series) else 1


def _must_be_a_policy(root: Node) -> None:
    """InputError for another kind of file: a mapping without a single element of a policy."""
    if isinstance(root, Record) and root.entries:
        elements = {element.casefold() for element in DOCUMENT_ELEMENTS}
        if not elements & {key.casefold() for key in root.entries}:
            try:
                fragments_of(root, Notes())
            except InputError as error:
                raise InputError(f"no policy, and {error.message}", error.location, error.suggestion) from None


def _too_long(text: str, place: Location) -> InputError:
    return InputError(f"{len(text)} characters, and no policy that AWS keeps is near {MOST_LENGTH}: not read", place)


def guess_kind(root: Node) -> PolicyKind:
    """What a policy document most probably is: without principals an identity policy, with nothing but assume-role
    actions a trust policy, else the policy of a resource."""
    statements = root.get("Statement") if isinstance(root, Record) else None
    listed = statements.items if isinstance(statements, Series) else (statements,)
    entries = [each for each in listed if isinstance(each, Record)]
    if not any({"Principal", "NotPrincipal"} & set(each.entries) for each in entries):
        return PolicyKind.IDENTITY
    actions = [word for each in entries for word in _texts(each.get("Action"))]
    assumes = bool(actions) and all(action.casefold().startswith("sts:") for action in actions)
    named = any({"Resource", "NotResource"} & set(each.entries) for each in entries)
    return PolicyKind.TRUST if assumes and not named else PolicyKind.RESOURCE


def _texts(node: Node | None) -> Iterator[str]:
    items = node.items if isinstance(node, Series) else (node,)
    return (item.text for item in items if isinstance(item, Scalar))


def _placed(policy: PlacedPolicy) -> Validated:
    node = policy.node
    if isinstance(node, Scalar) and not node.text.lstrip().startswith("{") and is_placeholder(node.text):
        return Validated(policy.name, policy.kind, (), f"{node.text} is not known")
    if isinstance(node, Scalar):
        try:
            node = parse_json(node.text, node.file, node.line, node.column)
        except InputError as error:
            word = Word("", error.location or node.location, ())
            finding = word.finding("JSON_SYNTAX_ERROR", _sentence(error.message))
            return Validated(policy.name, policy.kind, (finding,))
    return Validated(policy.name, policy.kind, validate(node, policy.kind, policy.resource_type))


def _twice(key: Scalar) -> PolicyFinding:
    message = f"The key {key.text!r} stands twice in one object."
    return PolicyFinding("JSON_SYNTAX_ERROR", CODES["JSON_SYNTAX_ERROR"], message, key.location)


def _sentence(message: str) -> str:
    return f"{message[:1].upper()}{message[1:]}."
