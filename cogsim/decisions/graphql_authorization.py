"""AppSync: who comes in by which mode, and which fields are then for them.

1. How a request authenticates says which mode it is in: an API key, a signature, a token. A mode that the API does not
   have is refused as a whole, and so is a token that its issuer did not sign or that has expired.
2. Of user pools, ID and access tokens are as good; the pattern of app clients, where there is one, is held against
   `aud` or `client_id`. Nobody asks whether the sign-in was revoked.
3. A field says by its directives which modes it is for; where it has none its type says; where that has none it is for
   the API's own mode. `@aws_auth` counts only where user pools are the only mode.
4. `cognito_groups` asks for one of the groups in the token.
5. Where user pools are the API's own mode, a field that says nothing is everybody's by the default action ALLOW and
   nobody's by DENY: a directive that was forgotten opens what it should have closed, or closes it.
6. Of IAM every field asked for is an action on that field. # appsync:security
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Step, decided
from cogsim.decisions.api_token import EXPIRED, BelievedToken, believe_token
from cogsim.decisions.authorization import authorise
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Caller
from cogsim.decisions.gateway_refusals import GatewayRefusal, refuse
from cogsim.decisions.graphql_schema import ROOTS, Directive, SchemaField, SchemaType
from cogsim.patterns import fullmatch
from cogsim.world.graphql_api import API_KEY, DENY, IAM, LAMBDA, OIDC, USER_POOLS, AuthMode, GraphqlApi
from cogsim.world.world import World

_SOURCE = "appsync:security"
_NESTED = "appsync.nestedFields"
_CODE = "UnauthorizedException"

#: The directive that opens a field to a mode.
DIRECTIVES = {
    "aws_api_key": API_KEY,
    "aws_iam": IAM,
    "aws_cognito_user_pools": USER_POOLS,
    "aws_oidc": OIDC,
    "aws_lambda": LAMBDA,
}
_AUTH = "aws_auth"

NO_HEADER = GatewayRefusal(_CODE, "Valid authorization header not provided.", 401)
NOT_AUTHORIZED = GatewayRefusal(_CODE, "You are not authorized to make this call.", 401)
TOKEN_EXPIRED = GatewayRefusal(_CODE, "Token has expired.", 401)


@dataclass(frozen=True, slots=True)
class ComeIn:
    """Who came in: the mode, and of it what fields ask for: the token's groups, a signer, fields that a function
    denied."""

    mode: AuthMode
    token: BelievedToken | None = None
    caller: Caller | None = None
    denied: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups that the token names."""
        held = self.token.claims.get("cognito:groups") if self.token is not None else None
        return tuple(map(str, held)) if isinstance(held, list | tuple) else ()


@dataclass(frozen=True, slots=True)
class FieldAsked:
    """A field of a type that a request asks for, as the schema has it."""

    type_name: str
    name: str
    type: SchemaType = field(repr=False)
    field: SchemaField = field(repr=False)

    @property
    def nested(self) -> bool:
        """Whether it is a field of an object, and not of Query, Mutation or Subscription."""
        return self.type_name not in ROOTS


def accepts_graphql_token(
    world: World, api: GraphqlApi, token: str, *, now: float
) -> Decision[ComeIn | GatewayRefusal]:
    """Whether the API takes the token by one of its modes of user pools and OpenID Connect at `now` (seconds)."""
    modes = {issuer: mode for mode in api.modes for issuer in issuers_of(world, mode)}
    believed = believe_token(world, modes, token, now=now, source=_SOURCE)
    if not isinstance(believed.value, BelievedToken):
        told = TOKEN_EXPIRED if believed.value.code == EXPIRED else NOT_AUTHORIZED
        return Decision(told, believed.steps)
    mode = modes[believed.value.issuer]
    fitting = _of_client(api, mode, believed.value)
    aged = _in_age(api, mode, believed.value, now)
    steps = (*believed.steps, *fitting.steps, *aged.steps)
    refusal = fitting.value or aged.value
    return Decision(refusal or ComeIn(mode, believed.value), steps)


def accepts_api_key(api: GraphqlApi, key: str, *, now: float) -> Decision[ComeIn | GatewayRefusal]:
    """Whether the API takes the key."""
    question, mode, held = "is it a key of the API that has not expired?", mode_of(api, API_KEY), api.keys.get(key)
    place = held.origin.at("Expires") if held is not None else api.origin.location
    if mode is None or held is None or now >= held.expires:
        found = "no such mode" if mode is None else "unknown" if held is None else f"expired at {int(held.expires)}"
        return refuse(NOT_AUTHORIZED, question, found, _SOURCE, location=place)
    return decided(ComeIn(mode), Step(question, "yes", f"until {int(held.expires)}", _SOURCE, location=place))


def no_way_in(api: GraphqlApi, found: str) -> Decision[GatewayRefusal]:
    """The refusal of a request that authenticates in none of the API's modes."""
    question = "does the request authenticate by one of the API's modes?"
    return refuse(NO_HEADER, question, found, _SOURCE, location=api.origin.at("AuthenticationType"))


def mode_of(api: GraphqlApi, kind: str) -> AuthMode | None:
    """The API's first mode of a kind."""
    return next((mode for mode in api.modes if mode.kind == kind), None)


def may_see_field(
    world: World, api: GraphqlApi, asked: FieldAsked, who: ComeIn, *, origin: CallOrigin, now: float
) -> Decision[bool]:
    """Whether the field is for who came in."""
    opened = _opened(api, asked, who)
    if not opened.value or who.mode.kind not in (IAM, LAMBDA):
        return opened
    if who.mode.kind == LAMBDA:
        return _not_denied(api, asked, who, opened.steps)
    if asked.nested and choice(_NESTED) == "roots":
        return decided(True, _nested_step(asked), after=opened.steps)
    assert who.caller is not None
    arn = f"{api.arn}/types/{asked.type_name}/fields/{asked.name}"
    account = api.account
    answer = authorise(world, who.caller, "appsync:GraphQL", arn, origin=origin, now=now, resource_account=account)
    return Decision(answer.value.allowed, (*opened.steps, *answer.steps))


def issuers_of(world: World, mode: AuthMode) -> tuple[str, ...]:
    """Whose tokens the mode takes."""
    pool = world.user_pools.get(mode.pool_id)
    if mode.kind == USER_POOLS and pool is not None and mode.pool_region in ("", pool.region):
        return (pool.issuer,)
    return (mode.issuer,) if mode.kind == OIDC else ()


def _of_client(api: GraphqlApi, mode: AuthMode, token: BelievedToken) -> Decision[GatewayRefusal | None]:
    """Argument 2; of OpenID Connect the pattern is held against `aud` or `azp`. # appsync:security"""
    question, place = "is the token of a client that the pattern admits?", api.origin.location
    names = ("aud", "client_id") if mode.kind == USER_POOLS else ("aud", "azp")
    stated = [token.claims.get(name) for name in names]
    clients = [
        str(each) for value in stated for each in (value if isinstance(value, list | tuple) else (value,)) if each
    ]
    shown = f"{', '.join(clients)[:200] or 'none'}; pattern {mode.pattern[:128] or 'none'}"
    if mode.pattern and not any(fullmatch(mode.pattern, client) for client in clients):
        return refuse(NOT_AUTHORIZED, question, shown, _SOURCE, location=place)
    return decided(None, Step(question, "yes", shown, _SOURCE, location=place))


def _in_age(api: GraphqlApi, mode: AuthMode, token: BelievedToken, now: float) -> Decision[GatewayRefusal | None]:
    """The two ages, in milliseconds, that OpenID Connect may ask for. # appsync:security"""
    question, place = "is the token as young as it has to be?", api.origin.location
    for claim, bound in (("iat", mode.iat_ttl), ("auth_time", mode.auth_ttl)):
        at = token.claims.get(claim)
        if bound and not (isinstance(at, int | float) and now - at <= bound / 1000):
            return refuse(TOKEN_EXPIRED, question, f"{claim} {at}, at most {bound} ms ago", _SOURCE, location=place)
    return decided(None, Step(question, "yes", f"iat {mode.iat_ttl} ms, auth_time {mode.auth_ttl} ms", _SOURCE))


def _opened(api: GraphqlApi, asked: FieldAsked, who: ComeIn) -> Decision[bool]:
    """Arguments 3 to 5."""
    question = f"is {asked.type_name}.{asked.name} for the mode {who.mode.kind}?"
    place, alone = api.schema_origin.location, len(api.modes) == 1
    directives = _counting(asked.field.directives, alone=alone) or _counting(asked.type.directives, alone=alone)
    if not directives:
        return _by_default(api, asked, who)
    for directive in directives:
        if (directive.name == _AUTH and who.mode.kind == USER_POOLS) or DIRECTIVES.get(directive.name) == who.mode.kind:
            return _of_groups(directive, asked, who, api)
    found = ", ".join(f"@{each.name}" for each in directives)
    return decided(False, Step(question, "no", found, _SOURCE, location=place, decides=True))


def _counting(directives: tuple[Directive, ...], *, alone: bool) -> tuple[Directive, ...]:
    """The directives that say something about who is admitted. # appsync:security §using-additional-modes"""
    return tuple(each for each in directives if each.name in DIRECTIVES or (each.name == _AUTH and alone))


def _of_groups(directive: Directive, asked: FieldAsked, who: ComeIn, api: GraphqlApi) -> Decision[bool]:
    question, place = f"is {asked.type_name}.{asked.name} for these groups?", api.schema_origin.location
    groups = directive.lists.get("cognito_groups")
    if groups is None:
        return decided(True, Step(question, "it names none", f"@{directive.name}", _SOURCE, location=place))
    common = [group for group in groups if group in who.groups]
    found = f"{', '.join(who.groups) or 'none'}; one of {', '.join(groups)}"
    step = Step(question, "yes" if common else "no", found, _SOURCE, location=place, decides=not common)
    return decided(bool(common), step)


def _by_default(api: GraphqlApi, asked: FieldAsked, who: ComeIn) -> Decision[bool]:
    """Argument 5, and that a field that says nothing is for the API's own mode."""
    default, place = api.default, api.origin.at("UserPoolConfig.DefaultAction")
    question = f"is {asked.type_name}.{asked.name}, which has no directive, for the mode {who.mode.kind}?"
    if who.mode != default:
        found = f"the API's own is {default.kind}"
        return decided(False, Step(question, "no", found, _SOURCE, location=place, decides=True))
    if default.kind != USER_POOLS or default.default_action != DENY:
        found = f"default action {default.default_action}" if default.kind == USER_POOLS else default.kind
        return decided(True, Step(question, "yes", found, _SOURCE, location=place, decides=not asked.nested))
    if asked.nested and choice(_NESTED) == "roots":
        return decided(True, _nested_step(asked))
    return decided(False, Step(question, "no", f"default action {DENY}", _SOURCE, location=place, decides=True))


def _nested_step(asked: FieldAsked) -> Step:
    question = "is a field inside an object asked about by itself?"
    found = f"{asked.type_name}.{asked.name}"
    return Step(question, choice(_NESTED), found, _SOURCE, Basis.ASSUMED, assumption=_NESTED)


def _not_denied(api: GraphqlApi, asked: FieldAsked, who: ComeIn, before: tuple[Step, ...]) -> Decision[bool]:
    """A function's `deniedFields`, as `Type.field` or as an ARN. # appsync:security §aws-lambda-authorization"""
    names = {f"{asked.type_name}.{asked.name}", f"{api.arn}/types/{asked.type_name}/fields/{asked.name}"}
    denied = sorted(names & set(who.denied))
    question = f"did the function deny {asked.type_name}.{asked.name}?"
    step = Step(question, "yes" if denied else "no", ", ".join(denied), _SOURCE, decides=bool(denied))
    return decided(not denied, step, after=before)


def identity_of(api: GraphqlApi, who: ComeIn, context: Mapping[str, object], origin: CallOrigin) -> dict[str, object]:
    """`ctx.identity` as resolvers see it; empty for an API key. # appsync:resolver-context"""
    from cogsim.decisions.iam_route import identity_shown

    if who.mode.kind == LAMBDA:
        return {"resolverContext": {name: context[name] for name in sorted(context)}}
    if who.mode.kind == IAM and who.caller is not None:
        return {**_iam_identity(identity_shown(who.caller)), "sourceIp": [origin.source_ip]}
    if who.token is None:
        return {}
    claims = {name: who.token.claims[name] for name in sorted(who.token.claims)}
    shown: dict[str, object] = {"sub": claims.get("sub"), "issuer": who.token.issuer, "claims": claims}
    if who.mode.kind == USER_POOLS:
        shown["username"] = claims.get("cognito:username", claims.get("username"))
        shown["groups"] = list(who.groups) or None
        shown["sourceIp"] = [origin.source_ip]
        shown["defaultAuthStrategy"] = who.mode.default_action
    return shown


def _iam_identity(shown: Mapping[str, str]) -> dict[str, object]:
    """The same facts as a REST API shows, under AppSync's names."""
    renamed = {
        "cognitoAuthenticationType": "cognitoIdentityAuthType",
        "cognitoAuthenticationProvider": "cognitoIdentityAuthProvider",
        "caller": "username",
    }
    return {renamed.get(name, name): value for name, value in shown.items()}
