"""What may happen after a sign-in to end somebody's access: each is one or more calls, made through the door."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from cogsim.actors.web import WorldWideWeb
from cogsim.aws.model import operation_shape
from cogsim.clock import iso
from cogsim.decisions.discovery import pool_domain_url
from cogsim.lab.lifetimes.holding import Holding
from cogsim.lab.lifetimes.operator import operator_for
from cogsim.simulation import Simulation
from cogsim.world.user_pool import UserPool


class NotHere(Exception):
    """The event can't happen in this world, to this person; its text says why."""


@dataclass(frozen=True, slots=True)
class Event:
    """An event by its `key`, in words, and how it happens; NotHere where it cannot."""

    key: str
    shown: str
    happen: Callable[[Simulation, Holding], None]


def _nothing(_sim: Simulation, _held: Holding) -> None:
    """The natural end of everything."""


def _idp(sim: Simulation, held: Holding, operation: str, **params: Any) -> Mapping[str, Any]:
    """An operator's call on the pool."""
    here = sim.calling_from(region=held.pool.region)
    asked = {"UserPoolId": held.pool.id, **params}
    return here.call(f"cognito-idp:{operation}", asked, operator_for(held.pool.arn))


def _on_user(operation: str) -> Callable[[Simulation, Holding], None]:
    def happen(sim: Simulation, held: Holding) -> None:
        _idp(sim, held, operation, Username=held.user.username)

    return happen


def _global_sign_out(sim: Simulation, held: Holding) -> None:
    if held.api is None:
        raise NotHere("nobody signed in at the API, whose access token GlobalSignOut takes")
    here = sim.calling_from(region=held.pool.region)
    here.call("cognito-idp:GlobalSignOut", {"AccessToken": held.api.access_token})


def _revoke_tokens(sim: Simulation, held: Holding) -> None:
    """Every refresh token that the person holds."""
    if not held.client.enable_token_revocation:
        raise NotHere("the app client has no EnableTokenRevocation")
    tokens = [each.refresh_token for each in (held.api, held.hosted) if each is not None and each.refresh_token]
    secret = {"ClientSecret": held.client.secret} if held.client.secret is not None else {}
    for token in tokens:
        asked = {"Token": token, "ClientId": held.client.id, **secret}
        sim.calling_from(region=held.pool.region).call("cognito-idp:RevokeToken", asked)


def _leave_pages(sim: Simulation, held: Holding) -> None:
    """The browser visits /logout."""
    url = pool_domain_url(sim.world, held.pool)
    if held.browser is None or url is None:
        raise NotHere("nobody signed in on the pages of the pool's domain")
    if not held.client.logout_urls:
        raise NotHere("the app client has no LogoutURLs")
    query = urlencode({"client_id": held.client.id, "logout_uri": held.client.logout_urls[0]})
    web = WorldWideWeb(sim.calling_from(region=held.pool.region))
    held.browser.twin(web).open(f"https://{urlsplit(url).netloc}/logout?{query}")


def _new_password(sim: Simulation, held: Holding) -> None:
    policy = held.pool.password_policy
    password = ("Changed-1" + "x" * 99)[: max(policy.minimum_length, 10)]
    _idp(sim, held, "AdminSetUserPassword", Username=held.user.username, Password=password, Permanent=True)


def _leave_groups(sim: Simulation, held: Holding) -> None:
    if not held.user.groups:
        raise NotHere(f"{held.user.username} is in no group")
    for group in held.user.groups:
        _idp(sim, held, "AdminRemoveUserFromGroup", Username=held.user.username, GroupName=group)


def _change_attribute(sim: Simulation, held: Holding) -> None:
    name = changed_attribute(sim, held)
    if name is None:
        raise NotHere(f"{held.user.username} has no attribute of text that may change")
    value = "changed@example.com" if name == "email" else "changed"
    attributes = [{"Name": name, "Value": value}]
    if name == "email":
        attributes.append({"Name": "email_verified", "Value": "true"})
    _idp(sim, held, "AdminUpdateUserAttributes", Username=held.user.username, UserAttributes=attributes)


def changed_attribute(sim: Simulation, held: Holding) -> str | None:
    """The attribute that the event changes: one that rules or tags of an identity pool read, else one of the pool's
    own, else the e-mail address."""
    read: list[str] = []
    for pool in held.identity_pools(sim.world):
        key = f"{held.pool.provider_name}:{held.client.id}"
        mapping, tags = pool.role_mappings.get(key), pool.principal_tags.get(held.pool.provider_name)
        read += [rule.claim for rule in mapping.rules] if mapping is not None else []
        read += list(tags.tags.values()) if tags is not None else []
    own = [entry.name for entry in held.pool.schema if entry.custom]
    candidates = (*read, *own, "email")
    return next((name for name in candidates if name in held.user.attributes and _changes(held.pool, name)), None)


def _changes(pool: UserPool, name: str) -> bool:
    entry = pool.attribute(name)
    return entry is not None and entry.mutable and entry.type == "String" and not (entry.max_length or 99) < 7


def _no_refresh(sim: Simulation, held: Holding) -> None:
    """The app client keeps its settings, and no longer renews tokens."""
    described = dict(_idp(sim, held, "DescribeUserPoolClient", ClientId=held.client.id)["UserPoolClient"])
    members = operation_shape("cognito-idp:UpdateUserPoolClient").members
    settings = {name: value for name, value in described.items() if name in members and name != "UserPoolId"}
    flows = [flow for flow in settings.get("ExplicitAuthFlows", ()) if flow != "ALLOW_REFRESH_TOKEN_AUTH"]
    settings["ExplicitAuthFlows"] = flows or ["ALLOW_CUSTOM_AUTH"]
    settings.pop("RefreshTokenRotation", None)
    _idp(sim, held, "UpdateUserPoolClient", **settings)


def _delete_client(sim: Simulation, held: Holding) -> None:
    _idp(sim, held, "DeleteUserPoolClient", ClientId=held.client.id)


# Roles


def _on_roles(change: Callable[[Simulation, str], None]) -> Callable[[Simulation, Holding], None]:
    """The change, made to every role whose credentials the person holds."""

    def happen(sim: Simulation, held: Holding) -> None:
        arns = dict.fromkeys(session.role_arn for session in held.sessions)
        if not arns:
            raise NotHere("the person holds no AWS credentials")
        for arn in arns:
            change(sim, arn)

    return happen


def _iam(sim: Simulation, role_arn: str, operation: str, **params: Any) -> Mapping[str, Any]:
    asked = {"RoleName": sim.world.roles[role_arn].name, **params}
    return sim.call(f"iam:{operation}", asked, operator_for(role_arn))


def _deny(sim: Simulation, role_arn: str, name: str, condition: Mapping[str, Any]) -> None:
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*", **condition}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    _iam(sim, role_arn, "PutRolePolicy", PolicyName=name, PolicyDocument=document)


def _deny_everything(sim: Simulation, role_arn: str) -> None:
    _deny(sim, role_arn, "DenyEverything", {})


def _revoke_older(sim: Simulation, role_arn: str) -> None:
    """What "Revoke active sessions" in the console writes. # ug:revoke-sessions"""
    older = {"DateLessThan": {"aws:TokenIssueTime": iso(sim.now)}}
    _deny(sim, role_arn, "AWSRevokeOlderSessions", {"Condition": older})


def _trust_nobody(sim: Simulation, role_arn: str) -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRoleWithWebIdentity"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    _iam(sim, role_arn, "UpdateAssumeRolePolicy", PolicyDocument=document)


def _delete_role(sim: Simulation, role_arn: str) -> None:
    role = sim.world.roles[role_arn]
    for name in role.inline:
        _iam(sim, role_arn, "DeleteRolePolicy", PolicyName=name)
    for arn in role.managed:
        _iam(sim, role_arn, "DetachRolePolicy", PolicyArn=arn)
    _iam(sim, role_arn, "DeleteRole")


#: The event that changes nothing.
NOTHING = "nothing"

_EVENTS = (
    Event(NOTHING, "nothing happens", _nothing),
    Event("global-sign-out", "the user signs out everywhere (GlobalSignOut)", _global_sign_out),
    Event(
        "admin-sign-out", "an operator signs the user out (AdminUserGlobalSignOut)", _on_user("AdminUserGlobalSignOut")
    ),
    Event("revoke-token", "the app revokes its refresh token (RevokeToken)", _revoke_tokens),
    Event("logout", "the browser leaves by the logout page (/logout)", _leave_pages),
    Event("password", "an operator sets another password (AdminSetUserPassword)", _new_password),
    Event("disable", "the user is disabled (AdminDisableUser)", _on_user("AdminDisableUser")),
    Event("delete-user", "the user is deleted (AdminDeleteUser)", _on_user("AdminDeleteUser")),
    Event("groups", "the user is taken out of every group (AdminRemoveUserFromGroup)", _leave_groups),
    Event("attribute", "an attribute of the user changes (AdminUpdateUserAttributes)", _change_attribute),
    Event("role-policy", "the role denies everything (PutRolePolicy)", _on_roles(_deny_everything)),
    Event("role-sessions", "the role's older sessions are revoked (AWSRevokeOlderSessions)", _on_roles(_revoke_older)),
    Event("role-trust", "the role trusts nobody (UpdateAssumeRolePolicy)", _on_roles(_trust_nobody)),
    Event("delete-role", "the role is deleted (DeleteRole)", _on_roles(_delete_role)),
    Event("no-refresh", "the app client renews no tokens any more (UpdateUserPoolClient)", _no_refresh),
    Event("delete-client", "the app client is deleted (DeleteUserPoolClient)", _delete_client),
)

#: Every event by its key, in the order of tables.
EVENTS: Mapping[str, Event] = {event.key: event for event in _EVENTS}
