"""The ledger of claims: every claim of a token stands in exactly one column, and no claim is dropped in silence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Column(StrEnum):
    """What a reader of a token does with a claim."""

    CHECKED = "checked before the token is accepted"
    READ = "decides something later"
    UNREAD = "ignored on purpose"


@dataclass(frozen=True, slots=True)
class ClaimLedger:
    """The claims of one kind of token by column, each with the reason; `prefixes` cover families such as `custom:`.

    A claim that is named nowhere takes the column of `others`: a trigger may add any name to a token.
    """

    kind: str
    columns: Mapping[str, tuple[Column, str]]
    prefixes: Mapping[str, tuple[Column, str]]
    others: tuple[Column, str] | None = None

    def column(self, claim: str) -> tuple[Column, str] | None:
        """The column of `claim` and why it stands there; None where the ledger has no place for it."""
        if claim in self.columns:
            return self.columns[claim]
        for prefix in sorted(self.prefixes):
            if claim.startswith(prefix):
                return self.prefixes[prefix]
        return self.others

    def in_column(self, column: Column, claims: Iterable[str]) -> tuple[str, ...]:
        """Those of `claims` that stand in `column`, in their order."""
        return tuple(claim for claim in claims if (place := self.column(claim)) and place[0] is column)

    def unaccounted(self, claims: Iterable[str]) -> tuple[str, ...]:
        """Those of `claims` that stand in no column."""
        return tuple(claim for claim in claims if self.column(claim) is None)


_C, _R, _U = Column.CHECKED, Column.READ, Column.UNREAD

#: The profile attributes that OpenID Connect names. # oidc:core §5.1
_PROFILE = (
    *("name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture"),
    *("website", "email", "email_verified", "gender", "birthdate", "zoneinfo", "locale", "phone_number"),
    *("phone_number_verified", "address", "updated_at"),
)

#: An ID token of a user pool, as a relying party such as an identity pool reads it. # idp:id-token
ID_TOKEN = ClaimLedger(
    "id",
    {
        "iss": (_C, "the pool it comes from"),
        "aud": (_C, "the app client it was made for"),
        "exp": (_C, "its end"),
        "token_use": (_C, "an access token is not an ID token"),
        "sub": (_R, "the user"),
        "cognito:groups": (_R, "groups, for rules and tags"),
        "cognito:roles": (_R, "the roles a login may choose from"),
        "cognito:preferred_role": (_R, "the role a login gets"),
        "cognito:username": (_R, "the user's name, for rules and tags"),
        "identities": (_R, "the provider a user came through"),
        "origin_jti": (_R, "the sign-in, which can be revoked"),
        "event_id": (_R, "the sign-in, where revocation is off"),
        "auth_time": (_U, "no reader here bounds the age of a sign-in"),
        "iat": (_U, "the end counts, not the beginning"),
        "jti": (_U, "nothing here is single-use"),
        "nonce": (_U, "the browser's to compare"),
        "at_hash": (_U, "the browser's to compare"),
        "acr": (_R, "how strong the sign-in was"),
        "amr": (_R, "by which factors"),
        **dict.fromkeys(_PROFILE, (_R, "an attribute, for rules and tags")),
    },
    {"custom:": (_R, "an attribute, for rules and tags"), "dev:": (_R, "an attribute, for rules and tags")},
    (_R, "added by a trigger, for rules and tags"),
)

#: An access token of a user pool, as the pool's own operations read it. # idp:access-token
ACCESS_TOKEN = ClaimLedger(
    "access",
    {
        "iss": (_C, "the pool it comes from"),
        "exp": (_C, "its end"),
        "token_use": (_C, "an ID token is not an access token"),
        "scope": (_C, "aws.cognito.signin.user.admin opens the user's own operations"),
        "client_id": (_C, "the app client, whose attribute permissions count"),
        "username": (_C, "the user must still exist"),
        "sub": (_C, "a user made anew under an old name is another user"),
        "origin_jti": (_C, "the sign-in may have been revoked"),
        "event_id": (_C, "the sign-in, where the token names no origin_jti"),
        "device_key": (_U, "remembered devices are not modelled"),
        "cognito:groups": (_U, "groups are read from the pool, not from the token"),
        "auth_time": (_U, "no operation bounds the age of a sign-in"),
        "iat": (_U, "the end counts, not the beginning"),
        "jti": (_U, "nothing here is single-use"),
        "version": (_U, "a format number"),
    },
    {},
    (_U, "added by a trigger; no operation of the pool reads it"),
)

#: What every reader of an outside provider's token does with the standard claims. # oidc:core §2
_OUTSIDE: Mapping[str, tuple[Column, str]] = {
    "iss": (_C, "the provider whose keys were used"),
    "sub": (_C, "the person, a text of 255 characters at most"),
    "aud": (_C, "the application it was made for"),
    "azp": (_C, "the application that it was issued to"),
    "exp": (_C, "its end"),
    "iat": (_C, "not issued in the future, nor for longer than STS takes"),
    "nbf": (_C, "its beginning"),
    "nonce": (_C, "the sign-in it belongs to, where the reader sent one"),
    "auth_time": (_C, "an instant, though no reader bounds the age of a sign-in"),
    "jti": (_U, "nothing here is single-use"),
    "at_hash": (_U, "the access token is not taken from the browser"),
    "nonce_supported": (_U, "whether the provider knows nonces"),
}

#: An ID token of a provider outside AWS, as STS and pools read it.
OIDC_TOKEN = ClaimLedger(
    "oidc",
    {
        **_OUTSIDE,
        "amr": (_R, "by which factors: a condition key"),
        "google": (_R, "the organization's number: a condition key"),
        "hd": (_R, "the domain, for rules and mappings"),
        "is_private_email": (_R, "whether the address is a relay, for rules and mappings"),
        **dict.fromkeys(_PROFILE, (_R, "an attribute, for rules and mappings")),
        "https://aws.amazon.com/roles": (_R, "the roles it is for"),
        "https://aws.amazon.com/source_identity": (_R, "the source identity of the session"),
    },
    {"https://aws.amazon.com/tags": (_R, "tags of the session")},
    (_R, "the provider's own, for rules and mappings; no condition key"),
)

#: The token of a job of GitHub Actions: what STS makes condition keys of, and what no policy can see. # github:oidc
WORKLOAD_TOKEN = ClaimLedger(
    "workload",
    {
        **_OUTSIDE,
        **dict.fromkeys(
            (
                *("actor", "actor_id", "enterprise_id", "environment", "job_workflow_ref", "ref", "repository"),
                *("repository_id", "repository_owner_id", "workflow"),
            ),
            (_R, "a condition key"),
        ),
        **dict.fromkeys(
            (
                *("base_ref", "enterprise", "event_name", "head_ref", "job_workflow_sha", "ref_protected", "ref_type"),
                *("repository_owner", "repository_visibility", "run_attempt", "run_id", "run_number"),
                *("runner_environment", "sha", "workflow_ref", "workflow_sha"),
            ),
            (_U, "no condition key: only a subject that holds it can be tested"),
        ),
    },
    {},
)

#: What a provider says of an access token that it alone can read.
ACCESS_TOKEN_INFO = ClaimLedger(
    "access-token-info",
    {
        "iss": (_C, "the provider that was asked"),
        "sub": (_C, "the account, which must still stand"),
        "aud": (_C, "the application it was made for"),
        "exp": (_C, "its end"),
        "iat": (_C, "not issued in the future"),
        "scope": (_R, "what userinfo may say"),
        "jti": (_U, "nothing here is single-use"),
    },
    {},
)
