"""Terms of use and privacy policies that the sign-up page links to. # idp:managed-login §terms"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import client_and_pool, on_pool, operators_pool
from cogsim.aws.services.cognito_idp.paging import page
from cogsim.aws.services.cognito_idp.pool_documents import all_kept, dated, drop, keep, shown
from cogsim.decisions import branding as documents
from cogsim.world.pool_members import PoolDocument


@operation("cognito-idp:CreateTerms", requires=on_pool("CreateTerms"))
def create_terms(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    ClientId: str,
    TermsName: str,
    TermsSource: str,
    Enforcement: str,
    Links: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """A document of one kind for an app client: a link for each language."""
    pool = operators_pool(ctx, UserPoolId)
    client_and_pool(ctx, ClientId, pool.id)
    ctx.require(documents.check_links(Links))
    ctx.require(documents.check_terms_free(ctx.world, pool, ClientId, TermsName))
    terms_id = ctx.draw("cognito-idp/terms-id", pool.id, ClientId, TermsName).uuid()
    content = {
        "ClientId": ClientId,
        "TermsName": TermsName,
        "TermsSource": TermsSource,
        "Enforcement": Enforcement,
        "Links": Links,
    }
    return {"Terms": described_terms(keep(ctx, pool.id, documents.TERMS, terms_id, content))}


@operation("cognito-idp:DescribeTerms", requires=on_pool("DescribeTerms"), reads_only=True)
def describe_terms(ctx: CallContext, /, *, UserPoolId: str, TermsId: str) -> Mapping[str, Any]:
    """The document with its links."""
    pool = operators_pool(ctx, UserPoolId)
    return {"Terms": described_terms(ctx.require(documents.terms(ctx.world, pool, TermsId)))}


@operation("cognito-idp:UpdateTerms", requires=on_pool("UpdateTerms"))
def update_terms(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    TermsId: str,
    TermsName: str | None = None,
    TermsSource: str | None = None,
    Enforcement: str | None = None,
    Links: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """Replace what is given; the links whole."""
    pool = operators_pool(ctx, UserPoolId)
    held = ctx.require(documents.terms(ctx.world, pool, TermsId))
    content = shown(held)
    if TermsName is not None:
        ctx.require(documents.check_terms_free(ctx.world, pool, content["ClientId"], TermsName, held.key))
    given = {"TermsName": TermsName, "TermsSource": TermsSource, "Enforcement": Enforcement, "Links": Links}
    content.update({name: value for name, value in given.items() if value is not None})
    return {"Terms": described_terms(keep(ctx, pool.id, documents.TERMS, held.key, content))}


@operation("cognito-idp:DeleteTerms", requires=on_pool("DeleteTerms"))
def delete_terms(ctx: CallContext, /, *, UserPoolId: str, TermsId: str) -> Mapping[str, Any]:
    """The page links to it no longer."""
    pool = operators_pool(ctx, UserPoolId)
    drop(ctx, ctx.require(documents.terms(ctx.world, pool, TermsId)))
    return {}


@operation("cognito-idp:ListTerms", requires=on_pool("ListTerms"), reads_only=True)
def list_terms(
    ctx: CallContext, /, *, UserPoolId: str, MaxResults: int | None = None, NextToken: str | None = None
) -> Mapping[str, Any]:
    """The pool's documents without their links, in the order they were made in."""
    pool = operators_pool(ctx, UserPoolId)
    held = all_kept(ctx, pool.id, documents.TERMS)
    listed, more = page(ctx, held, lambda each: (each.created, each.key), NextToken, MaxResults)
    return {"Terms": [_listed(document) for document in listed], **more}


def described_terms(document: PoolDocument) -> dict[str, Any]:
    """The document as answers show it."""
    return {"TermsId": document.key, "UserPoolId": document.pool_id, **shown(document), **dated(document)}


def _listed(document: PoolDocument) -> dict[str, Any]:
    content = shown(document)
    named = {name: content[name] for name in ("TermsName", "Enforcement")}
    return {"TermsId": document.key, **named, **dated(document)}
