"""Cogsim::OidcIssuer: an OpenID Connect provider outside AWS, with its applications, people and repositories."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from cogsim.frozen import freeze
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.intrinsics import Reference, words_of
from cogsim.load.cloudformation.properties import Properties
from cogsim.load.nodes import Node, Record, Scalar, Series
from cogsim.persistent import Map
from cogsim.world.external_oidc import (
    ALGORITHMS,
    PKCE,
    PRESETS,
    OidcClient,
    OidcIssuer,
    OidcUser,
    Repository,
    subject_at,
)

Noun = TypeVar("Noun")
_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})", re.ASCII)
_DECIMAL = re.compile(r"-?(0|[1-9]\d{0,17})\.\d{1,17}", re.ASCII)


def read_oidc_issuer(resource: Resource) -> Reference:
    """A provider; what a preset fixes need not be stated."""
    properties = resource.properties
    preset = properties.choice("Preset", tuple(PRESETS), "generic")
    fixed = PRESETS[preset].url
    url = properties.text("Url", fixed) if fixed is not None else properties.needed("Url")

    def user(stated: Properties) -> OidcUser:
        return _user(stated, preset, url)

    issuer = properties.make(
        lambda: OidcIssuer(
            url=url,
            preset=preset,
            algorithm=properties.choice("Algorithm", ALGORITHMS, "RS256"),
            generations=_generations(properties),
            clients=_by_name(properties, "Clients", "Id", _client),
            users=_by_name(properties, "Users", "Username", user),
            repositories=_by_name(properties, "Repositories", "Name", _repository),
            token_lifetime=properties.number("TokenLifetime", 3600),
            reachable=properties.flag("Reachable", True),
            origin=resource.origin,
        )
    )
    resource.define("OpenID Connect issuer", url)
    resource.draft.world = resource.draft.world.with_oidc_issuer(issuer)
    return resource.reference(url, Url=url, Host=url.removeprefix("https://"))


def _generations(properties: Properties) -> tuple[int, ...]:
    found = []
    for text in properties.texts("Generations"):
        if not _INTEGER.fullmatch(text):
            raise properties.error("Generations", f"holds {text!r}, and must hold whole numbers")
        found.append(int(text))
    return tuple(found) or (1,)


def _by_name(properties: Properties, name: str, key: str, read: Callable[[Properties], Noun]) -> Map[str, Noun]:
    """The list at `name` as a map by `key`, which no two entries share."""
    found: dict[str, Noun] = {}
    for stated in properties.children(name):
        own = stated.needed(key)
        if own in found:
            raise stated.error(key, f"is {own!r}, as another entry's is")
        found[own] = read(stated)
    return Map(found)


def _client(stated: Properties) -> OidcClient:
    return stated.make(
        lambda: OidcClient(
            id=stated.needed("Id"),
            secret=stated.text("Secret"),
            redirect_uris=stated.texts("RedirectUris"),
            pkce=stated.choice("Pkce", PKCE, "optional"),
            team_id=stated.text("TeamId"),
            key_id=stated.text("KeyId"),
        )
    )


def _user(stated: Properties, preset: str, url: str) -> OidcUser:
    username = stated.needed("Username")
    return stated.make(
        lambda: OidcUser(
            username=username,
            subject=stated.text("Subject", subject_at(preset, url, username)),
            password=stated.text("Password"),
            claims=_claims(stated),
            email_verified=stated.flag("EmailVerified"),
            enabled=stated.flag("Enabled", True),
        )
    )


def _claims(stated: Properties) -> Map[str, Any]:
    node = stated.get("Claims")
    if node is None:
        return Map()
    if not isinstance(node, Record):
        raise stated.error("Claims", "must be a mapping of claims to values")
    return Map({name: freeze(_value(value)) for name, value in node})


def _value(node: Node) -> Any:
    """A value of any type, as YAML and JSON read an unquoted one."""
    if isinstance(node, Series):
        return [_value(item) for item in node.items]
    if isinstance(node, Record):
        return {key: _value(value) for key, value in node}
    assert isinstance(node, Scalar)
    if node.is_null:
        raise node.error("a claim that says nothing is left out, not null")
    if node.plain and node.truth is not None:
        return node.truth
    if node.plain and _INTEGER.fullmatch(node.text):
        return int(node.text)
    if node.plain and _DECIMAL.fullmatch(node.text):
        return float(node.text)
    return words_of(node)


def _repository(stated: Properties) -> Repository:
    return stated.make(
        lambda: Repository(
            name=stated.needed("Name"),
            id=stated.text("Id", ""),
            owner_id=stated.text("OwnerId", ""),
            visibility=stated.text("Visibility", "private"),
            environments=stated.texts("Environments"),
            subject_keys=stated.texts("SubjectKeys"),
            enterprise=stated.text("Enterprise"),
        )
    )


ADAPTERS = (
    Adapter(
        type="Cogsim::OidcIssuer",
        read=read_oidc_issuer,
        taken={
            "Algorithm": "algorithm",
            "Clients.Id": "clients.id",
            "Clients.KeyId": "clients.key_id",
            "Clients.Pkce": "clients.pkce",
            "Clients.RedirectUris": "clients.redirect_uris",
            "Clients.Secret": "clients.secret",
            "Clients.TeamId": "clients.team_id",
            "Generations": "generations",
            "Preset": "preset",
            "Reachable": "reachable",
            "Repositories.Enterprise": "repositories.enterprise",
            "Repositories.Environments": "repositories.environments",
            "Repositories.Id": "repositories.id",
            "Repositories.Name": "repositories.name",
            "Repositories.OwnerId": "repositories.owner_id",
            "Repositories.SubjectKeys": "repositories.subject_keys",
            "Repositories.Visibility": "repositories.visibility",
            "TokenLifetime": "token_lifetime",
            "Url": "url",
            "Users.Claims": "users.claims",
            "Users.EmailVerified": "users.email_verified",
            "Users.Enabled": "users.enabled",
            "Users.Password": "users.password",
            "Users.Subject": "users.subject",
            "Users.Username": "users.username",
        },
        attributes=("Url", "Host"),
    ),
)
