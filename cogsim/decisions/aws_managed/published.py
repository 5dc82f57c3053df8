"""The form in which AWS's own managed policies are written down here, and the documents they stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: A statement as a policy document has it.
Statement = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Published:
    """A policy as AWS publishes it: `title` is its path without the leading slash and its name, `version` the default
    version, `created` and `updated` instants in UTC, `statements` the document's."""

    title: str
    version: str
    created: str
    updated: str
    statements: tuple[Statement, ...]

    @property
    def name(self) -> str:
        return self.title.rpartition("/")[2]

    @property
    def path(self) -> str:
        return f"/{self.title.removesuffix(self.name)}"

    @property
    def document(self) -> dict[str, Any]:
        return {"Version": "2012-10-17", "Statement": [dict(each) for each in self.statements]}


def allow(
    *actions: str,
    on: tuple[str, ...] | None = None,
    when: Mapping[str, Any] | None = None,
    sid: str | None = None,
    all_but: bool = False,
) -> Statement:
    """A statement that allows `actions`, written as `listed` reads them, or with `all_but` all others; on everything
    where `on` names no resources."""
    return _statement("Allow", actions, on, when, sid, all_but=all_but)


def deny(
    *actions: str,
    on: tuple[str, ...] | None = None,
    when: Mapping[str, Any] | None = None,
    sid: str | None = None,
) -> Statement:
    """A statement that denies them."""
    return _statement("Deny", actions, on, when, sid, all_but=False)


def listed(text: str) -> Iterator[str]:
    """The actions of a text such as `s3: Get* List* sns: Publish`: each word is an action of the service before it,
    and a lone `*` every action there is."""
    service = ""
    for word in text.split():
        if word.endswith(":"):
            service = word
        else:
            yield f"{service}{word}"


def _statement(
    effect: str,
    actions: tuple[str, ...],
    on: tuple[str, ...] | None,
    when: Mapping[str, Any] | None,
    sid: str | None,
    *,
    all_but: bool,
) -> Statement:
    return {
        **({"Sid": sid} if sid else {}),
        "Effect": effect,
        "NotAction" if all_but else "Action": [action for text in actions for action in listed(text)],
        "Resource": list(on) if on else "*",
        **({"Condition": when} if when else {}),
    }
