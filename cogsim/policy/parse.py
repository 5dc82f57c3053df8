"""A policy document → its syntax tree, or MalformedPolicyDocument with the path to the fault."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from cogsim.assumptions import choice, chosen
from cogsim.errors import Location, suggest
from cogsim.policy import grammar, malformed
from cogsim.policy.document import Condition, Effect, Operator, Patterns, Policy, PolicyKind, Principals, Statement
from cogsim.policy.grammar import Presence, Rules, is_placeholder
from cogsim.policy.malformed import MalformedPolicy, Path
from cogsim.policy.places import place_of
from cogsim.policy.text import JsonNumber, JsonObject, read, repeated_key
from cogsim.policy.written import unparse

__all__ = ["Locate", "MalformedPolicy", "parse", "unparse"]

Locate = Callable[[Path], Location | None]

# What no string of a policy holds: control characters, and halves of a surrogate pair, which no encoding can write.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_IAM_SID = re.compile("[A-Za-z0-9]*")  # ug:sid
_ACTION = re.compile(r"(?P<vendor>[^:\s]+):(?P<name>[^:\s]+)")


def _nowhere(path: Path) -> Location | None:
    return None


def parse(document: object, kind: PolicyKind, locate: Locate = _nowhere, *, saved: bool = False) -> Policy:
    """The syntax tree of `document`: JSON text, or the plain structure it stands for.

    `locate` gives the place of a path in the input file, for errors and for the explanation of decisions; the errors of
    JSON text have their place in the text where no `locate` is given. A document
    known to be in force already (`saved`) is held to the language only, not to what its service checks on saving:
    forms of Sids, resources and principals (an odd one names nobody), lists that are empty, what a trust policy has no
    use for, what only AWS's own control policies may say.
    Raises MalformedPolicy. Sizes are the services' to check.
    """
    if isinstance(document, str) and locate is _nowhere and len(document) <= _REMEMBERED:
        return _parsed_before(document, kind, saved, chosen())
    return _parsed(document, kind, locate, saved=saved)


#: Up to how many characters a document's tree is kept for the next time that the same text is read.
_REMEMBERED = 10_240


@lru_cache(maxsize=512)
def _parsed_before(document: str, kind: PolicyKind, saved: bool, _in_force: object) -> Policy:
    """`parse` of text under the assumptions in force: session policies come with call after call."""
    return _parsed(document, kind, _nowhere, saved=saved)


def _parsed(document: object, kind: PolicyKind, locate: Locate, *, saved: bool) -> Policy:
    reader = _Reader(kind, grammar.RULES[kind], locate, strict=not saved)
    if not isinstance(document, str):
        return reader.policy(document)
    try:
        return reader.policy(read(document))
    except MalformedPolicy as error:
        if locate is not _nowhere:
            raise error if error.path else reader.fault(error.rule, (), error.message) from None
        place = error.location or place_of(document, error.path)
        raise MalformedPolicy(error.message, error.rule, error.path, place) from None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Walks one document; every method takes the value and the path it stands at."""

    kind: PolicyKind
    rules: Rules
    locate: Locate
    strict: bool

    def fault(self, rule: str, path: Path, message: str = malformed.SYNTAX) -> MalformedPolicy:
        return MalformedPolicy(message, rule, path, self.locate(path))

    # Documents and statements

    def policy(self, document: object) -> Policy:
        top = self.mapping(document, (), grammar.DOCUMENT_ELEMENTS)
        version = self.version(top)
        if "Statement" not in top:
            raise self.fault("the element Statement is missing", ())
        written = top["Statement"]
        listed = isinstance(written, list | tuple)
        found = [
            self.statement(entry, ("Statement", number) if listed else ("Statement",))
            for number, entry in enumerate(written if isinstance(written, list | tuple) else (written,))
        ]
        if not found and self.strict:
            raise self.fault("there is no statement", ("Statement",))
        self.check_sids(found)
        return Policy(
            statements=tuple(found),
            version=version,
            id=self.text(top["Id"], ("Id",)) if "Id" in top else None,
            kind=self.kind,
            version_written="Version" in top,
            location=self.locate(()),
        )

    def version(self, top: Mapping[str, object]) -> str:
        # ug:version: without the element, the older version
        if "Version" not in top:
            if self.strict and self.kind is PolicyKind.RCP:  # org:rcp-syntax §version
                raise self.fault("a resource control policy names its Version", ())
            return "2008-10-17"
        version = self.text(top["Version"], ("Version",))
        if version not in grammar.VERSIONS and not is_placeholder(version):
            raise self.fault(f"Version is {' or '.join(grammar.VERSIONS)}, not {version!r}", ("Version",))
        if self.strict and self.kind is PolicyKind.RCP and version == "2008-10-17":
            raise self.fault("a resource control policy has Version 2012-10-17", ("Version",))
        return version

    def check_sids(self, statements: list[Statement]) -> None:
        # ug:sid: IAM demands that they be unique; other services keep their own rules
        if not (self.strict and self.rules.iam):
            return
        seen: set[str] = set()
        for number, statement in enumerate(statements):
            if statement.sid and statement.sid in seen:
                rule = f"Sid {statement.sid!r} stands twice"
                raise self.fault(rule, ("Statement", number, "Sid"), malformed.DUPLICATE_SIDS)
            seen.add(statement.sid or "")

    def statement(self, value: object, path: Path) -> Statement:
        entry = self.mapping(value, path, grammar.STATEMENT_ELEMENTS)
        effect = self.effect(entry, path)
        statement = Statement(
            effect=effect,
            actions=self.actions(entry, path),
            resources=self.resources(entry, path),
            principals=self.principals(entry, path, effect),
            conditions=self.conditions(entry["Condition"], (*path, "Condition")) if "Condition" in entry else (),
            sid=self.sid(entry["Sid"], (*path, "Sid")) if "Sid" in entry else None,
            location=self.locate(path),
            principals_at=self.element_at(entry, path, "Principal"),
            actions_at=self.element_at(entry, path, "Action"),
        )
        if self.strict and self.kind is PolicyKind.RCP:
            self.check_control_policy(statement, path)
        return statement

    def element_at(self, entry: Mapping[str, object], path: Path, element: str) -> Location | None:
        """Where an element of a trust policy's statement stands; of other policies nobody asks."""
        if self.kind is not PolicyKind.TRUST:
            return None
        return self.locate((*path, element if element in entry else f"Not{element}"))

    def effect(self, entry: Mapping[str, object], path: Path) -> Effect:
        # ug:effect: required, and its value is case-sensitive
        if "Effect" not in entry:
            raise self.fault("the element Effect is missing", path)
        written = self.text(entry["Effect"], (*path, "Effect"))
        if written not in (Effect.ALLOW, Effect.DENY):
            raise self.fault(f"Effect is Allow or Deny, not {written!r}", (*path, "Effect"))
        return Effect(written)

    def sid(self, value: object, path: Path) -> str:
        sid = self.text(value, path)
        if self.strict and self.rules.iam and not _IAM_SID.fullmatch(sid) and not is_placeholder(sid):
            raise self.fault(f"a Sid is letters and digits, not {sid!r}", path)
        return sid

    def check_control_policy(self, statement: Statement, path: Path) -> None:
        # org:rcp-syntax: only AWS's own RCPFullAWSAccess allows; a customer's names a service in its actions
        full_access = statement.actions.values == ("*",) and not statement.conditions
        if statement.effect is Effect.ALLOW and not full_access:
            raise self.fault("a resource control policy only denies", (*path, "Effect"))
        if statement.actions.negated:
            raise self.fault("a resource control policy has no NotAction", (*path, "NotAction"))
        if statement.effect is Effect.DENY and "*" in statement.actions.values:
            raise self.fault("a resource control policy's actions name a service", (*path, "Action"))

    # Actions and resources

    def actions(self, entry: Mapping[str, object], path: Path) -> Patterns:
        found = self.patterns(entry, path, "Action", malformed.NO_ACTIONS)
        if found is None:
            raise self.fault("the element Action is missing", path, malformed.NO_ACTIONS)
        element = "NotAction" if found.negated else "Action"
        for action, place in _placed(found.values, entry[element], (*path, element)):
            self.check_action(action, place)
        return found

    def check_action(self, action: str, path: Path) -> None:
        # ug:action: `prefix:Name`, or the single `*`
        if action in ("*", "*:*") or is_placeholder(action):
            return
        form = _ACTION.fullmatch(action)
        if form is None:
            raise self.fault(f"an action is vendor:name or *, not {action!r}", path, malformed.NO_VENDOR)
        accepted = not self.strict or choice("policy.vendorWildcard") == "accept"
        if not accepted and set("*?") & set(form["vendor"]):
            message = f"Vendor {form['vendor']} is not valid"
            raise self.fault(f"the vendor of {action!r} holds a wildcard", path, message)

    def resources(self, entry: Mapping[str, object], path: Path) -> Patterns | None:
        presence = self.rules.resource
        for element in ("Resource", "NotResource"):
            if presence is Presence.FORBIDDEN and element in entry and self.strict:
                message = f"Has prohibited field {element}"
                raise self.fault(f"a {self.kind} policy has no {element}", (*path, element), message)
        found = self.patterns(entry, path, "Resource", malformed.NO_RESOURCES)
        if found is None and presence is Presence.REQUIRED:
            raise self.fault("the element Resource is missing", path, malformed.NO_RESOURCES)
        if found is not None:
            element = "NotResource" if found.negated else "Resource"
            for resource, place in _placed(found.values, entry[element], (*path, element)):
                self.check_resource(resource, place)
        return found

    def check_resource(self, resource: str, path: Path) -> None:
        # ug:resource: an ARN, or the single `*`; other services (API Gateway) take shorter forms of their own
        if not resource:
            raise self.fault("a resource is not empty", path)
        if resource == "*" or is_placeholder(resource) or not self.strict:
            return
        if (self.rules.iam or self.rules.control) and not resource.startswith("arn:"):
            message = f'Resource {resource} must be in ARN format or "*".'
            raise self.fault(f"{resource!r} is not an ARN", path, message)
        cut_short = self.rules.control and resource.count(":") < 5
        if cut_short and (self.kind is PolicyKind.RCP or not resource.endswith("*")):
            raise self.fault(f"{resource!r} has fewer than six fields", path)

    def patterns(self, entry: Mapping[str, object], path: Path, element: str, empty: str) -> Patterns | None:
        """`element` or its negation, which exclude one another; None where neither stands."""
        negation = f"Not{element}"
        if element in entry and negation in entry:
            raise self.fault(f"{element} and {negation} exclude one another", path)
        for name, negated in ((element, False), (negation, True)):
            if name not in entry:
                continue
            found = self.texts(entry[name], (*path, name))
            if not found and self.strict and self.rules.iam:
                raise self.fault(f"{name} is empty", (*path, name), empty)
            return Patterns(found, negated)
        return None

    # Principals

    def principals(self, entry: Mapping[str, object], path: Path, effect: Effect) -> Principals | None:
        for element in ("Principal", "NotPrincipal"):
            if self.rules.principal is Presence.FORBIDDEN and element in entry:
                message = f"Policy document should not specify a principal. Has prohibited field {element}"
                raise self.fault(f"a policy of kind {self.kind} has no {element}", (*path, element), message)
        if "Principal" in entry and "NotPrincipal" in entry:
            raise self.fault("Principal and NotPrincipal exclude one another", path)
        if "NotPrincipal" in entry:
            self.check_not_principal(effect, (*path, "NotPrincipal"))
            return self.principal_element(entry["NotPrincipal"], (*path, "NotPrincipal"), negated=True)
        if "Principal" in entry:
            return self.principal_element(entry["Principal"], (*path, "Principal"), negated=False)
        if self.rules.principal is Presence.REQUIRED:
            raise self.fault("the element Principal is missing", path, "Missing required field Principal")
        return None

    def check_not_principal(self, effect: Effect, path: Path) -> None:
        # ug:notprincipal: never in a trust policy; with Allow no longer supported
        if not self.rules.not_principal and self.strict:
            raise self.fault(f"a {self.kind} policy has no NotPrincipal", path, "Has prohibited field NotPrincipal")
        unsupported = effect is Effect.ALLOW and self.kind is not PolicyKind.ENDPOINT
        if unsupported and self.strict and choice("policy.allowNotPrincipal") == "refuse":
            raise self.fault("NotPrincipal stands with Deny only", path)

    def principal_element(self, value: object, path: Path, negated: bool) -> Principals:
        if isinstance(value, str):
            return self.everyone(value, path, negated)
        written = self.mapping(value, path, grammar.PRINCIPAL_KINDS)
        entries: tuple[tuple[str, str], ...] = ()
        for kind in written:
            texts = self.texts(written[kind], (*path, kind))
            entries += tuple((kind, text) for text in texts)
            for text, place in _placed(texts, written[kind], (*path, kind)):
                if not grammar.is_principal(kind, text) and (self.strict or not text):
                    rule = f"{text!r} is not a principal under {kind}"
                    raise self.fault(rule, place, f'Invalid principal in policy: "{kind}":"{text}"')
        if self.kind is PolicyKind.RCP and entries != (("AWS", "*"),):
            raise self.fault("the Principal of a resource control policy is *", path)  # org:rcp-syntax
        return Principals(everyone=False, entries=entries, negated=negated)

    def everyone(self, value: str, path: Path, negated: bool) -> Principals:
        if is_placeholder(value):
            return Principals(everyone=False, entries=(("AWS", self.text(value, path)),), negated=negated)
        if value != "*":
            raise self.fault(f"Principal is * or an object, not {value!r}", path, "Invalid principal in policy")
        if self.kind is PolicyKind.TRUST and choice("policy.bareStarInTrust") == "refuse":
            raise self.fault("a trust policy names AWS: * instead of *", path, "Invalid principal in policy")
        return Principals(everyone=True, negated=negated)

    # Conditions

    def conditions(self, value: object, path: Path) -> tuple[Condition, ...]:
        written = self.mapping(value, path)
        found: list[Condition] = []
        for name in written:
            operator = grammar.operator(name, exact=choice("policy.operatorCase") == "sensitive")
            if operator is None:
                near = suggest(name, grammar.OPERATORS)
                hint = f"; did you mean {near}?" if near else ""
                raise self.fault(f"unknown condition operator {name!r}{hint}", (*path, name))
            found += self.condition_keys(operator, written[name], (*path, name))
        return tuple(found)

    def condition_keys(self, operator: Operator, value: object, path: Path) -> list[Condition]:
        keys = self.mapping(value, path)
        if "" in keys:
            raise self.fault("a condition key is not empty", path)
        return [
            Condition(operator, key, self.scalars(keys[key], (*path, key)), self.locate((*path, key))) for key in keys
        ]

    # Values

    def mapping(self, value: object, path: Path, known: tuple[str, ...] | None = None) -> dict[str, object]:
        """An object with text keys, none twice, all of them `known` where a list is given."""
        if not isinstance(value, Mapping):
            raise self.fault(f"expected an object, found {_type_name(value)}", path)
        keys = [self.text(key, path) for key in value]
        repeated = value.repeated if isinstance(value, JsonObject) else repeated_key(keys)
        if repeated is not None:
            raise self.fault(f"the key {repeated!r} stands twice", (*path, repeated))
        for key in keys if known is not None else ():
            if key not in (known or ()):
                near = suggest(key, known or ())
                rule = f"unknown element {key!r}" + (f"; did you mean {near}?" if near else "")
                raise self.fault(rule, (*path, key))
        return dict(value)

    def texts(self, value: object, path: Path) -> tuple[str, ...]:
        """A string or a list of strings; the bare value and the one-element list are the same."""
        if isinstance(value, list | tuple):
            return tuple(self.text(entry, (*path, number)) for number, entry in enumerate(value))
        return (self.text(value, path),)

    def text(self, value: object, path: Path) -> str:
        if not isinstance(value, str) or isinstance(value, JsonNumber):
            raise self.fault(f"expected a string, found {_type_name(value)}", path)
        if _UNWRITABLE.search(value):
            raise self.fault("a string holds a character that no policy can hold", path)
        return value

    def scalars(self, value: object, path: Path) -> tuple[str, ...]:
        """Condition values as text; numbers and booleans in JSON's spelling. # ug:grammar §values"""
        if isinstance(value, list | tuple):
            return tuple(self.scalar(entry, (*path, number)) for number, entry in enumerate(value))
        return (self.scalar(value, path),)

    def scalar(self, value: object, path: Path) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, JsonNumber):
            return str(value)
        if isinstance(value, int) and abs(value) < 10**100:
            return str(value)
        if isinstance(value, float) and math.isfinite(value):
            return repr(value)
        return self.text(value, path)


def _placed(texts: tuple[str, ...], written: object, path: Path) -> Iterator[tuple[str, Path]]:
    """Each of the texts read from `written` at `path` with its own path, that of its item where it was a list."""
    listed = isinstance(written, list | tuple)
    return ((text, (*path, number) if listed else path) for number, text in enumerate(texts))


def _type_name(value: object) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, JsonNumber | int | float):
        return "a number"
    names = {str: "a string", list: "a list", tuple: "a list", type(None): "null"}
    return names.get(type(value), "an object" if isinstance(value, Mapping) else type(value).__name__)
