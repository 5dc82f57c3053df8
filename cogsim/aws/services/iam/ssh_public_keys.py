"""SSH keys of users, for repositories of code. # iam:api §UploadSSHPublicKey"""

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
from cogsim.decisions.iam_public_keys import not_yet_there, ssh_key
from cogsim.decisions.iam_quotas import room_for
from cogsim.world.account_document import SSH_KEY, AccountDocument
from cogsim.world.iam import User


def _listed(user: User, key: AccountDocument) -> Shown:
    names = {"UserName": user.name, "SSHPublicKeyId": key.key, "Status": key.content["Status"]}
    return {**names, "UploadDate": when(key.created)}


def _shown(user: User, key: AccountDocument, encoding: str = "SSH") -> Shown:
    body = key.content["Ssh" if encoding == "SSH" else "Pem"]
    return {**_listed(user, key), "Fingerprint": key.content["Fingerprint"], "SSHPublicKeyBody": body}


def _the_key(ctx: CallContext, user: User, key_id: str) -> AccountDocument:
    missing = f"The Public Key with id {key_id} cannot be found."
    return ctx.require(document_of_user(ctx.world, owner(ctx), SSH_KEY, key_id, user, missing))


@operation("iam:UploadSSHPublicKey", requires=on("user", "UploadSSHPublicKey"))
def upload_ssh_public_key(ctx: CallContext, /, *, UserName: str, SSHPublicKeyBody: str) -> Mapping[str, Any]:
    """One key more for the user."""
    user = the_user(ctx, UserName)
    key = ctx.require(ssh_key(SSHPublicKeyBody))
    held = documents_of_user(ctx.world, owner(ctx), SSH_KEY, user)
    taken = "The SSH public key is already associated with the specified IAM user."
    ctx.require(not_yet_there(held, "Fingerprint", key.fingerprint, "DuplicateSSHPublicKey", taken))
    ctx.require(room_for("SSHPublicKeysPerUser", len(held)))
    key_id = "APKA" + ctx.draw("iam/ssh-public-key", user.unique_id).base32(16)
    forms = {"Ssh": key.ssh, "Pem": key.pem, "Fingerprint": key.fingerprint}
    made = make(ctx, SSH_KEY, key_id, {"UserId": user.unique_id, "Status": "Active", **forms})
    return {"SSHPublicKey": _shown(user, made)}


@operation("iam:GetSSHPublicKey", requires=on("user", "GetSSHPublicKey"), reads_only=True)
def get_ssh_public_key(ctx: CallContext, /, *, UserName: str, SSHPublicKeyId: str, Encoding: str) -> Mapping[str, Any]:
    """The key in the form that is asked for."""
    user = the_user(ctx, UserName)
    return {"SSHPublicKey": _shown(user, _the_key(ctx, user, SSHPublicKeyId), Encoding)}


@operation("iam:UpdateSSHPublicKey", requires=on("user", "UpdateSSHPublicKey"))
def update_ssh_public_key(ctx: CallContext, /, *, UserName: str, SSHPublicKeyId: str, Status: str) -> Mapping[str, Any]:
    """Switch the key off or on again."""
    key = _the_key(ctx, the_user(ctx, UserName), SSHPublicKeyId)
    ctx.require(settable(Status))
    change(ctx, key, Status=Status)
    return {}


@operation("iam:DeleteSSHPublicKey", requires=on("user", "DeleteSSHPublicKey"))
def delete_ssh_public_key(ctx: CallContext, /, *, UserName: str, SSHPublicKeyId: str) -> Mapping[str, Any]:
    """Delete the key."""
    return drop(ctx, _the_key(ctx, the_user(ctx, UserName), SSHPublicKeyId))


@operation("iam:ListSSHPublicKeys", requires=on("user", "ListSSHPublicKeys"), reads_only=True)
def list_ssh_public_keys(
    ctx: CallContext,
    /,
    *,
    UserName: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> Mapping[str, Any]:
    """The user's keys, without their bodies."""
    user = the_user(ctx, UserName)
    keys = documents_of_user(ctx.world, owner(ctx), SSH_KEY, user)
    shown, more = page(ctx, keys, lambda key: key.key, Marker, MaxItems)
    return {"SSHPublicKeys": [_listed(user, key) for key in shown], **more}
