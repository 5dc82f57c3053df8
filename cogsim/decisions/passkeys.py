"""Passkeys of a user pool: who may register one, which one is taken, and what one proves at sign-in.

1. A passkey is registered by somebody who has signed in, for the pool's relying party, against a challenge that this
   user and this client asked for a moment ago.
2. The relying party is the pool's own setting, else its custom domain, else its prefix domain. Where it changes, the
   passkeys made for the one before are good for nothing.
3. What a passkey is, and whether an answer holds, is `tokens.webauthn`'s to say; here stand the pool's settings.
4. A passkey is one factor. Where the pool counts a verified user as a second one, verification is required.
5. At sign-in every failure reads alike, whether there is such a user, such a passkey or only a wrong signature.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions import progress as proofs
from cogsim.decisions.refusals import (
    INVALID_PARAMETER,
    NOT_AUTHORIZED,
    NOT_FOUND,
    RESET_REQUIRED,
    UNSEEN_TEXTS,
    Check,
    after,
    all_of,
    passed,
    refused,
)
from cogsim.entropy import named
from cogsim.persistent import Map
from cogsim.tokens import webauthn
from cogsim.tokens.webauthn import Assertion, Ceremony, KnownCredential, NewCredential
from cogsim.tokens.webauthn_parts import encode
from cogsim.world.pool_user import Passkey, PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

#: Passkeys of one user. # idp:quotas
MOST = 20
#: Milliseconds that a browser gives its user.
_TIMEOUT = 60000

_SOURCE = "idp:passwordless"
_METHOD, _CLONE = "cognito.passkeyMethod", "cognito.passkeyClone"
_PREFERENCE, _SECONDS = "cognito.passkeyMfaPreference", "cognito.passkeyChallengeSeconds"

#: What CompleteWebAuthnRegistration answers to each failed check.
_REGISTRATION = {
    webauthn.MALFORMED: Refusal(INVALID_PARAMETER, "Invalid passkey credential"),
    webauthn.CEREMONY: Refusal(INVALID_PARAMETER, "Invalid passkey credential"),
    webauthn.CHALLENGE: Refusal("WebAuthnChallengeNotFoundException", "Challenge not found"),
    webauthn.ORIGIN: Refusal("WebAuthnOriginNotAllowedException", "Origin not allowed"),
    webauthn.RELYING_PARTY: Refusal("WebAuthnRelyingPartyMismatchException", "Relying party mismatch"),
    webauthn.PRESENCE: Refusal("WebAuthnCredentialNotSupportedException", "Credential not supported"),
    webauthn.VERIFICATION: Refusal("WebAuthnCredentialNotSupportedException", "Credential not supported"),
    webauthn.ALGORITHM: Refusal("WebAuthnCredentialNotSupportedException", "Credential not supported"),
}
_NOT_ENABLED = Refusal("WebAuthnNotEnabledException", "Passkeys are not enabled for this user pool")
_NO_RELYING_PARTY = Refusal("WebAuthnConfigurationMissingException", "The user pool has no relying party ID or domain")
_CLIENT_MISMATCH = Refusal("WebAuthnClientMismatchException", "The access token is of another client")
_TOO_MANY = Refusal("LimitExceededException", "The user has the most passkeys allowed")
_UNFIT = Refusal(INVALID_PARAMETER, "Invalid CREDENTIAL")
REFUSED = Refusal(NOT_AUTHORIZED, "Invalid passkey for the user.")


@dataclass(frozen=True, slots=True)
class PendingRegistration:
    """A registration that was begun: its challenge (unpadded base64url), by which client, for which relying party."""

    challenge: str
    client_id: str
    relying_party_id: str
    issued_at: float


def relying_party(world: World, pool: UserPool) -> Decision[str | Refusal]:
    """The id of the pool's relying party (argument 2)."""
    question = "which relying party are passkeys for?"
    if pool.web_authn.relying_party_id:
        place = pool.origin.at("WebAuthnRelyingPartyID")
        step = Step(question, pool.web_authn.relying_party_id, "the one that is set", _SOURCE, location=place)
        return decided(pool.web_authn.relying_party_id, step)
    domains = [domain for (pool_id, _), domain in world.domains.items() if pool_id == pool.id]
    for domain in sorted(domains, key=lambda each: not each.custom):
        kind = "the custom domain" if domain.custom else "the prefix domain"
        return decided(domain.host(), Step(question, domain.host(), kind, _SOURCE, location=domain.origin.location))
    return refused(_NO_RELYING_PARTY, question, "neither set nor a domain", _SOURCE, assumption=UNSEEN_TEXTS)


def current_relying_party(world: World, pool: UserPool) -> Decision[str | Refusal]:
    """The pool's relying party when a registration ends: where there is none any more, it is another one."""
    found = relying_party(world, pool)
    if not isinstance(found.value, Refusal):
        return found
    mismatch = _REGISTRATION[webauthn.RELYING_PARTY]
    gone = refused(mismatch, "is it still the same?", "there is none any more", _SOURCE, assumption=UNSEEN_TEXTS)
    return after(found, gone)


def verification_required(pool: UserPool) -> bool:
    """Whether the pool takes only passkeys that verified their user; one that counts as two factors has to."""
    return pool.web_authn.user_verification == "required" or _counts_as_two(pool)


def _counts_as_two(pool: UserPool) -> bool:
    return pool.web_authn.factor_configuration == "MULTI_FACTOR_WITH_USER_VERIFICATION"


def satisfies_mfa(pool: UserPool, user: PoolUser) -> Decision[bool]:
    """Whether a passkey of `user` that verified its user is both factors (argument 4)."""
    question, place = "is a passkey both factors?", pool.origin.at("WebAuthnFactorConfiguration")
    configured = pool.web_authn.factor_configuration
    if not _counts_as_two(pool):
        return decided(False, Step(question, "no", configured, _SOURCE, location=place))
    wanted, on = choice(_PREFERENCE) == "needed", "WEB_AUTHN" in user.factors
    answer, found = "yes" if on or not wanted else "no", f"{configured}; turned on by the user: {'yes' if on else 'no'}"
    step = Step(question, answer, found, _SOURCE, Basis.ASSUMED, place, assumption=_PREFERENCE)
    return decided(on or not wanted, step)


def offered(pool: UserPool) -> Check:
    """Whether the pool takes passkeys at all."""
    question = "does the pool take passkeys?"
    if pool.tier == "LITE":
        place = pool.origin.at("UserPoolTier")
        return refused(_NOT_ENABLED, question, pool.tier, _SOURCE, location=place, assumption=UNSEEN_TEXTS)
    place, found = pool.origin.at("Policies.SignInPolicy.AllowedFirstAuthFactors"), ", ".join(pool.first_factors)
    if "WEB_AUTHN" not in pool.first_factors:
        return refused(_NOT_ENABLED, question, found, _SOURCE, location=place, assumption=UNSEEN_TEXTS)
    return passed(question, found, _SOURCE, location=place)


def may_register(pool: UserPool, user: PoolUser) -> Check:
    """Whether `user`, who has signed in, may register one passkey more."""
    question, found = "is there room for one more?", f"{len(user.passkeys)} of {MOST}"
    reset = passed("must the password be reset first?", user.status, "idp:user-accounts", answer="no")
    if user.status is UserStatus.RESET_REQUIRED:
        reset = refused(RESET_REQUIRED, "must the password be reset first?", user.status, "idp:user-accounts")
    room = passed(question, found, "idp:quotas")
    if len(user.passkeys) >= MOST:
        room = refused(_TOO_MANY, question, found, "idp:quotas", assumption=UNSEEN_TEXTS)
    return all_of(offered(pool), reset, room)


def creation_options(pool: UserPool, user: PoolUser, relying_party_id: str, challenge: str) -> dict[str, Any]:
    """PublicKeyCredentialCreationOptionsJSON for one passkey more. # idp:StartWebAuthnRegistration"""
    verification = "required" if verification_required(pool) else "preferred"
    return {
        "rp": {"id": relying_party_id, "name": relying_party_id},
        "user": {"id": user_handle(user), "name": user.username, "displayName": user.username},
        "challenge": challenge,
        "pubKeyCredParams": [{"type": "public-key", "alg": algorithm} for algorithm in webauthn.ALGORITHMS],
        "timeout": _TIMEOUT,
        "excludeCredentials": [{"type": "public-key", "id": name} for name in user.passkeys],
        "authenticatorSelection": {
            "requireResidentKey": True,
            "residentKey": "required",
            "userVerification": verification,
        },
    }


def request_options(pool: UserPool, passkeys: tuple[Passkey, ...], rp_id: str, challenge: str) -> dict[str, Any]:
    """PublicKeyCredentialRequestOptionsJSON: an assertion by one of `passkeys`. # w3c:webauthn"""
    return {
        "challenge": challenge,
        "timeout": _TIMEOUT,
        "rpId": rp_id,
        "allowCredentials": [
            {"type": "public-key", "id": passkey.credential_id}
            | ({"transports": list(passkey.transports)} if passkey.transports else {})
            for passkey in passkeys
        ],
        "userVerification": "required" if verification_required(pool) else "preferred",
    }


def accept_registration(
    pool: UserPool,
    user: PoolUser,
    client_id: str,
    pending: PendingRegistration | None,
    relying_party_id: str,
    credential: Any,
    now: float,
) -> Decision[Passkey | Refusal]:
    """The passkey to store, or the refusal (argument 1); instants in seconds."""
    begun = _begun(pending, client_id, relying_party_id, now)
    if begun.value is not None:
        return Decision(begun.value, begun.steps)
    assert pending is not None
    ceremony = Ceremony(pending.challenge, relying_party_id, verification_required(pool))
    found = webauthn.verify_registration(credential, ceremony)
    made = found.value
    if isinstance(made, Refusal):
        refusal = _REGISTRATION[made.code]
        question = "is the passkey taken?"
        return after(after(begun, found), refused(refusal, question, made.code, _SOURCE, assumption=UNSEEN_TEXTS))
    if made.credential_id in user.passkeys:
        refusal = _REGISTRATION[webauthn.MALFORMED]
        twice = refused(refusal, "is it a new one?", made.credential_id, _SOURCE, assumption=UNSEEN_TEXTS)
        return after(after(begun, found), twice)
    passkey = _stored(made, relying_party_id, now)
    return decided(passkey, Step("is the passkey taken?", "yes", "", _SOURCE), after=(*begun.steps, *found.steps))


def _begun(pending: PendingRegistration | None, client_id: str, relying_party_id: str, now: float) -> Check:
    question, seconds = "was this registration begun?", int(choice(_SECONDS))
    lost = _REGISTRATION[webauthn.CHALLENGE]
    if pending is None:
        return refused(lost, question, "no challenge is out", _SOURCE, assumption=UNSEEN_TEXTS)
    if now >= pending.issued_at + seconds:
        return refused(lost, question, f"more than {seconds} s ago", _SOURCE, assumption=_SECONDS)
    if pending.client_id != client_id:
        return refused(_CLIENT_MISMATCH, question, f"by client {pending.client_id}", _SOURCE, assumption=UNSEEN_TEXTS)
    if pending.relying_party_id != relying_party_id:
        refusal, found = _REGISTRATION[webauthn.RELYING_PARTY], f"for {pending.relying_party_id}"
        return refused(refusal, question, found, _SOURCE, assumption=UNSEEN_TEXTS)
    return passed(question, f"within {seconds} s", _SOURCE, assumption=_SECONDS)


def _stored(made: NewCredential, relying_party_id: str, now: float) -> Passkey:
    attachment = made.attachment if made.attachment in ("platform", "cross-platform") else None
    return Passkey(
        made.credential_id,
        made.public_key,
        relying_party_id,
        made.sign_count,
        "Passkey",
        attachment,
        made.transports,
        now,
    )


def usable(user: PoolUser, relying_party_id: str) -> tuple[Passkey, ...]:
    """The user's passkeys for that relying party, by their ids."""
    return tuple(passkey for passkey in user.passkeys.values() if passkey.relying_party_id == relying_party_id)


def pretended(pool: UserPool, name: str, relying_party_id: str) -> tuple[Passkey, ...]:
    """A passkey that nobody holds, for a name that nobody has: the same whenever it is asked. # idp:existence"""
    draw = named("cognito-idp/passkey-pretence", pool.id, pool.compared(name))
    credential_id = encode(draw.bytes(32))
    return (Passkey(credential_id, "", relying_party_id, transports=("internal", "hybrid")),)


@dataclass(frozen=True, slots=True)
class Proved:
    """What an assertion proved: by which passkey, its counter grown, and the proofs of the sign-in."""

    passkey: Passkey
    proofs: tuple[str, ...]


def accept_assertion(
    pool: UserPool, user: PoolUser | None, challenge: Mapping[str, str], credential: Any
) -> Decision[Proved | Refusal]:
    """What the assertion proves of `user` (None stands for nobody), or the refusal (argument 5); `challenge` holds what
    was set: `challenge` and `relying_party_id`."""
    rp_id = challenge.get("relying_party_id", "")
    keys = usable(user, rp_id) if user else ()
    handle = user_handle(user) if user else ""
    known = {
        key.credential_id: KnownCredential(key.credential_id, key.public_key, key.sign_count, handle) for key in keys
    }
    ceremony = Ceremony(challenge.get("challenge", ""), rp_id, verification_required(pool))
    found = webauthn.verify_assertion(credential, ceremony, known, counter=choice(_CLONE) == "refused")
    held = found.value
    if isinstance(held, Refusal) or user is None or not ceremony.challenge:
        code = held.code if isinstance(held, Refusal) else webauthn.OWNER
        refusal, resting = (_UNFIT if code == webauthn.MALFORMED else REFUSED), UNSEEN_TEXTS
        if code == webauthn.COUNTER:
            resting = _CLONE
        return after(found, refused(refusal, "does the passkey sign in?", code, _SOURCE, assumption=resting))
    passkey = replace(user.passkeys[held.credential_id], sign_count=held.sign_count)
    two = satisfies_mfa(pool, user)
    proved = (_method(held), *((proofs.USER_VERIFIED,) if two.value and held.user_verified else ()))
    step = Step("what does the passkey prove?", ", ".join(proved), "", "idp:step-up", Basis.ASSUMED, assumption=_METHOD)
    return decided(Proved(passkey, proved), step, after=(*found.steps, *two.steps))


def _method(held: Assertion) -> str:
    bound = held.device_bound and choice(_METHOD) == "device-bound"
    return proofs.HARDWARE_KEY if bound else proofs.PASSKEY


def user_handle(user: PoolUser) -> str:
    """What authenticators know the user by: the sub, in unpadded base64url."""
    return encode(user.sub.encode())


def find_passkey(user: PoolUser, credential_id: str) -> Decision[Passkey | Refusal]:
    """The user's passkey of that id."""
    question, found = "has the user such a passkey?", user.passkeys.get(credential_id)
    if found is None:
        refusal = Refusal(NOT_FOUND, "Credential not found")
        return refused(refusal, question, "none of that id", _SOURCE, assumption=UNSEEN_TEXTS)
    return decided(found, Step(question, "yes", found.credential_id, _SOURCE))


def page(
    user: PoolUser, token: str | None, most: int | None
) -> Decision[tuple[tuple[Passkey, ...], str | None] | Refusal]:
    """A page of the user's passkeys by their ids, and the token for the next one (the last id shown); a page of 0 is
    as long as it can be."""
    question, names = "where does the page begin?", tuple(user.passkeys)
    if token is not None and token not in names:
        refusal = Refusal(INVALID_PARAMETER, "Invalid NextToken")
        return refused(refusal, question, "no token of an earlier page", _SOURCE, assumption=UNSEEN_TEXTS)
    rest = names[names.index(token) + 1 :] if token is not None else names
    shown = rest[: most or MOST]
    following = shown[-1] if len(rest) > len(shown) else None
    step = Step(question, token or "at the first", f"{len(shown)} of {len(names)}", _SOURCE)
    return decided((tuple(user.passkeys[name] for name in shown), following), step)


def with_passkey(user: PoolUser, passkey: Passkey) -> Map[str, Passkey]:
    """The user's passkeys with this one in its place."""
    return user.passkeys.set(passkey.credential_id, passkey)
