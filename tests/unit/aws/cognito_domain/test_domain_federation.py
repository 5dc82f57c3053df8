"""Sign-ins that come from an AD FS or an OpenID Connect provider: who they become, what changes, what is refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from cogsim.actors.adfs import AdFsServer
from cogsim.assumptions import assuming
from cogsim.persistent import Map
from cogsim.tokens.saml_request import read_redirect
from cogsim.world.external_oidc import OidcClient, OidcIssuer, OidcUser
from cogsim.world.external_saml import AdFs, ClaimRule, DirectoryUser, NameIdRule, RelyingParty
from cogsim.world.pool_members import UserPoolDomain, UserPoolIdentityProvider, group_of_provider

ADFS, ACME, GOOGLE = "https://adfs.corp.example", "https://login.acme.example", "https://accounts.google.com"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:watch"
MAPPING = {"email": "mail", "name": "displayName"}


class Federation:
    """The pages with an AD FS (`Corp`), a provider of OpenID Connect (`Acme`) and Google around them."""

    def __init__(self, pages: Any) -> None:
        self.pages = pages
        self.server = AdFsServer()
        party = RelyingParty(
            f"urn:amazon:cognito:sp:{pages.pool_id}",
            (f"https://{pages.host}/saml2/idpresponse",),
            NameIdRule(attribute="upn"),
            (ClaimRule("mail", "mail"), ClaimRule("displayName", "name"), ClaimRule("groups", "groups")),
        )
        bob = DirectoryUser("bob@corp.example", "Bob", "S-1", "adfs-password", ("staff", "it, ops"))
        bob = replace(bob, attributes=Map({"mail": ("bob@corp.example",)}))
        adfs = AdFs(f"{ADFS}/adfs/services/trust", ADFS).with_user(bob).with_party(party)
        client = OidcClient("acme-app", "acme-secret", (f"https://{pages.host}/oauth2/idpresponse",))
        person = Map({"email": "carol@acme.example", "name": "Carol"})
        carol = OidcUser("carol", "c-17", "acme-password", person, email_verified=True)
        acme = OidcIssuer(ACME, clients=Map({"acme-app": client}), users=Map({"carol": carol}))
        google = replace(acme, url=GOOGLE, preset="google")
        pages.world(lambda world: world.with_ad_fs(adfs).with_oidc_issuer(acme).with_oidc_issuer(google))
        self.provider("Corp", "SAML", {"MetadataFile": adfs.metadata()}, MAPPING)
        details = {"client_id": "acme-app", "client_secret": "acme-secret", "authorize_scopes": "openid email profile"}
        claims = {"email": "email", "name": "name"}
        self.provider("Acme", "OIDC", {**details, "oidc_issuer": ACME, "attributes_request_method": "GET"}, claims)
        self.provider("Google", "Google", details, claims)

    def provider(self, name: str, kind: str, details: Mapping[str, str], mapping: Mapping[str, str]) -> None:
        made = UserPoolIdentityProvider(self.pages.pool_id, name, kind, Map(details), Map(mapping))

        def change(world: Any) -> Any:
            client = world.clients[self.pages.web]
            names = dict.fromkeys((*client.supported_identity_providers, name))
            client = replace(client, supported_identity_providers=tuple(names))
            return world.with_pool_provider(made).with_pool_group(group_of_provider(made)).with_client(client)

        self.pages.world(change)

    def detail(self, name: str, /, **details: str) -> None:
        """Change a provider's details."""
        held = self.pages.cloud.world.pool_providers[self.pages.pool_id, name]
        self.provider(name, held.type, {**held.details, **details}, held.mapping)

    def mapped(self, name: str, /, **mapping: str) -> None:
        """Map these attributes, and these alone."""
        held = self.pages.cloud.world.pool_providers[self.pages.pool_id, name]
        self.provider(name, held.type, held.details, mapping)

    def person(self, **changes: Any) -> None:
        """Change what the AD FS knows of Bob: attributes by name, None removes one."""

        def change(world: Any) -> Any:
            provider = next(iter(world.ad_fs.values()))
            bob = provider.users["bob@corp.example"]
            attributes = bob.attributes
            for name, value in changes.items():
                attributes = attributes.discard(name) if value is None else attributes.set(name, value)
            return world.with_ad_fs(provider.with_user(replace(bob, attributes=attributes)))

        self.pages.world(change)

    def rules(self, *rules: ClaimRule, **party: Any) -> None:
        """Replace the claim rules for the pool, and other settings of the receiver."""

        def change(world: Any) -> Any:
            provider = next(iter(world.ad_fs.values()))
            held = next(iter(provider.parties.values()))
            return world.with_ad_fs(provider.with_party(replace(held, rules=rules or held.rules, **party)))

        self.pages.world(change)

    def to_adfs(self, **changed: str) -> str:
        return str(self.pages.authorize(identity_provider="Corp", **changed)["Location"])

    def posted(self, url: str) -> Any:
        world, now = self.pages.cloud.world, self.pages.cloud.clock.now
        return self.server.answer(world, url, "bob@corp.example", "adfs-password", now=now)

    def back(self, posted: Any, **changed: str) -> Mapping[str, Any]:
        return self.pages.send("POST", "/saml2/idpresponse", {**posted.form, **changed})  # type: ignore[no-any-return]

    def by_adfs(self, **changed: str) -> Mapping[str, Any]:
        return self.back(self.posted(self.to_adfs(**changed)))

    def to_oidc(self, name: str = "Acme", **changed: str) -> dict[str, str]:
        url = self.pages.authorize(identity_provider=name, **changed)["Location"]
        return dict(parse_qsl(urlsplit(url).query))

    def by_oidc(self, name: str = "Acme", /, asked: dict[str, str] | None = None, **changed: str) -> Mapping[str, Any]:
        query = asked or self.to_oidc(name)
        params = {
            "Issuer": GOOGLE if name == "Google" else ACME,
            "ClientId": query["client_id"],
            "RedirectUri": query["redirect_uri"],
            "Scope": query["scope"],
            "State": query["state"],
            "Nonce": query["nonce"],
            "Username": "carol",
            "Password": "acme-password",
            **changed,
        }
        came = self.pages.cloud.call("cogsim:OidcAuthorize", params)
        return self.pages.send("GET", came["Url"])  # type: ignore[no-any-return]

    def tokens(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        redeemed = self.pages.redeem(self.pages.answered(answer)["code"])
        assert redeemed["Status"] == 200, redeemed
        return self.pages.claims(redeemed["Body"]["id_token"])  # type: ignore[no-any-return]


@pytest.fixture
def federation(pages: Any) -> Federation:
    return Federation(pages)


def error(pages: Any, answer: Mapping[str, Any]) -> tuple[str, str]:
    """Error and description at the app's address."""
    assert answer["Location"].startswith(pages.callback), answer
    said = pages.answered(answer)
    assert said["state"] == "s1"
    return said["error"], said.get("error_description", "")


def test_who_comes_from_an_ad_fs_gets_a_profile_a_group_and_tokens(federation: Federation, pages: Any) -> None:
    claims = federation.tokens(federation.by_adfs(scope="openid"))
    assert claims["cognito:username"] == "Corp_bob@corp.example"
    assert claims["cognito:groups"] == [f"{pages.pool_id}_Corp"]
    assert (claims["email"], claims["email_verified"], claims["name"]) == ("bob@corp.example", False, "Bob")
    assert len(claims["nonce"]) > 20
    (identity,) = claims["identities"]
    assert identity == {
        "userId": "bob@corp.example",
        "providerName": "Corp",
        "providerType": "SAML",
        "issuer": f"{ADFS}/adfs/services/trust",
        "primary": "true",
        "dateCreated": str(int(pages.cloud.clock.now * 1000)),
    }
    assert pages.profile("Corp_bob@corp.example")["status"] == "EXTERNAL_PROVIDER"


@pytest.mark.parametrize(("name", "username"), [("Acme", "Acme_c-17"), ("Google", "Google_c-17")])
def test_who_comes_from_an_oidc_provider_is_named_by_provider_and_subject(
    federation: Federation, name: str, username: str
) -> None:
    claims = federation.tokens(federation.by_oidc(name))
    assert (claims["cognito:username"], claims["email"]) == (username, "carol@acme.example")
    assert claims["identities"][0]["issuer"] is None


def test_a_pool_that_is_not_case_sensitive_keeps_the_whole_name_in_lower_case(make: Any) -> None:
    federation = Federation(make(pool={"case_sensitive": False}))
    assert federation.tokens(federation.by_oidc())["cognito:username"] == "acme_c-17"
    federation.pages.jar.clear()
    assert federation.tokens(federation.by_oidc())["cognito:username"] == "acme_c-17"


def test_a_nonce_of_the_app_stands_in_the_place_of_the_pools(federation: Federation) -> None:
    assert federation.tokens(federation.by_adfs(nonce="mine"))["nonce"] == "mine"


def test_the_pool_signs_its_requests_where_the_provider_is_configured_so(federation: Federation, pages: Any) -> None:
    federation.detail("Corp", RequestSigningAlgorithm="rsa-sha256")
    certificate = pages.admin("GetSigningCertificate")["Certificate"]
    federation.rules(signing_certificates=(certificate,), signed_requests=True)
    url = federation.to_adfs()
    assert read_redirect(url, (certificate,)).value.signed  # type: ignore[union-attr]
    assert "code" in pages.answered(federation.back(federation.posted(url)))


def test_an_identifier_leads_to_the_provider_and_a_lone_one_needs_no_page(federation: Federation, pages: Any) -> None:
    held = pages.cloud.world.pool_providers[pages.pool_id, "Corp"]
    pages.world(lambda world: world.with_pool_provider(replace(held, identifiers=("corp.example",))))
    assert pages.authorize(idp_identifier="corp.example")["Location"].startswith(ADFS)
    client = replace(pages.cloud.world.clients[pages.web], supported_identity_providers=("Corp",))
    pages.world(lambda world: world.with_client(client))
    assert pages.authorize()["Location"].startswith(ADFS)


# The way back


def test_a_response_counts_once_in_its_browser_and_in_time(federation: Federation, pages: Any) -> None:
    url = federation.to_adfs()
    posted = federation.posted(url)
    jar = dict(pages.jar)
    pages.jar.clear()
    assert "/error?" in federation.back(posted)["Location"]
    with assuming({"cognito.federationBoundToBrowser": "no"}):
        assert "code" in pages.answered(federation.back(posted))
    pages.jar.update(jar)
    assert "/error?" in federation.back(posted)["Location"]


def test_an_assertion_is_no_answer_to_another_request(federation: Federation, pages: Any) -> None:
    first = federation.posted(federation.to_adfs())
    second = federation.to_adfs()
    relay = dict(parse_qsl(urlsplit(second).query))["RelayState"]
    code, text = error(pages, federation.back(first, RelayState=relay))
    assert (code, text.startswith("Error in SAML response processing")) == ("invalid_request", True)


def test_the_browser_may_stay_at_the_provider_for_five_minutes(federation: Federation, pages: Any) -> None:
    url = federation.to_adfs()
    pages.cloud.advance(300)
    assert "Something went wrong" in pages.answered(federation.back(federation.posted(url)))["error_description"]


@pytest.mark.parametrize("seconds", [0, 299])
def test_a_state_that_nobody_gave_out_ends_on_the_error_page(federation: Federation, seconds: int) -> None:
    posted = federation.posted(federation.to_adfs())
    federation.pages.cloud.advance(seconds)
    assert "/error?" in federation.back(posted, RelayState="guess")["Location"]
    answer = federation.pages.send("GET", "/oauth2/idpresponse?code=x&state=guess")
    assert "/error?" in answer["Location"]


def test_a_state_of_one_protocol_is_none_of_the_other(federation: Federation) -> None:
    relay = dict(parse_qsl(urlsplit(federation.to_adfs()).query))["RelayState"]
    answer = federation.pages.send("GET", f"/oauth2/idpresponse?code=x&state={relay}")
    assert "/error?" in answer["Location"]


def test_a_changed_response_is_told_to_the_app_and_the_step_says_which_check(
    federation: Federation, pages: Any
) -> None:
    posted = federation.posted(federation.to_adfs())
    raw = base64.b64decode(posted.saml_response).replace(b"Bob<", b"Eve<")
    code, text = error(pages, federation.back(posted, SAMLResponse=base64.b64encode(raw).decode()))
    assert code == "invalid_request"
    assert text.startswith("Error in SAML response processing")
    refused = next(step for step in pages.steps() if step.answer == "no" and "check" in dict(step.facts))
    assert dict(refused.facts)["check"] == "Signature"


@pytest.mark.parametrize("value", ["", "!", "AAAA", "A" * 100_001])
def test_what_is_no_response_is_refused(federation: Federation, pages: Any, value: str) -> None:
    posted = federation.posted(federation.to_adfs())
    assert error(pages, federation.back(posted, SAMLResponse=value))[0] == "invalid_request"


def test_a_provider_that_must_encrypt_is_not_believed_in_the_open(federation: Federation, pages: Any) -> None:
    federation.detail("Corp", EncryptedResponses="true")
    assert error(pages, federation.by_adfs())[0] == "invalid_request"
    shown = pages.admin("DescribeIdentityProvider", ProviderName="Corp")["IdentityProvider"]["ProviderDetails"]
    federation.rules(encryption_certificate=shown["ActiveEncryptionCertificate"])
    assert "code" in pages.answered(federation.by_adfs())


def test_what_the_provider_says_of_a_failure_reaches_the_app(federation: Federation, pages: Any) -> None:
    query = federation.to_oidc()
    answer = pages.send("GET", f"/oauth2/idpresponse?error=access_denied&state={query['state']}")
    assert error(pages, answer) == ("invalid_request", "access_denied")


def test_a_code_that_the_provider_does_not_know_ends_at_the_app(federation: Federation, pages: Any) -> None:
    query = federation.to_oidc()
    answer = pages.send("GET", f"/oauth2/idpresponse?code=guess&state={query['state']}")
    assert error(pages, answer) == ("invalid_request", "Acme Error - 400 invalid_grant error getting token")


def test_a_token_with_another_nonce_is_refused(federation: Federation, pages: Any) -> None:
    answer = federation.by_oidc(Nonce="another")
    assert error(pages, answer)[1].startswith("Bad id_token issued")


def test_a_provider_whose_keys_cannot_be_had_ends_at_the_app(federation: Federation, pages: Any) -> None:
    asked = federation.to_oidc()
    issuer = pages.cloud.world.oidc_issuers[ACME]
    pages.world(lambda world: world.with_oidc_issuer(replace(issuer, reachable=False)))
    assert error(pages, federation.by_oidc(asked=asked)) == ("invalid_request", "Timeout in calling jwks uri")


def test_a_response_that_nobody_asked_for_is_taken_where_all_say_so(federation: Federation, pages: Any) -> None:
    relay = "&".join(
        (
            "identity_provider=Corp",
            f"client_id={pages.web}",
            f"redirect_uri={pages.callback}",
            "response_type=code&scope=openid",
        )
    )

    def start(wait: int = 0) -> Mapping[str, Any]:
        world, now = pages.cloud.world, pages.cloud.clock.now
        party = f"urn:amazon:cognito:sp:{pages.pool_id}"
        posted = federation.server.start(world, party, "bob@corp.example", "adfs-password", now=now, relay_state=relay)
        pages.cloud.advance(wait)
        return federation.back(posted)

    assert "/error?" in start()["Location"], "IDPInit is not true"
    federation.detail("Corp", IDPInit="true")
    assert "/error?" in start()["Location"], "the client has other providers too"
    client = replace(pages.cloud.world.clients[pages.web], supported_identity_providers=("Corp",))
    pages.world(lambda world: world.with_client(client))
    assert "code" in pages.answered(start())
    assert "error" in pages.answered(start(wait=361))


def test_an_answer_to_a_request_is_no_response_that_nobody_asked_for(federation: Federation, pages: Any) -> None:
    federation.detail("Corp", IDPInit="true")
    client = replace(pages.cloud.world.clients[pages.web], supported_identity_providers=("Corp",))
    pages.world(lambda world: world.with_client(client))
    posted = federation.posted(federation.to_adfs())
    relay = f"identity_provider=Corp&client_id={pages.web}&redirect_uri={pages.callback}&response_type=code"
    assert "error" in pages.answered(federation.back(posted, RelayState=relay))


def test_a_certificate_that_metadata_by_address_bring_is_known_six_hours_late(
    federation: Federation, pages: Any
) -> None:
    held = pages.cloud.world.pool_providers[pages.pool_id, "Corp"]
    url = f"{ADFS}/FederationMetadata/2007-06/FederationMetadata.xml"
    federation.provider("Corp", "SAML", {"MetadataURL": url}, held.mapping)
    assert "code" in pages.answered(federation.by_adfs())
    for stage in ("Add", "Promote"):
        params = {"EntityId": f"{ADFS}/adfs/services/trust", "Stage": stage}
        pages.cloud.call("cogsim:RollOverAdFsCertificate", params)
    pages.jar.clear()
    assert error(pages, federation.by_adfs())[0] == "invalid_request"
    pages.cloud.advance(6 * 3600)
    assert "code" in pages.answered(federation.by_adfs())


# Attributes


def again(federation: Federation) -> Mapping[str, Any]:
    """A later sign-in, in a browser that was never here."""
    federation.pages.jar.clear()
    return federation.by_adfs()


BOB = "Corp_bob@corp.example"


def test_mapped_claims_overwrite_absent_ones_do_not_and_blank_ones_clear(federation: Federation, pages: Any) -> None:
    federation.mapped("Corp", email="mail", name="displayName", nickname="nick", locale="lang")
    rules = [ClaimRule("mail", "mail"), ClaimRule("nick", "nick"), ClaimRule("lang", "lang")]
    federation.rules(*rules)
    federation.person(nick=("bobby",), lang=("en",))
    federation.by_adfs()
    pages.admin("AdminUpdateUserAttributes", Username=BOB, UserAttributes=[{"Name": "name", "Value": "by hand"}])
    federation.person(nick=("robert",), lang=None)
    again(federation)
    found = pages.profile(BOB)
    assert (found["nickname"], found["locale"], found["name"]) == ("robert", "en", "by hand")
    federation.person(lang=("",))
    again(federation)
    assert "locale" not in pages.profile(BOB)


def test_several_values_become_one_text(federation: Federation, pages: Any) -> None:
    federation.mapped("Corp", email="mail", profile="groups")
    federation.by_adfs()
    assert pages.profile(BOB)["profile"] == "[staff,it%2C+ops]"


def test_an_address_is_verified_where_the_providers_word_for_it_is_mapped(federation: Federation, pages: Any) -> None:
    federation.by_oidc()
    assert pages.profile("Acme_c-17")["email_verified"] == "false"
    federation.mapped("Acme", email="email", email_verified="email_verified")
    pages.jar.clear()
    federation.by_oidc()
    assert pages.profile("Acme_c-17")["email_verified"] == "true"


def test_an_address_that_changes_at_the_provider_is_unverified_again(federation: Federation, pages: Any) -> None:
    federation.by_adfs()
    flag = [{"Name": "email_verified", "Value": "true"}]
    pages.admin("AdminUpdateUserAttributes", Username=BOB, UserAttributes=flag)
    again(federation)
    assert pages.profile(BOB)["email_verified"] == "true"
    federation.person(mail=("robert@corp.example",))
    again(federation)
    assert pages.profile(BOB)["email_verified"] == "false"


def required(make: Any, **more: Any) -> Federation:
    from cogsim.world.user_pool import SchemaAttribute

    return Federation(make(pool={"schema": (SchemaAttribute("family_name", required=True, **more),)}))


def test_a_profile_without_what_the_pool_requires_is_not_made(make: Any) -> None:
    federation = required(make)
    said = error(federation.pages, federation.by_adfs())
    assert said == ("invalid_request", "attributes required: [family_name]")
    federation.mapped("Corp", email="mail", family_name="displayName")
    assert "code" in federation.pages.answered(federation.by_adfs())


def test_an_attribute_that_cannot_be_changed_stops_the_sign_in_that_would(make: Any) -> None:
    federation = required(make, mutable=False)
    federation.mapped("Corp", family_name="mail")
    federation.by_adfs()
    assert "code" in federation.pages.answered(again(federation)), "the same value changes nothing"
    federation.person(mail=("other@corp.example",))
    said = error(federation.pages, again(federation))
    assert said == ("invalid_request", "user.family_name: Attribute cannot be updated.")


def test_a_mapped_attribute_that_the_client_may_not_write_is_skipped_or_stops(make: Any) -> None:
    federation = Federation(make(client={"write_attributes": ("email",)}))
    federation.by_adfs()
    assert "name" not in federation.pages.profile(BOB)
    with assuming({"cognito.unwritableMapping": "refused"}):
        assert error(federation.pages, again(federation)) == ("invalid_request", "Invalid attributes: name")


@pytest.mark.parametrize("value", ["x" * 2049, "\U0001f600"])
def test_a_value_that_no_attribute_holds_stops_the_sign_in(federation: Federation, pages: Any, value: str) -> None:
    federation.mapped("Corp", nickname="mail")
    federation.person(mail=(value,))
    assert error(pages, federation.by_adfs())[0] == "invalid_request"


# Who somebody is


def test_two_profiles_with_one_address_are_two_users(federation: Federation, pages: Any) -> None:
    pages.user("carol", email="carol@acme.example", email_verified="true")
    claims = federation.tokens(federation.by_oidc())
    assert claims["sub"] != pages.profile("carol")["sub"]


def link(pages: Any, value: str, attribute: str = "Cognito_Subject", provider: str = "Corp", to: str = "alice") -> None:
    source = {"ProviderName": provider, "ProviderAttributeName": attribute, "ProviderAttributeValue": value}
    destination = {"ProviderName": "Cognito", "ProviderAttributeValue": to}
    pages.admin("AdminLinkProviderForUser", DestinationUser=destination, SourceUser=source)


@pytest.mark.parametrize(
    ("attribute", "value"), [("Cognito_Subject", "bob@corp.example"), ("email", "bob@corp.example")]
)
def test_a_linked_identity_is_the_user_it_was_linked_to(
    federation: Federation, pages: Any, attribute: str, value: str
) -> None:
    link(pages, value, attribute)
    claims = federation.tokens(federation.by_adfs())
    assert (claims["cognito:username"], claims["sub"]) == ("alice", pages.profile("alice")["sub"])
    assert "cognito:groups" not in claims
    assert claims["email"] == "bob@corp.example", "mapped claims overwrite the linked user's too"
    held = json.loads(pages.profile("alice")["identities"])
    assert [(each["userId"], each.get("attributeName")) for each in held] == [("bob@corp.example", None)]
    federation.mapped("Corp", name="displayName")
    assert federation.tokens(again(federation))["cognito:username"] == "alice"


def test_a_link_ends_and_the_identity_has_a_profile_of_its_own(federation: Federation, pages: Any) -> None:
    link(pages, "bob@corp.example")
    federation.by_adfs()
    user = {
        "ProviderName": "Corp",
        "ProviderAttributeName": "Cognito_Subject",
        "ProviderAttributeValue": "bob@corp.example",
    }
    pages.admin("AdminDisableProviderForUser", User=user)
    assert federation.tokens(again(federation))["cognito:username"] == BOB


def test_a_subject_does_not_come_out_as_a_native_user_of_that_name(federation: Federation, pages: Any) -> None:
    pages.user(BOB)
    said = error(pages, federation.by_adfs())
    assert said == ("invalid_request", f"Already found an entry for username {BOB}")


def test_who_is_disabled_does_not_come_in(federation: Federation, pages: Any) -> None:
    federation.by_adfs()
    pages.admin("AdminDisableUser", Username=BOB)
    assert error(pages, again(federation))[1] == "User is not enabled"


def test_a_provider_that_vouches_for_anothers_alias_takes_it_or_is_refused(make: Any) -> None:
    federation = Federation(make(pool={"alias_attributes": ("email",)}))
    pages = federation.pages
    pages.user("carol", email="carol@acme.example", email_verified="true")
    federation.mapped("Acme", email="email", email_verified="email_verified")
    with assuming({"cognito.federatedAlias": "refused"}):
        assert error(pages, federation.by_oidc())[1] == "An account with the email already exists."
    pages.jar.clear()
    federation.by_oidc()
    assert pages.profile("carol")["email_verified"] == "false"
    assert pages.profile("Acme_c-17")["email_verified"] == "true"


def test_in_a_pool_of_addresses_nobody_loses_theirs_to_who_comes_from_a_provider(make: Any) -> None:
    from cogsim.world.pool_user import PoolUser

    federation = Federation(make())
    pages = federation.pages
    pool = replace(pages.cloud.world.user_pools[pages.pool_id], username_attributes=("email",))
    native = PoolUser(pages.pool_id, "native", "sub-1", Map({"email": "bob@corp.example"}))
    pages.world(lambda world: world.with_user_pool(pool).with_pool_user(native))
    federation.by_adfs()
    assert pages.cloud.world.resolve_username(pool, "bob@corp.example") == "native"


# Triggers and threat protection


def watched(make: Any, *names: str, answer: Any = None) -> tuple[Federation, list[Any]]:
    """A federation whose pool has a function for each of the triggers, and the events that it saw."""
    events: list[Any] = []

    def function(event: Any) -> Any:
        events.append(event)
        return (answer(event) if answer else None) or event

    pages = make(functions={"watch": function})
    pool = replace(pages.cloud.world.user_pools[pages.pool_id], triggers=Map(dict.fromkeys(names, FUNCTION)))
    pages.world(lambda world: world.with_user_pool(pool))
    return Federation(pages), events


ALL = (
    *("InboundFederation", "PreSignUp", "PostConfirmation", "PreAuthentication", "PostAuthentication"),
    *("PreTokenGeneration", "CustomMessage", "UserMigration", "DefineAuthChallenge"),
)


def test_the_first_sign_in_and_later_ones_fire_other_triggers(make: Any) -> None:
    federation, events = watched(make, *ALL)
    federation.tokens(federation.by_adfs())
    assert [event["triggerSource"] for event in events] == [
        "InboundFederation_ExternalProvider",
        "PreSignUp_ExternalProvider",
        "PostConfirmation_ConfirmSignUp",
        "TokenGeneration_HostedAuth",
    ]
    assert {event["callerContext"]["clientId"] for event in events} == {"1web"}
    assert {event["userName"] for event in events} == {BOB}
    events.clear()
    federation.tokens(again(federation))
    assert [event["triggerSource"] for event in events] == [
        "InboundFederation_ExternalProvider",
        "PreAuthentication_Authentication",
        "PostAuthentication_Authentication",
        "TokenGeneration_HostedAuth",
    ]


def test_what_a_function_throws_is_read_at_the_apps_address(make: Any) -> None:
    def deny(event: Any) -> Any:
        raise RuntimeError("not from there")

    federation, _ = watched(make, "PreSignUp", answer=deny)
    code, text = error(federation.pages, federation.by_adfs())
    assert (code, "not from there" in text) == ("invalid_request", True)
    assert (federation.pages.pool_id, BOB) not in federation.pages.cloud.world.pool_users


def test_a_function_that_links_the_identity_makes_the_first_sign_in_fail_and_the_next_succeed(make: Any) -> None:
    def linking(event: Any) -> Any:
        link(federation.pages, "bob@corp.example")
        return event

    federation, events = watched(make, "PreSignUp", answer=linking)
    said = error(federation.pages, federation.by_adfs())
    assert said == ("invalid_request", f"Already found an entry for username {BOB}")
    assert federation.tokens(again(federation))["cognito:username"] == "alice"
    assert len(events) == 1


@pytest.mark.parametrize(
    ("assumed", "returned", "name"),
    [
        ("claims", {"displayName": "Robert", "mail": "r@corp.example"}, "Robert"),
        ("attributes", {"name": "Robert", "email": "r@corp.example"}, "Robert"),
        ("claims", {}, "Bob"),
    ],
)
def test_a_function_may_change_what_the_provider_says(
    make: Any, assumed: str, returned: dict[str, str], name: str
) -> None:
    def change(event: Any) -> Any:
        assert event["request"]["attributes"]["samlResponse"]["displayName"] == "Bob"
        event["response"]["userAttributesToMap"] = returned
        return event

    federation, _ = watched(make, "InboundFederation", answer=change)
    with assuming({"cognito.inboundAttributeNames": assumed}):
        federation.by_adfs()
    assert federation.pages.profile(BOB)["name"] == name


def test_the_function_sees_the_tokens_of_an_oidc_provider(make: Any) -> None:
    federation, events = watched(make, "InboundFederation")
    federation.by_oidc()
    request = events[0]["request"]
    assert (request["providerName"], request["providerType"]) == ("Acme", "OIDC")
    assert set(request["attributes"]) == {"tokenResponse", "idToken", "userInfo"}
    assert request["attributes"]["idToken"]["sub"] == "c-17"


def test_neither_mfa_nor_risk_is_asked_of_who_comes_from_a_provider(make: Any) -> None:
    pages = make(
        pool={"mfa": "ON", "mfa_factors": ("SOFTWARE_TOKEN_MFA",), "advanced_security": "ENFORCED", "tier": "PLUS"}
    )
    federation = Federation(pages)
    actions = {f"{level}Action": {"Notify": False, "EventAction": "BLOCK"} for level in ("Low", "Medium", "High")}
    pages.admin("SetRiskConfiguration", AccountTakeoverRiskConfiguration={"Actions": actions})
    assert "code" in pages.answered(federation.by_adfs())
    assert pages.admin("AdminListUserAuthEvents", Username=BOB)["AuthEvents"] == []


def test_leaving_tells_the_saml_provider_where_it_is_configured_so(federation: Federation, pages: Any) -> None:
    federation.detail("Corp", IDPSignout="true")
    federation.by_adfs()
    answer = pages.send("GET", f"/logout?client_id={pages.web}&logout_uri=https://shop.example/bye")
    assert answer["Location"].startswith(ADFS)
    sent = dict(parse_qsl(urlsplit(answer["Location"]).query))
    assert {"SAMLRequest", "RelayState", "SigAlg", "Signature"} == set(sent)
    form = {"SAMLResponse": "", "RelayState": sent["RelayState"]}
    assert pages.send("POST", "/saml2/logout", form)["Location"] == "https://shop.example/bye"
    assert "/error?" in pages.send("POST", "/saml2/logout", form)["Location"]


def test_a_provider_that_the_client_lost_meanwhile_signs_nobody_in(federation: Federation, pages: Any) -> None:
    posted = federation.posted(federation.to_adfs())
    client = replace(pages.cloud.world.clients[pages.web], supported_identity_providers=("COGNITO", "Acme"))
    pages.world(lambda world: world.with_client(client))
    assert "error" in pages.answered(federation.back(posted))


@pytest.mark.parametrize("trigger", ["PreAuthentication", "PostAuthentication"])
def test_what_a_function_throws_on_the_page_is_read_at_the_apps_address(make: Any, trigger: str) -> None:
    def deny(event: Any) -> Any:
        raise RuntimeError("not today")

    federation, _ = watched(make, trigger, answer=deny)
    assert error(federation.pages, federation.pages.sign_in()) == (
        "invalid_request",
        f"{trigger} failed with error not today.",
    )


def test_a_function_that_fails_over_tokens_is_told_in_either_grant(make: Any) -> None:
    def deny(event: Any) -> Any:
        raise RuntimeError("no tokens")

    federation, _ = watched(make, "PreTokenGeneration", answer=deny)
    pages = federation.pages
    assert pages.redeem(pages.code())["Body"] == {"error": "invalid_grant"}
    implicit = pages.authorize(response_type="token", code_challenge=None, code_challenge_method=None)
    assert error(pages, implicit)[1] == "PreTokenGeneration failed with error no tokens."


@pytest.mark.parametrize("upn", ["bob smith@corp.example", "b" * 130 + "@corp.example"])
def test_a_subject_that_makes_no_username_signs_nobody_in(federation: Federation, pages: Any, upn: str) -> None:
    federation.rules(name_id=NameIdRule(attribute="mail"))
    federation.person(mail=(upn,))
    federation.mapped("Corp", name="displayName")
    assert error(pages, federation.by_adfs()) == ("invalid_request", "Invalid username")


def test_an_assertion_that_nobody_asked_for_counts_once(federation: Federation, pages: Any) -> None:
    federation.detail("Corp", IDPInit="true")
    client = replace(pages.cloud.world.clients[pages.web], supported_identity_providers=("Corp",))
    pages.world(lambda world: world.with_client(client))
    relay = f"identity_provider=Corp&client_id={pages.web}&redirect_uri={pages.callback}&response_type=code"
    world, now = pages.cloud.world, pages.cloud.clock.now
    party = f"urn:amazon:cognito:sp:{pages.pool_id}"
    posted = federation.server.start(world, party, "bob@corp.example", "adfs-password", now=now, relay_state=relay)
    assert "code" in pages.answered(federation.back(posted))
    assert "error" in pages.answered(federation.back(posted))
    refused = next(step for step in pages.steps() if step.answer == "no" and "check" in dict(step.facts))
    assert dict(refused.facts)["check"] == "Replay"


@pytest.mark.parametrize(("age", "taken"), [(0.0, True), (360.0, True), (361.0, False)])
def test_a_response_that_nobody_asked_for_is_six_minutes_old_at_most(age: float, taken: bool) -> None:
    from cogsim.decisions.federated_request import check_recent

    assert (check_recent(1000.0, 1000.0 + age, None).value is None) == taken


def test_no_function_looks_at_a_subject_that_has_a_native_users_name(make: Any) -> None:
    federation, events = watched(make, "PreSignUp")
    federation.pages.user(BOB)
    events.clear()
    assert error(federation.pages, federation.by_adfs())[0] == "invalid_request"
    assert events == []


@pytest.mark.parametrize(("assumed", "text"), [("ignored", "Acme Error - 400"), ("checked", "Invalid issuer")])
def test_a_code_of_another_provider_goes_to_the_one_that_was_asked_unless_its_issuer_is_checked(
    federation: Federation, pages: Any, assumed: str, text: str
) -> None:
    state = federation.to_oidc()["state"]
    with assuming({"cognito.issuerParameter": assumed}):
        answer = pages.send("GET", f"/oauth2/idpresponse?code=of-another&iss=https://other.example&state={state}")
    assert error(pages, answer)[1].startswith(text)


def test_who_takes_the_domain_over_takes_no_sign_in_that_is_on_its_way(federation: Federation, pages: Any) -> None:
    posted = federation.posted(federation.to_adfs())
    pages.admin("DeleteUserPoolDomain", Domain="shop")
    pool = replace(pages.cloud.world.user_pools[pages.pool_id], id="us-east-1_Zzzzzzzzz")
    domain = UserPoolDomain(pool.id, "shop")
    pages.world(lambda world: world.with_user_pool(pool).with_domain(domain))
    answer = federation.back(posted)
    assert "Invalid samlResponse" in pages.answered(answer)["error_description"]
