"""Policy documents in templates: a mapping, or JSON text, read by the policy parser with the template's own places."""

from __future__ import annotations

from cogsim.errors import InputError, Location
from cogsim.load.cloudformation.notes import Notes
from cogsim.load.json_document import parse_json
from cogsim.load.nodes import Node, Record, Scalar, Series, find, plain
from cogsim.policy.document import Effect, Patterns, Policy, PolicyKind, Principals, Statement
from cogsim.policy.parse import MalformedPolicy, parse
from cogsim.world.origin import is_placeholder

_BOOLEAN_SPELLINGS = ("true", "false")


def read_policy(node: Node, kind: PolicyKind, notes: Notes, name: str, saved: bool = False) -> Policy:
    """The policy that `node` is; InputError with the place of the fault. What is unresolved as a whole is a policy of
    one statement about nothing but the placeholder, so that it allows nothing and is seen."""
    if isinstance(node, Scalar):
        if is_placeholder(node.text) and not node.text.lstrip().startswith("{"):
            notes.warn(node.location, f"{name} is {node.text}, which is not known: what it allows or denies is missing")
            return _unknown_policy(node.text, kind, node.location)
        node = parse_json(node.text, node.file, node.line, node.column)
    _warn_of_words(node, notes, name)
    root = node

    def locate(path: tuple[str | int, ...]) -> Location:
        return find(root, path)

    try:
        return parse(plain(node), kind, locate, saved=saved)
    except MalformedPolicy as error:
        fault = MalformedPolicy(error.message, error.rule, error.path)
        raise InputError(f"{name}: {fault}", error.location or locate(error.path)) from None


def _unknown_policy(text: str, kind: PolicyKind, location: Location) -> Policy:
    about = Patterns((text,))
    has_principal = kind in (PolicyKind.TRUST, PolicyKind.RESOURCE, PolicyKind.KMS_KEY, PolicyKind.ENDPOINT)
    statement = Statement(
        effect=Effect.ALLOW,
        actions=about,
        resources=None if kind is PolicyKind.TRUST else about,
        principals=Principals(False, (("AWS", text),)) if has_principal else None,
        location=location,
    )
    return Policy((statement,), "2012-10-17", None, kind, True, location)


def _warn_of_words(node: Node, notes: Notes, name: str) -> None:
    """Say where YAML 1.1 makes a truth value of an unquoted word: the policy is read as AWS reads it."""
    waiting: list[Node] = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, Series):
            waiting.extend(each.items)
        elif isinstance(each, Record):
            waiting.extend(value for _, value in each)
        elif isinstance(each, Scalar) and each.plain and each.truth is not None:
            if each.text.lower() in _BOOLEAN_SPELLINGS:
                continue
            read = "true" if each.truth else "false"
            notes.warn(each.location, f"{name}: the unquoted {each.text} is {read} to AWS; quote it if it is a word")
