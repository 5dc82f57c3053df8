"""What a step left beside its response, held against what was expected: tokens with claims, and messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cogsim.aws.mailbox import Message
from cogsim.errors import InputError, suggest
from cogsim.scenario.document import Expectation, Expected
from cogsim.scenario.expect import ValueOf, same
from cogsim.scenario.references import Reference, evaluate
from cogsim.scenario.saved import Person, Saved, walk
from cogsim.tokens.jwt import UnverifiedToken, read


def unproved(
    expect: Expectation,
    response: Mapping[str, Any],
    saved: Saved | None,
    sent: Sequence[Message],
    value_of: ValueOf,
) -> tuple[str, ...]:
    """A sentence for each expectation that what was left does not meet; `saved` is None where the step was refused, and
    then its tokens and its response are not looked for."""
    found: list[str] = []
    if saved is not None:
        for expected in expect.differs:
            found += _differs(expected, response, value_of)
        for kind, claims in (("IdToken", expect.id_token), ("AccessToken", expect.access_token)):
            if claims:
                found += _claims(kind, claims, saved, value_of)
    if expect.sent == () and sent:
        found.append(f"expected nothing to be sent, and it was: {_listed(sent)}")
    for message in expect.sent or ():
        wanted = {each.name: str(evaluate(each.value, value_of)) for each in message}
        if not any(_is(each, wanted) for each in sent):
            told = ", ".join(
                f"{name} {wanted[name]!r}" if name != "body" else name for name in wanted
            )  # it holds a code
            found.append(f"expected a message ({told}) to be sent, and there was {_listed(sent) or 'none'}")
    return tuple(found)


def _differs(expected: Expected, response: Mapping[str, Any], value_of: ValueOf) -> Iterator[str]:
    path = Reference("response", tuple(expected.name.split(".")), expected.location)
    try:
        got = walk(response, path)
    except InputError as error:
        yield f"expected {expected.name}: {error.message.replace('$response', 'the response')}"
        return
    if same(evaluate(expected.value, value_of), got):
        yield f"expected another {expected.name} than before, and it is the same"


def _claims(kind: str, expected: tuple[Expected, ...], saved: Saved, value_of: ValueOf) -> Iterator[str]:
    """A claim that is expected to be null must be absent."""
    claims = _read(kind, saved)
    if claims is None:
        yield f"expected an {kind}, and the step gave none"
        return
    for each in expected:
        wanted, got = evaluate(each.value, value_of), claims.get(each.name)
        if got is None and wanted is not None:
            near = suggest(each.name, claims)
            yield f"the {kind} has no claim {each.name!r}" + (f" (did you mean {near!r}?)" if near else "")
        elif not (wanted is None and got is None) and not same(wanted, got):
            yield f"expected the claim {each.name} of the {kind} to be {wanted!r}, and it is {got!r}"


def _read(kind: str, saved: Saved) -> Mapping[str, Any] | None:
    """The claims of the token that the step gave; nobody verifies here what a user pool has just signed."""
    if isinstance(saved, Person):
        token = (saved.session.id_token if kind == "IdToken" else saved.session.access_token) if saved.session else None
    else:
        token = (saved.get("AuthenticationResult") or saved).get(kind)
    parsed = read(token) if isinstance(token, str) else None
    return parsed.claims if isinstance(parsed, UnverifiedToken) else None


def _is(message: Message, wanted: Mapping[str, str]) -> bool:
    """`to` and `medium` are the message's own, of the rest it holds what is wanted."""
    for name, value in wanted.items():
        got = getattr(message, name)
        if got != value if name in ("to", "medium") else value not in got:
            return False
    return True


def _listed(sent: Sequence[Message]) -> str:
    """Messages as they may be shown: without their texts, which hold codes."""
    return "; ".join(f"{message.purpose} by {message.medium} to {message.to}" for message in sent)
