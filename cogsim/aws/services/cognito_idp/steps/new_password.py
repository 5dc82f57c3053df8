"""NEW_PASSWORD_REQUIRED: a temporary password opens nothing but the choice of one's own. # idp:user-accounts"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cogsim.aws.services.cognito_idp import threat_protection
from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.steps.challenge import Asked, Challenge, Open
from cogsim.aws.services.cognito_idp.steps.flow import follow, spend
from cogsim.aws.services.cognito_idp.users import set_password
from cogsim.aws.services.cognito_idp.verify_attribute import apply_update
from cogsim.decisions import password
from cogsim.decisions.attribute_permissions import may_write, readable
from cogsim.decisions.attribute_update import check_first_values, plan_update
from cogsim.decisions.attribute_values import missing_required
from cogsim.decisions.password_history import check_unused
from cogsim.decisions.progress import NEW_PASSWORD
from cogsim.world.pool_user import UserStatus

_ATTRIBUTE = "userAttributes."


def _ask(attempt: Attempt) -> Asked:
    """The attributes as they stand, and the required ones that are missing."""
    user = attempt.user
    may_read = attempt.ctx.take(readable(attempt.pool, attempt.client))
    shown = {key: value for key, value in user.attributes.items() if key in may_read}
    missing = [f"userAttributes.{key}" for key in missing_required(attempt.pool, user.attributes)]
    return Asked(
        {
            "USER_ID_FOR_SRP": user.username,
            "requiredAttributes": json.dumps(missing, separators=(",", ":")),
            "userAttributes": json.dumps(shown, separators=(",", ":"), ensure_ascii=False),
        }
    )


def _answer(attempt: Attempt, step: Open, responses: Mapping[str, str]) -> Mapping[str, Any]:
    """The chosen password, and the attributes that were missing."""
    ctx, pool, user = attempt.ctx, attempt.pool, attempt.user
    ctx.require(password.conforms(pool, responses["NEW_PASSWORD"]))
    client_id = attempt.client.id
    threat_protection.check_new_password(ctx, pool, client_id, user, "PASSWORD_CHANGE", responses["NEW_PASSWORD"])
    ctx.require(check_unused(pool, user, responses["NEW_PASSWORD"]))
    given = {key.removeprefix(_ATTRIBUTE): value for key, value in responses.items() if key.startswith(_ATTRIBUTE)}
    ctx.require(may_write(pool, attempt.client, sorted(given)))
    ctx.require(check_first_values(pool, user, given))
    apply_update(ctx, pool, user, plan_update(ctx.world, pool, user, given, holds_back=False, sends=False))
    spend(attempt, step)
    stored = ctx.world.pool_users[pool.id, user.username]
    changed = set_password(ctx, pool, stored, responses["NEW_PASSWORD"], UserStatus.CONFIRMED)
    return follow(attempt.changed(changed).having(NEW_PASSWORD))


CHALLENGE = Challenge("NEW_PASSWORD_REQUIRED", _ask, _answer, ("USERNAME", "NEW_PASSWORD"), (_ATTRIBUTE,))
