"""Identity providers and resource servers at the door, as configuration."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography import x509

from cogsim.assumptions import assuming
from cogsim.tokens.keys import rsa_key
from cogsim.world.user_pool import SchemaAttribute

OIDC = {
    "client_id": "abc",
    "client_secret": "very-secret-words",
    "attributes_request_method": "GET",
    "oidc_issuer": "https://idp.example.com",
    "authorize_scopes": "openid email",
}
SOCIAL = {"client_id": "abc", "client_secret": "very-secret-words", "authorize_scopes": "profile"}
APPLE = {
    "client_id": "abc",
    "team_id": "T",
    "key_id": "K",
    "private_key": "very-secret-key",
    "authorize_scopes": "name",
}
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"


def metadata(binding: str = REDIRECT, more: str = "") -> str:
    return (
        '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example.com">'
        '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        '<KeyDescriptor><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>'
        "<X509Certificate>AAAA</X509Certificate></X509Data></KeyInfo></KeyDescriptor>"
        f'{more}<SingleSignOnService Binding="{binding}" Location="https://idp.example.com/sso"/>'
        "</IDPSSODescriptor></EntityDescriptor>"
    )


def create(pools: Any, name: str = "Corp", kind: str = "OIDC", details: Any = None, **more: Any) -> Any:
    params = {"ProviderName": name, "ProviderType": kind, "ProviderDetails": OIDC if details is None else details}
    return pools.admin("CreateIdentityProvider", **params, **more)["IdentityProvider"]


def refusal(pools: Any, name: str = "Corp", kind: str = "OIDC", details: Any = None, **more: Any) -> Any:
    params = {"ProviderName": name, "ProviderType": kind, "ProviderDetails": OIDC if details is None else details}
    return pools.refusal("CreateIdentityProvider", UserPoolId=pools.pool_id, **params, **more)


def describe(pools: Any, name: str = "Corp") -> Any:
    return pools.admin("DescribeIdentityProvider", ProviderName=name)["IdentityProvider"]


def test_a_provider_is_shown_as_it_was_stated(pools: Any) -> None:
    made = create(pools, AttributeMapping={"email": "mail"}, IdpIdentifiers=["example.com"], AcrMapping={"Level1": "x"})
    assert made == describe(pools)
    assert made["ProviderDetails"] == OIDC | {"attributes_url_add_attributes": "false"}
    assert made["AttributeMapping"] == {"email": "mail", "username": "sub"}
    assert made["IdpIdentifiers"] == ["example.com"]
    assert made["AcrMapping"] == {"Level1": "x"}
    found = pools.admin("GetIdentityProviderByIdentifier", IdpIdentifier="example.com")["IdentityProvider"]
    assert found == made


def test_details_are_shown_with_what_their_type_implies_and_without_apples_key(pools: Any) -> None:
    google = create(pools, "Google", "Google", SOCIAL)["ProviderDetails"]
    assert google["authorize_url"] == "https://accounts.google.com/o/oauth2/v2/auth"
    assert google["client_secret"] == "very-secret-words"
    facebook = create(pools, "Facebook", "Facebook", SOCIAL | {"api_version": "v21.0"})
    assert facebook["ProviderDetails"]["token_url"] == "https://graph.facebook.com/v21.0/oauth/access_token"
    assert facebook["AttributeMapping"] == {"username": "id"}
    assert create(pools, "LoginWithAmazon", "LoginWithAmazon", SOCIAL)["AttributeMapping"] == {"username": "user_id"}
    apple = create(pools, "SignInWithApple", "SignInWithApple", APPLE)
    assert "private_key" not in apple["ProviderDetails"]
    assert pools.cloud.world.pool_providers[pools.pool_id, "SignInWithApple"].details["private_key"]


def test_a_saml_provider_is_shown_with_the_addresses_of_its_metadata(pools: Any) -> None:
    more = f'<SingleLogoutService Binding="{REDIRECT}" Location="https://idp.example.com/slo"/>'
    stated = {"MetadataFile": metadata(more=more), "EncryptedResponses": "true"}
    made = create(pools, kind="SAML", details=stated)
    details = made["ProviderDetails"]
    assert details["SSORedirectBindingURI"] == "https://idp.example.com/sso"
    assert details["SLORedirectBindingURI"] == "https://idp.example.com/slo"
    x509.load_der_x509_certificate(base64.b64decode(details["ActiveEncryptionCertificate"]))
    assert made["AttributeMapping"] == {}


@pytest.mark.parametrize(
    ("kind", "details", "text"),
    [
        ("SAML", {}, "At least one of the MetadataURL or MetadataFile should be provided."),
        ("SAML", {"MetadataFile": "<x/>"}, "Invalid SAML metadata."),
        ("SAML", {"MetadataFile": "not XML"}, "Invalid SAML metadata."),
        ("SAML", {"MetadataFile": '<!DOCTYPE x [<!ENTITY e "x">]>' + metadata()}, "Invalid SAML metadata."),
        ("SAML", {"MetadataFile": metadata(POST)}, "No SingleSignOn Http redirect binding location found in metadata."),
        (
            "SAML",
            {"MetadataURL": "https://x", "IDPInit": "yes"},
            "Invalid value for IDPInit: must be one of true, false.",
        ),
        ("Google", {"client_id": "x"}, "client_id, client_secret and authorize_scopes are all required idp details"),
        (
            "SignInWithApple",
            SOCIAL,
            "client_id, team_id, key_id, private_key and authorize_scopes are all required idp details",
        ),
        (
            "OIDC",
            {"client_id": "x"},
            "client_id, authorize_scopes, attributes_request_method and oidc_issuer are all required idp details",
        ),
    ],
)
def test_details_that_lack_something_are_refused(pools: Any, kind: str, details: dict[str, str], text: str) -> None:
    name = "Corp" if kind in ("SAML", "OIDC") else kind
    assert refusal(pools, name, kind, details) == ("InvalidParameterException", text)


@pytest.mark.parametrize(
    ("name", "kind"), [("Corp", "Google"), ("Google", "OIDC"), ("COGNITO", "SAML"), ("Facebook", "Google")]
)
def test_a_social_provider_is_named_as_its_type_and_nothing_else_is(pools: Any, name: str, kind: str) -> None:
    wanted = ("InvalidParameterException", f"Provider {name} cannot be of type {kind}.")
    assert refusal(pools, name, kind, SOCIAL) == wanted


@pytest.mark.parametrize("name", ["_Corp", "My Corp", "a", "x" * 33])
def test_a_name_keeps_to_the_published_pattern(pools: Any, name: str) -> None:
    code, text = refusal(pools, name)
    assert code == "InvalidParameterException"
    assert "'providerName' failed to satisfy constraint" in text


def test_a_name_is_given_once_and_an_identifier_leads_to_one_provider(pools: Any) -> None:
    create(pools, IdpIdentifiers=["example.com"])
    taken = ("DuplicateProviderException", f"Corp already exists in user pool {pools.pool_id}")
    assert refusal(pools) == taken
    assert refusal(pools, "Other", IdpIdentifiers=["example.com"])[0] == "InvalidParameterException"
    create(pools, "Other", IdpIdentifiers=["example.org"])
    params = {"ProviderName": "Other", "IdpIdentifiers": ["example.com"], "UserPoolId": pools.pool_id}
    assert pools.refusal("UpdateIdentityProvider", **params)[0] == "InvalidParameterException"
    pools.admin("UpdateIdentityProvider", ProviderName="Corp", IdpIdentifiers=["example.com", "corp"])


def test_what_is_mapped_is_an_attribute_of_the_pool(make: Any) -> None:
    pools = make(pool={"schema": (SchemaAttribute("custom:team"), SchemaAttribute("custom:id", mutable=False))})
    text = "AttributeMapping contains invalid mapping: [custom:other, identities, sub]"
    mapping = {"custom:other": "a", "sub": "b", "identities": "c", "custom:team": "d"}
    assert refusal(pools, AttributeMapping=mapping) == ("InvalidParameterException", text)
    create(pools, AttributeMapping={"custom:team": "team", "email_verified": "v", "custom:id": "id"})
    assert "cognito.immutableMapping" in pools.cloud.log[-1].decision.assumptions
    with assuming({"cognito.immutableMapping": "at-once"}):
        text = "AttributeMapping contains invalid mapping: [custom:id]"
        assert refusal(pools, "Other", AttributeMapping={"custom:id": "id"}) == ("InvalidParameterException", text)


def test_only_an_oidc_provider_maps_contexts_of_authentication(pools: Any) -> None:
    more = {"kind": "SAML", "details": {"MetadataURL": "https://x"}, "AcrMapping": {"Level1": "x"}}
    assert refusal(pools, **more)[0] == "InvalidParameterException"


def test_an_update_replaces_what_it_names_and_moves_one_date(pools: Any) -> None:
    made = create(pools, AttributeMapping={"email": "mail"}, IdpIdentifiers=["a"])
    pools.cloud.advance(60)
    changed = pools.admin("UpdateIdentityProvider", ProviderName="Corp", AttributeMapping={"name": "n"})
    changed = changed["IdentityProvider"]
    assert changed["AttributeMapping"] == {"name": "n", "username": "sub"}
    assert changed["IdpIdentifiers"] == ["a"]
    assert changed["CreationDate"] == made["CreationDate"] < changed["LastModifiedDate"]
    params = {"UserPoolId": pools.pool_id, "ProviderName": "Corp"}
    assert pools.refusal("UpdateIdentityProvider", **params, ProviderDetails={})[0] == "InvalidParameterException"
    assert describe(pools) == changed


def test_providers_are_listed_in_pages_without_their_details(pools: Any) -> None:
    for name in ("Charlie", "Alpha", "Bravo"):
        create(pools, name)
    first = pools.admin("ListIdentityProviders", MaxResults=2)
    second = pools.admin("ListIdentityProviders", MaxResults=2, NextToken=first["NextToken"])
    listed = [*first["Providers"], *second["Providers"]]
    assert [each["ProviderName"] for each in listed] == ["Alpha", "Bravo", "Charlie"]
    assert set(listed[0]) == {"ProviderName", "ProviderType", "LastModifiedDate", "CreationDate"}


def test_a_deleted_provider_is_not_found(pools: Any) -> None:
    create(pools, IdpIdentifiers=["a"])
    assert pools.admin("DeleteIdentityProvider", ProviderName="Corp") == {}
    for operation in ("DescribeIdentityProvider", "UpdateIdentityProvider", "DeleteIdentityProvider"):
        code, _ = pools.refusal(operation, UserPoolId=pools.pool_id, ProviderName="Corp")
        assert code == "ResourceNotFoundException"
    params = {"UserPoolId": pools.pool_id, "IdpIdentifier": "a"}
    assert pools.refusal("GetIdentityProviderByIdentifier", **params)[0] == "ResourceNotFoundException"


def test_a_providers_secrets_are_on_no_record_and_in_no_repr(pools: Any) -> None:
    import json

    from cogsim.aws.trail import records

    create(pools)
    create(pools, "SignInWithApple", "SignInWithApple", APPLE)
    pools.admin("UpdateIdentityProvider", ProviderName="Corp", ProviderDetails=OIDC)
    describe(pools)
    written = json.dumps(list(records(pools.cloud)), default=str)
    assert "very-secret" not in written
    assert "very-secret" not in repr(pools.cloud.world.pool_providers[pools.pool_id, "Corp"])


# Resource servers

SCOPES = [{"ScopeName": "read", "ScopeDescription": "Look"}, {"ScopeName": "write", "ScopeDescription": "Change"}]


def test_a_resource_server_is_created_described_replaced_and_deleted(pools: Any) -> None:
    made = pools.admin("CreateResourceServer", Identifier="https://api", Name="API", Scopes=SCOPES)["ResourceServer"]
    assert made == {"UserPoolId": pools.pool_id, "Identifier": "https://api", "Name": "API", "Scopes": SCOPES}
    assert pools.admin("DescribeResourceServer", Identifier="https://api")["ResourceServer"] == made
    changed = pools.admin("UpdateResourceServer", Identifier="https://api", Name="New")["ResourceServer"]
    assert (changed["Name"], changed["Scopes"]) == ("New", [])
    assert pools.admin("DeleteResourceServer", Identifier="https://api") == {}
    for operation, more in (
        ("DescribeResourceServer", {}),
        ("UpdateResourceServer", {"Name": "x"}),
        ("DeleteResourceServer", {}),
    ):
        params = {"UserPoolId": pools.pool_id, "Identifier": "https://api", **more}
        assert pools.refusal(operation, **params)[0] == "ResourceNotFoundException"


def test_an_identifier_is_given_once_and_a_scope_has_a_name_of_its_own(pools: Any) -> None:
    pools.admin("CreateResourceServer", Identifier="api", Name="API")
    params = {"UserPoolId": pools.pool_id, "Identifier": "api", "Name": "API"}
    taken = ("InvalidParameterException", f"api already exists in user pool {pools.pool_id}.")
    assert pools.refusal("CreateResourceServer", **params) == taken
    twice = {"Identifier": "two", "Scopes": [SCOPES[0], SCOPES[0]]}
    assert pools.refusal("CreateResourceServer", **{**params, **twice})[0] == "InvalidParameterException"
    slash = {"Identifier": "two", "Scopes": [{"ScopeName": "a/b", "ScopeDescription": "x"}]}
    _, text = pools.refusal("CreateResourceServer", **{**params, **slash})
    assert "'scopes.1.member.scopeName' failed to satisfy constraint" in text


def test_a_pool_has_25_resource_servers_listed_in_pages(pools: Any) -> None:
    for number in range(25):
        pools.admin("CreateResourceServer", Identifier=f"api{number:02}", Name="API")
    params = {"UserPoolId": pools.pool_id, "Identifier": "one-more", "Name": "API"}
    assert pools.refusal("CreateResourceServer", **params)[0] == "LimitExceededException"
    first = pools.admin("ListResourceServers", MaxResults=20)
    second = pools.admin("ListResourceServers", MaxResults=20, NextToken=first["NextToken"])
    found = [each["Identifier"] for each in (*first["ResourceServers"], *second["ResourceServers"])]
    assert found == [f"api{number:02}" for number in range(25)]


def test_a_pools_signing_certificate_is_of_its_key_and_renewed_each_year(pools: Any) -> None:
    def certificate() -> x509.Certificate:
        text = pools.admin("GetSigningCertificate")["Certificate"]
        return x509.load_der_x509_certificate(base64.b64decode(text, validate=True))

    first = certificate()
    assert first == certificate()
    key = rsa_key("cognito-idp", pools.pool_id, "saml").private_key.public_key()
    assert first.public_key() == key
    assert (first.not_valid_after_utc - first.not_valid_before_utc).days == 3650
    pools.cloud.advance(366 * 86400)
    second = certificate()
    assert second != first
    assert second.public_key() == key
    assert second.not_valid_before_utc > first.not_valid_before_utc
