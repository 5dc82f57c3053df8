"""Setting a factor up in the middle of a sign-in.

1. The session must be the one that VerifySoftwareToken gave: an app whose code never came back is no factor.
2. An e-mail address given instead is written by the app's own permission, belongs to nobody else, and is the user's
   only when its code has come back.
# idp:mfa §set-up
"""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions import refusals
from cogsim.decisions.attribute_permissions import may_write
from cogsim.decisions.attribute_values import check_values
from cogsim.decisions.mfa_factors import EMAIL_OTP, offered
from cogsim.decisions.refusals import Check, all_of, refused
from cogsim.decisions.registration import check_proved_names
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

#: What the answer of MFA_SETUP shows: a factor that was set up, or an address to begin with.
SET_UP, BY_EMAIL = "set-up", "e-mail"
#: In what a step knows: the secret that was given out, and that its app was proved.
SECRET, PROVED = "secret", "proved"

_SOURCE = "idp:mfa§set-up"


def accept_set_up(pool: UserPool, kept: Mapping[str, str], email: str | None) -> Decision[str | Refusal]:
    """What the answer shows, by what the step knows (`kept`) and the address that came; or the refusal."""
    question = "was a factor set up?"
    if kept.get(PROVED):
        return decided(SET_UP, Step(question, "yes", "an authenticator app", _SOURCE, decides=True))
    if email and EMAIL_OTP in offered(pool):
        return decided(BY_EMAIL, Step(question, "not yet", "an e-mail address to send a code to", _SOURCE))
    return refused(refusals.INVALID_SESSION, question, "no app was proved in this session", _SOURCE)


def check_new_email(world: World, pool: UserPool, client: UserPoolClient, user: PoolUser, email: str) -> Check:
    """Whether `email` can become the user's by a code that goes to it (argument 2)."""
    return all_of(
        may_write(pool, client, ["email"]),
        check_values(pool, {"email": email}),
        check_proved_names(world, pool, user.username, {"email": email}, False),
    )
