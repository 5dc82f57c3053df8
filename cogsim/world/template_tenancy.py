"""Tenancies as the resources that they load from."""

from __future__ import annotations

from cogsim.world.template_parts import Json, present, resource, some
from cogsim.world.tenancy import Members, Owner, Tenancy


def tenancy(noun: Tenancy) -> Json:
    """Cogsim::Tenancy."""
    properties: Json = {
        "Name": noun.name,
        "Owners": some(_owner(each) for each in noun.owners),
        "Members": some(_members(each) for each in noun.members),
        "Shared": some(noun.shared),
        "Operators": some(noun.operators),
    }
    return resource("Cogsim::Tenancy", properties)


def _owner(noun: Owner) -> Json:
    store = "Table" if noun.store.startswith("arn:") else "Bucket"
    stated = {"KeyPattern": noun.key_pattern, "Tag": noun.tag, "Attribute": noun.attribute}
    return present({store: noun.store, **stated})


def _members(noun: Members) -> Json:
    named = {noun.source: noun.of} if noun.source else {}
    stated = {"Tenant": noun.tenant, "Attribute": noun.attribute, "Groups": noun.groups}
    return present({**named, **stated, "People": some(noun.people)})
