"""AWS's clients for Node, unmodified: what each script found, told line by line.

The packages of `node/package.json` are installed into build/node by `make node-clients`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conftest import BUCKET, KEY, PASSWORDS, SECRET, At, serving

HERE = Path(__file__).with_name("node")
PACKAGES = Path(__file__).parents[2] / "build" / "node"
NODE = shutil.which("node")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NODE is None, reason="there is no node on this machine"),
    pytest.mark.skipif(
        not (PACKAGES / "node_modules" / "aws-amplify").is_dir(), reason="the packages are not there: make node-clients"
    ),
]


def run(at: At, script: str, folder: Path, extra: dict[str, str] | None = None, **given: Any) -> dict[str, Any]:
    """What the script told, by name. It runs beside its packages, as an app does."""
    for source in HERE.glob("*.mjs"):
        shutil.copy(source, folder)
    (folder / "node_modules").symlink_to(PACKAGES / "node_modules")
    settings = {
        "base": at.base,
        "pool": at.pool,
        "client": at.app().id,
        "identities": at.identities,
        "bucket": BUCKET,
        "password": PASSWORDS["alice"],
        "key": KEY,
        "secret": SECRET,
        **given,
    }
    known = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    done = subprocess.run(
        [str(NODE), script],
        cwd=folder,
        env={**known, "HOME": str(folder), "COGSIM_GIVEN": json.dumps(settings), **(extra or {})},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return dict(json.loads(line) for line in done.stdout.splitlines())


def assumed(role: str) -> str:
    return f"arn:aws:sts::123456789012:assumed-role/{role}/CognitoIdentityCredentials"


WRONG = {"name": "NotAuthorizedException", "message": "Incorrect username or password."}


def test_amazon_cognito_identity_js_signs_in_by_srp(at: At, tmp_path: Path) -> None:
    assert run(at, "identity_js.mjs", tmp_path) == {
        "name": "alice",
        "valid": True,
        "email": "alice@example.com",
        "wrong": WRONG,
        "refreshed": True,
        "left": {"name": "NotAuthorizedException", "message": "Refresh Token has been revoked"},
        "unconfirmed": {"name": "UserNotConfirmedException", "message": "User is not confirmed."},
        "signed up": "dora@example.com",
    }


def test_amplify_signs_in_and_gets_credentials(at: At, tmp_path: Path) -> None:
    told = run(at, "amplify.mjs", tmp_path)
    assert told.pop("left")["name"] == "UserUnAuthenticatedException"
    assert told == {
        "guest": assumed("guest"),
        "wrong": WRONG,
        "signed in": [True, "DONE"],
        "user": "alice",
        "email": "alice@example.com",
        "identity": True,
        "member": assumed("member"),
        "refreshed": True,
    }


def test_the_sdk_for_javascript_gets_credentials_and_uses_them(at: At, tmp_path: Path) -> None:
    told = run(at, "sdk.mjs", tmp_path)
    assert told.pop("wrong")["name"] == "InvalidSignatureException"
    assert told.pop("other's")["name"] == "AccessDenied"
    assert told.pop("id") in [record["requestID"] for record in at.own("trail")["Records"]]
    assert told == {
        "user": "alice",
        "users": ["alice", "bob"],
        "member": assumed("member"),
        "guest": assumed("guest"),
        "note": "a note",
        "deploy": "arn:aws:sts::123456789012:assumed-role/deploy/node",
    }


def tokens_of(at: At, **client: Any) -> dict[str, str]:
    given = {"USERNAME": "alice", "PASSWORD": PASSWORDS["alice"]}
    idp = at.client("cognito-idp", **client)
    answer = idp.initiate_auth(AuthFlow="USER_PASSWORD_AUTH", ClientId=at.app().id, AuthParameters=given)
    return {"id": answer["AuthenticationResult"]["IdToken"], "access": answer["AuthenticationResult"]["AccessToken"]}


def test_aws_jwt_verify_fetches_the_keys_over_https_and_believes_no_forgery(tmp_path: Path) -> None:
    authority = tmp_path / "authority.pem"
    (tmp_path / "app").mkdir()
    trusted = {"NODE_EXTRA_CA_CERTS": str(authority)}
    with serving(issuer="aws") as native, serving(tls=True, ca_file=str(authority), issuer="endpoint") as at:
        tokens = tokens_of(at, verify=str(authority))
        known = {"base": native.base, **tokens_of(native)}
        told = run(at, "verify.mjs", tmp_path / "app", trusted, issuer=at.issuer, native=known, **tokens)
    refusals = {name: told.pop(name)["name"] for name in ("another's", "forged", "use", "issuer", "group")}
    assert refusals == {
        "another's": "JwtInvalidAudienceError",
        "forged": "JwtInvalidSignatureError",
        "use": "CognitoJwtInvalidTokenUseError",
        "issuer": "ParameterValidationError",  # no pool of AWS has an issuer of that form
        "group": "CognitoJwtInvalidGroupError",
    }
    assert told == {"id": "alice", "access": True, "native id": "alice", "native access": "alice"}
