"""The access keys of a user. # iam:api §UpdateAccessKey"""

from __future__ import annotations

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.iam_entities import NO_SUCH_ENTITY, Owner, unseen
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.world.iam import AccessKey, User
from cogsim.world.world import World


def keys_of(world: World, user: User) -> list[AccessKey]:
    """The user's keys."""
    return [key for key in world.access_keys.values() if key.user_arn == user.arn]


def existing_key(world: World, user: User, key_id: str) -> Decision[AccessKey | Refusal]:
    """The user's key of that id, or the refusal: a key of somebody else is not there either."""
    question = "has the user such a key?"
    key = world.access_keys.get(key_id)
    if key is not None and key.user_arn == user.arn:
        return decided(key, Step(question, "yes", key_id, "iam:api"))
    refusal = Refusal(NO_SUCH_ENTITY, f"The Access Key with id {key_id} cannot be found.")
    return refused(refusal, question, key_id, "iam:api")


def existing_key_of_account(world: World, owner: Owner, key_id: str) -> Decision[User | Refusal]:
    """Whose key it is, of the account's users; AWS answers no more than that access is denied for any other."""
    question = "has a user of the account such a key?"
    key = world.access_keys.get(key_id)
    user = world.users.get(key.user_arn) if key is not None else None
    if user is not None and owner.has(user.arn):
        return decided(user, Step(question, "yes", user.arn, "iam:api"))
    return unseen("AccessDenied", f"The access key {key_id} is none of this account's", question, key_id)


def settable(status: str) -> Check:
    """Whether a caller may set the status: a key is switched on or off, and expires by itself."""
    question = "is it a status to be set?"
    if status in ("Active", "Inactive"):
        return passed(question, status, "iam:api")
    return unseen("ValidationError", f"The status {status} cannot be set", question, status)
