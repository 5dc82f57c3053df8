"""What else IAM keeps of an account: whether it is there, whether its name is free, and whose it is. # iam:api"""

from __future__ import annotations

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.iam_entities import EXISTS, NO_SUCH_ENTITY, Owner, unseen
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.world.account_document import (
    ALIAS,
    INSTANCE_PROFILE,
    LOGIN_PROFILE,
    PASSWORD_POLICY,
    AccountDocument,
)
from cogsim.world.iam import User
from cogsim.world.world import World


def documents_of(world: World, owner: Owner, kind: str) -> list[AccountDocument]:
    """The account's documents of that kind."""
    here = (owner.partition, owner.account, kind)
    return [each for place, each in world.account_documents.items() if place[:3] == here]


def document(world: World, owner: Owner, kind: str, key: str = "") -> AccountDocument | None:
    """The account's document of that kind and key."""
    return world.account_documents.get((owner.partition, owner.account, kind, key))


def existing_document(
    world: World, owner: Owner, kind: str, key: str, missing: str
) -> Decision[AccountDocument | Refusal]:
    """The document under exactly that key, or the refusal that says `missing`."""
    question = f"has the account such a {kind}?"
    found = document(world, owner, kind, key)
    if found is not None:
        return decided(found, Step(question, "yes", key, "iam:api"))
    return refused(Refusal(NO_SUCH_ENTITY, missing), question, key, "iam:api")


def document_of_user(
    world: World, owner: Owner, kind: str, key: str, user: User, missing: str
) -> Decision[AccountDocument | Refusal]:
    """The user's document of that id, or the refusal that says `missing`: one of somebody else is not there either.
    Whose it is says the user's unique id, so that it stays with one who is renamed."""
    question = f"has the user such a {kind}?"
    found = document(world, owner, kind, key)
    if found is not None and found.content["UserId"] == user.unique_id:
        return decided(found, Step(question, "yes", key, "iam:api"))
    return refused(Refusal(NO_SUCH_ENTITY, missing), question, key, "iam:api")


def documents_of_user(world: World, owner: Owner, kind: str, user: User) -> list[AccountDocument]:
    """The documents of that kind that the user has."""
    return [each for each in documents_of(world, owner, kind) if each.content["UserId"] == user.unique_id]


def name_unused(world: World, owner: Owner, kind: str, name: str, taken: str) -> Check:
    """Whether no document of that kind has the name, in any case; the refusal says `taken`."""
    question = f"is the name free for a {kind}?"
    held = [each.key for each in documents_of(world, owner, kind)]
    twin = next((each for each in held if each.casefold() == name.casefold()), None)
    if twin is None:
        return passed(question, name, "ug:quotas")
    return refused(Refusal(EXISTS, taken), question, twin, "ug:quotas")


def alias_free(world: World, owner: Owner, alias: str) -> Check:
    """Whether no account of the partition has the alias: it is part of an address. # iam:api §CreateAccountAlias"""
    question = "has another account the alias?"
    holders = [each for each in world.account_documents.values() if each.kind == ALIAS and each.key == alias]
    others = [each.account for each in holders if each.partition == owner.partition]
    if not others:
        return passed(question, alias, "iam:api", answer="no")
    return refused(Refusal(EXISTS, f"The account alias {alias} already exists."), question, alias, "iam:api")


def password_policy(world: World, owner: Owner) -> Decision[AccountDocument | Refusal]:
    """The account's own password policy, or the refusal where it has none."""
    missing = f"The Password Policy with domain name {owner.account} cannot be found."
    return existing_document(world, owner, PASSWORD_POLICY, "", missing)


def login_profile(world: World, owner: Owner, user: User) -> Decision[AccountDocument | Refusal]:
    """The user's password for the console, or the refusal where there is none."""
    missing = f"Login Profile for User {user.name} cannot be found."
    return existing_document(world, owner, LOGIN_PROFILE, user.unique_id, missing)


def without_login_profile(world: World, owner: Owner, user: User) -> Check:
    """Whether the user has no password yet."""
    question = "has the user a password already?"
    if document(world, owner, LOGIN_PROFILE, user.unique_id) is None:
        return passed(question, user.arn, "iam:api", answer="no")
    text = f"Login Profile for user {user.name} already exists."
    return refused(Refusal(EXISTS, text), question, user.arn, "iam:api", answer="yes")


def instance_profile(world: World, owner: Owner, name: str) -> Decision[AccountDocument | Refusal]:
    """The instance profile of that name, or the refusal."""
    return existing_document(world, owner, INSTANCE_PROFILE, name, f"Instance Profile {name} cannot be found.")


def profiles_with(world: World, owner: Owner, role: str) -> list[AccountDocument]:
    """The instance profiles that hold the role."""
    return [each for each in documents_of(world, owner, INSTANCE_PROFILE) if role in each.content["Roles"]]


def role_fits(profile: AccountDocument) -> Check:
    """Whether an instance profile has room for a role: it holds one. # iam:api §AddRoleToInstanceProfile"""
    question = "is there room in the instance profile?"
    roles = profile.content["Roles"]
    if not roles:
        return passed(question, profile.key, "iam:api")
    text = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"
    return refused(Refusal("LimitExceeded", text), question, ", ".join(roles), "iam:api")


def role_inside(profile: AccountDocument, role: str) -> Check:
    """Whether the instance profile holds the role."""
    question = "is the role in the instance profile?"
    if role in profile.content["Roles"]:
        return passed(question, role, "iam:api")
    text = f"Role {role} cannot be found."
    return unseen(NO_SUCH_ENTITY, text, question, profile.key)
