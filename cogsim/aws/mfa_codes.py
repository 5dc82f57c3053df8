"""Codes of virtual MFA devices that were taken: IAM enables a device by two, STS takes one with a call."""

from __future__ import annotations

from cogsim.aws.context import CallContext
from cogsim.aws.state import Table
from cogsim.decisions.mfa_device import still_used

#: Serial number to the periods whose codes were taken, the latest ones.
USED_CODES: Table[str, tuple[int, ...]] = Table("iam/mfa-codes")


def used_codes(ctx: CallContext, serial_number: str | None) -> tuple[int, ...]:
    """The periods whose codes the device's holder has given."""
    return (USED_CODES.get(ctx.state, serial_number) or ()) if serial_number is not None else ()


def remember_codes(ctx: CallContext, serial_number: str, *periods: int) -> None:
    """Note that the codes of these periods were taken."""
    used = still_used(used_codes(ctx, serial_number), *periods)
    ctx.update_state(lambda state: USED_CODES.put(state, serial_number, used))
