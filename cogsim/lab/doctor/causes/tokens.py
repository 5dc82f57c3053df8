"""Why a token is not believed, whoever reads it: its end, its signature, its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.clock import iso
from cogsim.lab.doctor.cause import Cause, Changed, Cure, reads
from cogsim.lab.doctor.proof import claims_of, issued_again
from cogsim.lab.doctor.question import Person, PersonKind, Question
from cogsim.lab.doctor.symptom import Symptom
from cogsim.world.world import World

_NO_KEY = "not tried: the issuer's key is not in the world, so no other token of it can be made here"


@reads("has it expired?", "is it in force?")
def not_in_force(symptom: Symptom) -> Cause | None:
    """The token's time is over, or has not begun."""
    claims = symptom.claims
    if "exp" not in claims:
        return None
    begins = max((claims[name] for name in ("nbf", "iat") if isinstance(claims.get(name), int | float)), default=0)
    early = begins > symptom.now
    key, what = (
        ("token-not-yet-valid", "the token is not valid yet") if early else ("token-expired", "the token has expired")
    )
    why = f"it is valid from {_at(begins)} to {_at(claims['exp'])}, and it is {iso(symptom.now)}"
    say = "wait, or set the clocks right" if early else "get a new token (sign in again or refresh), and send that"
    return _reissue(symptom, key, what, why, say)


@reads("check:2", "check:3", "check:4", "check:5", "check:6")
def not_signed(symptom: Symptom) -> Cause | None:
    """The signature is of none of the issuer's keys, or over another text."""
    step = symptom.refusing
    found = step.found if step is not None else ""
    return _reissue(
        symptom,
        "token-signature",
        "the token is not signed by its issuer's keys",
        f"{found}; the issuer that it names is {symptom.claims.get('iss')}",
        "send the token as the issuer gave it; one signed before the issuer changed its keys has to be fetched anew",
    )


@reads("is it a well-formed token?", "check:1")
def malformed(symptom: Symptom) -> Cause | None:
    """What was sent is no token."""
    step = symptom.refusing
    return Cause(
        "token-malformed",
        "what was sent is no JSON Web Token",
        step.found if step is not None else "",
        advice="send the token as it was issued, three parts with dots between; not tried: there is nothing to mend",
        source="rfc:7515",
    )


@reads("is its audience an app client of the identity pool's?", "is it an ID token?", "check:7", "check:8")
def access_token(symptom: Symptom) -> Cause | None:
    """An access token where an ID token is asked for."""
    claims = symptom.claims
    if claims.get("token_use") != "access":
        return None
    told = _reissue(
        symptom,
        "access-token-as-login",
        "an access token was sent where an ID token is wanted",
        "its token_use is access: it names the client in client_id and has no aud, so nobody can tell whom it is for",
        "send the ID token of the same sign-in",
        token_use="id",
        aud=claims.get("client_id"),
        client_id=None,
        scope=None,
    )
    person = _user_of(symptom.world, claims)
    known = person is not None and (person.home, person.name) in symptom.world.known_passwords
    if person is None or not known or symptom.question.token is None:
        return told
    say = "send the ID token of the same sign-in"
    write = f"# tried with the ID token of {person}, signed in through the same app client"
    cure = Cure(say, write, _signing_in(person, str(claims.get("client_id"))), in_world=False)
    return replace(told, cure=cure, advice="")


def _user_of(world: World, claims: Mapping[str, Any]) -> Person | None:
    """The user of a user pool's token, who is still there."""
    pool = str(claims.get("iss", "")).rpartition("/")[2]
    username = world.subs.get((pool, str(claims.get("sub"))))
    return None if username is None else Person(PersonKind.POOL_USER, username, pool)


@reads("is it a token of an identity pool?", "is the pool's own token taken here?")
def identity_pools_token(symptom: Symptom) -> Cause | None:
    """A token of an identity pool where a provider's is wanted."""
    return Cause(
        "identity-pool-token-as-login",
        "a token that an identity pool made was sent as a login",
        f"its issuer is {symptom.claims.get('iss')}: it is for STS, or for GetCredentialsForIdentity under that name",
        advice="send the provider's own token; not tried: nothing says whose that would be",
        source="ci:authentication-flow",
    )


@reads("does the user pool still stand by the token?")
def inactive(symptom: Symptom) -> Cause | None:
    """The sign-in was revoked or the user is gone, and the pool asks (ServerSideTokenCheck)."""
    step, pool, claims = symptom.refusing, symptom.pool, symptom.claims
    if step is None or pool is None:
        return None
    person = _user_of(symptom.world, claims)
    key, what = ("token-revoked", "the sign-in behind the token was revoked")
    advice, cure = "", None
    if person is None:
        key, what = "user-deleted", "the user of the token was deleted"
        advice = "create the user again and sign in anew; not tried: the new user would be somebody else (another sub)"
    else:
        cure = Cure("sign in again, and send the new token", "", _signing_in(person, str(claims.get("aud"))), False)
    why = f"{step.found}, and the identity pool asks the user pool (ServerSideTokenCheck)"
    return Cause(key, what, why, step.location, cure, advice, step.source)


def _signing_in(person: Person, client_id: str) -> Any:
    def apply(world: World, question: Question) -> Changed:
        return world, replace(question, token=None, person=person, client_id=client_id)

    return apply


def _reissue(symptom: Symptom, key: str, what: str, why: str, say: str, **changes: Any) -> Cause:
    """A cause that another token of the same issuer takes away; it is made by the issuer's own key."""
    source = symptom.refusing.source if symptom.refusing is not None else ""
    if symptom.question.token is None or issued_again(symptom.world, symptom.token, symptom.now, **changes) is None:
        return Cause(key, what, why, advice=f"{say}; {_NO_KEY}", source=source)

    def apply(world: World, question: Question) -> Changed:
        return world, replace(question, token=issued_again(world, str(question.token), symptom.now, **changes))

    made = claims_of(issued_again(symptom.world, symptom.token, symptom.now, **changes))
    shown = {name: made[name] for name in ("iss", "aud", "token_use", "iat", "exp") if name in made}
    write = "# tried with a token of the same issuer and subject: " + ", ".join(f"{n} {shown[n]}" for n in shown)
    return Cause(key, what, why, None, Cure(say, write, apply, in_world=False), source=source)


def _at(seconds: Any) -> str:
    sound = isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 <= seconds < 253_402_300_799
    return iso(float(seconds)) if sound else str(seconds)
