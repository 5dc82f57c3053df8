"""Developer-authenticated identities through the door: tokens, tags, linking, looking up, merging, unlinking."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.call import Call, Credentials, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.persistent import Map
from cogsim.tokens.jwt import read
from tests.unit.aws.cognito_identity.identity_world import (
    AUTH,
    COGNITO,
    DEVELOPER,
    ONE,
    POOL,
    allowed,
    ask,
    cloud,
    error,
    get_id,
    manage,
    one,
    policy,
    submit,
    vended,
)

MINT = "GetOpenIdTokenForDeveloperIdentity"
PUBLIC = ("InvalidParameterException", "Please provide a valid public provider.")


def mint(at: Cloud, user: str = "u1", logins: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    return dict(mint_call(at, user, logins, **more).unwrap())


def mint_call(at: Cloud, user: str = "u1", logins: dict[str, str] | None = None, **more: Any) -> Outcome:
    return manage(at, MINT, IdentityPoolId=POOL, Logins={DEVELOPER: user, **(logins or {})}, **more)


def spend(at: Cloud, made: dict[str, Any], **more: Any) -> Outcome:
    logins = {COGNITO: made["Token"]}
    return ask(at, "GetCredentialsForIdentity", IdentityId=made["IdentityId"], Logins=logins, **more)


def test_a_developers_user_has_one_identity_and_a_token_of_fifteen_minutes() -> None:
    at = cloud()
    made = mint(at)
    assert made["IdentityId"] == mint(at)["IdentityId"] != mint(at, "u2")["IdentityId"]
    claims = read(made["Token"]).claims  # type: ignore[union-attr]
    now = int(at.clock.now)
    assert (claims["sub"], claims["aud"], claims["exp"]) == (made["IdentityId"], POOL, now + 900)
    assert claims["amr"] == ["authenticated", DEVELOPER, f"{DEVELOPER}:{POOL}:u1"]
    longer = read(mint(at, TokenDuration=86400)["Token"]).claims  # type: ignore[union-attr]
    assert longer["exp"] == now + 86400
    assert error(mint_call(at, TokenDuration=86401))[1].startswith("1 validation error")


def test_the_token_buys_a_session_with_the_developers_tags() -> None:
    at = cloud()
    session = submit(at, "sts:GetCallerIdentity", vended(spend(at, mint(at, PrincipalTags={"tenant": "acme"})))).caller
    assert session.role_arn == AUTH  # type: ignore[union-attr]
    assert session.session_tags == Map({"tenant": "acme"})  # type: ignore[union-attr]
    assert session.session_policies is None  # type: ignore[union-attr]


def test_the_token_goes_to_sts_as_well() -> None:
    at = cloud()
    made = mint(at)
    params = {"RoleArn": AUTH, "RoleSessionName": "mine", "WebIdentityToken": made["Token"]}
    found = submit(at, "sts:AssumeRoleWithWebIdentity", **params).unwrap()
    assert found["SubjectFromWebIdentityToken"] == made["IdentityId"]


def test_a_token_ends_and_is_for_one_identity_of_one_pool() -> None:
    at = cloud()
    made, others = mint(at), mint(at, "u2")
    swapped = spend(at, {**made, "IdentityId": others["IdentityId"]})
    assert error(swapped)[1].startswith("Logins don't match.")
    twisted = spend(at, {**made, "Token": made["Token"][:-4] + "AAAA"})
    assert error(twisted) == ("NotAuthorizedException", "Invalid login token. Token signature invalid.")
    at.advance(900)
    now = int(at.clock.now)
    assert error(spend(at, made)) == ("NotAuthorizedException", f"Invalid login token. Token expired: {now} >= {now}")


def test_a_token_for_a_public_login_is_no_developers_token() -> None:
    at = cloud()
    alice = get_id(at, Logins=one(at))
    token = ask(at, "GetOpenIdToken", IdentityId=alice, Logins=one(at)).unwrap()["Token"]
    assert error(spend(at, {"IdentityId": alice, "Token": token}))[1] == PUBLIC[1]
    mixed = ask(at, "GetCredentialsForIdentity", IdentityId=alice, Logins={COGNITO: mint(at)["Token"], **one(at)})
    assert error(mixed)[0] == "InvalidParameterException"


def test_a_user_identifier_proves_nothing_without_the_developer() -> None:
    at = cloud()
    made = mint(at)
    assert error(ask(at, "GetId", IdentityPoolId=POOL, Logins={DEVELOPER: "u1"})) == PUBLIC
    named = {"IdentityId": made["IdentityId"], "Logins": {DEVELOPER: made["Token"]}}
    assert error(ask(at, "GetCredentialsForIdentity", **named)) == PUBLIC
    assert error(ask(at, "GetId", IdentityPoolId=POOL, Logins={COGNITO: made["Token"]})) == PUBLIC
    with assuming({"identity.cognitoTokenElsewhere": "cognito-token"}):
        told = error(ask(at, "GetId", IdentityPoolId=POOL, Logins={COGNITO: made["Token"]}))
    assert told == ("NotAuthorizedException", "Invalid login token. Can't pass in a Cognito token.")
    guest = error(ask(at, "GetCredentialsForIdentity", IdentityId=made["IdentityId"]))
    assert guest[1] == f"Access to Identity '{made['IdentityId']}' is forbidden."


def test_only_who_may_mint_mints() -> None:
    at = cloud(operator=policy(allowed("cognito-identity:Describe*")))
    assert error(mint_call(at))[0].startswith("AccessDenied")
    unsigned = ask(at, MINT, IdentityPoolId=POOL, Logins={DEVELOPER: "u1"})
    assert error(unsigned)[0].startswith("MissingAuthenticationToken")


@pytest.mark.parametrize(
    ("pool", "logins", "words"),
    [
        ({}, {"login.other": "u1"}, "Please provide a valid developer provider."),
        ({"developer_provider_name": None}, {DEVELOPER: "u1"}, "The identity pool has no developer provider."),
    ],
)
def test_the_developer_provider_has_to_be_named(pool: dict[str, Any], logins: dict[str, str], words: str) -> None:
    refused = manage(cloud(**pool), MINT, IdentityPoolId=POOL, Logins=logins)
    assert error(refused) == ("InvalidParameterException", words)


def test_a_guests_identity_becomes_the_developers_users() -> None:
    at = cloud()
    guest = get_id(at)
    assert mint(at, IdentityId=guest)["IdentityId"] == guest
    assert error(ask(at, "GetCredentialsForIdentity", IdentityId=guest))[1].endswith("is forbidden.")
    elsewhere = mint_call(at, IdentityId=get_id(at))
    assert error(elsewhere)[0] == "DeveloperUserAlreadyRegisteredException"


def test_public_logins_are_linked_to_the_developers_user() -> None:
    at = cloud()
    made = mint(at, logins=one(at))
    claims = read(made["Token"]).claims  # type: ignore[union-attr]
    assert sorted(claims["amr"]) == sorted(
        ["authenticated", ONE, f"{ONE}:CognitoSignIn:alice", DEVELOPER, f"{DEVELOPER}:{POOL}:u1"]
    )
    assert get_id(at, Logins=one(at)) == made["IdentityId"]
    bob = get_id(at, Logins=one(at, "bob"))
    taken = mint_call(at, "u2", one(at, "bob"), IdentityId=get_id(at))
    assert error(taken) == ("ResourceConflictException", "Logins already linked")
    assert mint(at, "u3", one(at, "bob"))["IdentityId"] == bob
    named = manage(at, "DescribeIdentity", IdentityId=made["IdentityId"]).unwrap()
    assert named["Logins"] == sorted([ONE, DEVELOPER])


def test_users_are_looked_up_both_ways() -> None:
    at = cloud()
    identity = mint(at)["IdentityId"]
    mint(at, "u2", IdentityId=identity)
    look = {"IdentityPoolId": POOL}
    by_user = manage(at, "LookupDeveloperIdentity", **look, DeveloperUserIdentifier="u1").unwrap()
    assert by_user == {"IdentityId": identity, "DeveloperUserIdentifierList": ["u1"]}
    by_id = manage(at, "LookupDeveloperIdentity", **look, IdentityId=identity).unwrap()
    assert by_id["DeveloperUserIdentifierList"] == ["u1", "u2"]
    paged = manage(at, "LookupDeveloperIdentity", **look, IdentityId=identity, MaxResults=1).unwrap()
    assert (paged["DeveloperUserIdentifierList"], "NextToken" in paged) == (["u1"], True)
    other = mint(at, "u9")["IdentityId"]
    fits = {"IdentityId": identity, "DeveloperUserIdentifier": "u2"}
    assert manage(at, "LookupDeveloperIdentity", **look, **fits).unwrap()["IdentityId"] == identity
    for asked, code in (
        ({}, "InvalidParameterException"),
        ({"DeveloperUserIdentifier": "nobody"}, "ResourceNotFoundException"),
        ({"IdentityId": other, "DeveloperUserIdentifier": "u1"}, "ResourceConflictException"),
    ):
        assert error(manage(at, "LookupDeveloperIdentity", **look, **asked))[0] == code


def merge(at: Cloud, source: str, destination: str, provider: str = DEVELOPER) -> Outcome:
    users = {"SourceUserIdentifier": source, "DestinationUserIdentifier": destination}
    return manage(at, "MergeDeveloperIdentities", **users, DeveloperProviderName=provider, IdentityPoolId=POOL)


def test_two_users_become_one() -> None:
    at = cloud()
    source, destination = mint(at, "a", one(at)), mint(at, "b")
    assert merge(at, "a", "b").unwrap()["IdentityId"] == destination["IdentityId"]
    assert mint(at, "a")["IdentityId"] == get_id(at, Logins=one(at)) == destination["IdentityId"]
    assert error(spend(at, source))[1] == f"Access to Identity '{source['IdentityId']}' is forbidden."
    assert merge(at, "a", "b").unwrap()["IdentityId"] == destination["IdentityId"]


def test_users_who_are_two_people_elsewhere_are_not_merged() -> None:
    at = cloud()
    mint(at, "a", one(at))
    mint(at, "b", one(at, "bob"))
    assert error(merge(at, "a", "b")) == ("ResourceConflictException", "Logins already linked")
    assert error(merge(at, "a", "nobody"))[0] == "ResourceNotFoundException"
    assert error(merge(at, "a", "b", "login.other"))[0] == "InvalidParameterException"


def test_an_identity_has_at_most_twenty_logins() -> None:
    at = cloud()
    first = mint(at, "a0")["IdentityId"]
    for number in range(1, 20):
        mint(at, f"a{number}", IdentityId=first)
    assert error(mint_call(at, "a20", IdentityId=first))[0] == "ResourceConflictException"
    mint(at, "b")
    assert error(merge(at, "b", "a0")) == ("ResourceConflictException", "An identity has at most 20 logins")


def test_an_unlinked_user_is_somebody_new() -> None:
    at = cloud()
    identity = mint(at, "a")["IdentityId"]
    named = {"IdentityId": identity, "IdentityPoolId": POOL, "DeveloperProviderName": DEVELOPER}
    wrong = manage(at, "UnlinkDeveloperIdentity", **named, DeveloperUserIdentifier="b")
    assert error(wrong)[0] == "ResourceNotFoundException"
    manage(at, "UnlinkDeveloperIdentity", **named, DeveloperUserIdentifier="a").unwrap()
    assert at.world.identities[identity].enabled is False
    assert mint(at, "a")["IdentityId"] != identity


def test_credentials_cannot_be_had_by_a_key_that_only_looks_like_the_developers() -> None:
    at = cloud()
    refused = submit(
        at,
        f"cognito-identity:{MINT}",
        Credentials("AKIAOP", "wrong"),
        IdentityPoolId=POOL,
        Logins={DEVELOPER: "u1"},
    )
    assert error(refused)[0] == "InvalidSignatureException"


@pytest.mark.parametrize("tags", [{"aws:owner": "x"}, {"team": "a", "Team": "b"}, {"te*m": "a"}, {"team": "*"}])
def test_a_developers_tags_keep_the_rules_of_session_tags(tags: dict[str, str]) -> None:
    at = cloud()
    made = mint(at, PrincipalTags=tags)
    wanted = {"RoleArn": AUTH, "RoleSessionName": "s1", "WebIdentityToken": made["Token"]}
    direct = at.submit(Call("sts:AssumeRoleWithWebIdentity", wanted, None, at.origin()))
    assert error(direct)[0] == "InvalidIdentityToken"
    assert error(spend(at, made))[0] == "InvalidIdentityPoolConfigurationException"
