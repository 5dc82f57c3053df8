"""What happens to a user of a pool, to the sign-in, and to the app client: one or more calls, through the door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from cogsim.actors.app import SignedIn
from cogsim.actors.web import WorldWideWeb
from cogsim.aws.model import operation_shape
from cogsim.decisions.discovery import pool_domain_url
from cogsim.decisions.token_contents import API_SCOPE
from cogsim.lab.lifetimes.holding import Holding, Member, NotHere
from cogsim.lab.lifetimes.operator import operator_for
from cogsim.simulation import Simulation
from cogsim.tokens.jwt import UnverifiedToken, read
from cogsim.world.user_pool import UserPool


def _idp(sim: Simulation, held: Member, operation: str, **params: Any) -> Mapping[str, Any]:
    """An operator's call on the pool."""
    here = sim.calling_from(region=held.pool.region)
    asked = {"UserPoolId": held.pool.id, **params}
    return here.call(f"cognito-idp:{operation}", asked, operator_for(held.pool.arn))


def on_user(operation: str) -> Callable[[Simulation, Holding], None]:
    """An operation of an operator on the user."""

    def happen(sim: Simulation, held: Holding) -> None:
        member = held.pooled
        _idp(sim, member, operation, Username=member.user.username)

    return happen


def global_sign_out(sim: Simulation, held: Holding) -> None:
    """The user ends every sign-in, by an access token for the API."""
    member = held.pooled
    token = next((each.access_token for each in (member.api, member.hosted) if each and opens_api(each)), None)
    if token is None:
        raise NotHere(f"no access token has the scope {API_SCOPE}, which GlobalSignOut takes")
    sim.calling_from(region=member.pool.region).call("cognito-idp:GlobalSignOut", {"AccessToken": token})


def opens_api(signed_in: SignedIn) -> bool:
    """Whether the access token is one for the user pool's API."""
    parsed = read(signed_in.access_token)
    return isinstance(parsed, UnverifiedToken) and API_SCOPE in str(parsed.claims.get("scope", "")).split()


def revoke_tokens(sim: Simulation, held: Holding) -> None:
    """Every refresh token that the person holds."""
    member = held.pooled
    if not member.client.enable_token_revocation:
        raise NotHere("the app client has no EnableTokenRevocation")
    tokens = [each.refresh_token for each in (member.api, member.hosted) if each is not None and each.refresh_token]
    secret = {"ClientSecret": member.client.secret} if member.client.secret is not None else {}
    for token in tokens:
        asked = {"Token": token, "ClientId": member.client.id, **secret}
        sim.calling_from(region=member.pool.region).call("cognito-idp:RevokeToken", asked)


def leave_pages(sim: Simulation, held: Holding) -> None:
    """The browser visits /logout."""
    member = held.pooled
    url = pool_domain_url(sim.world, member.pool)
    if member.browser is None or url is None:
        raise NotHere("nobody signed in on the pages of the pool's domain")
    if not member.client.logout_urls:
        raise NotHere("the app client has no LogoutURLs")
    query = urlencode({"client_id": member.client.id, "logout_uri": member.client.logout_urls[0]})
    web = WorldWideWeb(sim.calling_from(region=member.pool.region))
    member.browser.twin(web).open(f"https://{urlsplit(url).netloc}/logout?{query}")


def new_password(sim: Simulation, held: Holding) -> None:
    """An operator sets another password for good."""
    member = held.pooled
    policy = member.pool.password_policy
    password = ("Changed-1" + "x" * 99)[: max(policy.minimum_length, 10)]
    _idp(sim, member, "AdminSetUserPassword", Username=member.user.username, Password=password, Permanent=True)


def leave_groups(sim: Simulation, held: Holding) -> None:
    """An operator takes the user out of every group."""
    member = held.pooled
    if not member.user.groups:
        raise NotHere(f"{member.user.username} is in no group")
    for group in member.user.groups:
        _idp(sim, member, "AdminRemoveUserFromGroup", Username=member.user.username, GroupName=group)


def change_attribute(sim: Simulation, held: Holding) -> None:
    """An operator changes an attribute that something reads."""
    member = held.pooled
    name = changed_attribute(sim, held)
    if name is None:
        raise NotHere(f"{member.user.username} has no attribute of text that may change")
    value = "changed@example.com" if name == "email" else "changed"
    attributes = [{"Name": name, "Value": value}]
    if name == "email":
        attributes.append({"Name": "email_verified", "Value": "true"})
    _idp(sim, member, "AdminUpdateUserAttributes", Username=member.user.username, UserAttributes=attributes)


def changed_attribute(sim: Simulation, held: Holding) -> str | None:
    """The attribute that the event changes: one that rules or tags of an identity pool read, else one of the pool's
    own, else the e-mail address."""
    member, named = held.pooled, list[str]()
    for pool in member.identity_pools(sim.world):
        key = f"{member.pool.provider_name}:{member.client.id}"
        mapping, tags = pool.role_mappings.get(key), pool.principal_tags.get(member.pool.provider_name)
        named += [rule.claim for rule in mapping.rules] if mapping is not None else []
        named += list(tags.tags.values()) if tags is not None else []
    own = [entry.name for entry in member.pool.schema if entry.custom]
    candidates = (*named, *own, "email")
    return next((name for name in candidates if name in member.user.attributes and _changes(member.pool, name)), None)


def _changes(pool: UserPool, name: str) -> bool:
    entry = pool.attribute(name)
    return entry is not None and entry.mutable and entry.type == "String" and not (entry.max_length or 99) < 7


def no_refresh(sim: Simulation, held: Holding) -> None:
    """The app client keeps its settings, and no longer renews tokens."""
    member = held.pooled
    described = dict(_idp(sim, member, "DescribeUserPoolClient", ClientId=member.client.id)["UserPoolClient"])
    members = operation_shape("cognito-idp:UpdateUserPoolClient").members
    settings = {name: value for name, value in described.items() if name in members and name != "UserPoolId"}
    flows = [flow for flow in settings.get("ExplicitAuthFlows", ()) if flow != "ALLOW_REFRESH_TOKEN_AUTH"]
    settings["ExplicitAuthFlows"] = flows or ["ALLOW_CUSTOM_AUTH"]
    settings.pop("RefreshTokenRotation", None)
    _idp(sim, member, "UpdateUserPoolClient", **settings)


def delete_client(sim: Simulation, held: Holding) -> None:
    """The app client is deleted."""
    member = held.pooled
    _idp(sim, member, "DeleteUserPoolClient", ClientId=member.client.id)
