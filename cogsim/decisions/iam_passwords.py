"""Passwords of IAM users: what the account's policy asks of them, and who may change their own.

1. Without a policy of its own an account asks for eight characters of three kinds. # ug:password-policy
2. The old password is asked for: whoever holds a key of the user does not thereby own the console.
3. Where the policy lets users change their passwords, they need no permission besides, each for themselves alone.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.iam_account_documents import document
from cogsim.decisions.iam_entities import Owner, unseen
from cogsim.decisions.refusals import Check, passed
from cogsim.policy.layers import Result
from cogsim.world.account_document import PASSWORD_POLICY
from cogsim.world.world import World

VIOLATION = "PasswordPolicyViolation"

_SYMBOLS = frozenset("!@#$%^&*()_+-=[]{}|'")
#: Each kind of character: the switch of the policy, what the refusal calls it, and whether a character is of it.
_CLASSES = (
    ("RequireUppercaseCharacters", "uppercase letter", lambda letter: letter.isascii() and letter.isupper()),
    ("RequireLowercaseCharacters", "lowercase letter", lambda letter: letter.isascii() and letter.islower()),
    ("RequireNumbers", "number", lambda letter: letter.isascii() and letter.isdigit()),
    ("RequireSymbols", "symbol", lambda letter: letter in _SYMBOLS),
)
_DEFAULT_LENGTH, _DEFAULT_CLASSES = 8, 3


def password_acceptable(world: World, owner: Owner, password: str, earlier: tuple[str, ...] = ()) -> Check:
    """Whether the account's password policy takes the password; `earlier` are the user's passwords, newest first."""
    question = "does the password conform to the account's policy?"
    own = document(world, owner, PASSWORD_POLICY)
    fault = _fault(own.content, password, earlier) if own is not None else _default_fault(password)
    if fault is None:
        return passed(question, "the account's own" if own else "AWS's default", "ug:password-policy")
    return unseen(VIOLATION, fault, question, fault, "ug:password-policy")


def _fault(policy: Mapping[str, Any], password: str, earlier: tuple[str, ...]) -> str | None:
    least = policy["MinimumPasswordLength"]
    if len(password) < least:
        return f"Password should have a minimum length of {least}"
    for switch, name, of in _CLASSES:
        if policy[switch] and not any(of(letter) for letter in password):
            return f"Password should have at least one {name}"
    if password in earlier[: policy.get("PasswordReusePrevention") or 0]:
        return "Password should not be one that was used before"
    return None


def _default_fault(password: str) -> str | None:
    if len(password) < _DEFAULT_LENGTH:
        return f"Password should have a minimum length of {_DEFAULT_LENGTH}"
    kinds = sum(any(of(letter) for letter in password) for _, _, of in _CLASSES)
    if kinds < _DEFAULT_CLASSES:
        return (
            f"Password should have at least {_DEFAULT_CLASSES} of uppercase letters, lowercase letters, numbers and "
            "symbols"
        )
    return None


def old_password_right(kept: str, given: str) -> Check:
    """Whether the old password is the user's."""
    question = "is the old password right?"
    if hmac.compare_digest(kept.encode(), given.encode()):
        return passed(question, "it is the user's", "iam:api")
    return unseen("AccessDenied", "The old password was incorrect.", question, "another was given")


def may_change_own(world: World, owner: Owner, user: str, may: Decision[Result]) -> Decision[Refusal | None]:
    """Whether the user of that ARN may change the own password: by permission (`may`), or because the account's policy
    lets users. An explicit Deny holds against the policy. # ug:password-policy"""
    question, action = "may the user change the password?", "iam:ChangePassword"
    if may.value.allowed:
        return decided(None, Step(question, "yes, by permission", action, "ug:password-policy"), after=may.steps)
    own = document(world, owner, PASSWORD_POLICY)
    denied = may.value is Result.EXPLICITLY_DENIED
    if not denied and own is not None and own.content["AllowUsersToChangePassword"]:
        found = "the account's policy lets users"
        return decided(None, Step(question, "yes", found, "ug:password-policy"), after=may.steps)
    why = "with an explicit deny" if denied else f"because no identity-based policy allows the {action} action"
    refusal = Refusal("AccessDenied", f"User: {user} is not authorized to perform: {action} on resource: {user} {why}")
    step = Step(question, "no", "neither permission nor the account's policy", "ug:password-policy", decides=True)
    return decided(refusal, step, after=may.steps)
