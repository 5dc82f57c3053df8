"""IAM's nouns as its answers show them, and the places of documents that calls bring."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from cogsim.clock import at
from cogsim.decisions.iam_quotas import policy_text
from cogsim.errors import InputError
from cogsim.load.json_document import parse_json
from cogsim.load.nodes import find
from cogsim.persistent import Map
from cogsim.policy.document import Policy
from cogsim.policy.malformed import Path
from cogsim.policy.parse import Locate
from cogsim.world.iam import Group, Role, User

Shown = dict[str, Any]


def encoded(policy: Policy) -> str:
    """A stored document as it goes over the wire: JSON, percent-encoded. # iam:api §GetRolePolicy"""
    return quote(policy_text(policy), safe="")


def when(seconds: float) -> datetime:
    """An instant to the second, as IAM keeps it."""
    return at(int(seconds))


def tags_shown(tags: Map[str, str]) -> list[Shown]:
    """Tags as a list of Key and Value, in the order of their keys."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def boundary_shown(arn: str | None) -> Shown:
    """The member PermissionsBoundary, where there is one. The word is `Policy`, whatever the published enumeration
    says. # iam:api §AttachedPermissionsBoundary"""
    if arn is None:
        return {}
    return {"PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}}


def user_listed(user: User) -> Shown:
    """A user as listings show it: without boundary and tags."""
    names: Shown = {"Path": user.path, "UserName": user.name, "UserId": user.unique_id}
    return {**names, "Arn": user.arn, "CreateDate": when(user.created)}


def user_shown(user: User) -> Shown:
    """A user in full."""
    tags = {"Tags": tags_shown(user.tags)} if user.tags else {}
    return {**user_listed(user), **boundary_shown(user.boundary), **tags}


def group_shown(group: Group) -> Shown:
    """A group."""
    names: Shown = {"Path": group.path, "GroupName": group.name, "GroupId": group.unique_id}
    return {**names, "Arn": group.arn, "CreateDate": when(group.created)}


def role_listed(role: Role) -> Shown:
    """A role as listings show it: without boundary and tags."""
    shown: Shown = {"Path": role.path, "RoleName": role.name, "RoleId": role.unique_id, "Arn": role.arn}
    shown |= {"CreateDate": when(role.created), "AssumeRolePolicyDocument": encoded(role.trust)}
    if role.description:
        shown["Description"] = role.description
    return {**shown, "MaxSessionDuration": role.max_session_duration}


def role_shown(role: Role) -> Shown:
    """A role in full."""
    tags = {"Tags": tags_shown(role.tags)} if role.tags else {}
    return {**role_listed(role), **boundary_shown(role.boundary), **tags}


def attached_shown(arns: tuple[str, ...]) -> list[Shown]:
    """Attached policies by name and ARN."""
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns]


def inline_shown(inline: Mapping[str, Policy]) -> list[Shown]:
    """Inline policies with their documents."""
    return [{"PolicyName": name, "PolicyDocument": encoded(policy)} for name, policy in inline.items()]


def places(text: str, operation: str) -> Locate:
    """The places of a document that a call brings, line and column under the operation's name; of a text that is no
    JSON, the place of the fault whatever is asked."""
    try:
        root = parse_json(text, operation)
    except InputError as error:
        fault = error.location
        return lambda _path: fault

    def locate(path: Path) -> Any:
        return find(root, path)

    return locate
