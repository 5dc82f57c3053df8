"""One step of a scenario, from its node: what is done, from where, saved as what, with which outcome expected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cogsim.clock import duration
from cogsim.decisions.call_origin import CallOrigin, is_address
from cogsim.errors import InputError, suggest
from cogsim.load.nodes import Node, Record, Scalar, Series, kind_of
from cogsim.scenario.document import Action, Advance, Call, Expectation, Expected, Step
from cogsim.scenario.fields import expression, fields, items, text, truth, whole
from cogsim.scenario.links import LINKS
from cogsim.scenario.parameters import check_operation, parameters, untyped
from cogsim.scenario.people import PEOPLE
from cogsim.scenario.references import SAVED_NAME, Expression

_ORIGIN = tuple(sorted(set(CallOrigin.__dataclass_fields__) - {"partition"} | {"fingerprint"}))
_EXPECT = (
    *("error", "message", "decision", "role", "response", "because", "differs", "id_token", "access_token"),
    *("sent", "leaks", "items", "objects"),
)
#: What can be said of a message; each is part of what was sent, and `to` and `medium` all of it.
_MESSAGE = ("to", "medium", "purpose", "subject", "body")
#: `either` is of an attempt: whether it comes through depends on the world.
_DECISIONS = ("allowed", "denied", "either")
_COMMON = ("from", "save", "expect")


def step(number: int, node: Node) -> Step:
    """The step that stands at `node`; InputError for a kind of step, a field or a value that there is not."""
    if not isinstance(node, Record):
        raise node.error(f"a step is a mapping, not {kind_of(node)}")
    kinds = [name for name, _ in node if name in KINDS]
    if not kinds:
        first = next(iter(node), ("",))[0]
        near = suggest(first, KINDS)
        raise node.error(f"a step is one of {', '.join(KINDS)}" + (f", not {first!r}" if first else ""), near)
    if len(kinds) > 1:
        raise node.key(kinds[1]).error(f"one step does one thing: {kinds[0]} or {kinds[1]}")
    kind = kinds[0]
    own = ("with", "as") if kind == "call" else ()
    common = () if kind == "advance" else _COMMON
    fields(node, f"a {kind} step", (kind, *own, *common))
    action = KINDS[kind](node)
    return Step(
        number,
        node.key(kind).location,
        action,
        _origin(node.get("from")),
        _save(node, action),
        _expect(node.get("expect")),
    )


def _call(node: Record) -> Action:
    written = node.get("call")
    assert written is not None
    text(written, "call")
    assert isinstance(written, Scalar)
    operation = check_operation(written)
    return Call(operation, parameters(operation, node.get("with")), expression(node, "as"))


def _advance(node: Record) -> Action:
    written = node.get("advance")
    assert written is not None
    span = text(written, "advance")
    try:
        return Advance(duration(span), span)
    except InputError as error:
        raise written.error(error.message) from None


#: What a step can do, by the word that it begins with.
KINDS: dict[str, Callable[[Record], Action]] = {
    "call": _call,
    **PEOPLE,
    **LINKS,
    "advance": _advance,
}


def _save(node: Record, action: Action) -> str | None:
    """The name to save under: `save:`, or the person's own where it can be a name."""
    written = node.get("save")
    if written is not None:
        name = text(written, "save")
        if not SAVED_NAME.fullmatch(name):
            raise written.error(f"cannot save as {name!r}: letters, digits, - and _, beginning with a letter")
        return name
    person = getattr(action, "person", None)
    return person if person is not None and SAVED_NAME.fullmatch(person) else None


def _origin(node: Node | None) -> tuple[tuple[str, Any], ...]:
    if node is None:
        return ()
    record = fields(node, "from", _ORIGIN)
    address = record.get("source_ip")
    if address is not None and not is_address(text(address, "source_ip")):
        raise address.error(f"source_ip is an IP address, not {text(address, 'source_ip')!r}")
    stated: dict[str, Any] = {name: text(value, name) for name, value in record if name not in ("tls", "signature_age")}
    if (tls := record.get("tls")) is not None:
        stated["tls"] = truth(tls, "tls")
    if (age := record.get("signature_age")) is not None:
        stated["signature_age"] = whole(age, "signature_age")
    try:
        CallOrigin(**{name: value for name, value in stated.items() if name != "fingerprint"})
    except InputError as error:
        raise record.error(error.message, error.suggestion) from None
    return tuple(stated.items())


def _expect(node: Node | None) -> Expectation:
    if node is None:
        return Expectation()
    record = fields(node, "expect", _EXPECT)
    written = {name: text(value, name) for name, value in record if name in ("error", "message", "decision")}
    decision = written.get("decision")
    if decision not in (None, *_DECISIONS):
        place = record.get("decision")
        assert place is not None
        raise place.error(f"decision is {', '.join(_DECISIONS)}, not {decision!r}", suggest(decision, _DECISIONS))
    if "message" in written and "error" not in written:
        raise record.key("message").error("message goes with error: the code first")
    return Expectation(
        written.get("error"),
        written.get("message"),
        None if decision in (None, "either") else decision == "allowed",
        expression(record, "role"),
        _expected(record, "response"),
        _facts(record),
        _expected(record, "differs"),
        _expected(record, "id_token"),
        _expected(record, "access_token"),
        _sent(record.get("sent")),
        _leaks(record.get("leaks")),
        decision == "either",
        _listed(record, "items"),
        _listed(record, "objects"),
    )


def _leaks(node: Node | None) -> int | tuple[str, ...] | None:
    """`leaks: 2`, or the list of what leaks."""
    if node is None or isinstance(node, Scalar):
        return None if node is None else whole(node, "leaks")
    if not isinstance(node, Series):
        raise node.error(f"leaks is a number, or a list of what leaks, not {kind_of(node)}")
    return tuple(text(each, "a leak") for each in node.items)


def _listed(record: Record, name: str) -> tuple[Expression, ...] | None:
    """All that should come back: mappings of attributes for items, keys for objects."""
    if record.get(name) is None:
        return None
    return tuple(untyped(each) for each in items(record, name))


def _expected(record: Record, name: str) -> tuple[Expected, ...]:
    node = record.get(name)
    if node is None:
        return ()
    body = fields(node, name, None)
    return tuple(Expected(key, untyped(value), body.key(key).location) for key, value in body)


def _facts(record: Record) -> tuple[Expected, ...]:
    """What decisions state are texts, so `no` is the answer no."""
    node = record.get("because")
    if node is None:
        return ()
    body = fields(node, "because", None)
    return tuple(Expected(name, expression(body, name), body.key(name).location) for name, _ in body)


def _sent(node: Node | None) -> tuple[tuple[Expected, ...], ...] | None:
    """`sent: nothing`, one message, or a list of them."""
    if node is None:
        return None
    if isinstance(node, Scalar):
        if node.text != "nothing":
            raise node.error(f"sent is nothing, a message or a list of messages, not {node.text!r}", "nothing")
        return ()
    messages = node.items if isinstance(node, Series) else (node,)
    if not messages:
        raise node.error("an empty list says nothing", "nothing")
    return tuple(_message(each) for each in messages)


def _message(node: Node) -> tuple[Expected, ...]:
    body = fields(node, "a message", _MESSAGE)
    if not body.entries:
        raise node.error(f"a message has some of {', '.join(_MESSAGE)}")
    return tuple(Expected(name, expression(body, name), body.key(name).location) for name, _ in body)
