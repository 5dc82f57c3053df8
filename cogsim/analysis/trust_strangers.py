"""Those whom a trust policy admits and the world does not declare: anybody whom a provider vouches for, by its words.

For every statement that lets a provider's people in, a bearer is made as the statement's own conditions ask for, with
the keys that STS makes of a token or an assertion and no others, and the role's whole trust policy is asked. Where it
agrees, whoever the provider says that of has the role.

1. A provider whose people the world declares has others outside it where a condition fits more than one subject, or
   names one that is not declared.
2. Conditions that no such bearer can be made for leave the answer open: the row says so, and is not left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Any

from cogsim.analysis.alike import inserted_values
from cogsim.analysis.directory_people import entity_of
from cogsim.analysis.naming import called
from cogsim.analysis.outside import Workload
from cogsim.analysis.outside_crowds import contexts
from cogsim.analysis.outside_places import issuer_place, stranger_place, vouches
from cogsim.analysis.passage import NOW, Hop, Outcome, Passage, Place, answer_of
from cogsim.analysis.role_chains import role_place
from cogsim.analysis.straight_sessions import BY_SAML, BY_TOKEN, lets_in, with_bearer
from cogsim.analysis.wanted_values import Meeting, Wanted, wanted
from cogsim.arn import Arn
from cogsim.decision import Refusal, Step, decided
from cogsim.decisions.oidc_token import find_issuer
from cogsim.decisions.saml_session import name_qualifier
from cogsim.decisions.trust import FederatedBearer
from cogsim.decisions.web_bearer import (
    ACCESS_TOKEN_PROVIDERS,
    GOOGLE,
    access_token_bearer,
    google_bearer,
    registered_bearer,
)
from cogsim.decisions.workload_token import workload_claims
from cogsim.persistent import Map
from cogsim.policy.document import Statement
from cogsim.policy.request import PrincipalKind, Values
from cogsim.world.external_oidc import OidcIssuer
from cogsim.world.iam import OidcProvider, Role
from cogsim.world.world import World

#: How many combinations of the values that conditions name are tried for one statement and subject.
_MOST_TRIED = 64
_SAML_AUDIENCE = "https://signin.aws.amazon.com/saml"


@dataclass(frozen=True, slots=True)
class Vouching:
    """A provider in the eyes of a trust policy: its principal, the prefix of its keys, the names of the claims that
    are the person and the application, what is registered of it, and who stands behind it where that is declared."""

    principal: str
    prefix: str
    place: Place
    subject: str = "sub"
    audience: str = "aud"
    action: str = BY_TOKEN
    registered: OidcProvider | None = None
    issuer: OidcIssuer | None = None
    entity: str = ""

    @property
    def is_known(self) -> bool:
        """Whether the world has the provider that the principal names, or needs none."""
        return ":oidc-provider/" not in self.principal or self.registered is not None


def trust_strangers(world: World, asked: str | None = None) -> Iterator[Passage]:
    """A passage for every kind of stranger that a statement of some role's trust policy admits; of the resource that
    is `asked` about, where policies put the subject into names, also for the strangers whom its path names."""
    for role in world.roles.values():
        for statement in role.trust.statements:
            for vouching in _vouching(world, role, statement):
                named = inserted_values(world, f"{vouching.prefix}:{vouching.subject}", asked) if asked else ()
                yield from _admitted(world, role, statement, vouching, named)


def _vouching(world: World, role: Role, statement: Statement) -> Iterator[Vouching]:
    account = Arn.parse(role.arn).account
    entries = statement.principals.entries if statement.principals is not None else ()
    named = [value for kind, value in entries if kind == "Federated"]
    tokens = [arn for arn in world.oidc_providers if Arn.parse(arn).account == account]
    tokens += [arn for arn in named if ":oidc-provider/" in arn and arn not in world.oidc_providers]
    for principal in dict.fromkeys((*tokens, GOOGLE, *ACCESS_TOKEN_PROVIDERS)):
        if lets_in(statement, (principal,), BY_TOKEN):
            yield _of_tokens(world, principal)
    assertions = [*world.saml_providers, *(arn for arn in named if ":saml-provider/" in arn)]
    for principal in dict.fromkeys(assertions):
        if lets_in(statement, (principal,), BY_SAML):
            registered = world.saml_providers.get(principal)
            entity = (entity_of(registered) or "") if registered is not None else ""
            if entity not in world.ad_fs:
                place = Place(f"provider {principal}", "provider", principal.rpartition("/")[2])
                yield Vouching(principal, "saml", place, action=BY_SAML, entity=entity)


def _of_tokens(world: World, principal: str) -> Vouching:
    registered = world.oidc_providers.get(principal)
    written = registered.url if registered is not None else principal.rpartition(":oidc-provider/")[2]
    prefix = written.removeprefix("https://")
    issuer = find_issuer(world, prefix)
    place = issuer_place(world, issuer) if issuer is not None else Place(f"provider {prefix}", "provider", prefix)
    audience, subject = ACCESS_TOKEN_PROVIDERS.get(principal, ("aud", "sub"))
    return Vouching(principal, prefix, place, subject, audience, registered=registered, issuer=issuer)


def _admitted(
    world: World, role: Role, statement: Statement, vouching: Vouching, named: tuple[str, ...]
) -> Iterator[Passage]:
    want = wanted(statement, vouching.prefix)
    declared = _declared(world, vouching)
    subjects = want.of(vouching.subject)
    if not all(subject.exact for subject in subjects):
        subjects += tuple(Meeting(part, part, exact=True) for part in named)
    for subject in subjects:
        if subject.exact and subject.text in declared:
            continue
        yield from _stranger(world, role, statement, vouching, want, subject.text, subject.shown)


def _declared(world: World, vouching: Vouching) -> frozenset[str]:
    """The subjects that the world declares at the provider."""
    issuer = vouching.issuer
    if issuer is None:
        return frozenset()
    found = {user.subject for user in issuer.users.values()}
    for repository in issuer.repositories.values():
        for context in contexts(world, repository):
            claims = workload_claims(issuer, Workload(issuer, repository, context).job, now=NOW, serial="")
            found |= set() if isinstance(claims.value, Refusal) else {str(claims.value["sub"])}
    return frozenset(found)


def _stranger(
    world: World, role: Role, statement: Statement, vouching: Vouching, want: Wanted, subject: str, shown: str
) -> Iterator[Passage]:
    clauses = ", ".join(
        (
            f"{vouching.subject} {shown}" if shown else f"any {vouching.subject}",
            *want.told((vouching.subject, vouching.audience)),
        )
    )
    speaker = vouching.prefix if vouching.action == BY_TOKEN else vouching.principal
    who = f"anybody whom {speaker} vouches for with {clauses}"
    asking = Step(
        "who asks?",
        "somebody whom the world does not declare",
        clauses,
        "ug:oidc-provider" if vouching.action == BY_TOKEN else "ug:saml-provider",
        location=statement.location,
        facts=() if vouching.is_known else (("unresolved", vouching.principal),),
    )
    outcome = _opened(world, role, vouching, want, subject)
    if outcome is None and not want.unknown:
        return
    if outcome is None:
        gap = ", ".join(want.unknown)
        step = Step(
            "can somebody meet the conditions?",
            "unknown: no bearer was found who does",
            gap,
            "ug:oidc-provider",
            location=statement.location,
            facts=(("not-modelled", f"conditions on {gap}"),),
            decides=True,
        )
        outcome = decided(Refusal("NotModelled", f"conditions on {gap}"), step)
    answer = answer_of(outcome)
    label = vouching.action.partition(":")[2] + ("" if answer == "allowed" else f": {answer}")
    somebody = stranger_place(who, f"anybody with {clauses}")
    hop = Hop(somebody, role_place(world, role), label, answer, outcome.deciding)
    made: Outcome = decided(outcome.value, *outcome.steps, after=(asking,))
    yield Passage(who, f"straight, as {called(world, role)}", made, hops=(vouches(vouching.place, somebody), hop))


def _opened(world: World, role: Role, vouching: Vouching, want: Wanted, subject: str) -> Outcome | None:
    """The session of the first bearer whom the role's trust policy admits, of those that the conditions ask for."""
    audiences = want.texts(vouching.audience)
    if vouching.registered is not None:
        audiences = vouching.registered.client_ids
    elif vouching.action == BY_SAML:
        audiences = audiences if want.states(vouching.audience) else (_SAML_AUDIENCE,)
    names = [name for name in want.claims if name not in (vouching.subject, vouching.audience)]
    choices = (audiences, want.session_names, *(want.texts(name) for name in names))
    for audience, session_name, *values in islice(product(*choices), _MOST_TRIED):
        claims: dict[str, Any] = {**dict(zip(names, values, strict=True)), "sub": subject, "aud": audience}
        bearer = _bearer(vouching, claims, want)
        outcome = with_bearer(world, role, bearer, session_name)
        if not isinstance(outcome.value, Refusal):
            return outcome
    return None


def _bearer(vouching: Vouching, claims: dict[str, Any], want: Wanted) -> FederatedBearer:
    """Who STS makes of these claims: with no other keys than a real token or assertion gives."""
    if vouching.action == BY_SAML:
        bearer = _saml_bearer(vouching, claims, want)
    elif vouching.principal in ACCESS_TOKEN_PROVIDERS:
        bearer = access_token_bearer(vouching.principal, claims)
    else:
        told = {name: [value] if name in want.lists else value for name, value in claims.items()}
        if "oaud" in told:
            told |= {"azp": claims["aud"], "aud": told["oaud"]}
        audience = str(claims["aud"])
        if vouching.principal == GOOGLE:
            number = told.get("google/organization_number")
            bearer = google_bearer({**told, "google": {"organization_number": number}}, audience)
        else:
            stands = vouching.registered or OidcProvider(vouching.principal, f"https://{vouching.prefix}")
            bearer = registered_bearer(stands, told, audience)
    return replace(bearer, tags=Map(want.tags), source_identity=want.source_identity)


def _saml_bearer(vouching: Vouching, claims: dict[str, Any], want: Wanted) -> FederatedBearer:
    provider = Arn.parse(vouching.principal)
    own = {
        "iss": vouching.entity or "an issuer",
        "doc": f"{provider.account}/{provider.name}",
        "sub_type": "persistent",
        "namequalifier": name_qualifier(vouching.entity, provider.account, provider.name),
    }
    fixed = ("doc", "namequalifier", *(("iss",) if vouching.entity else ()))
    said = {**own, **{name: value for name, value in claims.items() if name not in fixed}}
    keys = {f"saml:{name}": Values((str(value),), multivalued=name in want.lists) for name, value in said.items()}
    audience = str(claims["aud"])
    return FederatedBearer(
        vouching.principal, Map(keys), subject=str(claims["sub"]), audience=audience, kind=PrincipalKind.SAML
    )
