"""Functions' events of the types Api and HttpApi: the routes that they add to an API, and how those are guarded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cogsim.load.cloudformation.notes import Notes
from cogsim.load.cloudformation.sam.writing import is_function, known, member, members, record, text
from cogsim.load.nodes import Node, Record, Scalar

IMPLICIT = {"Api": "ServerlessRestApi", "HttpApi": "ServerlessHttpApi"}
_ID = {"Api": "RestApiId", "HttpApi": "ApiId"}
_AUTH = {
    "Api": ("ApiKeyRequired", "AuthorizationScopes", "Authorizer", "InvokeRole", "OverrideApiAuth", "ResourcePolicy"),
    "HttpApi": ("AuthorizationScopes", "Authorizer"),
}
_ANY = "x-amazon-apigateway-any-method"
_DEFAULT_PATH = "/$default"


@dataclass(frozen=True, slots=True)
class Event:
    """A route of a function: `api` is the logical id that it joins, `key` where it stands; `condition` is the
    function's."""

    api: str
    path: str
    method: str
    function: str
    auth: Record
    key: Scalar
    condition: str

    @property
    def operation(self) -> str:
        """The name of the method in a definition."""
        return _ANY if self.method == "any" else self.method


def events_of(resources: Record, kind: str, notes: Notes) -> Iterator[Event]:
    """Every event of that kind of every function, in the order written; one that joins an API by its id in a text is
    another template's."""
    for name, (_, resource) in resources.entries.items():
        if text(resource, "Type") != "AWS::Serverless::Function":
            continue
        events = member(record(resource, "Properties"), "Events")
        if is_function(events):
            notes.warn(events.location, f"the events of {name} are a function: routes that they make are missing")  # type: ignore[union-attr]
            continue
        for key, event in members(record(resource, "Properties"), "Events"):
            if is_function(event) or is_function(member(event, "Properties")):
                notes.warn(key.location, f"the event {key.text} of {name} is a function: a route may be missing")
            elif text(event, "Type") == kind:
                found = _event(kind, name, key, event, text(resource, "Condition"))
                if found is not None:
                    yield found


def _event(kind: str, function: str, key: Scalar, event: Record, condition: str) -> Event | None:
    properties = record(event, "Properties") or Record(key.file, key.line, key.column)
    api = _joined(member(properties, _ID[kind]), IMPLICIT[kind])
    if api is None:
        return None
    path, method = text(properties, "Path"), text(properties, "Method").lower()
    if kind == "HttpApi" and not path and not method:
        path, method = _DEFAULT_PATH, "any"
    if not path or not method:
        raise key.error(f"the event {key.text} of {function} says no {'Method' if path else 'Path'}")
    if method in ("*", _ANY):
        method = "any"
    auth = record(properties, "Auth") or Record(key.file, key.line, key.column)
    known(auth, f"Auth of {key.text}", _AUTH[kind])
    return Event(api, path, method, function, auth, key, condition)


def _joined(stated: Node | None, implicit: str) -> str | None:
    if stated is None:
        return implicit
    named = stated.get("Ref") if isinstance(stated, Record) else None
    return named.text if isinstance(named, Scalar) else None
