"""The sessions of people and jobs of an OpenID Connect provider, statically: straight, by identity pool, by user pool.

For each application of the provider (for each audience, where a job asks) a token is made and signed, and put to the
decisions that the door asks. # ug:oidc-provider, ci:external-providers, idp:oidc-providers
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cogsim.analysis.entrances import Coming, into_user_pool, through_identity_pool
from cogsim.analysis.federated_profiles import PageErrand
from cogsim.analysis.issuer_tokens import Token, admit_account, authorised, tokens_for_apps, tokens_for_job, tokens_of
from cogsim.analysis.naming import called
from cogsim.analysis.outside import AccountHolder, Workload, issuer_name
from cogsim.analysis.outside_places import person_place
from cogsim.analysis.passage import NOW, Hop, Outcome, Passage, answer_of
from cogsim.analysis.role_chains import role_place
from cogsim.analysis.straight_sessions import roles_trusting, with_token
from cogsim.analysis.walk import Walk, walked_through
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.federated_identity import ExternalSignIn
from cogsim.decisions.federated_oidc import issuer_of, read_claims, scope_of
from cogsim.decisions.identity_logins import accept_login
from cogsim.decisions.login import AcceptedLogin
from cogsim.decisions.oidc_code import authenticate_client
from cogsim.decisions.oidc_issue import user_info
from cogsim.decisions.provider_details import client_assertion
from cogsim.errors import NotModelled
from cogsim.world.external_oidc import OidcIssuer
from cogsim.world.iam import Role
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.pool_members import UserPoolIdentityProvider
from cogsim.world.world import World

#: The provider whose tokens STS takes without a registration, by the name of its principal.
_BUILT_IN = {"google": "accounts.google.com"}


def principals_of(world: World, issuer: OidcIssuer) -> tuple[str, ...]:
    """The Federated principals that stand for the provider in trust policies."""
    registered = [arn for arn, each in world.oidc_providers.items() if each.url.rstrip("/") == issuer.url.rstrip("/")]
    own = (_BUILT_IN.get(issuer.preset), issuer.quirks.opaque_name)
    return (*registered, *(name for name in own if name is not None))


def holder_passages(world: World, holder: AccountHolder, name: str) -> Iterator[Passage]:
    """Every way of the person to a session, walked or refused; at least one."""
    issuer, coming = holder.issuer, Coming(name, person_place(holder))
    tokens = walked_through(partial(tokens_for_apps, issuer=issuer, user=holder.user))
    if isinstance(tokens.value, Refusal):
        yield Passage(name, "", decided(tokens.value, *tokens.steps))
        return
    nothing = True
    for passage in _of_holder(world, holder, tokens.value, tokens.steps, coming):
        nothing = False
        yield passage
    if nothing:
        yield Passage(name, "", _nowhere(issuer, tokens.steps))


def _of_holder(
    world: World, holder: AccountHolder, tokens: tuple[Token, ...], before: tuple[Step, ...], coming: Coming
) -> Iterator[Passage]:
    yield from _by_tokens(world, holder.issuer, tokens, before, coming)
    for provider in world.pool_providers.values():
        if provider.type != "SAML" and provider.pool_id in world.user_pools and is_of(world, provider, holder.issuer):
            yield from into_user_pool(world, provider, partial(_spoken, world=world, holder=holder), coming)


def workload_passages(world: World, workload: Workload, name: str) -> Iterator[Passage]:
    """Every way of the job to a session, walked or refused; at least one."""
    issuer, coming = workload.issuer, Coming(name, person_place(workload))
    tokens = walked_through(partial(tokens_for_job, world=world, workload=workload))
    if isinstance(tokens.value, Refusal):
        yield Passage(name, "", decided(tokens.value, *tokens.steps))
        return
    found = list(_by_tokens(world, issuer, tokens.value, tokens.steps, coming))
    yield from found
    if not found:
        yield Passage(name, "", _nowhere(issuer, tokens.steps))


def _nowhere(issuer: OidcIssuer, before: tuple[Step, ...]) -> Outcome:
    step = Step(
        "does a role or a pool take tokens of the provider?",
        "no",
        issuer.url,
        "ug:oidc-provider",
        location=issuer.origin.location,
        decides=True,
    )
    return decided(Refusal("NoWay", f"nothing takes tokens of {issuer.url}"), step, after=before)


def _by_tokens(
    world: World, issuer: OidcIssuer, tokens: tuple[Token, ...], before: tuple[Step, ...], coming: Coming
) -> Iterator[Passage]:
    """By each role that may trust the provider, then by each identity pool that takes it: the first token that opens
    it, or the refusal of the first one."""
    for role in roles_trusting(world, principals_of(world, issuer)):
        attempts = [(token, with_token(world, role, token.text, token.provider_id)) for token in tokens]
        for token, outcome in _distinct(attempts):
            yield _straight(world, issuer, role, token, decided(outcome.value, *outcome.steps, after=before), coming)
    for pool in world.identity_pools.values():
        for provider in _names_at(world, pool, issuer):
            opaque = provider == issuer.quirks.opaque_name
            offered = [token for token in tokens if (token.provider_id is not None) == opaque]
            yield from _by_pool(world, pool, provider, offered, before, coming)


def _distinct(attempts: list[tuple[Token, Outcome]]) -> list[tuple[Token, Outcome]]:
    """Those that open the role, of equal sessions one; the first refusal where none does."""
    opened: list[tuple[Token, Outcome]] = []
    for token, outcome in attempts:
        if not isinstance(outcome.value, Refusal) and all(outcome.value != other.value for _, other in opened):
            opened.append((token, outcome))
    return opened or attempts[:1]


def _straight(world: World, issuer: OidcIssuer, role: Role, token: Token, outcome: Outcome, coming: Coming) -> Passage:
    answer = answer_of(outcome)
    label = "AssumeRoleWithWebIdentity" + ("" if answer == "allowed" else f": {answer}")
    hop = Hop(coming.source, role_place(world, role), label, answer, outcome.deciding)
    via = f"{issuer_name(world, issuer)} for {token.audience}, straight, as {called(world, role)}"
    return Passage(coming.name, via, outcome, hops=(hop,))


def _names_at(world: World, pool: IdentityPool, issuer: OidcIssuer) -> Iterator[str]:
    """The names under which the pool takes tokens of the provider."""
    hosts = (issuer.url.removeprefix("https://"), issuer.quirks.opaque_name)
    yield from (name for name in pool.supported_login_providers if name in hosts)
    for arn in pool.open_id_connect_provider_arns:
        registered = world.oidc_providers.get(arn)
        if registered is not None and registered.url.rstrip("/") == issuer.url.rstrip("/"):
            yield arn.partition(":oidc-provider/")[2]


def _by_pool(
    world: World,
    pool: IdentityPool,
    provider: str,
    tokens: list[Token],
    before: tuple[Step, ...],
    coming: Coming,
) -> Iterator[Passage]:
    def believed(token: Token) -> Decision[AcceptedLogin | Refusal]:
        return walked_through(
            lambda walk: walk.take(accept_login(world, pool, provider, token.text, now=NOW, revoked=lambda _: False)),
            *before,
        )

    attempts = [believed(token) for token in tokens]
    opened = [login for login in attempts if not isinstance(login.value, Refusal)]
    for login in opened or attempts[:1]:
        for_app = (
            f" for {login.value.claims.get('aud')}"
            if isinstance(login.value, AcceptedLogin) and len(opened) > 1
            else ""
        )
        yield from through_identity_pool(world, pool, login, coming, f"{provider}{for_app}")


def is_of(world: World, provider: UserPoolIdentityProvider, issuer: OidcIssuer) -> bool:
    """Whether the issuer stands behind a user pool's provider."""
    try:
        return issuer_of(world, provider).url == issuer.url
    except NotModelled:
        return False


def _spoken(walk: Walk, errand: PageErrand, *, world: World, holder: AccountHolder) -> ExternalSignIn:
    """What the provider's tokens and userInfo say to the pool."""
    provider, issuer, user = errand.provider, holder.issuer, holder.user
    redirect_uri, scope = f"https://{errand.host}/oauth2/idpresponse", scope_of(provider)
    client_id = provider.details["client_id"]
    client = authorised(walk, issuer, client_id, redirect_uri, scope, pkce=False)
    walk.take(admit_account(issuer, user))
    secret = client_assertion(provider, issuer.url, NOW) or provider.details.get("client_secret")
    walk.take(authenticate_client(issuer, client_id=client_id, client_secret=secret, now=NOW))
    access, identity = tokens_of(issuer, client, user, scope)
    tokens = {"access_token": access, **({"id_token": identity} if identity is not None else {})}
    info = None if provider.type == "SignInWithApple" else user_info(issuer, user, scope)
    return walk.take(read_claims(world, provider, tokens, info, "nonce", NOW))
