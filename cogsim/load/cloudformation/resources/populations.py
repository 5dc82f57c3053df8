"""Cogsim::Users: a population of a pool, made by counting, for worlds as large as real ones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cogsim.entropy import named
from cogsim.errors import InputError, suggest
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import USERS
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.persistent import Map
from cogsim.world.origin import is_placeholder
from cogsim.world.pool_user import PasswordVerifier, PoolUser, UserStatus
from cogsim.world.user_pool import UserPool

#: `{n}` is the user's number, from 1; `{n%10}` what is left of it by 10, so that people share a value.
_NUMBER = re.compile(r"\{n(?:%(\d{1,9}))?\}")
_MOST = 1_000_000


def read_users(resource: Resource) -> Reference:
    """`Count` confirmed users; `{n}` in their names and attributes is the number of each, from 1."""
    properties = resource.properties
    pool_id, count = properties.needed("UserPoolId"), properties.number("Count", 0)
    if not 1 <= count <= _MOST:
        raise properties.error("Count", f"is {count}, and must be from 1 to {_MOST:,}")
    username = properties.needed("Username")
    if count > 1 and "{n}" not in username:
        raise properties.error("Username", f"is {username!r}: without {{n}} all users would have one name")
    attributes = dict(properties.map("Attributes").items())
    for name, text in (("Username", username), *attributes.items()):
        _check_template(resource, name, text)
    password = properties.text("Password")
    groups = properties.texts("Groups")

    def change() -> None:
        draft = resource.draft
        pool = draft.world.user_pools.get(pool_id)
        _check_names(resource, pool, attributes)
        made = list(_people(resource, pool, pool_id, count, username, attributes, password, groups))
        for user in made:
            resource.define("user", f"{user.username} of {pool_id}")
        draft.world = draft.world.with_pool_users(made)
        _check_sign_in_names(resource, made)
        if password is not None:
            known = {(pool_id, user.username): password for user in made}
            draft.world = draft.world.with_known_passwords(known)

    resource.draft.later(USERS, change)
    return resource.reference(resource.logical_id)


def _people(
    resource: Resource,
    pool: UserPool | None,
    pool_id: str,
    count: int,
    username: str,
    attributes: dict[str, str],
    password: str | None,
    groups: tuple[str, ...],
) -> Iterator[PoolUser]:
    pool_name = pool_id.partition("_")[2]
    attribute = pool.username_attributes[0] if pool is not None and pool.username_attributes else None
    for number in range(1, count + 1):
        sub = named("cognito-idp/population", pool_id, resource.logical_id, str(number)).uuid()
        name = _filled(username, number)
        held = {key: _filled(text, number) for key, text in attributes.items()}
        if attribute is not None:
            held.setdefault(attribute, name)
            name = sub
        elif pool is not None and not pool.case_sensitive:
            name = name.lower()
        salt = named("cognito-idp/salt", pool_id, name, "0").bytes(16).hex() if password is not None else ""
        yield PoolUser(
            pool_id=pool_id,
            username=name,
            sub=sub,
            attributes=Map(held),
            status=UserStatus.CONFIRMED,
            password=PasswordVerifier(salt, None, (pool_name, name, password)) if password is not None else None,
            groups=groups,
            origin=resource.origin,
        )


def _filled(text: str, number: int) -> str:
    if "{" not in text:
        return text
    return _NUMBER.sub(lambda found: str(number % int(found[1]) if found[1] else number), text)


def _check_template(resource: Resource, name: str, text: str) -> None:
    """A brace that is neither form is a slip, and so is a remainder by 0."""
    rest = _NUMBER.sub("", text)
    if "{" in rest or "}" in rest:
        raise resource.properties.error(
            name if name == "Username" else "Attributes", f"has {text!r}: only {{n}} and {{n%10}} stand in braces"
        )
    if any(found[1] is not None and int(found[1]) == 0 for found in _NUMBER.finditer(text)):
        raise resource.properties.error(
            name if name == "Username" else "Attributes", f"has {text!r}: nothing is left by 0"
        )


def _check_names(resource: Resource, pool: UserPool | None, attributes: dict[str, str]) -> None:
    for name in attributes:
        if pool is not None and pool.attribute(name) is None and not is_placeholder(name):
            near = suggest(name, pool.attribute_names)
            raise resource.properties.error("Attributes", f"has {name!r}, which the pool's schema does not have", near)


def _check_sign_in_names(resource: Resource, made: list[PoolUser]) -> None:
    """A sign-in name belongs to one user. # idp:attributes §aliases"""
    for user in made:
        rival = resource.draft.world.rival(user)
        if rival is not None:
            name, other = rival
            value = user.attributes.get(name, "")
            raise InputError(
                f"{resource.logical_id} gives {user.username} the {name} {value}, by which {other} signs in",
                resource.place,
            )


ADAPTERS = (
    Adapter(
        type="Cogsim::Users",
        read=read_users,
        taken={
            "Attributes": "attributes",
            "Count": "count",
            "Groups": "groups",
            "Password": "password",
            "UserPoolId": "pool_id",
            "Username": "username",
        },
        required=("UserPoolId", "Count", "Username"),
    ),
)
