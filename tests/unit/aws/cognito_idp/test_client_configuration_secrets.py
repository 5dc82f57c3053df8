"""The secrets of an app client: two while one is replaced by the other."""

from __future__ import annotations

import json

from cogsim.aws.trail.log import records
from cogsim.decisions.app_client import secret_hash
from tests.unit.aws.cognito_idp.conftest import Make, Pools

INVALID = "InvalidParameterException"


def test_either_of_two_secrets_proves_the_client_and_a_deleted_one_no_longer(make: Make) -> None:
    old = "0" * 51
    pools = make(client={"secret": old})
    pools.cloud.advance(60)
    added = pools.admin("AddUserPoolClientSecret", ClientId=pools.client_id)["ClientSecretDescriptor"]
    new = added["ClientSecretValue"]
    first, second = pools.admin("ListUserPoolClientSecrets", ClientId=pools.client_id)["ClientSecrets"]
    assert added["ClientSecretId"] == second["ClientSecretId"]
    assert first["ClientSecretId"].startswith(f"{pools.client_id}--")
    assert "ClientSecretValue" not in (first | second)

    def answer(secret: str) -> str:
        proof = secret_hash(secret, "nobody", pools.client_id)
        return pools.refusal("InitiateAuth", **pools.login("nobody", SECRET_HASH=proof))[1]

    wrong = f"Unable to verify secret hash for client {pools.client_id}"
    assert [answer(secret) == wrong for secret in (old, new, "other")] == [False, False, True]
    pools.admin("DeleteUserPoolClientSecret", ClientId=pools.client_id, ClientSecretId=first["ClientSecretId"])
    assert [answer(secret) == wrong for secret in (old, new)] == [True, False]
    shown = pools.admin("DescribeUserPoolClient", ClientId=pools.client_id)["UserPoolClient"]
    assert shown["ClientSecret"] == new
    (left,) = pools.admin("ListUserPoolClientSecrets", ClientId=pools.client_id)["ClientSecrets"]
    assert left == second


def test_two_secrets_of_one_second_have_ids_of_their_own(pools: Pools) -> None:
    members = {"ClientName": "new", "GenerateSecret": True}
    client_id = pools.admin("CreateUserPoolClient", **members)["UserPoolClient"]["ClientId"]
    pools.admin("AddUserPoolClientSecret", ClientId=client_id)
    first, second = pools.admin("ListUserPoolClientSecrets", ClientId=client_id)["ClientSecrets"]
    assert first["ClientSecretId"] != second["ClientSecretId"]
    pools.admin("DeleteUserPoolClientSecret", ClientId=client_id, ClientSecretId=first["ClientSecretId"])
    assert pools.admin("ListUserPoolClientSecrets", ClientId=client_id)["ClientSecrets"] == [second]
    pools.admin("AddUserPoolClientSecret", ClientId=client_id)
    kept, third = pools.admin("ListUserPoolClientSecrets", ClientId=client_id)["ClientSecrets"]
    assert kept == second
    pools.admin("DeleteUserPoolClientSecret", ClientId=client_id, ClientSecretId=third["ClientSecretId"])
    assert pools.admin("ListUserPoolClientSecrets", ClientId=client_id)["ClientSecrets"] == [second]


def test_a_secret_of_ones_own_is_taken_and_never_told(make: Make) -> None:
    pools = make(client={"secret": "0" * 51})
    own = "own-secret-of-24-letters".replace("-", "_")
    added = pools.admin("AddUserPoolClientSecret", ClientId=pools.client_id, ClientSecret=own)
    assert set(added["ClientSecretDescriptor"]) == {"ClientSecretId", "ClientSecretCreateDate"}
    assert pools.cloud.world.clients[pools.client_id].second_secret == own
    assert own not in json.dumps(records(pools.cloud), default=str)
    assert own not in repr(pools.cloud.world.clients[pools.client_id])


def test_a_client_has_one_secret_or_two(make: Make) -> None:
    pools = make(client={"secret": "0" * 51})
    (only,) = pools.admin("ListUserPoolClientSecrets", ClientId=pools.client_id)["ClientSecrets"]
    params = {"UserPoolId": pools.pool_id, "ClientId": pools.client_id}
    secret_id = only["ClientSecretId"]
    code, text = pools.refusal("DeleteUserPoolClientSecret", **params, ClientSecretId=secret_id)
    assert (code, "only secret" in text) == (INVALID, True)
    code, text = pools.refusal("DeleteUserPoolClientSecret", **params, ClientSecretId="x")
    assert (code, text) == ("ResourceNotFoundException", "Client secret x does not exist.")
    pools.admin("AddUserPoolClientSecret", ClientId=pools.client_id)
    assert pools.refusal("AddUserPoolClientSecret", **params)[0] == "LimitExceededException"
    assert pools.refusal("ListUserPoolClientSecrets", **params, NextToken="x")[0] == INVALID


def test_a_public_client_gets_no_secret(pools: Pools) -> None:
    params = {"UserPoolId": pools.pool_id, "ClientId": pools.client_id}
    assert pools.refusal("AddUserPoolClientSecret", **params) == (INVALID, "The app client has no secret")
    assert pools.call("ListUserPoolClientSecrets", **params) == {"ClientSecrets": []}


def test_an_update_keeps_both_secrets(make: Make) -> None:
    pools = make(client={"secret": "0" * 51, "second_secret": "1" * 51})
    pools.admin("DeleteUserPoolClientSecret", ClientId=pools.client_id, ClientSecretId=f"{pools.client_id}--0")
    pools.cloud.advance(9)
    pools.admin("AddUserPoolClientSecret", ClientId=pools.client_id, ClientSecret="2" * 51)
    secrets = pools.admin("ListUserPoolClientSecrets", ClientId=pools.client_id)
    pools.admin("UpdateUserPoolClient", ClientId=pools.client_id, ClientName="renamed")
    assert pools.admin("ListUserPoolClientSecrets", ClientId=pools.client_id) == secrets
    client = pools.cloud.world.clients[pools.client_id]
    assert (client.name, client.secret, client.second_secret) == ("renamed", "1" * 51, "2" * 51)
