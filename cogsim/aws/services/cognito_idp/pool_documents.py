"""Configuration that is kept as it was given: read, written and dropped by pool, kind and key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.clock import at
from cogsim.frozen import freeze, thaw
from cogsim.world.pool_members import PoolDocument


def kept(ctx: CallContext, pool_id: str, kind: str, key: str = "") -> PoolDocument | None:
    """The document, or None."""
    return ctx.world.pool_documents.get((pool_id, kind, key))


def all_kept(ctx: CallContext, pool_id: str, kind: str) -> Iterable[PoolDocument]:
    """The documents of a kind that the pool has, by key."""
    documents = ctx.world.pool_documents
    return [documents[entry] for entry in documents if entry[:2] == (pool_id, kind)]


def keep(ctx: CallContext, pool_id: str, kind: str, key: str, content: Mapping[str, Any]) -> PoolDocument:
    """Store the document whole, modified now; members that are None are left out."""
    held = kept(ctx, pool_id, kind, key)
    stated = freeze({name: value for name, value in content.items() if value is not None})
    document = PoolDocument(pool_id, kind, key, stated, held.created if held else ctx.now, ctx.now)
    ctx.update_world(lambda world: world.with_pool_document(document))
    return document


def drop(ctx: CallContext, document: PoolDocument) -> None:
    """Forget the document."""
    ctx.update_world(lambda world: world.without_pool_document(document.pool_id, document.kind, document.key))


def shown(document: PoolDocument) -> dict[str, Any]:
    """The document's content as an answer holds it."""
    content: dict[str, Any] = thaw(document.content)
    return content


def dated(document: PoolDocument) -> dict[str, Any]:
    """When it was made and last changed."""
    return {"CreationDate": at(document.created), "LastModifiedDate": at(document.modified)}
