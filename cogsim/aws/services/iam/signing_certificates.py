"""Certificates that users signed requests of old protocols with. # iam:api §UploadSigningCertificate"""

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
from cogsim.decisions.iam_public_keys import certificate_sound, not_yet_there
from cogsim.decisions.iam_quotas import room_for
from cogsim.world.account_document import SIGNING_CERTIFICATE, AccountDocument
from cogsim.world.iam import User


def _shown(user: User, certificate: AccountDocument) -> Shown:
    return {
        "UserName": user.name,
        "CertificateId": certificate.key,
        "CertificateBody": certificate.content["Body"],
        "Status": certificate.content["Status"],
        "UploadDate": when(certificate.created),
    }


def _the_certificate(ctx: CallContext, user: User, key: str) -> AccountDocument:
    missing = f"The Certificate with id {key} cannot be found."
    return ctx.require(document_of_user(ctx.world, owner(ctx), SIGNING_CERTIFICATE, key, user, missing))


@operation("iam:UploadSigningCertificate", requires=on("user", "UploadSigningCertificate"))
def upload_signing_certificate(
    ctx: CallContext, /, *, CertificateBody: str, UserName: str | None = None
) -> Mapping[str, Any]:
    """One certificate more for the user, or the caller."""
    user = the_user(ctx, UserName)
    ctx.require(certificate_sound(CertificateBody))
    held = documents_of_user(ctx.world, owner(ctx), SIGNING_CERTIFICATE, user)
    taken = "The same certificate is associated with an IAM user in the account."
    ctx.require(not_yet_there(held, "Body", CertificateBody, "DuplicateCertificate", taken))
    ctx.require(room_for("SigningCertificatesPerUser", len(held)))
    key = ctx.draw("iam/signing-certificate", user.unique_id).base32(24)
    content = {"UserId": user.unique_id, "Status": "Active", "Body": CertificateBody}
    return {"Certificate": _shown(user, make(ctx, SIGNING_CERTIFICATE, key, content))}


@operation("iam:UpdateSigningCertificate", requires=on("user", "UpdateSigningCertificate"))
def update_signing_certificate(
    ctx: CallContext, /, *, CertificateId: str, Status: str, UserName: str | None = None
) -> Mapping[str, Any]:
    """Switch the certificate off or on again."""
    certificate = _the_certificate(ctx, the_user(ctx, UserName), CertificateId)
    ctx.require(settable(Status))
    change(ctx, certificate, Status=Status)
    return {}


@operation("iam:DeleteSigningCertificate", requires=on("user", "DeleteSigningCertificate"))
def delete_signing_certificate(
    ctx: CallContext, /, *, CertificateId: str, UserName: str | None = None
) -> Mapping[str, Any]:
    """Delete the certificate."""
    return drop(ctx, _the_certificate(ctx, the_user(ctx, UserName), CertificateId))


@operation("iam:ListSigningCertificates", requires=on("user", "ListSigningCertificates"), reads_only=True)
def list_signing_certificates(
    ctx: CallContext,
    /,
    *,
    UserName: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> Mapping[str, Any]:
    """The user's certificates."""
    user = the_user(ctx, UserName)
    held = documents_of_user(ctx.world, owner(ctx), SIGNING_CERTIFICATE, user)
    shown, more = page(ctx, held, lambda certificate: certificate.key, Marker, MaxItems)
    return {"Certificates": [_shown(user, certificate) for certificate in shown], **more}
