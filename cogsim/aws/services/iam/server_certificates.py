"""Certificates of servers, where no certificate manager is. # iam:api §UploadServerCertificate"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, Requires, operation
from cogsim.aws.services.iam.account import asked_tags, creating, on_everything, owner, tag_names
from cogsim.aws.services.iam.answers import Shown, tags_shown, when
from cogsim.aws.services.iam.documents import change, drop, find, make, tags_in
from cogsim.aws.services.iam.paging import by_place, in_order, page
from cogsim.decisions.iam_account_documents import documents_of, existing_document, name_unused
from cogsim.decisions.iam_public_keys import certificate_sound, chain_sound, key_pair_matches
from cogsim.decisions.iam_quotas import room_for
from cogsim.decisions.iam_tags import tag_pairs, tagged, untagged
from cogsim.persistent import Map
from cogsim.world.account_document import SERVER_CERTIFICATE, AccountDocument

_NAME = "ServerCertificateName"


def _arn(ctx: CallContext, path: str, name: str) -> str:
    return owner(ctx).arn("server-certificate", f"{path[1:]}{name}")


def _listed(ctx: CallContext, certificate: AccountDocument) -> Shown:
    path = certificate.content["Path"]
    return {
        "Path": path,
        _NAME: certificate.key,
        "ServerCertificateId": certificate.content["Id"],
        "Arn": _arn(ctx, path, certificate.key),
        "UploadDate": when(certificate.created),
        "Expiration": when(certificate.content["Expiration"]),
    }


def _the_certificate(ctx: CallContext, name: str) -> AccountDocument:
    missing = f"The Server Certificate with name {name} cannot be found."
    return ctx.require(existing_document(ctx.world, owner(ctx), SERVER_CERTIFICATE, name, missing))


def _on(action: str, tags: Any = None) -> Requires:
    """`iam:action` on the certificate that the call names, and under the ARN it is moved to."""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        name = params[_NAME]
        found = find(ctx, SERVER_CERTIFICATE, name)
        path = found.content["Path"] if found is not None else "/"
        own = Requirement(f"iam:{action}", _arn(ctx, path, name), tags(params, None) if tags else {})
        if not {"NewPath", "NewServerCertificateName"} & set(params):
            return (own,)
        moved = _arn(ctx, params.get("NewPath") or path, params.get("NewServerCertificateName") or name)
        return (own, Requirement(f"iam:{action}", moved))

    return requires


@operation(
    "iam:UploadServerCertificate",
    requires=creating("server-certificate", "UploadServerCertificate", _NAME, asked_tags),
)
def upload_server_certificate(
    ctx: CallContext,
    /,
    *,
    ServerCertificateName: str,
    CertificateBody: str,
    PrivateKey: str,
    Path: str | None = None,
    CertificateChain: str | None = None,
    Tags: list[Mapping[str, str]] | None = None,
) -> Mapping[str, Any]:
    """A certificate with its key, which is never shown again; the key is looked at and not kept."""
    account = owner(ctx)
    ends = ctx.require(certificate_sound(CertificateBody))
    ctx.require(key_pair_matches(CertificateBody, PrivateKey))
    if CertificateChain is not None:
        ctx.require(chain_sound(CertificateChain))
    taken = f"The Server Certificate with name {ServerCertificateName} already exists."
    ctx.require(name_unused(ctx.world, account, SERVER_CERTIFICATE, ServerCertificateName, taken))
    held = documents_of(ctx.world, account, SERVER_CERTIFICATE)
    ctx.require(room_for("ServerCertificatesPerAccount", len(held)))
    tags = ctx.require(tagged(Map(), tag_pairs(Tags)))
    unique_id = "ASCA" + ctx.draw("iam/unique-id", _arn(ctx, "/", ServerCertificateName)).base32(17)
    chain = {} if CertificateChain is None else {"Chain": CertificateChain}
    content = {"Path": Path or "/", "Id": unique_id, "Body": CertificateBody, "Expiration": ends, "Tags": tags, **chain}
    made = make(ctx, SERVER_CERTIFICATE, ServerCertificateName, content)
    shown = {"Tags": tags_shown(tags)} if tags else {}
    return {"ServerCertificateMetadata": _listed(ctx, made), **shown}


@operation("iam:GetServerCertificate", requires=_on("GetServerCertificate"), reads_only=True)
def get_server_certificate(ctx: CallContext, /, *, ServerCertificateName: str) -> Mapping[str, Any]:
    """The certificate and its chain, never the key."""
    found = _the_certificate(ctx, ServerCertificateName)
    tags, content = tags_in(found), found.content
    chain = {"CertificateChain": content["Chain"]} if "Chain" in content else {}
    shown = {"ServerCertificateMetadata": _listed(ctx, found), "CertificateBody": content["Body"], **chain}
    return {"ServerCertificate": {**shown, **({"Tags": tags_shown(tags)} if tags else {})}}


@operation("iam:UpdateServerCertificate", requires=_on("UpdateServerCertificate"))
def update_server_certificate(
    ctx: CallContext,
    /,
    *,
    ServerCertificateName: str,
    NewPath: str | None = None,
    NewServerCertificateName: str | None = None,
) -> Mapping[str, Any]:
    """Another name or path, hence another ARN."""
    found, name = _the_certificate(ctx, ServerCertificateName), NewServerCertificateName or ServerCertificateName
    if name.casefold() != found.key.casefold():
        taken = f"The Server Certificate with name {name} already exists."
        ctx.require(name_unused(ctx.world, owner(ctx), SERVER_CERTIFICATE, name, taken))
    change(ctx, found, key=name, Path=NewPath or found.content["Path"])
    return {}


@operation("iam:DeleteServerCertificate", requires=_on("DeleteServerCertificate"))
def delete_server_certificate(ctx: CallContext, /, *, ServerCertificateName: str) -> Mapping[str, Any]:
    """Delete the certificate; whether a load balancer uses it is not looked at."""
    return drop(ctx, _the_certificate(ctx, ServerCertificateName))


@operation("iam:ListServerCertificates", requires=on_everything("ListServerCertificates"), reads_only=True)
def list_server_certificates(
    ctx: CallContext,
    /,
    *,
    PathPrefix: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> Mapping[str, Any]:
    """The certificates under a path, without their bodies."""
    held = documents_of(ctx.world, owner(ctx), SERVER_CERTIFICATE)
    under = [each for each in held if each.content["Path"].startswith(PathPrefix or "/")]
    shown, more = page(ctx, under, lambda each: each.key, Marker, MaxItems)
    return {"ServerCertificateMetadataList": [_listed(ctx, each) for each in shown], **more}


@operation("iam:TagServerCertificate", requires=_on("TagServerCertificate", asked_tags))
def tag_server_certificate(
    ctx: CallContext, /, *, ServerCertificateName: str, Tags: list[Mapping[str, str]]
) -> Mapping[str, Any]:
    found = _the_certificate(ctx, ServerCertificateName)
    change(ctx, found, Tags=ctx.require(tagged(tags_in(found), tag_pairs(Tags))))
    return {}


@operation("iam:UntagServerCertificate", requires=_on("UntagServerCertificate", tag_names))
def untag_server_certificate(
    ctx: CallContext, /, *, ServerCertificateName: str, TagKeys: list[str]
) -> Mapping[str, Any]:
    found = _the_certificate(ctx, ServerCertificateName)
    change(ctx, found, Tags=untagged(tags_in(found), tuple(TagKeys)))
    return {}


@operation("iam:ListServerCertificateTags", requires=_on("ListServerCertificateTags"), reads_only=True)
def list_server_certificate_tags(
    ctx: CallContext, /, *, ServerCertificateName: str, Marker: str | None = None, MaxItems: int | None = None
) -> Mapping[str, Any]:
    tags = tags_shown(tags_in(_the_certificate(ctx, ServerCertificateName)))
    shown, more = page(ctx, in_order(tags), by_place, Marker, MaxItems)
    return {"Tags": [tag for _, tag in shown], **more}
