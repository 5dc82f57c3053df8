"""What steps leave behind under a name, and what `$name.Attr` means of it and of the world's logical ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cogsim.actors.app import IdentitySession, SignedIn
from cogsim.actors.broker import BrokerSession
from cogsim.actors.form_uploads import SignedForm
from cogsim.actors.presigner import PresignedUrl
from cogsim.actors.signing import Signer
from cogsim.aws.call import Credentials
from cogsim.aws.mailbox import messages
from cogsim.clock import at
from cogsim.errors import InputError, suggest
from cogsim.scenario.belongings import Belongings
from cogsim.scenario.references import Expression, Reference, evaluate
from cogsim.simulation import Simulation
from cogsim.world.names import find, find_user, is_named
from cogsim.world.world import NamedResource, World

#: What can be asked of a person: `$alice.IdToken` and so on.
PERSON_ATTRIBUTES = (
    *("IdToken", "AccessToken", "RefreshToken", "IdentityId", "credentials", "code", "link", "username"),
    *("UserSub", "UserConfirmed", "DeviceKey", "Arn", "SigninToken", "SAMLResponse"),
    *("Status", "Url", "Body", "Target", "Cookies"),
)

#: What can be asked of `$alice.credentials`, in the words of GetCredentialsForIdentity.
CREDENTIAL_MEMBERS = ("AccessKeyId", "SecretKey", "SessionToken", "Expiration")


class NotSaved(Exception):
    """A step needs what an earlier step did not save, because that one failed."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who acts in a story: the name they type, and what they hold by now. A guest has only an identity."""

    username: str
    client_id: str | None = None
    pool_id: str | None = None
    password: str | None = field(default=None, repr=False)
    answer: Mapping[str, Any] = field(default_factory=dict, repr=False)
    session: SignedIn | None = None
    identity: IdentitySession | BrokerSession | None = None


Saved = Person | Mapping[str, Any]


class Names:
    """The names of a story as it runs: what was saved so far, over the world's logical ids."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.saved: dict[str, Saved] = {}
        self.belongings = Belongings()
        #: Presigned addresses, by the name that their step saved.
        self.links: dict[str, PresignedUrl] = {}
        #: Signed forms, likewise.
        self.forms: dict[str, SignedForm] = {}
        self._by_username: dict[str, Person] = {}
        #: Names under which a step that was refused would have saved something.
        self.missed: set[str] = set()

    def fork(self, simulation: Simulation) -> Names:
        """The same names, for a twin of the simulation."""
        twin = Names(simulation)
        twin.saved, twin._by_username = dict(self.saved), dict(self._by_username)
        twin.missed, twin.links = set(self.missed), dict(self.links)
        twin.forms = dict(self.forms)
        return twin

    def save(self, name: str, value: Saved) -> None:
        """Keep `value` under `name`; a person is found by the name they type, too."""
        self.saved[name] = value
        self.missed.discard(name)
        if isinstance(value, Person):
            self._by_username[value.username] = value

    def value(self, reference: Reference) -> Any:
        """What `reference` stands for now; InputError with its place where there is nothing."""
        saved = self.saved.get(reference.name)
        if saved is None:
            if not is_named(self.simulation.world, reference.name):
                raise NotSaved(f"${reference.name}")
            return logical_value(self.simulation.world, reference)
        if isinstance(saved, Person):
            return self._of_person(saved, reference)
        return walk(saved, reference)

    def text(self, expression: Expression) -> str | None:
        """The expression as a text, None where there is none."""
        value = evaluate(expression, self.value)
        if value is None or isinstance(value, str):
            return value
        place = expression.location if isinstance(expression, Reference) else None
        raise InputError(f"{expression!r} is not a text", place)

    def person(self, name: str) -> Person | None:
        """The person saved under `name`, or who signs in as `name`."""
        saved = self.saved.get(name)
        return saved if isinstance(saved, Person) else self._by_username.get(name)

    def signer(self, expression: Expression) -> Signer:
        """Who `as:` names: a person's credentials, credentials in a response, an IAM user."""
        if not isinstance(expression, Reference):
            return evaluate(expression, self.value)  # type: ignore[no-any-return]
        saved = self.saved.get(expression.name)
        if isinstance(saved, Person) and not expression.path:
            if saved.identity is None and expression.name in self.missed:
                raise NotSaved(str(expression))
            if saved.identity is None:
                raise InputError(
                    f"{expression} has no AWS credentials: an identity pool gives them (credentials:)",
                    expression.location,
                )
            return saved.identity
        if saved is None and is_named(self.simulation.world, expression.name):
            return _iam_user(self.simulation.world, expression)
        value = self.value(expression)
        found = credentials(value)
        if found is None:
            raise InputError(f"{expression} holds no AWS credentials", expression.location)
        return found

    def _of_person(self, person: Person, reference: Reference) -> Any:
        name = reference.path[0] if reference.path else ""
        held: Mapping[str, Any] = {"username": person.username, **person.answer}
        if name in ("code", "link"):
            held = {**held, name: self._newest(person, name, reference)}
        if person.session is not None:
            session = person.session
            tokens = {"IdToken": session.id_token, "AccessToken": session.access_token}
            held = {**held, **tokens, "RefreshToken": session.refresh_token, "DeviceKey": session.device_key}
        if person.identity is not None:
            held = {**held, "IdentityId": person.identity.identity_id, "credentials": _members(person.identity)}
        return walk(held, reference)

    def _newest(self, person: Person, kind: str, reference: Reference) -> str:
        """The newest `code` or `link` that the person was sent."""
        user = find_user(self.simulation.world, person.username, person.pool_id)
        sent = messages(self.simulation.state, user.pool_id, user.username)
        found = [text for text in (getattr(message, kind) for message in sent) if text]
        if not found:
            raise InputError(f"no {kind} in the mailbox of {person.username!r}", reference.location)
        return str(found[-1])


def logical_value(world: World, reference: Reference) -> str:
    """What `Ref` or `GetAtt` gives for a logical id."""
    resource = logical(world, reference)
    if not reference.path:
        return resource.ref
    attribute = ".".join(reference.path)
    if attribute not in resource.attributes:
        near = suggest(attribute, resource.attributes)
        hint = f"${reference.name}.{near}" if near else None
        raise InputError(f"{resource.type} {reference.name} has no attribute {attribute!r}", reference.location, hint)
    return resource.attributes[attribute]


def logical(world: World, reference: Reference) -> NamedResource:
    """The resource of that logical id; InputError with the reference's place where there is none or several."""
    try:
        return find(world, reference.name)
    except InputError as error:
        near = f"${error.suggestion}" if error.suggestion else None
        raise InputError(error.message, reference.location, near) from None


def walk(value: Any, reference: Reference) -> Any:
    """`value` followed along the reference's path: members by name, items by number from 0."""
    for done, part in enumerate(reference.path):
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list | tuple) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            members = sorted(map(str, value)) if isinstance(value, Mapping) else []
            so_far = ".".join((f"${reference.name}", *reference.path[:done]))
            holds = f"; it holds {', '.join(members)}" if members else ""
            near = suggest(part, members)
            hint = f"{so_far}.{near}" if near else None
            raise InputError(f"{so_far} holds no {part!r}{holds}", reference.location, hint)
    return value


def credentials(value: Any) -> Credentials | None:
    """The credentials in a response or in its `Credentials` member, in STS's words or Cognito's."""
    if not isinstance(value, Mapping):
        return None
    if isinstance(value.get("Credentials"), Mapping):
        value = value["Credentials"]
    if isinstance(value.get("AccessKey"), Mapping):
        value = value["AccessKey"]
    secret = value.get("SecretAccessKey") or value.get("SecretKey")
    if "AccessKeyId" not in value or secret is None:
        return None
    return Credentials(value["AccessKeyId"], secret, value.get("SessionToken"))


def _members(identity: IdentitySession | BrokerSession) -> dict[str, Any]:
    keys = identity.credentials
    expires = at(identity.expires_at) if identity.expires_at is not None else None
    parts = (keys.access_key_id, keys.secret_access_key, keys.session_token, expires)
    return dict(zip(CREDENTIAL_MEMBERS, parts, strict=True))


def _iam_user(world: World, reference: Reference) -> str:
    resource = logical(world, reference)
    if resource.type == "AWS::IAM::AccessKey":
        key = world.access_keys.get(resource.ref)
        if key is not None:
            return key.user_arn
    if resource.type != "AWS::IAM::User":
        raise InputError(
            f"{reference} is an {resource.type}, and cannot sign: name an IAM user, a person or saved credentials",
            reference.location,
        )
    return resource.ref
