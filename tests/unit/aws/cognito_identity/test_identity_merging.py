"""Which identity several logins have through the door: linked, merged, refused; unlinked, listed, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.call import Outcome
from cogsim.aws.cloud import Cloud
from cogsim.decisions.cognito_session import session_for
from cogsim.decisions.identity_logins import accept_logins
from cogsim.decisions.role_selection import leading
from cogsim.tokens.jwt import read
from tests.unit.aws.cognito_identity.identity_world import (
    ONE,
    OPERATOR,
    OTHER,
    POOL,
    STRANGER,
    ask,
    cloud,
    error,
    get_id,
    manage,
    one,
    other,
    submit,
    vended,
)

DIFFER = "Logins don't match. Please include at least one valid login for this identity or identity pool."


def claim(at: Cloud, identity: str, **logins: Any) -> Outcome:
    return ask(at, "GetCredentialsForIdentity", IdentityId=identity, **logins)


def both(at: Cloud, first: str = "alice", second: str = "alice") -> dict[str, str]:
    return {**one(at, first), **other(at, second)}


def state(at: Cloud, identity: str) -> tuple[bool, list[str]]:
    found = at.world.identities[identity]
    return found.enabled, sorted(found.logins)


def test_a_guest_that_signs_in_keeps_its_id_where_the_login_is_new() -> None:
    at = cloud()
    guest = get_id(at)
    assert claim(at, guest, Logins=one(at)).unwrap()["IdentityId"] == guest
    assert get_id(at, Logins=one(at)) == guest
    assert error(claim(at, guest)) == ("NotAuthorizedException", f"Access to Identity '{guest}' is forbidden.")


def test_a_guest_is_merged_into_the_identity_that_the_login_has() -> None:
    at = cloud()
    alice = get_id(at, Logins=one(at))
    guest = get_id(at)
    assert claim(at, guest, Logins=one(at)).unwrap()["IdentityId"] == alice
    assert state(at, guest) == (False, [])
    assert at.world.identities[guest].merged_into == alice
    for logins in ({}, {"Logins": one(at)}):
        assert error(claim(at, guest, **logins))[1] == f"Access to Identity '{guest}' is forbidden."


def test_two_logins_in_one_call_are_linked() -> None:
    at = cloud()
    alice = get_id(at, Logins=both(at))
    assert get_id(at, Logins=one(at)) == get_id(at, Logins=other(at)) == alice
    assert state(at, alice) == (True, [ONE, OTHER])


def test_a_second_login_is_linked_beside_the_first_that_is_proved() -> None:
    at = cloud()
    alice = get_id(at, Logins=one(at))
    assert error(claim(at, alice, Logins=other(at))) == ("NotAuthorizedException", DIFFER)
    claim(at, alice, Logins=both(at)).unwrap()
    assert claim(at, alice, Logins=other(at)).unwrap()["IdentityId"] == alice


@pytest.mark.parametrize(("choice", "kept"), [("named", 1), ("oldest", 0)])
def test_two_identities_are_merged_by_who_proves_both(choice: str, kept: int) -> None:
    at = cloud()
    ids = [get_id(at, Logins=one(at))]
    at.advance(5)
    ids.append(get_id(at, Logins=other(at)))
    with assuming({"identity.mergeSurvivor": choice}):
        found = claim(at, ids[1], Logins=both(at)).unwrap()["IdentityId"]
    assert found == ids[kept]
    assert state(at, ids[kept]) == (True, [ONE, OTHER])
    assert state(at, ids[1 - kept]) == (False, [])


def test_logins_that_name_no_identity_are_merged_into_the_oldest() -> None:
    at = cloud()
    old = get_id(at, Logins=other(at))
    at.advance(5)
    young = get_id(at, Logins=one(at))
    assert get_id(at, Logins=both(at)) == old
    assert state(at, young) == (False, [])


def test_one_identity_has_one_login_of_a_provider() -> None:
    at = cloud()
    alice, bob = get_id(at, Logins=both(at)), get_id(at, Logins=one(at, "bob"))
    words = ("ResourceConflictException", "Logins already linked")
    assert error(ask(at, "GetId", IdentityPoolId=POOL, Logins=both(at, "bob", "alice"))) == words
    assert error(claim(at, bob, Logins=both(at, "bob", "alice"))) == words
    assert state(at, alice) == (True, [ONE, OTHER])
    assert state(at, bob) == (True, [ONE])


def test_somebody_elses_identity_is_not_had_by_a_login_of_ones_own() -> None:
    at = cloud()
    alice = get_id(at, Logins=one(at))
    for logins in (one(at, "eve"), other(at, "eve"), both(at, "eve", "eve")):
        assert error(claim(at, alice, Logins=logins)) == ("NotAuthorizedException", DIFFER)
    assert state(at, alice) == (True, [ONE])


def test_one_bad_token_spoils_the_call() -> None:
    at = cloud()
    alice = get_id(at, Logins=one(at))
    refused = claim(at, alice, Logins={**one(at), **other(at, aud="another")})
    assert error(refused) == ("NotAuthorizedException", "Invalid login token. Incorrect token audience.")


def test_the_token_names_only_the_logins_of_this_call() -> None:
    at = cloud()
    alice = get_id(at, Logins=both(at))

    def methods(logins: dict[str, str]) -> Any:
        made = ask(at, "GetOpenIdToken", IdentityId=alice, Logins=logins).unwrap()["Token"]
        return read(made).claims["amr"]  # type: ignore[union-attr]

    first, second = (f"{name}:CognitoSignIn:alice" for name in (ONE, OTHER))
    assert methods(other(at)) == ["authenticated", OTHER, second]
    assert methods(both(at)) == ["authenticated", ONE, first, OTHER, second]


def unlink(at: Cloud, identity: str, logins: dict[str, str], *names: str) -> Outcome:
    return ask(at, "UnlinkIdentity", IdentityId=identity, Logins=logins, LoginsToRemove=list(names))


def test_an_unlinked_login_is_somebody_new() -> None:
    at = cloud()
    alice = get_id(at, Logins=both(at))
    unlink(at, alice, one(at), OTHER).unwrap()
    assert state(at, alice) == (True, [ONE])
    assert get_id(at, Logins=other(at)) != alice
    assert get_id(at, Logins=one(at)) == alice


def test_the_last_login_takes_the_identity_along() -> None:
    at = cloud()
    alice = get_id(at, Logins=one(at))
    unlink(at, alice, one(at), ONE).unwrap()
    again = get_id(at, Logins=one(at))
    assert again != alice
    assert get_id(at, Logins=one(at)) == again
    assert error(claim(at, alice)) == ("NotAuthorizedException", f"Access to Identity '{alice}' is forbidden.")
    assert error(claim(at, alice, Logins=one(at)))[1] == f"Access to Identity '{alice}' is forbidden."


def test_what_unlinking_is_refused() -> None:
    at = cloud()
    alice = get_id(at, Logins=both(at))
    assert error(unlink(at, alice, one(at, "eve"), ONE)) == ("NotAuthorizedException", DIFFER)
    assert error(unlink(at, alice, one(at), "accounts.google.com"))[0] == "InvalidParameterException"
    with assuming({"identity.unlinkProof": "each-removed"}):
        assert error(unlink(at, alice, one(at), OTHER)) == ("NotAuthorizedException", DIFFER)
        unlink(at, alice, one(at), ONE).unwrap()
    assert state(at, alice) == (True, [OTHER])


def test_identities_are_listed_with_their_logins() -> None:
    at = cloud()
    alice, guest = get_id(at, Logins=one(at)), get_id(at)
    claim(at, guest, Logins=one(at)).unwrap()
    page = manage(at, "ListIdentities", IdentityPoolId=POOL, MaxResults=60).unwrap()
    assert {each["IdentityId"]: each["Logins"] for each in page["Identities"]} == {alice: [ONE], guest: []}
    hidden = manage(at, "ListIdentities", IdentityPoolId=POOL, MaxResults=60, HideDisabled=True).unwrap()
    assert [each["IdentityId"] for each in hidden["Identities"]] == [alice]
    first = manage(at, "ListIdentities", IdentityPoolId=POOL, MaxResults=1).unwrap()
    rest = manage(at, "ListIdentities", IdentityPoolId=POOL, MaxResults=1, NextToken=first["NextToken"]).unwrap()
    assert "NextToken" not in rest
    described = manage(at, "DescribeIdentity", IdentityId=guest).unwrap()
    assert described["LastModifiedDate"] >= described["CreationDate"]


def test_identities_are_deleted_by_those_who_own_the_pool() -> None:
    at = cloud()
    alice = get_id(at, Logins=one(at))
    unknown = "us-east-1:99999999-0000-0000-0000-000000000000"
    far = submit(at, "cognito-identity:DeleteIdentities", STRANGER, IdentityIdsToDelete=[alice, unknown]).unwrap()
    denied = [{"IdentityId": name, "ErrorCode": "AccessDenied"} for name in (alice, unknown)]
    assert far == {"UnprocessedIdentityIds": denied}
    near = submit(at, "cognito-identity:DeleteIdentities", OPERATOR, IdentityIdsToDelete=[alice, unknown]).unwrap()
    assert near == {"UnprocessedIdentityIds": denied[1:]}
    assert error(manage(at, "DescribeIdentity", IdentityId=alice)) == (
        "ResourceNotFoundException",
        f"Identity '{alice}' not found.",
    )
    assert get_id(at, Logins=one(at)) != alice
    with assuming({"identity.deleteUnknown": "deleted"}):
        assert manage(at, "DeleteIdentities", IdentityIdsToDelete=[unknown]).unwrap() == {"UnprocessedIdentityIds": []}


def test_the_session_of_several_logins_is_the_one_the_static_answer_gives() -> None:
    at = cloud()
    alice = get_id(at, Logins=both(at))
    running = submit(at, "sts:GetCallerIdentity", vended(claim(at, alice, Logins=both(at)))).caller
    pool = at.world.identity_pools[POOL]
    logins = accept_logins(at.world, pool, both(at), now=at.clock.now, revoked=lambda _: False).value
    assert isinstance(logins, tuple)
    first = leading(pool, logins).value
    others = tuple(each for each in logins if each is not first)
    static = session_for(at.world, pool, first, alice, now=at.clock.now, origin=at.origin(), others=others)
    assert running == static.value


def test_a_merge_shows_in_what_the_static_answers_call_the_identity() -> None:
    at = cloud()
    alice = get_id(at, Logins=one(at))
    partner = get_id(at, Logins=other(at))
    claim(at, partner, Logins=both(at)).unwrap()
    assert at.world.identity_of(POOL, ONE, "alice") == at.world.identity_of(POOL, OTHER, "alice") == partner
    assert at.world.identity_of(POOL, ONE, "bob") not in (alice, partner)
