"""Load balancers' rules that validate a token in Authorization: which tokens open them. # elb:verify-jwt"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from cogsim.analysis.naming import called, called_by
from cogsim.analysis.token_balancer_doors import ruled
from cogsim.analysis.token_door import Door
from cogsim.analysis.token_kinds import Use
from cogsim.analysis.token_offers import Offer
from cogsim.analysis.token_targets import Target, target_of, with_issuer
from cogsim.decision import Decision
from cogsim.decisions.load_balancer_jwt import accepts_balancer_token
from cogsim.decisions.oidc_token import find_issuer, issuing_pool
from cogsim.world.load_balancer import validation
from cogsim.world.load_balancer_actions import JwtValidation
from cogsim.world.pool_user import PoolUser
from cogsim.world.world import World


def jwt_doors(world: World, who: PoolUser | None) -> Iterator[Door]:
    """Every rule of an Application Load Balancer that validates tokens, the listeners' own among them."""
    for balancer, _, name, actions, origin in ruled(world):
        action = validation(actions)
        if action is None:
            continue
        target, named, shown = _somebody(world, action, who), called(world, balancer), called_by(world, origin, name)
        expects: Use = "outside" if target.issuer is not None else "scoped" if target.scopes else "access"
        words = f"load balancer {named}, {name} ({shown}), the token in Authorization"
        key = f"load-balancer-token:{named}/{shown}"
        yield Door(key, words, origin.location, target, partial(_ask, action), expects)


def _somebody(world: World, action: JwtValidation, who: PoolUser | None) -> Target:
    """Somebody of the issuer that the action names, through a client and with scopes that its claims ask for."""
    asked = {claim.name: claim.values for claim in action.claims}
    named = (*asked.get("client_id", ()), *asked.get("aud", ()))
    pool, issuer = issuing_pool(world, action.issuer), find_issuer(world, action.issuer)
    clients = (world.clients[each] for each in named if each in world.clients)
    client = next((each for each in clients if pool is not None and each.pool_id == pool.id), None)
    target = target_of(world, pool, client, who=who, scopes=asked.get("scope", ()))
    return target if pool is not None or issuer is None else with_issuer(target, issuer, named)


def _ask(action: JwtValidation, offer: Offer) -> Decision[Any]:
    sent = f"Bearer {offer.text}" if offer.text is not None else None
    return accepts_balancer_token(offer.world, action, sent, offer.now)
