"""Cogsim::OidcIssuer: read, written back, refused with the line where it says something impossible."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.errors import InputError
from cogsim.persistent import Map
from cogsim.world.external_oidc import Repository
from cogsim.world.template import dump

ALL = """
Resources:
  Corporate:
    Type: Cogsim::OidcIssuer
    Properties:
      Url: https://idp.example.com/tenant
      Algorithm: ES256
      Generations: [1, 2]
      TokenLifetime: 600
      Clients:
        - {Id: app, Secret: s3cret, RedirectUris: [https://app.example.com/cb], Pkce: required}
        - {Id: spa}
      Users:
        - Username: alice
          Password: pw
          EmailVerified: yes
          Claims: {email: alice@example.com, groups: [staff, "010"], level: 3, employee: true, address: {city: Bonn}}
        - {Username: bob, Subject: b-1, Enabled: false}
  Google:
    Type: Cogsim::OidcIssuer
    Properties: {Preset: google, Users: [{Username: carol@gmail.com}]}
  GitHub:
    Type: Cogsim::OidcIssuer
    Properties:
      Preset: github
      Reachable: false
      Repositories: [{Name: octo-org/app, Environments: [prod]}]
  Provider:
    Type: AWS::IAM::OIDCProvider
    Properties: {Url: !Ref Corporate, ClientIdList: [app]}
"""


def test_a_provider_is_read_with_everything_it_knows(world_of: Any) -> None:
    world = world_of(ALL)
    issuer = world.oidc_issuers["https://idp.example.com/tenant"]
    assert (issuer.algorithm, issuer.generations, issuer.token_lifetime) == ("ES256", (1, 2), 600)
    assert (issuer.clients["app"].pkce, issuer.clients["spa"].pkce) == ("required", "optional")
    alice, bob = issuer.users["alice"], issuer.users["bob"]
    assert (alice.subject, alice.password, alice.email_verified, alice.enabled) == ("alice", "pw", True, True)
    assert alice.claims == Map(
        {
            "email": "alice@example.com",
            "groups": ("staff", "010"),
            "level": 3,
            "employee": True,
            "address": Map({"city": "Bonn"}),
        }
    )
    assert (bob.subject, bob.enabled) == ("b-1", False)
    assert issuer.signing_key.kid == issuer.key(2).kid
    assert [provider.url for provider in world.oidc_providers.values()] == [issuer.url]


def test_a_preset_knows_its_address_and_the_form_of_its_subjects(world_of: Any) -> None:
    world = world_of(ALL)
    google = world.oidc_issuers["https://accounts.google.com"]
    assert google.issuers == ("https://accounts.google.com", "accounts.google.com")
    assert len(google.users["carol@gmail.com"].subject) == 21
    github = world.oidc_issuers["https://token.actions.githubusercontent.com"]
    assert github.repositories["octo-org/app"] == Repository("octo-org/app", environments=("prod",))
    assert not github.reachable


def test_what_is_written_loads_as_the_same(world_of: Any) -> None:
    first = world_of(ALL)
    assert world_of(*dump(first).values()).oidc_issuers == first.oidc_issuers


@pytest.mark.parametrize(
    ("written", "wrong", "told", "line"),
    [
        ("https://idp.example.com/tenant", "http://idp.example.com", "must be https://", 6),
        ("https://idp.example.com/tenant", "https://idp.example.com:8443", "without a port", 6),
        ("https://idp.example.com/tenant", "https://idp.example.com/?x=1", "without a port", 6),
        ("Algorithm: ES256", "Algorithm: HS256", "must be one of RS256, ES256", 7),
        ("[1, 2]", "[2, 1]", "rising", 8),
        ("[1, 2]", "[0]", "from 1", 8),
        ("[1, 2]", "[one]", "must hold whole numbers", 8),
        ("TokenLifetime: 600", "TokenLifetime: 0", "1 to 86400", 9),
        ("TokenLifetime: 600", "TokenLifetimes: 600", "unknown property 'TokenLifetimes'", 9),
        ("Pkce: required", "Pkce: S256", "must be one of optional, required, plain-too", 11),
        ("https://app.example.com/cb", "https://app.example.com/#cb", "without a fragment", 11),
        ("https://app.example.com/cb", "/cb", "absolute URI", 11),
        ("Id: spa", "Id: app", "as another entry's is", 12),
        ("Id: spa", "Secret: x", "is required", 12),
        ("level: 3", "sub: root", "sub is not a person's", 17),
        ("level: 3", "level: null", "left out, not null", 17),
        ("Subject: b-1", "Subject: alice", "the same subject", 13),
        ("Username: bob", "Username: alice", "as another entry's is", 18),
        ("Preset: google", "Preset: goggle", "google", 21),
        ("Preset: google", "Preset: google, Url: https://accounts.example.com", "is https://accounts.google.com", 21),
        ("Preset: google", "Preset: google, Repositories: [{Name: a/b}]", "nothing that the preset google has", 21),
        ("Name: octo-org/app", "Name: octo-org", "must be owner/repository", 27),
        ("Reachable: false", "Users: [{Username: x}]", "nothing that GitHub Actions has", 26),
        ("Reachable: false", "Reachable: maybe", "must be true or false", 26),
    ],
)
def test_what_makes_no_sense_is_an_error_with_its_place(
    world_of: Any, written: str, wrong: str, told: str, line: int
) -> None:
    with pytest.raises(InputError) as raised:
        world_of(ALL.replace(written, wrong, 1))
    assert told in str(raised.value)
    assert raised.value.location is not None
    assert raised.value.location.line == line


def test_two_providers_of_one_address_are_an_error(world_of: Any) -> None:
    second = "\n  Again:\n    Type: Cogsim::OidcIssuer\n    Properties: {Preset: google}\n"
    with pytest.raises(InputError, match="defined twice"):
        world_of(ALL + second)


def test_an_enterprises_address_at_github_is_githubs(world_of: Any) -> None:
    url = "https://token.actions.githubusercontent.com/octocat-inc"
    world = world_of(ALL.replace("Preset: github", f"Preset: github\n      Url: {url}"))
    assert world.oidc_issuers[url].preset == "github"
