"""What a web identity token says of its session: tags in both forms, tags handed on, source identity, roles."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.assumptions import assuming
from cogsim.decision import Refusal
from cogsim.decisions.session import later_keys
from cogsim.decisions.token_session import SessionClaims, session_claims
from cogsim.persistent import Map
from cogsim.policy.request import Values

ROLE = "arn:aws:iam::123456789012:role/r"
TAGS = "https://aws.amazon.com/tags"
ROLES = "https://aws.amazon.com/roles"
IDENTITY = "https://aws.amazon.com/source_identity"


def tags(written: Any, *handed_on: str) -> dict[str, Any]:
    return {TAGS: {"principal_tags": written, "transitive_tag_keys": list(handed_on)}}


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({}, SessionClaims()),
        (tags({"team": ["red"]}), SessionClaims(Map({"team": "red"}))),
        (tags({"team": "red"}, "team"), SessionClaims(Map({"team": "red"}), ("team",))),
        (tags({"team": "red"}, "Team"), SessionClaims(Map({"team": "red"}), ("Team",))),
        ({f"{TAGS}/principal_tags/team": "red"}, SessionClaims(Map({"team": "red"}))),
        (
            {f"{TAGS}/principal_tags/team": ["red"], f"{TAGS}/transitive_tag_keys": "team"},
            SessionClaims(Map({"team": "red"}), ("team",)),
        ),
        (tags({"empty": ""}), SessionClaims(Map({"empty": ""}))),
        ({IDENTITY: "alice@example.com"}, SessionClaims(source_identity="alice@example.com")),
        ({ROLES: ROLE}, SessionClaims(keys=Map({"sts:RoleAuthorizedByIdp": Values(("true",))}))),
        ({ROLES: ["other", ROLE]}, SessionClaims(keys=Map({"sts:RoleAuthorizedByIdp": Values(("true",))}))),
    ],
)
def test_what_a_token_says_of_its_session(claims: dict[str, Any], expected: SessionClaims) -> None:
    assert session_claims(claims, ROLE).value == expected


@pytest.mark.parametrize(
    "claims",
    [
        tags({"team": ["red", "blue"]}),
        tags({"team": []}),
        tags({"team": 1}),
        tags({"team": None}),
        tags({"team": {"red": 1}}),
        tags({"aws:team": "red"}),
        tags({"AWS:team": "red"}),
        tags({"team": "red", "Team": "blue"}),
        tags({"team": "*"}),
        tags({"team": "a" * 257}),
        tags({"t" * 129: "a"}),
        tags({"": "a"}),
        tags({f"k{number}": "v" for number in range(51)}),
        tags({"team": "red"}, "other"),
        tags("team"),
        {TAGS: "team=red"},
        {TAGS: ["team"]},
        {**tags({"team": "red"}), f"{TAGS}/principal_tags/Team": "blue"},
        {TAGS: {"principal_tags": {"a": "b"}, "transitive_tag_keys": [1]}},
        {TAGS: {"principal_tags": {"a": "b"}, "transitive_tag_keys": 1}},
        {f"{TAGS}/transitive_tag_keys": ["team"]},
        {IDENTITY: "x"},
        {IDENTITY: "aws:alice"},
        {IDENTITY: "a" * 65},
        {IDENTITY: ["alice"]},
        {IDENTITY: "alice bob"},
        {ROLES: []},
        {ROLES: ROLE + "2"},
        {ROLES: [ROLE.upper()]},
        {ROLES: None},
        {ROLES: {ROLE: True}},
    ],
)
def test_a_token_whose_session_is_refused(claims: dict[str, Any]) -> None:
    refused = session_claims(claims, ROLE).value
    assert isinstance(refused, Refusal)
    assert refused.code == "InvalidIdentityToken"
    assert refused.message


def test_the_words_for_a_role_that_the_issuer_did_not_name() -> None:
    refused = session_claims({ROLES: ["other"]}, ROLE).value
    assert isinstance(refused, Refusal)
    assert refused.message == "The target role ARN is not present in the roles claim of the identity token"


def test_words_that_nobody_has_seen_are_a_switch() -> None:
    with assuming({"sts.unseenTexts": "empty"}):
        answer = session_claims(tags({"aws:x": "1"}), ROLE)
        assert answer.value == Refusal("InvalidIdentityToken", "")
        assert answer.assumptions == ("sts.unseenTexts",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from((TAGS, ROLES, IDENTITY, f"{TAGS}/transitive_tag_keys", f"{TAGS}/x")), JSON))
def test_any_claims_end_in_an_answer(claims: dict[str, Any]) -> None:
    answer = session_claims(claims, ROLE).value
    assert isinstance(answer, SessionClaims) or (answer.code == "InvalidIdentityToken" and answer.message)


@pytest.mark.parametrize(
    ("given_keys", "kept"),
    [
        (("cognito-identity.amazonaws.com:aud", "cognito-identity.amazonaws.com:amr"), None),
        (("accounts.google.com:sub", "accounts.google.com:oaud", "accounts.google.com:email"), 1),
        (("graph.facebook.com:app_id", "graph.facebook.com:id"), None),
        (("www.amazon.com:app_id", "www.amazon.com:user_id", "www.amazon.com:aud"), 2),
        (("gitlab.com:sub", "gitlab.com:user_id", "gitlab.com:project_id"), 1),
        (("idp.example.com/a:sub", "idp.example.com/a:email"), 1),
        (("saml:sub", "saml:sub_type", "saml:namequalifier", "saml:aud", "saml:iss", "saml:doc", "saml:cn"), 3),
        (("sts:RoleAuthorizedByIdp",), 0),
    ],
)
def test_which_of_the_providers_keys_stay_in_the_session(given_keys: tuple[str, ...], kept: int | None) -> None:
    keys = later_keys(Map({name: Values(("v",)) for name in given_keys}))
    assert set(keys) == set(given_keys[: len(given_keys) if kept is None else kept])
