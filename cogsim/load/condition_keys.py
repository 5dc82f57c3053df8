"""Which condition keys exist, of which type, and what an unknown one was probably meant to be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from cogsim.errors import InputError, suggest
from cogsim.load import service_data
from cogsim.policy.global_keys import CLAIM_KEYS, GLOBAL_KEYS, SAML_LISTS
from cogsim.policy.grammar import is_placeholder

#: What stands for a name of the caller's own in the data: `${TagKey}`, `<key>`.
_OPEN = re.compile(r"\$\{[^}]*\}|<[^>]*>")
_PROVIDER = re.compile(r"(?P<host>[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?(/[^\s:]*)?):(?P<claim>[^\s]+)")


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A condition key: its name as AWS writes it, and its type (`String`, `ArrayOfARN`, …); `service` is empty for
    global keys and for those of identity providers. `open`: a part of the name is the caller's, as in keys of tags,
    and so are the values, which may be of any type."""

    name: str
    type: str
    service: str = ""
    open: bool = False

    @property
    def multivalued(self) -> bool:
        return self.type.startswith("ArrayOf")

    @property
    def value_type(self) -> str:
        """The type of one value."""
        return self.type.removeprefix("ArrayOf")


@cache
def find_key(written: str) -> KnownKey | None:
    """The key that `written` names in any case, or None where AWS has no such key. # ug:condition-keys"""
    folded = written.casefold()
    service = folded.partition(":")[0]
    if service == "aws":
        name = _global_keys().get(folded) or next((tag for tag in _tag_keys() if _names_a_tag(folded, tag)), None)
        if name is None:
            return None
        is_tag = name.endswith("/")
        return KnownKey(written if is_tag else name, GLOBAL_KEYS[name], open=is_tag)
    if folded in SAML_LISTS:
        return KnownKey(written, "ArrayOfString")
    found = service_data.all_condition_keys().get(folded)
    if found is None and not service_data.condition_keys(service) and "." in service:
        return _provider_key(folded) or _patterned(folded)
    if found is None:
        return _patterned(folded)
    if folded.endswith(":amr"):  # ug:iam-condition-keys: published as one string, and a list in tokens
        return KnownKey(found[0], "ArrayOfString")
    return KnownKey(found[0], found[1], service)


@cache
def _global_keys() -> Mapping[str, str]:
    return MappingProxyType({name.casefold(): name for name in GLOBAL_KEYS if not name.endswith("/")})


@cache
def _tag_keys() -> tuple[str, ...]:
    return tuple(name for name in GLOBAL_KEYS if name.endswith("/"))


def _names_a_tag(folded: str, tag: str) -> bool:
    return folded.startswith(tag.casefold()) and len(folded) > len(tag)


def _provider_key(folded: str) -> KnownKey | None:
    """A claim of an identity provider, which is known by its host and path. # ug:iam-condition-keys §federated"""
    form = _PROVIDER.fullmatch(folded)
    if form is None or form["claim"] not in CLAIM_KEYS:
        return None
    return KnownKey(folded, CLAIM_KEYS[form["claim"]])


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str, str], ...]:
    found = []
    for folded, (name, kind) in service_data.all_condition_keys().items():
        if _OPEN.search(folded):
            expression = ".+".join(re.escape(piece) for piece in _OPEN.split(folded))
            found.append((re.compile(expression), name, kind))
    return tuple(found)


def _patterned(folded: str) -> KnownKey | None:
    """A key with a name of the caller's own in it: `s3:ExistingObjectTag/color`."""
    for form, name, kind in _patterns():
        if form.fullmatch(folded):
            return KnownKey(name, kind, name.partition(":")[0].casefold(), open=True)
    return None


def lacks_tag_name(written: str) -> str | None:
    """The key with its slash, where `written` is a tag key whose tag is not named: `aws:ResourceTag`."""
    folded = written.casefold().removesuffix("/")
    for tag in _tag_keys():
        if folded == tag.casefold()[:-1]:
            return tag
    service_tags = (name for _, name, _ in _patterns() if "/" in name and _OPEN.search(name))
    return next((name[: name.index("/") + 1] for name in service_tags if folded == name.casefold().split("/")[0]), None)


def near_key(written: str, acting: Iterable[str] = ()) -> str | None:
    """The known key nearest to `written`: among the global ones and those of its own prefix, of the services `acting`,
    and of identity providers."""
    folded = written.casefold()
    service, _, rest = folded.partition(":")
    if "." in service and rest:
        claim = suggest(rest.rpartition(":")[2], CLAIM_KEYS)
        return f"{written.rpartition(':')[0]}:{claim}" if claim else None
    choices = [name if not name.endswith("/") else f"{name}key" for name in GLOBAL_KEYS]
    for each in sorted({service, *acting}):
        choices += [_OPEN.sub("key", name) for name, _ in service_data.condition_keys(each).values()]
    return suggest(written, choices)


def check_key(written: str, action: str = "") -> None:
    """InputError with a suggestion, unless a request (for `action`, `service:Name`) can carry the key `written`."""
    if is_placeholder(written):
        return
    acting = action.casefold().partition(":")[0]
    if find_key(written) is None:
        tag = lacks_tag_name(written)
        if tag is not None:
            raise InputError(f"the condition key {written!r} names no tag", suggestion=f"{tag}key")
        near = near_key(written, (acting,) if acting else ())
        raise InputError(f"AWS has no condition key {written!r}", suggestion=near)
