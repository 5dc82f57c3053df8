"""The condition keys that IAM's own resources and calls bring into a request. # sar:iam"""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.arn import Arn
from cogsim.persistent import Map
from cogsim.policy.request import Values
from cogsim.world.world import World

#: Kinds of resource whose tags are also read under IAM's own key.
_OWN_KEY = frozenset({"user", "role"})


def resource_tag_keys(world: World, arn: Arn) -> dict[str, str]:
    """The tags of the user, role, policy or provider behind `arn` as condition keys; nothing for other resources."""
    if arn.service != "iam":
        return {}
    kind, text = arn.resource.partition("/")[0], str(arn)
    keys: dict[str, str] = {}
    for name, value in _tags(world, kind, text).items():
        keys[f"aws:ResourceTag/{name}"] = value
        if kind in _OWN_KEY:
            keys[f"iam:ResourceTag/{name}"] = value
    return keys


def _tags(world: World, kind: str, arn: str) -> Map[str, str]:
    places: Mapping[str, Mapping[str, object]] = {
        "user": world.users,
        "role": world.roles,
        "policy": world.managed_policies,
        "oidc-provider": world.oidc_providers,
        "saml-provider": world.saml_providers,
        "mfa": world.mfa_devices,
    }
    noun = places[kind].get(arn) if kind in places else None
    tags: Map[str, str] = getattr(noun, "tags", Map())
    return tags


def request_tag_keys(tags: tuple[tuple[str, str], ...]) -> dict[str, str | Values]:
    """The keys of a call that passes tags; nothing where it passes none."""
    keys: dict[str, str | Values] = {f"aws:RequestTag/{name}": value for name, value in tags}
    return {**keys, **tag_name_keys(tuple(name for name, _ in tags))}


def tag_name_keys(names: tuple[str, ...]) -> dict[str, str | Values]:
    """The key of a call that names tags, to put them on or to take them away."""
    return {"aws:TagKeys": Values(names, multivalued=True)} if names else {}
