"""What may be deleted: nothing that others hang on, so that nothing is freed in silence. # iam:api §DeleteConflict"""

from __future__ import annotations

from cogsim.decision import Refusal
from cogsim.decisions.iam_account_documents import document, documents_of_user, profiles_with
from cogsim.decisions.iam_attachments import bounded, holders
from cogsim.decisions.iam_entities import Owner, held
from cogsim.decisions.refusals import Check, all_of, passed, refused
from cogsim.world.account_document import (
    LOGIN_PROFILE,
    SERVICE_CREDENTIAL,
    SIGNING_CERTIFICATE,
    SSH_KEY,
    AccountDocument,
)
from cogsim.world.iam import Group, ManagedPolicy, Role, User
from cogsim.world.world import World

_CONFLICT = "DeleteConflict"


#: What a user must not have any more: the kind, what the refusal asks for.
_OF_USERS = (
    (SIGNING_CERTIFICATE, "signing certificates", "must delete signing certificates first"),
    (SSH_KEY, "SSH public keys", "must delete SSH public keys first"),
    (SERVICE_CREDENTIAL, "service specific credentials", "must delete service specific credentials first"),
)


def user_deletable(world: World, owner: Owner, user: User) -> Check:
    """A user goes last: after password, keys, second factors, certificates, memberships and policies."""
    password = document(world, owner, LOGIN_PROFILE, user.unique_id)
    documents = (
        _nothing(what, [each.key for each in documents_of_user(world, owner, kind, user)], remedy)
        for kind, what, remedy in _OF_USERS
    )
    keys = [key.id for key in world.access_keys.values() if key.user_arn == user.arn]
    devices = [device.serial_number for device in world.mfa_devices.values() if device.user_arn == user.arn]
    return all_of(
        _nothing("a password", [user.name] if password else [], "must delete login profile first"),
        _nothing("access keys", keys, "must delete access keys first"),
        _nothing("MFA devices", devices, "must delete MFA device first"),
        *documents,
        _nothing("groups", user.groups, "must remove users from group first"),
        *_no_policies(user),
    )


def role_deletable(world: World, owner: Owner, role: Role) -> Check:
    """A role goes after its policies, and after it was taken out of instance profiles."""
    profiles = [profile.key for profile in profiles_with(world, owner, role.name)]
    inside = _nothing("instance profiles", profiles, "must remove roles from instance profile first")
    return all_of(inside, *_no_policies(role))


def profile_deletable(profile: AccountDocument) -> Check:
    """An instance profile goes when it holds no role."""
    return _nothing("a role", profile.content["Roles"], "must remove roles from instance profile first")


def group_deletable(world: World, owner: Owner, group: Group) -> Check:
    """A group goes after its members and policies."""
    members = [user.name for user in held(world.users, owner) if group.name in user.groups]
    return all_of(_nothing("members", members, "must remove users from group first"), *_no_policies(group))


def policy_deletable(world: World, owner: Owner, policy: ManagedPolicy) -> Check:
    """A policy goes when nobody has it, neither attached nor as a boundary, and only its default version is left."""
    users = [entity.arn for entity in (*holders(world, owner, policy.arn), *bounded(world, owner, policy.arn))]
    question = "does anybody have the policy?"
    if users:
        refusal = Refusal(_CONFLICT, "Cannot delete a policy attached to entities.")
        return refused(refusal, question, ", ".join(users), "iam:api", answer="yes")
    more = "are there versions besides the default one?"
    if policy.others:
        text = (
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
            "The default version is deleted with the policy."
        )
        found = ", ".join(version.id for version in policy.others)
        return refused(Refusal(_CONFLICT, text), more, found, "ug:policy-versions", answer="yes")
    return passed(question, policy.arn, "iam:api", answer="no")


def version_deletable(policy: ManagedPolicy, version: str) -> Check:
    """The default version cannot go. # ug:policy-versions"""
    question = "is it the default version?"
    if version != policy.default_id:
        return passed(question, policy.default_id, "ug:policy-versions", answer="no")
    refusal = Refusal(_CONFLICT, "Cannot delete the default version of a policy.")
    return refused(refusal, question, version, "ug:policy-versions", answer="yes")


def _no_policies(entity: User | Role | Group) -> tuple[Check, Check]:
    return (
        _nothing("attached policies", entity.managed, "must detach all policies first"),
        _nothing("inline policies", tuple(entity.inline), "must delete policies first"),
    )


def _nothing(what: str, found: tuple[str, ...] | list[str], remedy: str) -> Check:
    question = f"has it {what}?"
    if not found:
        return passed(question, "none", "iam:api", answer="no")
    refusal = Refusal(_CONFLICT, f"Cannot delete entity, {remedy}.")
    return refused(refusal, question, ", ".join(found), "iam:api", answer="yes")
