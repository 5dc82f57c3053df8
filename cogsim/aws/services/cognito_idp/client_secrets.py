"""The secrets of an app client: two at most, so that one can be replaced while the other is in use.

A secret's id is the client's id, two hyphens and the second it was made in; of two made in the same second, the later
one has the next number. # idp:api §ClientSecretDescriptorType
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import on_pool
from cogsim.aws.services.cognito_idp.clients import new_secret, operators_client
from cogsim.aws.services.cognito_idp.paging import page
from cogsim.clock import at
from cogsim.decisions.client_configuration import check_another_secret, check_secret_removable, secret_not_found
from cogsim.world.user_pool_client import UserPoolClient


def _made_at(client: UserPoolClient) -> tuple[float, float]:
    """The instants that the two secrets were made at."""
    first = float(client.further.get("SecretCreated", client.created))
    return first, float(client.further.get("SecondSecretCreated", first))


def _ids(client: UserPoolClient) -> tuple[str, ...]:
    """The ids of the client's secrets, the first one's first."""
    first, second = (int(instant) for instant in _made_at(client))
    ids = (f"{client.id}--{first}", f"{client.id}--{second if second != first else second + 1}")
    return ids[: (client.secret is not None) + (client.second_secret is not None)]


@operation("cognito-idp:AddUserPoolClientSecret", requires=on_pool("AddUserPoolClientSecret"))
def add_user_pool_client_secret(
    ctx: CallContext, /, *, UserPoolId: str, ClientId: str, ClientSecret: str | None = None
) -> Mapping[str, Any]:
    """A second secret; its value is told only where AWS made it."""
    _, client = operators_client(ctx, UserPoolId, ClientId)
    ctx.require(check_another_secret(client))
    secret = ClientSecret or new_secret(ctx, client.id)
    further = client.further.set("SecondSecretCreated", max(ctx.now, int(_made_at(client)[0]) + 1))
    changed = replace(client, second_secret=secret, further=further, modified=ctx.now)
    ctx.update_world(lambda world: world.with_client(changed))
    shown: dict[str, Any] = {"ClientSecretId": _ids(changed)[1], "ClientSecretCreateDate": at(_made_at(changed)[1])}
    if ClientSecret is None:
        shown["ClientSecretValue"] = secret
    return {"ClientSecretDescriptor": shown}


@operation("cognito-idp:DeleteUserPoolClientSecret", requires=on_pool("DeleteUserPoolClientSecret"))
def delete_user_pool_client_secret(
    ctx: CallContext, /, *, UserPoolId: str, ClientId: str, ClientSecretId: str
) -> Mapping[str, Any]:
    """Take one of two secrets away; the other stands alone."""
    _, client = operators_client(ctx, UserPoolId, ClientId)
    ids = _ids(client)
    if ClientSecretId not in ids:
        ctx.require(secret_not_found(ClientSecretId))
    ctx.require(check_secret_removable(client))
    number = ids.index(ClientSecretId)
    staying = (client.second_secret, client.secret)[number]
    made_at = _made_at(client)[1 - number]
    further = client.further.discard("SecondSecretCreated").set("SecretCreated", made_at)
    changed = replace(client, secret=staying, second_secret=None, further=further, modified=ctx.now)
    ctx.update_world(lambda world: world.with_client(changed))
    return {}


@operation("cognito-idp:ListUserPoolClientSecrets", requires=on_pool("ListUserPoolClientSecrets"), reads_only=True)
def list_user_pool_client_secrets(
    ctx: CallContext, /, *, UserPoolId: str, ClientId: str, NextToken: str | None = None
) -> Mapping[str, Any]:
    """The client's secrets without their values; two fit on any page, so no token was ever given."""
    _, client = operators_client(ctx, UserPoolId, ClientId)
    page(ctx, (), lambda each: each, NextToken, None)
    shown = [
        {"ClientSecretId": secret_id, "ClientSecretCreateDate": at(made)}
        for secret_id, made in zip(_ids(client), _made_at(client), strict=False)
    ]
    return {"ClientSecrets": shown}
