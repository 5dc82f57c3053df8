"""Templates that nobody here wrote: every one loads, and what it leaves open is shown, not guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from cogsim.errors import InputError
from cogsim.load import load
from cogsim.world.template import dump

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "real_inputs"
BUCKET = Path(__file__).with_name("attachments_bucket.yml")

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason=f"the real inputs are not at {REAL}")

TEMPLATES = sorted(
    path
    for folder in ("cfn", "cdk")
    for path in (REAL / folder).glob("*")
    if path.suffix in (".json", ".yml", ".yaml") and not path.name.endswith(".manifest.json")
)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_real_template_loads_and_comes_back_the_same(path: Path, tmp_path: Path) -> None:
    world = load(path)
    assert sum(world.completeness.read.values()) > 0
    (name, text), *others = dump(world).items()
    assert not others
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert load(tmp_path / name) == world


@pytest.mark.parametrize(
    ("name", "placeholders"),
    [
        ("amplify-rootStackTemplate.json", set()),
        ("developer-auth-sample.json", set()),
        ("iot-chat-serverless.yml", {"«ApiGatewayRestApi»"}),
        ("sam-cognito-apigw-angular.yaml", {"«CognitoDemoFunction.Arn»"}),
        (
            "serverless-stack-identity-pool.yml",
            {
                *("«self¦custom.stage»", "«CognitoUserPoolClient»", "«CognitoUserPool.ProviderName»"),
                *("«ApiGatewayRestApi»", "«AttachmentsBucket.Arn»"),
            },
        ),
        ("serverless-stack-user-pool.yml", {"«self¦custom.stage»"}),
    ],
)
def test_what_a_template_leaves_open_is_listed_by_name_and_line(name: str, placeholders: set[str]) -> None:
    unresolved = load(REAL / "cfn" / name).completeness.unresolved
    assert {entry[0] for entry in unresolved} == placeholders
    assert all(f"{name}:" in place for _, _, place in unresolved)


def test_the_unquoted_off_of_the_chat_example_is_kept_and_warned_of() -> None:
    world = load(REAL / "cfn" / "iot-chat-serverless.yml")
    assert next(iter(world.user_pools.values())).mfa == "OFF"
    assert any("iot-chat-serverless.yml:258:27: MfaConfiguration" in each for each in world.completeness.warnings)
    assert next(iter(world.clients.values())).refresh_token_validity == 200 * 86400


def test_a_cdk_manifest_is_no_template_and_the_error_says_what_it_is() -> None:
    with pytest.raises(InputError, match="this is a CDK manifest"):
        load(next((REAL / "cdk").glob("*.manifest.json")))


def test_the_roles_of_the_cdk_template_hold_the_policies_attached_to_them() -> None:
    world = load(next((REAL / "cdk").glob("*.template.json")))
    role = world.roles[world.names["stack/PoolAuthenticatedRoleF46F2D22"].attributes["Arn"]]
    statement = role.inline["PoolAuthenticatedRoleDefaultPolicy1324E5FE"].statements[0]
    bucket = world.names["stack/DocsA50029D5"].attributes["Arn"]
    assert statement.resources is not None
    assert statement.resources.values == (f"{bucket}/private/${{cognito-identity.amazonaws.com:sub}}/*",)
    pool = next(iter(world.identity_pools.values()))
    assert pool.cognito_providers[0].provider_name == next(iter(world.user_pools.values())).provider_name
    assert pool.roles["authenticated"] == role.arn


def test_the_two_serverless_fragments_and_a_bucket_form_one_stack() -> None:
    fragments = [REAL / "cfn" / f"serverless-stack-{name}.yml" for name in ("user-pool", "identity-pool")]
    world = load(*fragments, BUCKET)
    pool, identities = next(iter(world.user_pools.values())), next(iter(world.identity_pools.values()))
    client = next(iter(world.clients.values()))
    assert client.pool_id == pool.id
    assert client.explicit_auth_flows == ("ADMIN_NO_SRP_AUTH",)
    assert [(p.provider_name, p.client_id) for p in identities.cognito_providers] == [(pool.provider_name, client.id)]
    role = world.roles[identities.roles["authenticated"]]
    own = role.inline["CognitoAuthorizedPolicy"].statements[2]
    assert own.resources is not None
    assert own.resources.values == ("arn:aws:s3:::notes-attachments/private/${cognito-identity.amazonaws.com:sub}/*",)
    assert own.location is not None
    lines = fragments[1].read_text(encoding="utf-8").splitlines()
    assert own.location.file == str(fragments[1])
    assert lines[own.location.line - 1].strip() == "- Effect: 'Allow'"
    assert lines[own.location.line + 1].strip() == "- 's3:*'"
    assert {entry[0] for entry in world.completeness.unresolved} == {"«self¦custom.stage»", "«ApiGatewayRestApi»"}
