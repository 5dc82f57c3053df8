"""Users of a pool, with what they own that CloudFormation has no word for, and their groups."""

from __future__ import annotations

from dataclasses import replace

from cogsim.entropy import named
from cogsim.errors import suggest
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS, USERS
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.properties import Properties
from cogsim.persistent import Map
from cogsim.world.origin import is_placeholder
from cogsim.world.pool_user import Device, Passkey, PasswordVerifier, PoolUser, SoftwareToken, UserStatus
from cogsim.world.user_pool import MFA_FACTORS, UserPool

#: What each nested pin of a user may state.
_NESTED_PINS = {
    "PasswordHistory": frozenset(("Salt", "Verifier")),
    "SoftwareToken": frozenset(("Secret", "Name")),
    "Devices": frozenset(
        (
            *("GroupKey", "Salt", "Verifier", "Name", "Remembered", "Created", "Modified", "LastAuthenticated"),
            "LastIp",
        )
    ),
    "Passkeys": frozenset(
        (*("PublicKey", "RelyingPartyId", "SignCount", "Name", "Attachment", "Transports", "Created"),)
    ),
}


def read_user(resource: Resource) -> Reference:
    """A user as AdminCreateUser makes one; `Metadata.cogsim` says what an administrator cannot: the password, the
    status, the `sub`. In a pool whose users sign in by an attribute, the username is the `sub`. # idp:attributes"""
    properties, pins = resource.properties, resource.pins
    nested = replace(pins, known={**pins.known, **_NESTED_PINS})
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
        password_history=tuple(_kept(each) for each in nested.children("PasswordHistory")),
        factors=pins.words("Factors", MFA_FACTORS),
        preferred_factor=_preferred(pins),
        software_token=_software_token(nested),
        devices=Map({key: _device(key, stated) for key, stated in nested.entries("Devices")}),
        passkeys=Map({key: _passkey(key, stated) for key, stated in nested.entries("Passkeys")}),
        created=pins.instant("Created"),
        modified=pins.instant("Modified", pins.instant("Created")),
        origin=resource.origin,
    )
    resource.draft.later(USERS, lambda: _enter(resource, user))
    return resource.reference(username)


def _preferred(pins: Properties) -> str | None:
    """The factor that is asked first: one of those that are switched on."""
    if not pins.has("PreferredFactor"):
        return None
    chosen = pins.needed("PreferredFactor")
    if chosen not in pins.texts("Factors"):
        raise pins.error("PreferredFactor", f"is {chosen!r}, which is not among Factors")
    return chosen


def _kept(stated: Properties) -> PasswordVerifier:
    """What is kept of a password or of a device's secret."""
    stated.needed("Salt")
    stated.needed("Verifier")
    return PasswordVerifier(stated.hexadecimal("Salt") or "", stated.hexadecimal("Verifier") or "")


def _software_token(nested: Properties) -> SoftwareToken | None:
    if not nested.has("SoftwareToken"):
        return None
    stated = nested.child("SoftwareToken")
    return SoftwareToken(stated.needed("Secret"), stated.text("Name", ""))


def _device(key: str, stated: Properties) -> Device:
    return Device(
        key=key,
        group_key=stated.needed("GroupKey"),
        verifier=_kept(stated),
        name=stated.text("Name", ""),
        remembered=stated.flag("Remembered"),
        created=stated.instant("Created"),
        modified=stated.instant("Modified", stated.instant("Created")),
        last_authenticated=stated.instant("LastAuthenticated", stated.instant("Created")),
        last_ip=stated.text("LastIp", ""),
    )


def _passkey(credential_id: str, stated: Properties) -> Passkey:
    return Passkey(
        credential_id=credential_id,
        public_key=stated.needed("PublicKey"),
        relying_party_id=stated.needed("RelyingPartyId"),
        sign_count=stated.number("SignCount", 0),
        name=stated.text("Name", ""),
        attachment=stated.text("Attachment"),
        transports=stated.texts("Transports"),
        created=stated.instant("Created"),
    )


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
    return _of_password(pool_id, username, password, pinned_salt)


def _of_password(pool_id: str, username: str, password: str, pinned_salt: str | None = None) -> PasswordVerifier:
    """What the pool keeps of a password that a template states."""
    salt = pinned_salt or named("cognito-idp/salt", pool_id, username, "0").bytes(16).hex()
    return PasswordVerifier(salt, None, (pool_id.partition("_")[2], username, password))


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


ADAPTERS = (
    Adapter(
        type="AWS::Cognito::UserPoolUser",
        read=read_user,
        taken={
            "UserPoolId": "pool_id",
            "UserAttributes.Name": "attributes",
            "UserAttributes.Value": "attributes",
            "Username": "username",
        },
        ignored=("ClientMetadata", "DesiredDeliveryMediums", "ForceAliasCreation", "MessageAction", "ValidationData"),
        required=("UserPoolId",),
        pins=(
            *("Username", "Sub", "Status", "Enabled", "Password", "KnownPassword", "Salt", "Verifier"),
            *("TemporaryPasswordSetAt", "Created", "Modified", "PasswordHistory", "Factors", "PreferredFactor"),
            *("SoftwareToken", "Devices", "Passkeys"),
        ),
    ),
    Adapter(
        type="AWS::Cognito::UserPoolUserToGroupAttachment",
        read=read_membership,
        taken={"UserPoolId": "pool_id", "GroupName": "groups", "Username": "username"},
        required=("UserPoolId", "Username", "GroupName"),
    ),
)
