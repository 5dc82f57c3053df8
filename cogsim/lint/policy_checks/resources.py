"""Whether the ARNs that a statement names can be ARNs of anything: field by field, against every published format."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from cogsim.errors import suggest
from cogsim.lint.policy_draft import Draft, Word
from cogsim.lint.policy_finding import PolicyFinding
from cogsim.load import service_data
from cogsim.policy.document import PolicyKind

_VARIABLE = re.compile(r"\$\{[^{}]*\}")
_ACCOUNT = re.compile(r"\d{12}|aws")
#: Beyond this many steps two patterns are taken to meet: a bound on the work for one resource.
_MOST_STEPS = 200_000
#: Services some of whose resources AWS itself owns, under ARNs without an account: documents, views.
_OWNED_BY_AWS = ("ssm", "resource-explorer-2")
_FIELDS = ("arn", "partition", "service", "region", "account", "resource")


def check(draft: Draft) -> Iterator[PolicyFinding]:
    """The first thing that is wrong with each resource; `*` and what is unresolved is right."""
    for statement in draft.statements:
        for word in statement.resources.values if statement.resources else ():
            if word.text != "*" and not word.open:
                yield from _resource(word, draft)


def _resource(word: Word, draft: Draft) -> Iterator[PolicyFinding]:
    text = word.text
    if not text.startswith("arn:"):
        if draft.kind is PolicyKind.RESOURCE and text and not text.casefold().startswith("arn"):
            return  # some services take shorter forms of their own, as API Gateway does
        if text != "arn:*" and not ("arn:".startswith(text.rstrip("*")) and text.endswith("*")):
            fix = f"arn:aws:s3:::{text[5:]}" if text.startswith("s3://") else ""
            yield word.finding("INVALID_ARN_PREFIX", f"A resource is an ARN, or *, not {text!r}.", fix)
        return
    fields = _fields(text)
    if len(fields) < 6:
        if not text.endswith("*"):
            missing = " and ".join(_FIELDS[len(fields) :])
            message = f"{text!r} lacks {missing}: an ARN is arn:partition:service:region:account:resource."
            yield word.finding("MISSING_ARN_FIELD", message, text + ":" * (5 - len(fields)) + ":*")
        return
    yield from next(filter(None, (list(judge(word, fields)) for judge in (_partition, _service, _format))), ())


def _fields(text: str) -> list[str]:
    """The six fields; a colon inside `${…}` separates nothing."""
    hidden = _VARIABLE.sub(lambda match: match[0].replace(":", "\0"), text)
    return [field.replace("\0", ":") for field in hidden.split(":", 5)]


def _wild(field: str) -> bool:
    return bool(set("*?") & set(field)) or "${" in field


def _partition(word: Word, fields: list[str]) -> Iterator[PolicyFinding]:
    known = service_data.regions()
    if not _wild(fields[1]) and fields[1] not in known:
        near = suggest(fields[1], known) or "aws"
        message = f"{fields[1]!r} is no partition: there are {', '.join(sorted(known))}."
        yield word.finding("INVALID_PARTITION", message, ":".join(["arn", near, *fields[2:]]))


def _service(word: Word, fields: list[str]) -> Iterator[PolicyFinding]:
    service = fields[2]
    known = {*service_data.arn_formats(), *service_data.services()}
    if set("*?") & set(service):
        message = f"{service!r} also stands for services that come later: name each service."
        if service != "*" or any(field != "*" for field in fields[3:]):
            yield word.finding("WILDCARD_IN_SERVICE_NAME", message)
    elif service != service.lower() and service.lower() in known:
        fixed = ":".join([*fields[:2], service.lower(), *fields[3:]])
        yield word.finding("INVALID_ARN_SERVICE_CASE", f"{service!r} is written in lower case in an ARN.", fixed)
    elif "${" not in service and service not in known:
        near = suggest(service, known)
        message = f"AWS has no service {service!r}." if service else "The ARN names no service."
        yield word.finding("INVALID_SERVICE", message, ":".join([*fields[:2], near, *fields[3:]]) if near else "")


def _format(word: Word, fields: list[str]) -> Iterator[PolicyFinding]:
    """Region, account and resource, against the formats of the service's resource types."""
    service, region, account, resource = fields[2:]
    if not _wild(account) and account and not _ACCOUNT.fullmatch(account):
        named = {each.split(":", 5)[4] for each in service_data.arn_formats().get(service, ())}
        if account not in named:
            yield word.finding("INVALID_ARN_ACCOUNT", f"{account!r} is no account: an account has twelve digits.")
            return
    partition = service_data.regions().get(fields[1])
    if region and not _wild(region) and partition is not None and region not in partition:
        near = suggest(region, partition)
        fixed = ":".join([*fields[:3], near, *fields[4:]]) if near else ""
        yield word.finding("INVALID_ARN_REGION", f"The partition {fields[1]} has no region {region!r}.", fixed)
        return
    formats = _formats(service)
    if not formats:
        return
    fitting = _fitting(service, _VARIABLE.sub("*", resource))
    if not fitting:
        shown = ", ".join(sorted({each[2] for each in formats})[:4])
        message = f"No resource of {service} is called {resource!r}; some are called {shown}."
        yield word.finding("INVALID_ARN_RESOURCE", message)
        return
    yield from _region(word, service, region, {each[0] for each in fitting})
    yield from _account(word, service, account, {each[1] for each in fitting})


def _region(word: Word, service: str, written: str, formats: set[str]) -> Iterator[PolicyFinding]:
    if written and formats == {""} and written != "*":
        message = f"The ARN of such a resource of {service} has no region."
        yield word.finding("ARN_REGION_NOT_ALLOWED", message, _with(word.text, 3, ""))
    elif not written and "" not in formats and "*" not in formats:
        message = f"The ARN of such a resource of {service} has a region."
        yield word.finding("MISSING_ARN_REGION", message, _with(word.text, 3, "*"))


def _account(word: Word, service: str, written: str, formats: set[str]) -> Iterator[PolicyFinding]:
    if written and formats == {""} and written != "*":
        message = f"The ARN of such a resource of {service} has no account."
        yield word.finding("ARN_ACCOUNT_NOT_ALLOWED", message, _with(word.text, 4, ""))
    elif not written and not {"", "*"} & formats and service not in _OWNED_BY_AWS:
        message = f"The ARN of such a resource of {service} has an account."
        yield word.finding("MISSING_ARN_ACCOUNT", message)


def _with(text: str, index: int, field: str) -> str:
    fields = _fields(text)
    return ":".join([*fields[:index], field, *fields[index + 1 :]])


_Format = tuple[str, str, str]


@cache
def _formats(service: str) -> tuple[_Format, ...]:
    """Region, account and resource of every format of the service."""
    split = (each.split(":", 5) for each in service_data.arn_formats().get(service, ()))
    return tuple((fields[3], fields[4], fields[5]) for fields in split)


@lru_cache(maxsize=4096)
def _fitting(service: str, resource: str) -> tuple[_Format, ...]:
    """The formats that some resource fits which the pattern fits too."""
    formats = _formats(service)
    return formats if resource == "*" else tuple(each for each in formats if _meet(_as_glob(each[2]), resource))


@cache
def _as_glob(published: str) -> str:
    return _VARIABLE.sub("*", published)


def _literal(written: str) -> int:
    """How many characters stand before the first wildcard."""
    return min((at for at in (written.find("*"), written.find("?")) if at >= 0), default=len(written))


def _meet(one: str, other: str) -> bool:
    """Whether some text fits both patterns."""
    both = min(_literal(one), _literal(other))
    if one[:both] != other[:both]:
        return False
    if len(one) * len(other) > _MOST_STEPS:
        return True
    # reach[j]: what is read of `one` so far can end where other[:j] ends
    reach = [True] + [False] * len(other)
    for j, piece in enumerate(other):
        reach[j + 1] = reach[j] and piece == "*"
    for piece in one:
        row = [reach[0] and piece == "*"]
        for j, against in enumerate(other):
            both = piece == against or piece == "?" or against == "?"
            step = reach[j] and both and "*" not in (piece, against)
            row.append(
                step
                or (piece == "*" and (reach[j + 1] or row[j] or reach[j]))
                or (against == "*" and (row[j] or reach[j + 1] or reach[j]))
            )
        reach = row
    return reach[-1]
