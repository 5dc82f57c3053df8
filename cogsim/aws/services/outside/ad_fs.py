"""The change of an AD FS's signing certificate, in the stages that administrators take. # ms:adfs-certificates"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.errors import InputError, suggest
from cogsim.world.external_saml import AdFs


@operation("cogsim:RollOverAdFsCertificate")
def roll_over_ad_fs_certificate(ctx: CallContext, /, *, EntityId: str, Stage: str) -> Mapping[str, Any]:
    """`Add` publishes a new certificate beside the old one, `Promote` signs with the newest, `Retire` withdraws all
    that do not sign. Whoever keeps older metadata goes on believing what those say."""
    provider = ctx.world.ad_fs.get(EntityId)
    if provider is None:
        raise InputError(f"no AD FS {EntityId!r}", suggestion=suggest(EntityId, list(ctx.world.ad_fs)))
    changed = _changed(provider, Stage, ctx.now)
    ctx.update_world(lambda world: world.with_ad_fs(changed))
    return {}


def _changed(provider: AdFs, stage: str, now: float) -> AdFs:
    match stage:
        case "Add":
            return provider.with_next_certificate(now)
        case "Promote":
            return provider.with_newest_signing()
        case "Retire":
            return provider.with_signing_alone()
        case _:
            stages = ("Add", "Promote", "Retire")
            raise InputError(f"Stage is one of {', '.join(stages)}, not {stage!r}", suggestion=suggest(stage, stages))
