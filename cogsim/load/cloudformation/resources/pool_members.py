"""What belongs to a user pool: groups, users, identity providers, resource servers and domains."""

from __future__ import annotations

from dataclasses import replace

from cogsim.entropy import named
from cogsim.errors import suggest
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS, USERS
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.persistent import Map
from cogsim.world.origin import is_placeholder
from cogsim.world.pool_members import ResourceServer, UserPoolDomain, UserPoolGroup, UserPoolIdentityProvider
from cogsim.world.pool_user import PasswordVerifier, PoolUser, UserStatus
from cogsim.world.user_pool import UserPool


def read_group(resource: Resource) -> Reference:
    """A group of a pool; a lower precedence is stronger. # idp:groups"""
    properties = resource.properties
    group = UserPoolGroup(
        pool_id=properties.needed("UserPoolId"),
        name=resource.name("GroupName"),
        role_arn=properties.text("RoleArn"),
        precedence=properties.number("Precedence"),
        description=properties.text("Description", ""),
        origin=resource.origin,
    )
    resource.define("group", f"{group.name} of {group.pool_id}")
    resource.draft.world = resource.draft.world.with_pool_group(group)
    return resource.reference(group.name)


def read_user(resource: Resource) -> Reference:
    """A user as AdminCreateUser makes one; `Metadata.cogsim` says what an administrator cannot: the password, the
    status, the `sub`. In a pool whose users sign in by an attribute, the username is the `sub`. # idp:attributes"""
    properties, pins = resource.properties, resource.pins
    pool_id = properties.needed("UserPoolId")
    pool = resource.draft.world.user_pools.get(pool_id)
    sub = pins.text("Sub") or resource.stack.draw("cognito-idp/sub", resource.logical_id).uuid()
    attributes = {each.needed("Name"): each.text("Value", "") for each in properties.children("UserAttributes")}
    attributes.pop("sub", None)
    given = resource.name("Username")
    username = pins.text("Username")
    if username is None and pool is not None and pool.username_attributes:
        kind = "phone_number" if given.startswith("+") and "phone_number" in pool.username_attributes else "email"
        attributes.setdefault(kind if kind in pool.username_attributes else pool.username_attributes[0], given)
        username = sub
    elif username is None:
        username = given if pool is None or pool.case_sensitive else given.lower()
    user = PoolUser(
        pool_id=pool_id,
        username=username,
        sub=sub,
        attributes=Map(attributes),
        status=UserStatus(pins.choice("Status", tuple(UserStatus), _status(resource))),
        enabled=pins.flag("Enabled", True),
        password=_password(resource, pool_id, username),
        temporary_password_set_at=(
            pins.instant("TemporaryPasswordSetAt") if pins.has("TemporaryPasswordSetAt") else None
        ),
        created=pins.instant("Created"),
        modified=pins.instant("Modified", pins.instant("Created")),
        origin=resource.origin,
    )
    resource.draft.later(USERS, lambda: _enter(resource, user))
    return resource.reference(username)


def _status(resource: Resource) -> str:
    return UserStatus.CONFIRMED if resource.pins.has("Password") else UserStatus.FORCE_CHANGE_PASSWORD


def _password(resource: Resource, pool_id: str, username: str) -> PasswordVerifier | None:
    """The salt and verifier that the pins state, or those of the password they state. # idp:srp"""
    pins = resource.pins
    pinned_salt, pinned_verifier = pins.hexadecimal("Salt"), pins.hexadecimal("Verifier")
    if pinned_verifier is not None:
        pins.needed("Salt")
        return PasswordVerifier(pinned_salt or "", pinned_verifier)
    password = pins.text("Password")
    if password is None:
        return None
    from cogsim.tokens.srp import verifier  # modular powers, which few templates need

    salt = pinned_salt or named("cognito-idp/salt", pool_id, username, "0").bytes(16).hex()
    return PasswordVerifier(salt, verifier(pool_id.partition("_")[2], username, password, salt))


def _enter(resource: Resource, user: PoolUser) -> None:
    draft, pins = resource.draft, resource.pins
    pool = draft.world.user_pools.get(user.pool_id)
    if pool is not None:
        _check_attributes(resource, user, pool)
        _check_names(resource, user)
    resource.define("user", f"{user.username} of {user.pool_id}")
    draft.world = draft.world.with_pool_user(user)
    known = pins.text("Password") or pins.text("KnownPassword")
    if known is not None:
        draft.world = draft.world.with_known_password(user.pool_id, user.username, known)


def _check_attributes(resource: Resource, user: PoolUser, pool: UserPool) -> None:
    for number, each in enumerate(resource.properties.children("UserAttributes")):
        name = each.needed("Name")
        if pool.attribute(name) is None and not is_placeholder(name):
            near = suggest(name, pool.attribute_names)
            raise each.error("Name", f"(number {number + 1}) is {name!r}, which the pool's schema does not have", near)


def _check_names(resource: Resource, user: PoolUser) -> None:
    """A sign-in name belongs to one user, as AWS would say at the deployment. # idp:attributes §aliases"""
    rival = resource.draft.world.rival(user)
    if rival is None:
        return
    name, other = rival
    value = user.attributes.get(name, "")
    if not is_placeholder(value):
        raise resource.properties.error("UserAttributes", f"gives the {name} {value}, by which {other} signs in")


def read_membership(resource: Resource) -> Reference:
    """A user put into a group: by username, alias or `Ref`, once all users are there."""
    properties, draft = resource.properties, resource.draft
    pool_id, name, group = (properties.needed(key) for key in ("UserPoolId", "Username", "GroupName"))

    def change() -> None:
        pool = draft.world.user_pools.get(pool_id)
        username = (draft.world.resolve_username(pool, name) if pool else None) or name
        user = draft.world.pool_users.get((pool_id, username))
        if user is None:
            where = resource.origin.location
            draft.notes.warn(where, f"{resource.logical_id} puts {name} into {group}, but the pool has no such user")
            return
        if (pool_id, group) not in draft.world.pool_groups:
            where = resource.origin.location
            draft.notes.warn(where, f"{resource.logical_id} puts {name} into {group}, but the pool has no such group")
        if group not in user.groups:
            draft.world = draft.world.with_pool_user(replace(user, groups=(*user.groups, group)))

    draft.later(ATTACHMENTS, change)
    return resource.reference(f"{pool_id}|{group}|{name}")


def read_provider(resource: Resource) -> Reference:
    """An external identity provider of a pool."""
    properties = resource.properties
    provider = UserPoolIdentityProvider(
        pool_id=properties.needed("UserPoolId"),
        name=properties.needed("ProviderName"),
        type=properties.needed("ProviderType"),
        details=properties.map("ProviderDetails"),
        mapping=properties.map("AttributeMapping"),
        identifiers=properties.texts("IdpIdentifiers"),
        origin=resource.origin,
    )
    resource.define("identity provider", f"{provider.name} of {provider.pool_id}")
    resource.draft.world = resource.draft.world.with_pool_provider(provider)
    return resource.reference(provider.name)


def read_server(resource: Resource) -> Reference:
    """A resource server with its scopes."""
    properties = resource.properties
    scopes = {each.needed("ScopeName"): each.text("ScopeDescription", "") for each in properties.children("Scopes")}
    server = ResourceServer(
        pool_id=properties.needed("UserPoolId"),
        identifier=properties.needed("Identifier"),
        name=properties.needed("Name"),
        scopes=Map(scopes),
        origin=resource.origin,
    )
    resource.define("resource server", f"{server.identifier} of {server.pool_id}")
    resource.draft.world = resource.draft.world.with_resource_server(server)
    return resource.reference(server.identifier)


def read_domain(resource: Resource) -> Reference:
    """A pool's domain."""
    properties = resource.properties
    domain = UserPoolDomain(
        pool_id=properties.needed("UserPoolId"),
        domain=properties.needed("Domain"),
        certificate_arn=properties.child("CustomDomainConfig").text("CertificateArn"),
        managed_login_version=properties.number("ManagedLoginVersion", 1),
        origin=resource.origin,
    )
    resource.define("domain", f"{domain.domain} of {domain.pool_id}")
    resource.draft.world = resource.draft.world.with_domain(domain)
    return resource.reference(domain.domain)


_MEMBER = {"UserPoolId": "pool_id"}

ADAPTERS = (
    Adapter(
        type="AWS::Cognito::UserPoolGroup",
        read=read_group,
        taken={
            **_MEMBER,
            "Description": "description",
            "GroupName": "name",
            "Precedence": "precedence",
            "RoleArn": "role_arn",
        },
        required=("UserPoolId",),
    ),
    Adapter(
        type="AWS::Cognito::UserPoolUser",
        read=read_user,
        taken={
            **_MEMBER,
            "UserAttributes.Name": "attributes",
            "UserAttributes.Value": "attributes",
            "Username": "username",
        },
        ignored=("ClientMetadata", "DesiredDeliveryMediums", "ForceAliasCreation", "MessageAction", "ValidationData"),
        required=("UserPoolId",),
        pins=(
            *("Username", "Sub", "Status", "Enabled", "Password", "KnownPassword", "Salt", "Verifier"),
            *("TemporaryPasswordSetAt", "Created", "Modified"),
        ),
    ),
    Adapter(
        type="AWS::Cognito::UserPoolUserToGroupAttachment",
        read=read_membership,
        taken={**_MEMBER, "GroupName": "groups", "Username": "username"},
        required=("UserPoolId", "Username", "GroupName"),
    ),
    Adapter(
        type="AWS::Cognito::UserPoolIdentityProvider",
        read=read_provider,
        taken={
            **_MEMBER,
            "AttributeMapping": "mapping",
            "IdpIdentifiers": "identifiers",
            "ProviderDetails": "details",
            "ProviderName": "name",
            "ProviderType": "type",
        },
        required=("UserPoolId", "ProviderName", "ProviderType"),
    ),
    Adapter(
        type="AWS::Cognito::UserPoolResourceServer",
        read=read_server,
        taken={
            **_MEMBER,
            "Identifier": "identifier",
            "Name": "name",
            "Scopes.ScopeDescription": "scopes",
            "Scopes.ScopeName": "scopes",
        },
        required=("UserPoolId", "Identifier", "Name"),
    ),
    Adapter(
        type="AWS::Cognito::UserPoolDomain",
        read=read_domain,
        taken={
            **_MEMBER,
            "CustomDomainConfig.CertificateArn": "certificate_arn",
            "Domain": "domain",
            "ManagedLoginVersion": "managed_login_version",
        },
        ignored=("CustomDomainConfig.SecurityPolicy", "Routing"),
        required=("UserPoolId", "Domain"),
        withheld=("CloudFrontDistribution",),
    ),
)
