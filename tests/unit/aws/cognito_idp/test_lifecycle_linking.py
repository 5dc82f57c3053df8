"""Links between external identities and users: what may be linked, what is shown of it, and how it ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.persistent import Map
from cogsim.world.pool_members import UserPoolIdentityProvider
from cogsim.world.pool_user import PoolUser, UserStatus

NOBODY = ("UserNotFoundException", "User does not exist.")
OPERATION = "AdminLinkProviderForUser"


@pytest.fixture
def linked(make: Any) -> Any:
    """A pool with Google, a SAML and an OIDC provider, and two native users."""
    pools = make()
    for name, kind, mapping in (
        ("Google", "Google", {"email": "email"}),
        (
            "Corp",
            "SAML",
            {"email": "mail", "nickname": "nick", "name": "cn", "locale": "l", "profile": "p", "zoneinfo": "z"},
        ),
        ("Acme", "OIDC", {"email": "email"}),
    ):
        provider = UserPoolIdentityProvider(pools.pool_id, name, kind, mapping=Map(mapping))
        pools.cloud.world = pools.cloud.world.with_pool_provider(provider)
    pools.confirmed("alice")
    pools.confirmed("bob")
    return pools


def source(provider: str = "Google", value: str = "117", attribute: str | None = "Cognito_Subject") -> dict[str, str]:
    named = {} if attribute is None else {"ProviderAttributeName": attribute}
    return {"ProviderName": provider, "ProviderAttributeValue": value, **named}


def params(pools: Any, given: dict[str, str], to: str = "alice", provider: str = "Cognito") -> dict[str, Any]:
    destination = {"ProviderName": provider, "ProviderAttributeValue": to}
    return {"UserPoolId": pools.pool_id, "DestinationUser": destination, "SourceUser": given}


def link(pools: Any, given: dict[str, str] | None = None, to: str = "alice") -> None:
    pools.call(OPERATION, **params(pools, given or source(), to))


def refused(pools: Any, given: dict[str, str], to: str = "alice") -> Any:
    return pools.refusal(OPERATION, **params(pools, given, to))


def identities(pools: Any, name: str = "alice") -> list[dict[str, Any]]:
    return list(json.loads(pools.user(name).get("identities", "[]")))


def disable(pools: Any, given: dict[str, str]) -> None:
    pools.admin("AdminDisableProviderForUser", User=given)


def refused_disable(pools: Any, given: dict[str, str]) -> Any:
    return pools.refusal("AdminDisableProviderForUser", UserPoolId=pools.pool_id, User=given)


def test_a_link_is_shown_among_the_users_identities(linked: Any) -> None:
    link(linked)
    created = int(linked.cloud.clock.now * 1000)
    assert identities(linked) == [
        {
            "userId": "117",
            "providerName": "Google",
            "providerType": "Google",
            "issuer": None,
            "primary": False,
            "dateCreated": created,
        }
    ]
    link(linked, source("Corp", "ann@corp.example", "email"))
    assert [each["providerName"] for each in identities(linked)] == ["Google", "Corp"]
    assert identities(linked)[1]["attributeName"] == "email"
    assert "AuthenticationResult" in linked.log_in()


def test_the_subject_is_meant_where_no_attribute_is_named(linked: Any) -> None:
    link(linked, source("Acme", "sub-1", None))
    assert "attributeName" not in identities(linked)[0]


def test_a_link_leads_to_a_user_who_is_there(linked: Any) -> None:
    assert refused(linked, source(), "nobody") == NOBODY
    missing = "User pool us-east-1_Nothing does not exist."
    given = {**params(linked, source()), "UserPoolId": "us-east-1_Nothing"}
    assert linked.refusal(OPERATION, **given) == ("ResourceNotFoundException", missing)
    assert linked.refusal(OPERATION, linked.stranger, **params(linked, source()))[0] == "AccessDeniedException"


def test_a_link_may_lead_to_a_federated_user(linked: Any) -> None:
    user = PoolUser(linked.pool_id, "Corp_ann", "s-1", status=UserStatus.EXTERNAL_PROVIDER)
    linked.cloud.world = linked.cloud.world.with_pool_user(user)
    linked.call(OPERATION, **params(linked, source(), "ann", "Corp"))
    assert len(identities(linked, "Corp_ann")) == 1


def test_only_a_providers_identity_is_linked_and_named_as_it_can_be(linked: Any) -> None:
    assert refused(linked, source("Facebook"))[0] == "ResourceNotFoundException"
    for given, text in (
        (source("Cognito", "bob"), "SourceUser must be an identity of an external provider."),
        (source("Google", ""), "SourceUser must be an identity of an external provider."),
        (source("Google", "a@example.com", "email"), "ProviderAttributeName must be Cognito_Subject for Google."),
        (
            source("Corp", "x", "gender"),
            "ProviderAttributeName gender is not mapped by the identity provider Corp.",
        ),
    ):
        assert refused(linked, given) == ("InvalidParameterException", text)


def test_an_identity_with_a_profile_of_its_own_is_not_linked(linked: Any) -> None:
    user = PoolUser(linked.pool_id, "Google_117", "s-1", status=UserStatus.EXTERNAL_PROVIDER)
    linked.cloud.world = linked.cloud.world.with_pool_user(user)
    text = "Merging is not currently supported, provide a SourceUser that has not been signed up in order to link"
    assert refused(linked, source()) == ("InvalidParameterException", text)
    linked.admin("AdminDeleteUser", Username="Google_117")
    link(linked)


def test_an_identity_belongs_to_one_user(linked: Any) -> None:
    link(linked)
    here = ("InvalidParameterException", "SourceUser is already linked to DestinationUser")
    assert refused(linked, source()) == here
    assert refused(linked, source(), "bob") == ("AliasExistsException", "SourceUser is already linked to another user.")
    linked.admin("AdminDeleteUser", Username="alice")
    link(linked, to="bob")


def test_a_user_has_five_identities_at_most(linked: Any) -> None:
    for number in range(5):
        link(linked, source(value=str(number)))
    code, _ = refused(linked, source(value="5"))
    assert code == "LimitExceededException"
    disable(linked, source(value="0"))
    link(linked, source(value="5"))


def test_a_provider_is_linked_by_five_attributes_at_most(linked: Any) -> None:
    for attribute in ("email", "nickname", "name", "locale"):
        link(linked, source("Corp", "x", attribute))
    link(linked, source("Corp", "x"))
    assert refused(linked, source("Corp", "x", "profile"), "bob")[0] == "LimitExceededException"
    link(linked, source("Corp", "y", "email"), "bob")


def test_a_link_ends_when_it_is_named_as_it_was_made(linked: Any) -> None:
    link(linked)
    link(linked, source("Corp", "ann@corp.example", "email"))
    assert refused_disable(linked, source("Corp", "ann@corp.example")) == NOBODY
    assert refused_disable(linked, source(value="118")) == NOBODY
    assert refused_disable(linked, source("Facebook"))[0] == "ResourceNotFoundException"
    disable(linked, source("Corp", "ann@corp.example", "email"))
    disable(linked, source())
    assert "identities" not in linked.user()
    assert refused_disable(linked, source()) == NOBODY


def test_a_native_user_who_is_disabled_there_signs_in_by_password_no_more(linked: Any) -> None:
    incorrect = ("NotAuthorizedException", "Incorrect username or password.")
    for answer, name, status in (
        ("password-removed", "alice", "CONFIRMED"),
        ("external-provider", "bob", "EXTERNAL_PROVIDER"),
    ):
        with assuming({"cognito.disabledNativeUser": answer}):
            disable(linked, source("Cognito", name))
        assert linked.refusal("InitiateAuth", **linked.login(name)) == incorrect
        assert linked.user(name)["UserStatus"] == status
    assert refused_disable(linked, source("Cognito", "nobody")) == NOBODY
    text = "ProviderAttributeName must be Cognito_Subject for Cognito."
    assert refused_disable(linked, source("Cognito", "alice", "email")) == ("InvalidParameterException", text)


def test_nobody_writes_links_as_an_attribute(linked: Any) -> None:
    given = [{"Name": "identities", "Value": "[]"}]
    code, text = linked.refusal(
        "AdminUpdateUserAttributes", UserPoolId=linked.pool_id, Username="alice", UserAttributes=given
    )
    assert (code, text) == ("InvalidParameterException", "user.identities: Attribute cannot be updated.")


def test_an_id_token_tells_of_linked_identities_in_text(linked: Any) -> None:
    link(linked)
    linked.admin("AdminSetUserPassword", Username="alice", Password=linked.password, Permanent=True)
    created = str(int(linked.cloud.clock.now * 1000))
    assert linked.claims(linked.tokens()["IdToken"])["identities"] == [
        {
            "userId": "117",
            "providerName": "Google",
            "providerType": "Google",
            "issuer": None,
            "primary": "false",
            "dateCreated": created,
        }
    ]
