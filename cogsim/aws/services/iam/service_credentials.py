"""Names and passwords of users for one service alone. # iam:api §CreateServiceSpecificCredential"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.iam.account import on, owner, the_user
from cogsim.aws.services.iam.answers import Shown, when
from cogsim.aws.services.iam.documents import change, drop, make
from cogsim.aws.services.iam.paging import page
from cogsim.decisions.iam_access_keys import settable
from cogsim.decisions.iam_account_documents import document_of_user, documents_of_user
from cogsim.decisions.iam_quotas import room_for
from cogsim.decisions.iam_service_credentials import supported
from cogsim.world.account_document import SERVICE_CREDENTIAL, AccountDocument
from cogsim.world.iam import User


def _listed(user: User, credential: AccountDocument) -> Shown:
    return {
        "UserName": user.name,
        "Status": credential.content["Status"],
        "ServiceUserName": credential.content["ServiceUserName"],
        "CreateDate": when(credential.created),
        "ServiceSpecificCredentialId": credential.key,
        "ServiceName": credential.content["ServiceName"],
    }


def _told(user: User, credential: AccountDocument) -> Mapping[str, Any]:
    shown = {**_listed(user, credential), "ServicePassword": credential.content["Password"]}
    return {"ServiceSpecificCredential": shown}


def _the_credential(ctx: CallContext, user: User, key: str) -> AccountDocument:
    missing = f"No such credential {key} exists"
    return ctx.require(document_of_user(ctx.world, owner(ctx), SERVICE_CREDENTIAL, key, user, missing))


def _password(ctx: CallContext, user: User) -> str:
    return ctx.draw("iam/service-password", user.unique_id).base64(44)


@operation("iam:CreateServiceSpecificCredential", requires=on("user", "CreateServiceSpecificCredential"))
def create_service_specific_credential(ctx: CallContext, /, *, UserName: str, ServiceName: str) -> Mapping[str, Any]:
    """A name and a password, told once."""
    user, account = the_user(ctx, UserName), owner(ctx)
    ctx.require(supported(ServiceName))
    held = documents_of_user(ctx.world, account, SERVICE_CREDENTIAL, user)
    of_service = [each for each in held if each.content["ServiceName"] == ServiceName]
    ctx.require(room_for("ServiceSpecificCredentialsPerUser", len(of_service)))
    key = "ACCA" + ctx.draw("iam/service-credential", user.unique_id).base32(17)
    number = f"+{len(of_service)}" if of_service else ""
    content = {
        "UserId": user.unique_id,
        "Status": "Active",
        "ServiceName": ServiceName,
        "ServiceUserName": f"{user.name}{number}-at-{account.account}",
        "Password": _password(ctx, user),
    }
    return _told(user, make(ctx, SERVICE_CREDENTIAL, key, content))


@operation("iam:ResetServiceSpecificCredential", requires=on("user", "ResetServiceSpecificCredential"))
def reset_service_specific_credential(
    ctx: CallContext, /, *, ServiceSpecificCredentialId: str, UserName: str | None = None
) -> Mapping[str, Any]:
    """Another password under the same name."""
    user = the_user(ctx, UserName)
    old = _the_credential(ctx, user, ServiceSpecificCredentialId)
    return _told(user, change(ctx, old, Password=_password(ctx, user)))


@operation("iam:UpdateServiceSpecificCredential", requires=on("user", "UpdateServiceSpecificCredential"))
def update_service_specific_credential(
    ctx: CallContext, /, *, ServiceSpecificCredentialId: str, Status: str, UserName: str | None = None
) -> Mapping[str, Any]:
    """Switch the credential off or on again."""
    old = _the_credential(ctx, the_user(ctx, UserName), ServiceSpecificCredentialId)
    ctx.require(settable(Status))
    change(ctx, old, Status=Status)
    return {}


@operation("iam:DeleteServiceSpecificCredential", requires=on("user", "DeleteServiceSpecificCredential"))
def delete_service_specific_credential(
    ctx: CallContext, /, *, ServiceSpecificCredentialId: str, UserName: str | None = None
) -> Mapping[str, Any]:
    """Delete the credential."""
    return drop(ctx, _the_credential(ctx, the_user(ctx, UserName), ServiceSpecificCredentialId))


@operation("iam:ListServiceSpecificCredentials", requires=on("user", "ListServiceSpecificCredentials"), reads_only=True)
def list_service_specific_credentials(
    ctx: CallContext,
    /,
    *,
    UserName: str | None = None,
    ServiceName: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> Mapping[str, Any]:
    """The user's credentials, of one service or of all, without passwords."""
    user = the_user(ctx, UserName)
    held = documents_of_user(ctx.world, owner(ctx), SERVICE_CREDENTIAL, user)
    wanted = [each for each in held if ServiceName in (None, each.content["ServiceName"])]
    shown, more = page(ctx, wanted, lambda each: each.key, Marker, MaxItems)
    return {"ServiceSpecificCredentials": [_listed(user, each) for each in shown], **more}
