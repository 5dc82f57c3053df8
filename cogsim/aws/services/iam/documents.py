"""How calls read and change what IAM keeps besides principals and policies. # iam:api"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.services.iam.account import owner
from cogsim.aws.services.iam.answers import Shown
from cogsim.decisions.iam_account_documents import document
from cogsim.frozen import freeze
from cogsim.persistent import Map
from cogsim.world.account_document import AccountDocument


def find(ctx: CallContext, kind: str, key: str = "") -> AccountDocument | None:
    """The account's document of that kind and key."""
    return document(ctx.world, owner(ctx), kind, key)


def make(ctx: CallContext, kind: str, key: str, content: Mapping[str, Any]) -> AccountDocument:
    """Keep a new document, in place of one of its kind and key."""
    account = owner(ctx)
    made = AccountDocument(account.partition, account.account, kind, key, freeze(content), ctx.now)
    ctx.update_world(lambda world: world.with_account_document(made))
    return made


def change(ctx: CallContext, old: AccountDocument, key: str | None = None, **content: Any) -> AccountDocument:
    """Keep the document with these members changed, under another key where one is given."""
    members = Map({**old.content, **{name: freeze(value) for name, value in content.items()}})
    changed = replace(old, key=old.key if key is None else key, content=members)
    drop(ctx, old)
    ctx.update_world(lambda world: world.with_account_document(changed))
    return changed


def drop(ctx: CallContext, old: AccountDocument) -> Mapping[str, Any]:
    """Keep the document no longer."""
    ctx.update_world(lambda world: world.without_account_document(old.place))
    return {}


def tags_in(old: AccountDocument) -> Map[str, str]:
    """The tags of a document that has some."""
    return Map(old.content.get("Tags") or {})


def stated(**members: Any) -> Shown:
    """Those members that are not None."""
    return {name: value for name, value in members.items() if value is not None}
