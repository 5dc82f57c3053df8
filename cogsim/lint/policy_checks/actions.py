"""Whether the actions that a statement names exist. # ug:action"""

from __future__ import annotations

from collections.abc import Iterator

from cogsim.errors import suggest
from cogsim.lint.policy_draft import Draft, Word
from cogsim.lint.policy_finding import PolicyFinding
from cogsim.load import service_data


def check(draft: Draft) -> Iterator[PolicyFinding]:
    """Services and actions that AWS does not have, and wildcards where a service's prefix stands."""
    for statement in draft.statements:
        for word in statement.actions.values if statement.actions else ():
            if not word.open and "${" not in word.text and word.text not in ("*", "*:*"):
                yield from _action(word)


def _action(word: Word) -> Iterator[PolicyFinding]:
    service, colon, name = word.text.partition(":")
    if not colon or not service or not name:
        near = _anywhere(word.text) if not colon else None
        message = f"An action is written service:Name, or *, not {word.text!r}."
        yield word.finding("INVALID_ACTION", message, near or "")
    elif set("*?") & set(service):
        message = f"{service!r} also stands for services that come later: name each service."
        yield word.finding("WILDCARD_IN_SERVICE_NAME", message)
    elif service.casefold() not in service_data.services():
        near = suggest(service, service_data.services())
        message = f"AWS has no service {service!r}."
        yield word.finding("INVALID_SERVICE_IN_ACTION", message, f"{near}:{name}" if near else "")
    elif not service_data.matching(f"{service}:{name}"):
        near = suggest(name, [each.name for each in service_data.actions(service.casefold()).values()])
        what = "no action that fits" if set("*?") & set(name) else "no action"
        message = f"{service} has {what} {name!r}."
        yield word.finding("INVALID_ACTION", message, f"{service}:{near}" if near and "*" not in name else "")


def _anywhere(name: str) -> str | None:
    """The action of that very name, where just one well-known service has it."""
    found = [f"{service}:{name}" for service in ("s3", "iam", "sts", "dynamodb", "kms", "sqs", "sns", "ec2", "lambda")]
    known = [service_data.action(each) for each in found]
    names = [each.full_name for each in known if each is not None]
    return names[0] if len(names) == 1 else None
