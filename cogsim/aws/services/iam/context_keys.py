"""Which condition keys policies read, to be given to the simulator. # iam:api §GetContextKeysForCustomPolicy"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.iam.account import on_everything, owner
from cogsim.aws.services.iam.answers import places
from cogsim.decisions.iam_context_keys import context_keys
from cogsim.decisions.iam_documents import accept_document
from cogsim.decisions.iam_entities import INVALID_INPUT
from cogsim.decisions.iam_simulated_principal import policies_of, source_entity, source_there
from cogsim.policy.document import Policy, PolicyKind


def _given(ctx: CallContext, texts: list[str] | None) -> list[Policy]:
    named = ((text, f"PolicyInputList.{number}") for number, text in enumerate(texts or (), 1))
    return [
        ctx.require(accept_document(text, PolicyKind.IDENTITY, places(text, name), INVALID_INPUT))
        for text, name in named
    ]


@operation(
    "iam:GetContextKeysForCustomPolicy", requires=on_everything("GetContextKeysForCustomPolicy"), reads_only=True
)
def get_context_keys_for_custom_policy(ctx: CallContext, /, *, PolicyInputList: list[str]) -> Mapping[str, Any]:
    """The keys of the documents that the call brings."""
    return {"ContextKeyNames": context_keys(_given(ctx, PolicyInputList))}


def _asks(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    return (Requirement("iam:GetContextKeysForPrincipalPolicy", params["PolicySourceArn"]),)


@operation("iam:GetContextKeysForPrincipalPolicy", requires=_asks, reads_only=True)
def get_context_keys_for_principal_policy(
    ctx: CallContext, /, *, PolicySourceArn: str, PolicyInputList: list[str] | None = None
) -> Mapping[str, Any]:
    """The keys of what the user, group or role has, its groups' policies among it, and of the documents besides."""
    ctx.require(source_there(ctx.world, owner(ctx), PolicySourceArn))
    source = source_entity(ctx.world, PolicySourceArn)
    assert source is not None
    held = [each.named.policy for each in policies_of(ctx.world, owner(ctx), source)]
    return {"ContextKeyNames": context_keys([*held, *_given(ctx, PolicyInputList)])}
