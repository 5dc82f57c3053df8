"""Cogsim::Tenancy: whose data is whose and whose people are whose, held against what is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cogsim.errors import suggest
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS, Draft
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.properties import Properties
from cogsim.world.external_oidc import OidcIssuer
from cogsim.world.external_saml import BUILT_IN_ATTRIBUTES, AdFs
from cogsim.world.origin import is_placeholder
from cogsim.world.tenancy import SOURCES, Members, Owner, Tenancy
from cogsim.world.world import World

#: After everything that resources attach to one another, the seeds among it.
_CHECKS = ATTACHMENTS + 1


@dataclass(frozen=True, slots=True)
class _Stated:
    """An owner or members, with the properties that state them."""

    noun: Owner | Members
    properties: Properties


def read_tenancy(resource: Resource) -> Reference:
    """A tenancy; its names are checked when the whole world is read."""
    properties, draft = resource.properties, resource.draft
    name = properties.text("Name") or resource.logical_id
    resource.define("tenancy", name)
    owners = [_Stated(_owner(draft, each), each) for each in properties.children("Owners")]
    members = [_Stated(_members(each), each) for each in properties.children("Members")]
    if not owners and not members:
        raise properties.error("Owners", "or Members are one at least: else it says nothing")
    tenancy = Tenancy(
        name=name,
        owners=tuple(each.noun for each in owners if isinstance(each.noun, Owner)),
        members=tuple(each.noun for each in members if isinstance(each.noun, Members)),
        shared=properties.texts("Shared"),
        operators=properties.texts("Operators"),
        origin=resource.origin,
    )

    def check() -> None:
        for each in (*owners, *members):
            _check(draft.world, each)
        for arn in tenancy.operators:
            if arn not in draft.world.roles and arn not in draft.world.users and not is_placeholder(arn):
                near = suggest(arn, (*draft.world.roles, *draft.world.users))
                raise properties.error("Operators", f"holds {arn!r}, which is no role and no user", near)
        draft.world = draft.world.with_tenancy(tenancy)

    draft.later(_CHECKS, check)
    return resource.reference(name)


def _owner(draft: Draft, stated: Properties) -> Owner:
    bucket, table = stated.text("Bucket"), stated.text("Table")
    if (bucket is None) == (table is None):
        raise stated.node.error(f"an owner of {stated.logical_id} is of one Bucket or of one Table")
    if table is not None and stated.has("Tag"):
        raise stated.error("Tag", "is an object's; items have an Attribute", "Attribute")
    if bucket is not None and stated.has("Attribute"):
        raise stated.error("Attribute", "is an item's; objects have a Tag", "Tag")
    store = bucket if bucket is not None else table or ""
    return stated.make(
        lambda: Owner(
            _table_arn(draft, store) if table is not None else store,
            stated.text("KeyPattern"),
            stated.text("Tag"),
            stated.text("Attribute"),
        )
    )


def _table_arn(draft: Draft, name: str) -> str:
    """The ARN of the table of that name at home; an ARN as it is."""
    home = draft.world.home
    return (
        name if name.startswith("arn:") else f"arn:{home.partition}:dynamodb:{home.region}:{home.account}:table/{name}"
    )


def _members(stated: Properties) -> Members:
    named = [name for name in SOURCES if stated.has(name)]
    if len(named) > 1:
        raise stated.error(named[1], f"and {named[0]} are two sources: state each by itself")
    source = named[0] if named else ""
    return stated.make(
        lambda: Members(
            source=source,
            of=stated.needed(source) if source else "",
            tenant=stated.text("Tenant"),
            people=stated.texts("People"),
            attribute=stated.text("Attribute"),
            groups=stated.text("Groups"),
        )
    )


def _check(world: World, stated: _Stated) -> None:
    """Raise InputError, with place and suggestion, for a name of what is not there."""
    noun, properties = stated.noun, stated.properties
    if isinstance(noun, Owner):
        member, known = ("Table", tuple(world.tables)) if properties.has("Table") else ("Bucket", tuple(world.buckets))
        _known(properties, member, noun.store, known)
        if noun.attribute is not None:
            _known(properties, "Attribute", noun.attribute, tuple(_item_attributes(world, noun.store)))
        table = world.tables.get(noun.store)
        if noun.key_pattern is not None and table is not None and table.type_of(table.layout.partition[0]) == "B":
            raise properties.error(
                "KeyPattern", "reads text, and the partition key of the table is binary", "Attribute"
            )
        return
    if noun.source:
        _known(properties, noun.source, noun.of, _sources(world)[noun.source])
        if is_placeholder(noun.of):
            return  # who is in it cannot be known, and the completeness statement names it
    people, attributes = _people(world, noun), _attributes(world, noun)
    for person in noun.people:
        _known(properties, "People", person, people)
    if noun.attribute is not None and attributes:
        _known(properties, "Attribute", noun.attribute, attributes)


def _known(properties: Properties, member: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known and not is_placeholder(name):
        near = suggest(name, known)
        raise properties.error(member, f"is {name!r}, which is not there", near)


def _sources(world: World) -> dict[str, tuple[str, ...]]:
    return {
        "UserPool": tuple(world.user_pools),
        "IdentityPool": tuple(world.identity_pools),
        "Directory": (*world.ad_fs, *world.oidc_issuers),
        "Broker": tuple(world.brokers),
    }


def _item_attributes(world: World, arn: str) -> Iterator[str]:
    """The attributes that the table's items have; those of its keys where it holds none."""
    table = world.tables[arn]
    yield from table.attribute_types
    for item in world.items_of(table).primary.values():
        yield from item.attributes


def _people(world: World, noun: Members) -> tuple[str, ...]:
    match noun.source:
        case "UserPool":
            return tuple(name for pool, name in world.pool_users if pool == noun.of) if noun.people else ()
        case "Broker":
            return tuple(world.brokers[noun.of].people)
        case "Directory":
            return tuple(_directory(world, noun.of).users)
    return (*world.users, *world.roles, *(user.name for user in world.users.values()))


def _directory(world: World, of: str) -> AdFs | OidcIssuer:
    return world.ad_fs.get(of) or world.oidc_issuers[of]


def _attributes(world: World, noun: Members) -> tuple[str, ...]:
    """The attributes that the source's people can have."""
    match noun.source:
        case "UserPool" if noun.of in world.user_pools:
            return world.user_pools[noun.of].attribute_names
        case "Broker" if noun.of in world.brokers:
            return tuple(sorted({name for each in world.brokers[noun.of].people.values() for name in each.attributes}))
        case "Directory" if noun.of in world.ad_fs:
            people = world.ad_fs[noun.of].users.values()
            return (*BUILT_IN_ATTRIBUTES, *sorted({name for each in people for name in each.attributes}))
        case "Directory" if noun.of in world.oidc_issuers:
            return tuple(sorted({name for each in world.oidc_issuers[noun.of].users.values() for name in each.claims}))
    return ()


ADAPTERS = (
    Adapter(
        type="Cogsim::Tenancy",
        read=read_tenancy,
        taken={
            "Name": "name",
            "Owners.Bucket": "owners.store",
            "Owners.Table": "owners.store",
            "Owners.KeyPattern": "owners.key_pattern",
            "Owners.Tag": "owners.tag",
            "Owners.Attribute": "owners.attribute",
            "Members.UserPool": "members.of",
            "Members.IdentityPool": "members.of",
            "Members.Directory": "members.of",
            "Members.Broker": "members.of",
            "Members.Tenant": "members.tenant",
            "Members.People": "members.people",
            "Members.Attribute": "members.attribute",
            "Members.Groups": "members.groups",
            "Shared": "shared",
            "Operators": "operators",
        },
    ),
)
