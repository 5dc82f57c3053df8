"""May the bearer of these logins take logins off an identity.

1. At least one of the logins is the identity's: an id alone moves nothing, and neither does a login of one's own.
2. Only public logins go this way: a developer's users are the developer's to unlink.
3. Whether each login that goes has to be proved as well is not documented. # ci:api §UnlinkIdentity
"""

from __future__ import annotations

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Step, decided
from cogsim.decisions.identity_merge import Resolution, Resolved, without_logins
from cogsim.decisions.identity_refusals import (
    INVALID_PARAMETER,
    LOGINS_DIFFER,
    NOT_AUTHORIZED,
    forbidden,
    observed,
    unseen,
)
from cogsim.decisions.login import AcceptedLogin
from cogsim.world.identity_pool import Identity


def unlink_logins(
    identity: Identity, logins: tuple[AcceptedLogin, ...], to_remove: tuple[str, ...], *, now: float
) -> Resolved:
    """The identity without its logins of the providers `to_remove`, of which there is one at least."""
    question, source = "is one of the logins the identity's?", "ci:api"
    if not identity.enabled:
        return observed(NOT_AUTHORIZED, forbidden(identity.id), question, "disabled", "ci:authentication-flow")
    own = tuple(each for each in logins if identity.logins.get(each.provider_name) == each.subject)
    if not own:
        found = ", ".join(each.provider_name for each in logins)
        return observed(NOT_AUTHORIZED, LOGINS_DIFFER, question, found, "ci:GetCredentialsForIdentity")
    known = Step(question, "yes", ", ".join(each.provider_name for each in own), source)
    for name in to_remove:
        if name not in identity.logins:
            refused: Resolved = unseen(INVALID_PARAMETER, f"{name} is not linked", "is the login linked?", name)
            return Decision(refused.value, (known, *refused.steps))
    assumption = "identity.unlinkProof"
    proven = {each.provider_name for each in own}
    lacking = [name for name in to_remove if name not in proven]
    proof = Step(
        "is there a token for each login that goes?",
        f"no: {', '.join(lacking)}" if lacking else "yes",
        choice(assumption),
        source,
        Basis.ASSUMED,
        assumption=assumption,
    )
    if lacking and choice(assumption) == "each-removed":
        refused = observed(NOT_AUTHORIZED, LOGINS_DIFFER, "may they go?", ", ".join(lacking), source)
        return Decision(refused.value, (known, proof, *refused.steps))
    made = without_logins(identity, to_remove, now=now)
    end = Step(
        "has the identity a login left?", "yes" if made.enabled else "no: nobody can have it any more", made.id, source
    )
    return decided(Resolution(made, (made,)), known, proof, end)
