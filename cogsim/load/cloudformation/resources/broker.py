"""Cogsim::Broker and Cogsim::BrokerMistakes: a custom identity broker, and what one of the world gets wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cogsim.errors import InputError, suggest
from cogsim.frozen import freeze
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference, words_of
from cogsim.load.cloudformation.properties import Properties
from cogsim.load.cloudformation.values import json_value
from cogsim.load.nodes import Record, Scalar, Series, kind_of
from cogsim.persistent import Map
from cogsim.world.broker import ASSUME_ROLE, OPERATIONS, Broker, BrokerPerson, BrokerRule


def read_broker(resource: Resource) -> Reference:
    """A broker with its people and rules, each with the line it stands at."""
    properties = resource.properties
    name = properties.text("Name") or resource.logical_id
    resource.define("broker", name)
    rules = tuple(_rule(resource, number, each) for number, each in enumerate(properties.children("Rules")))
    people = {key: _person(resource, key, stated) for key, stated in properties.entries("People")}
    broker = Broker(
        name=name,
        principal_arn=properties.needed("Principal"),
        people=Map(people),
        rules=rules,
        wishes=_wishes(properties),
        url=properties.text("Url", ""),
        origin=resource.origin,
    )
    resource.draft.world = resource.draft.world.with_broker(broker)
    return resource.reference(name)


def _person(resource: Resource, name: str, stated: Properties) -> BrokerPerson:
    return BrokerPerson(
        name=name,
        password=stated.needed("Password"),
        tenant=stated.text("Tenant"),
        groups=stated.texts("Groups"),
        enabled=stated.flag("Enabled", True),
        attributes=stated.map("Attributes"),
        origin=replace(resource.origin, location=resource.origin.at(f"People.{name}"), places={}),
    )


def _rule(resource: Resource, number: int, stated: Properties) -> BrokerRule:
    origin = resource.origin
    prefix = f"Rules.{number}."
    places = {path.removeprefix(prefix): at for path, at in origin.places.items() if path.startswith(prefix)}
    return stated.make(
        lambda: BrokerRule(
            name=stated.text("Name") or str(number),
            operation=stated.choice("Operation", OPERATIONS, ASSUME_ROLE),
            groups=stated.texts("Groups"),
            role_arn=stated.text("RoleArn"),
            identity_pool_id=stated.text("IdentityPoolId"),
            provider_name=stated.text("ProviderName"),
            session_name=stated.text("SessionName", "{user}"),
            duration=stated.number("DurationSeconds"),
            external_id=stated.text("ExternalId"),
            source_identity=stated.text("SourceIdentity"),
            tags=stated.map("Tags"),
            transitive_tag_keys=stated.texts("TransitiveTagKeys"),
            policy=_policy(stated),
            policy_arns=stated.texts("PolicyArns"),
            origin=replace(origin, location=stated.node.location, places=places),
        )
    )


def _policy(stated: Properties) -> Any:
    """The template of a session policy: JSON whose texts values go into; STS reads it once they are there."""
    node = stated.get("Policy")
    if node is None:
        return None
    if not isinstance(node, Record):
        raise stated.error("Policy", f"is {kind_of(node)}, and must be a policy document as a mapping")
    return freeze(json_value(node))


def _wishes(properties: Properties) -> Map[str, tuple[str, ...]]:
    """What clients may ask for: each name with a list of values, an empty one for any text."""
    node = properties.get("Wishes")
    if node is not None and not isinstance(node, Record):
        raise properties.error("Wishes", f"is {kind_of(node)}, and must be a mapping")
    found: dict[str, tuple[str, ...]] = {}
    for name, value in node or ():
        if not isinstance(value, Series) or not all(isinstance(item, Scalar) for item in value.items):
            raise value.error(f"Wishes.{name} is a list of values, or an empty one for any text")
        found[name] = tuple(words_of(item) for item in value.items if isinstance(item, Scalar))
    return Map(found)


def read_mistakes(resource: Resource) -> Reference:
    """What a broker of the world gets wrong: stated beside it, so that the broker itself stays as it should be."""
    properties, draft = resource.properties, resource.draft
    name, mistakes = properties.needed("Broker"), properties.texts("Mistakes")
    resource.define("mistakes", f"of the broker {name}")

    def change() -> None:
        broker = draft.world.brokers.get(name)
        if broker is None:
            near = suggest(name, draft.world.brokers)
            raise InputError(f"{resource.logical_id}: no broker is called {name!r}", resource.place, near)
        made = properties.make(lambda: replace(broker, mistakes=mistakes, mistakes_origin=resource.origin))
        draft.world = draft.world.with_broker(made)

    draft.later(ATTACHMENTS, change)
    return resource.reference(name)


ADAPTERS = (
    Adapter(
        type="Cogsim::Broker",
        read=read_broker,
        taken={
            "Name": "name",
            "People.Attributes": "people.attributes",
            "People.Enabled": "people.enabled",
            "People.Groups": "people.groups",
            "People.Password": "people.password",
            "People.Tenant": "people.tenant",
            "Principal": "principal_arn",
            "Rules.DurationSeconds": "rules.duration",
            "Rules.ExternalId": "rules.external_id",
            "Rules.Groups": "rules.groups",
            "Rules.IdentityPoolId": "rules.identity_pool_id",
            "Rules.Name": "rules.name",
            "Rules.Operation": "rules.operation",
            "Rules.Policy": "rules.policy",
            "Rules.PolicyArns": "rules.policy_arns",
            "Rules.ProviderName": "rules.provider_name",
            "Rules.RoleArn": "rules.role_arn",
            "Rules.SessionName": "rules.session_name",
            "Rules.SourceIdentity": "rules.source_identity",
            "Rules.Tags": "rules.tags",
            "Rules.TransitiveTagKeys": "rules.transitive_tag_keys",
            "Url": "url",
            "Wishes": "wishes",
        },
        required=("People", "Principal", "Rules"),
    ),
    Adapter(
        type="Cogsim::BrokerMistakes",
        read=read_mistakes,
        taken={"Broker": "name", "Mistakes": "mistakes"},
        required=("Broker", "Mistakes"),
    ),
)
