"""The composition root: a world and a seed become a cloud with the people who use it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cogsim.actors.answers import Answers
from cogsim.actors.app import IdentitySession, SignedIn, refresh, sign_in, vend
from cogsim.actors.authenticator import Authenticator
from cogsim.actors.authenticator_app import AuthenticatorApp
from cogsim.actors.broker import BrokerSession, open_console, open_session
from cogsim.actors.browser import Browser
from cogsim.actors.choice import register_passkey, sign_in_by_choice
from cogsim.actors.custom import sign_in_by_answers
from cogsim.actors.device import Device
from cogsim.actors.hosted import HostedApp, Person, known_password, walk
from cogsim.actors.signing import Signer
from cogsim.actors.web import WorldWideWeb
from cogsim.aws.authenticate import authenticate
from cogsim.aws.call import Call, Credentials, Outcome, ServicePrincipal
from cogsim.aws.cloud import Cloud, Functions
from cogsim.aws.mailbox import Message, messages
from cogsim.aws.model import operation_shape
from cogsim.aws.state import State
from cogsim.clock import DEFAULT_START, Clock, duration, instant, iso
from cogsim.decision import Decision
from cogsim.decisions.broker_session import MACHINE_SESSION, MACHINES
from cogsim.decisions.call_origin import CallOrigin, is_address
from cogsim.decisions.permission import may_do
from cogsim.decisions.trust import service_origin
from cogsim.errors import InputError, suggest
from cogsim.policy.layers import Result
from cogsim.world.broker import Broker
from cogsim.world.names import find_broker, find_client, find_identity_pool, find_user
from cogsim.world.world import World


class Simulation:
    """A cloud, its clock and its actors.

    Parameters: the world to begin with; the seed that every id, key and token follows from; `start`, the first instant
    (ISO 8601 text or seconds since the epoch); `functions`, callables that stand for Lambda functions, by ARN or name.
    The same and the same calls give the same bytes, anywhere, as far as those callables are functions.
    """

    def __init__(
        self,
        world: World,
        seed: str = "cogsim",
        start: str | float | None = None,
        functions: Functions | None = None,
    ) -> None:
        begin = DEFAULT_START if start is None else instant(start) if isinstance(start, str) else float(start)
        self.cloud = Cloud(world, seed, Clock(begin), functions)
        self._origin: CallOrigin | None = None
        self._fingerprint: str | None = None

    def __repr__(self) -> str:
        return f"Simulation({iso(self.now)}, {len(self.trail)} events; {self.world!r})"

    @property
    def world(self) -> World:
        """The world as it is now: sign-ups and writes have changed it."""
        return self.cloud.world

    @property
    def state(self) -> State:
        return self.cloud.state

    @property
    def now(self) -> float:
        """Seconds since the epoch."""
        return self.cloud.clock.now

    @property
    def origin(self) -> CallOrigin:
        """Where calls come from: the home region unless `calling_from` said otherwise."""
        return self._origin or self.cloud.origin()

    def advance(self, span: str | float) -> None:
        """Let time pass: `61m`, `1h30m`, or seconds."""
        self.cloud.advance(duration(span))

    def fork(self) -> Simulation:
        """A twin that goes its own way from here; costs nothing."""
        twin = Simulation.__new__(Simulation)
        twin.cloud, twin._origin, twin._fingerprint = self.cloud.fork(), self._origin, self._fingerprint
        return twin

    def calling_from(self, *, fingerprint: str | None = None, **origin: Any) -> Simulation:
        """The same simulation for calls from elsewhere: `source_ip=`, `user_agent=`, `vpc_endpoint=`, `region=`…

        `fingerprint` is what an app's SDK gathers of its device: it goes along (UserContextData.EncodedData) with every
        operation that takes it. # idp:threat-protection §context
        """
        fields = CallOrigin.__dataclass_fields__
        for name in origin:
            if name not in fields:
                raise InputError(f"a call's origin has no {name!r}", suggestion=suggest(name, fields))
        if "source_ip" in origin and not is_address(origin["source_ip"]):
            raise InputError(f"source_ip is an IP address, not {origin['source_ip']!r}")
        view = Simulation.__new__(Simulation)
        view.cloud, view._origin = self.cloud, replace(self._origin or self.cloud.origin(), **origin)
        view._fingerprint = self._fingerprint if fingerprint is None else fingerprint
        return view

    def submit(self, operation: str, params: Mapping[str, Any] | None = None, credentials: Signer = None) -> Outcome:
        """Make one call of any AWS operation; AWS's refusals are in the outcome, with the decision that made them."""
        sent = self._with_fingerprint(operation, params or {})
        return self.cloud.submit(Call(operation, sent, self.signer(credentials), self._origin or self.cloud.origin()))

    def _with_fingerprint(self, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        told = "UserContextData"
        if self._fingerprint is None or told in params or told not in operation_shape(operation).members:
            return params
        return {**params, told: {"EncodedData": self._fingerprint}}

    def call(
        self, operation: str, params: Mapping[str, Any] | None = None, credentials: Signer = None
    ) -> Mapping[str, Any]:
        """Like `submit`, giving the response or raising the AwsError."""
        return self.submit(operation, params, credentials).unwrap()

    def signer(self, who: Signer) -> Credentials | None:
        """The credentials behind `who`; a name is that of an IAM user with an access key in the world."""
        match who:
            case None | Credentials():
                return who
            case IdentitySession() | BrokerSession():
                return who.credentials
            case str():
                return self._long_term(who)
            case _:
                raise InputError(f"not credentials: {who!r}")

    def _long_term(self, name: str) -> Credentials:
        for key in self.world.access_keys.values():
            user = self.world.users.get(key.user_arn)
            if user is not None and name in (user.name, user.arn, user.origin.logical_id):
                return Credentials(key.id, key.secret)
        holders = [user.name for user in self.world.users.values()]
        raise InputError(
            f"no IAM user {name!r} has an access key; AWS::IAM::AccessKey gives one", suggestion=suggest(name, holders)
        )

    def sign_in(
        self,
        username: str,
        client: str | None = None,
        password: str | None = None,
        operator: Signer = None,
        *,
        new_password: str | None = None,
        authenticator: AuthenticatorApp | None = None,
        device: Device | None = None,
        mfa: str | None = None,
    ) -> SignedIn:
        """Sign a person in through an app client, by the strongest flow it allows.

        The password is the one the world knows of them unless given; `operator` signs where the client admits only
        the server's flow. What follows is answered too: codes by SMS and e-mail are read from the mailbox,
        `new_password` replaces a temporary one, `authenticator` shows codes and is set up where it must be, `mfa` is
        the factor chosen among several, `device` the device it is done on. A challenge that none of these answers is an
        InputError that names it.
        """
        found = find_client(self.world, client)
        if password is None:
            user = find_user(self.world, username, found.pool_id)
            password = self.world.known_passwords.get((user.pool_id, user.username))
            if password is None:
                raise InputError(f"the world does not know the password of {username!r}; give it")
        answers = Answers(new_password, authenticator, device, mfa, lambda: self._latest_code(found.pool_id, username))
        return sign_in(self, self.world, found, username, password, self.signer(operator), answers)

    def sign_in_by_choice(
        self,
        username: str,
        factor: str,
        client: str | None = None,
        *,
        password: str | None = None,
        passkey: Authenticator | None = None,
        origin: str | None = None,
        wishes: Mapping[str, str] | None = None,
        new_password: str | None = None,
        authenticator: AuthenticatorApp | None = None,
        device: Device | None = None,
        mfa: str | None = None,
    ) -> SignedIn:
        """Sign a person in by a first factor of their choice: PASSWORD, PASSWORD_SRP, EMAIL_OTP, SMS_OTP or WEB_AUTHN.

        The password is the one the world knows of them unless given; codes are read from the mailbox; `passkey` is the
        authenticator that holds one, `origin` the page that asks for it; `wishes` are further AuthParameters, such as
        TARGET_ACR_VALUES. What follows the first factor is answered as in `sign_in`.
        """
        found = find_client(self.world, client)
        if password is None and factor.startswith("PASSWORD"):
            user = find_user(self.world, username, found.pool_id)
            password = self.world.known_passwords.get((user.pool_id, user.username))
        return sign_in_by_choice(
            self,
            self.world,
            found,
            username,
            factor,
            password=password,
            passkey=passkey,
            origin=origin,
            wishes=wishes,
            answers=Answers(
                new_password, authenticator, device, mfa, lambda: self._latest_code(found.pool_id, username)
            ),
        )

    def sign_in_by_answers(
        self,
        username: str,
        solutions: Iterable[str],
        client: str | None = None,
        *,
        password: str | None = None,
        authenticator: AuthenticatorApp | None = None,
        device: Device | None = None,
        mfa: str | None = None,
    ) -> SignedIn:
        """Sign a person in by the custom flow, one of `solutions` for each question of the pool's own; `password` is
        proved first where given. What follows is answered as in `sign_in`."""
        found, left = find_client(self.world, client), iter(solutions)

        def read_code() -> str | None:
            return self._latest_code(found.pool_id, username)

        answers = Answers(None, authenticator, device, mfa, read_code, lambda _: next(left, None))
        return sign_in_by_answers(self, self.world, found, username, answers, password)

    def browser(self) -> Browser:
        """A new browser, for pages of user pools' domains, AD FS and providers of OpenID Connect."""
        return Browser(WorldWideWeb(self))

    def sign_in_hosted(
        self,
        username: str,
        client: str | None = None,
        provider: str | None = None,
        password: str | None = None,
        *,
        browser: Browser | None = None,
        scope: str | None = None,
        new_password: str | None = None,
        authenticator: AuthenticatorApp | None = None,
        mfa: str | None = None,
    ) -> SignedIn:
        """Sign a person in on the pages of the pool's domain, as an app with PKCE, state and nonce does.

        `provider` is where the person has an account and `username` their name there; the pool's own users need none.
        The password is the one the world knows of them unless given. With a `browser` that signed in before, nothing
        is asked. What follows the password is answered as in `sign_in`.
        """
        found = find_client(self.world, client)
        if password is None:
            password = known_password(self.world, found, provider, username)
        answers = Answers(new_password, authenticator, None, mfa, lambda: self._latest_code(found.pool_id, username))
        app, used = HostedApp(self, found, scope=scope), browser or self.browser()
        errand = app.begin(**({"identity_provider": provider} if provider else {}))
        page = walk(used, used.open(errand.url), Person(username, password, answers), errand.redirect_uri)
        return app.finish(errand, page.url)

    def register_passkey(self, session: SignedIn, passkey: Authenticator, origin: str | None = None) -> str:
        """Register a passkey of that authenticator for a person signed in, on the relying party's page unless `origin`
        names another; the passkey's id."""
        return register_passkey(self, session, passkey, origin)

    def _latest_code(self, pool_id: str, name: str) -> str | None:
        """The code that the person was sent last, as they read it."""
        username = self.world.resolve_username(self.world.user_pools[pool_id], name)
        sent = messages(self.state, pool_id, username) if username is not None else ()
        return sent[-1].code if sent else None

    def refresh(self, session: SignedIn) -> SignedIn:
        """Trade the refresh token for new ID and access tokens."""
        client = self.world.clients[session.client_id]
        user = find_user(self.world, session.username, session.pool_id)
        return refresh(self, client, session, user.username)

    def credentials(self, session: SignedIn | None = None, pool: str | None = None) -> IdentitySession:
        """AWS credentials from an identity pool: for a person signed in, or for a guest."""
        return vend(self, self.world, find_identity_pool(self.world, pool), session)

    def broker_session(
        self,
        person: str,
        broker: str | None = None,
        password: str | None = None,
        *,
        wishes: Mapping[str, str] | None = None,
        console: str | None = None,
        console_seconds: int | None = None,
    ) -> BrokerSession:
        """What a custom identity broker hands a person of its directory: a session, and with `console` (a page of the
        console) the URL that opens it there.

        The password is the one the directory holds unless given; `wishes` are what the client says: its own words, a
        `rule`, and what a broker hears by mistake (`tenant`, `session_name`). A BrokerRefusal is the broker's, an
        AwsError AWS's.
        """
        found, server = find_broker(self.world, broker), self._at_home()
        known = found.people.get(person)
        said = password if password is not None else known.password if known is not None else ""
        session = open_session(server, found, person, said, wishes or {}, server._keys_of(found), self)
        if console is None:
            return session
        partition = self.world.home.partition
        url = open_console(server, found, session, console, console_seconds, partition)
        return replace(session, console_url=url)

    def _at_home(self) -> Simulation:
        """The same simulation for calls of a server of one's own, wherever its client is."""
        view = Simulation.__new__(Simulation)
        view.cloud, view._origin, view._fingerprint = self.cloud, None, None
        return view

    def _keys_of(self, broker: Broker) -> Credentials:
        """The broker's own credentials: its user's access key, or those that EC2 gives a machine of its role."""
        if not broker.runs_as_role:
            return self._long_term(broker.principal_arn)
        asked = {"RoleArn": broker.principal_arn, "RoleSessionName": MACHINE_SESSION}
        origin = service_origin(self.origin, MACHINES)
        keys = self.cloud.call("sts:AssumeRole", asked, ServicePrincipal(MACHINES), origin)["Credentials"]
        return Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])

    def can(
        self, credentials: Signer, action: str, resource: str, context: Mapping[str, Any] | None = None
    ) -> Decision[Result]:
        """Whether these credentials may do `action` on `resource` now, with every reason; nothing is recorded."""
        origin = self._origin or self.cloud.origin()
        call = Call("sts:GetCallerIdentity", {}, self.signer(credentials), origin, self.now)
        caller = authenticate(self.world, self.state, call, "query")
        return may_do(self.world, caller, action, resource, origin=origin, now=self.now, context=context or {})

    def mailbox(self, username: str, pool_id: str | None = None) -> tuple[Message, ...]:
        """The messages a person was sent, oldest first."""
        user = find_user(self.world, username, pool_id)
        return messages(self.state, user.pool_id, user.username)

    @property
    def trail(self) -> list[dict[str, Any]]:
        """The CloudTrail records of everything that happened, in order."""
        from cogsim.aws.trail import records

        return records(self.cloud)
