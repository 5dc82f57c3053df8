"""Which account an access key belongs to: it stands in the key's id, of a deleted key too. # sts:GetAccessKeyInfo"""

from __future__ import annotations

from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.session_policies import unseen
from cogsim.errors import NotModelled
from cogsim.world.access_key_ids import PREFIXES, account_in

_SOURCE = "sts:GetAccessKeyInfo"


def account_of_key(key_id: str, known: str | None) -> Decision[str | Refusal]:
    """The account that a key belongs to: `known` where the key is there, else what its id says.

    NotModelled for an id of the time before ids told the account: only AWS's own records know it.
    """
    question = "which account does the key belong to?"
    if known is not None:
        return decided(known, Step(question, known, key_id, _SOURCE))
    account = account_in(key_id)
    if account is not None:
        return decided(
            account, Step(question, account, f"{key_id}: no such key is there, its id says", _SOURCE, Basis.OBSERVED)
        )
    if key_id[:4] not in PREFIXES:
        return unseen("ValidationError", f"Invalid Access Key ID: {key_id}", question, key_id, _SOURCE)
    raise NotModelled("sts:GetAccessKeyInfo", "AccessKeyId", f"no account of the world gave out {key_id}")
