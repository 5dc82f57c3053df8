"""One step of a scenario, from its node: what is done, from where, saved as what, with which outcome expected."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cogsim.clock import duration
from cogsim.decisions.call_origin import CallOrigin, is_address
from cogsim.errors import InputError, suggest
from cogsim.load.nodes import Node, Record, Scalar, kind_of
from cogsim.scenario.document import (
    Action,
    Advance,
    Call,
    Confirm,
    Expectation,
    Expected,
    Refresh,
    SignIn,
    SignUp,
    Step,
    Vend,
)
from cogsim.scenario.fields import fields, text, truth
from cogsim.scenario.parameters import check_operation, parameters, untyped
from cogsim.scenario.references import SAVED_NAME, Entries, Expression, parse

_ORIGIN = tuple(sorted(set(CallOrigin.__dataclass_fields__) - {"partition"}))
_EXPECT = ("error", "message", "decision", "role", "response", "because")
_COMMON = ("from", "save", "expect")


def step(number: int, node: Node) -> Step:
    """The step that stands at `node`; InputError for a kind of step, a field or a value that there is not."""
    if not isinstance(node, Record):
        raise node.error(f"a step is a mapping, not {kind_of(node)}")
    kinds = [name for name, _ in node if name in _KINDS]
    if not kinds:
        first = next(iter(node), ("",))[0]
        near = suggest(first, _KINDS)
        raise node.error(f"a step is one of {', '.join(_KINDS)}" + (f", not {first!r}" if first else ""), near)
    if len(kinds) > 1:
        raise node.key(kinds[1]).error(f"one step does one thing: {kinds[0]} or {kinds[1]}")
    kind = kinds[0]
    own = ("with", "as") if kind == "call" else ()
    common = () if kind == "advance" else _COMMON
    fields(node, f"a {kind} step", (kind, *own, *common))
    action = _KINDS[kind](node)
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
    return Call(operation, parameters(operation, node.get("with")), _expression(node, "as"))


def _sign_up(node: Record) -> Action:
    body = _body(node, "sign_up", ("as", "username", "client", "password", "attributes"), ("as", "client", "password"))
    person = _person(body)
    return SignUp(
        person,
        _expression(body, "username") or person,
        _expression(body, "client"),
        _expression(body, "password"),
        _texts(body, "attributes"),
    )


def _confirm(node: Record) -> Action:
    body = _body(node, "confirm", ("as", "client", "code"), ("as",))
    return Confirm(_person(body), _expression(body, "client"), _expression(body, "code"))


def _sign_in(node: Record) -> Action:
    known = ("as", "username", "client", "password", "operator", "identity_pool")
    body = _body(node, "sign_in", known, ("as",))
    return SignIn(
        _person(body),
        _expression(body, "username"),
        _expression(body, "client"),
        _expression(body, "password"),
        _expression(body, "operator"),
        _expression(body, "identity_pool"),
    )


def _refresh(node: Record) -> Action:
    return Refresh(_person(_body(node, "refresh", ("as",), ("as",))))


def _credentials(node: Record) -> Action:
    body = _body(node, "credentials", ("as", "identity_pool"), ("as",))
    return Vend(_person(body), _expression(body, "identity_pool"))


def _advance(node: Record) -> Action:
    written = node.get("advance")
    assert written is not None
    span = text(written, "advance")
    try:
        return Advance(duration(span), span)
    except InputError as error:
        raise written.error(error.message) from None


_KINDS: dict[str, Callable[[Record], Action]] = {
    "call": _call,
    "sign_up": _sign_up,
    "confirm": _confirm,
    "sign_in": _sign_in,
    "refresh": _refresh,
    "credentials": _credentials,
    "advance": _advance,
}


def _body(node: Record, kind: str, known: tuple[str, ...], required: tuple[str, ...]) -> Record:
    body = node.get(kind)
    assert body is not None
    return fields(body, kind, known, required)


def _person(body: Record) -> str:
    """The name of `as:`, with or without a dollar."""
    node = body.get("as")
    assert node is not None
    return text(node, "as").removeprefix("$")


def _expression(record: Record, name: str) -> Expression:
    node = record.get(name)
    return parse(text(node, name), node.location) if node is not None else None


def _texts(record: Record, name: str) -> Entries:
    """A mapping of texts: attribute values are texts whatever they look like."""
    node = record.get(name)
    if node is None:
        return Entries()
    return Entries(tuple((key, parse(text(value, key), value.location)) for key, value in fields(node, name, None)))


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
    return tuple((name, truth(value, name) if name == "tls" else text(value, name)) for name, value in record)


def _expect(node: Node | None) -> Expectation:
    if node is None:
        return Expectation()
    record = fields(node, "expect", _EXPECT)
    written = {name: text(value, name) for name, value in record if name in ("error", "message", "decision")}
    decision = written.get("decision")
    if decision not in (None, "allowed", "denied"):
        place = record.get("decision")
        assert place is not None
        raise place.error(f"decision is allowed or denied, not {decision!r}", suggest(decision, ("allowed", "denied")))
    if "message" in written and "error" not in written:
        raise record.key("message").error("message goes with error: the code first")
    return Expectation(
        written.get("error"),
        written.get("message"),
        None if decision is None else decision == "allowed",
        _expression(record, "role"),
        _expected(record, "response"),
        _expected(record, "because"),
    )


def _expected(record: Record, name: str) -> tuple[Expected, ...]:
    node = record.get(name)
    if node is None:
        return ()
    body = fields(node, name, None)
    return tuple(Expected(key, untyped(value), body.key(key).location) for key, value in body)
