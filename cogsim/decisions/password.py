"""Passwords: what a policy asks of a new one, what a pool keeps of it, and whether one was typed right."""

from __future__ import annotations

import hmac
import string

from cogsim.decision import Refusal
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.entropy import Draw
from cogsim.tokens import srp
from cogsim.world.pool_user import PasswordVerifier, PoolUser
from cogsim.world.user_pool import PasswordPolicy, UserPool

#: The symbols that count; a space counts only inside. # idp:policies §symbols
SYMBOLS = frozenset("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-")

#: How the refusal begins: one operation words it differently.
POLICY = "Password did not conform with policy"
ADMIN_CREATE_POLICY = "Password did not conform with password policy"


def conforms(pool: UserPool, password: str, prefix: str = POLICY) -> Check:
    """Whether `password` keeps the pool's policy; the first rule it breaks is named. # idp:policies"""
    policy = pool.password_policy
    for member, wanted, kept, text in _rules(policy, password):
        if wanted and not kept:
            refusal = Refusal("InvalidPasswordException", f"{prefix}: {text}")
            place = pool.origin.at(f"Policies.PasswordPolicy.{member}")
            return refused(refusal, "does the password keep the policy?", member, "idp:policies", location=place)
    place = pool.origin.at("Policies.PasswordPolicy")
    return passed("does the password keep the policy?", "every rule", "idp:policies", location=place)


def _rules(policy: PasswordPolicy, password: str) -> tuple[tuple[str, bool, bool, str], ...]:
    """Each rule: its member, whether the policy has it, whether the password keeps it, and the text. Only basic Latin
    letters count as letters."""
    held = set(password)
    symbol = bool(held & SYMBOLS) or " " in password.strip(" ")
    return (
        ("MinimumLength", True, len(password) >= policy.minimum_length, "Password not long enough"),
        (
            "RequireUppercase",
            policy.require_uppercase,
            bool(held & set(string.ascii_uppercase)),
            "Password must have uppercase characters",
        ),
        (
            "RequireLowercase",
            policy.require_lowercase,
            bool(held & set(string.ascii_lowercase)),
            "Password must have lowercase characters",
        ),
        (
            "RequireNumbers",
            policy.require_numbers,
            bool(held & set(string.digits)),
            "Password must have numeric characters",
        ),
        ("RequireSymbols", policy.require_symbols, symbol, "Password must have symbol characters"),
    )


def pool_name(pool: UserPool) -> str:
    """The pool id after its `_`, which goes into every password hash. # idp:srp"""
    return pool.id.partition("_")[2]


def keep(pool: UserPool, username: str, password: str, salt: Draw) -> PasswordVerifier:
    """What the pool keeps of a new password: 16 bytes of salt and the verifier."""
    salt_hex = salt.bytes(16).hex()
    return PasswordVerifier(salt_hex, srp.verifier(pool_name(pool), username, password, salt_hex))


def proves(pool: UserPool, user: PoolUser, password: str) -> bool:
    """Whether `password` is the user's: its verifier, made anew, is the one that is kept."""
    if user.password is None:
        return False
    made = srp.verifier(pool_name(pool), user.username, password, user.password.salt)
    return hmac.compare_digest(made, user.password.verifier)


def generated(pool: UserPool, draw: Draw) -> str:
    """A temporary password that keeps any policy: a character of each class first, and at least 12. # idp:policies"""
    length = max(pool.password_policy.minimum_length, 12)
    start = draw.bytes(4)
    classes = (string.ascii_uppercase, string.ascii_lowercase, string.digits, "!@#%&*+-=")
    first = "".join(letters[byte % len(letters)] for letters, byte in zip(classes, start, strict=True))
    return first + draw.alnum(length - len(first))
