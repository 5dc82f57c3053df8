"""What a scenario says, as frozen values that know their places; no repr shows a password or a code."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cogsim.errors import Location
from cogsim.scenario.references import Entries, Expression


@dataclass(frozen=True, slots=True)
class Call:
    """`call:` one operation with `with:`, signed `as:` somebody (None: not signed)."""

    operation: str
    params: Entries = field(repr=False)
    signer: Expression


@dataclass(frozen=True, slots=True)
class SignUp:
    """`sign_up:` a person through an app client; without a password where the pool needs none."""

    person: str
    username: Expression
    client: Expression
    password: Expression = field(repr=False)
    attributes: Entries


@dataclass(frozen=True, slots=True)
class Confirm:
    """`confirm:` the sign-up with the newest code in the person's mailbox, or with `code`."""

    person: str
    client: Expression
    code: Expression = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignIn:
    """`sign_in:` by the strongest flow the client allows, by `factor`, or by `answers` to the pool's own questions.

    With an identity pool it gets credentials too. `authenticator`, `device` and `passkey` name things that the person
    holds; `mfa` is the second factor they choose, `page` the origin that asks for the passkey (None: that of the
    relying party). With `provider` they sign in on the pages of the pool's domain, at that provider (COGNITO: the pool
    itself), in their `browser`, for the scopes of `scope` (None: all of the client's).
    """

    person: str
    username: Expression
    client: Expression
    password: Expression = field(repr=False)
    operator: Expression
    identity_pool: Expression
    new_password: Expression = field(default=None, repr=False)
    mfa: str | None = None
    authenticator: str | None = None
    device: str | None = None
    remember: bool = True
    factor: str | None = None
    passkey: str | None = None
    page: str | None = None
    answers: tuple[Expression, ...] = field(default=(), repr=False)
    provider: str | None = None
    browser: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Refresh:
    """`refresh:` a person's tokens."""

    person: str


@dataclass(frozen=True, slots=True)
class ForgotPassword:
    """`forgot_password:` asks for a code in place of the password."""

    person: str
    username: Expression
    client: Expression


@dataclass(frozen=True, slots=True)
class ResetPassword:
    """`reset_password:` sets another with the newest code in the person's mailbox, or with `code`."""

    person: str
    username: Expression
    client: Expression
    code: Expression = field(repr=False)
    password: Expression = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """`change_password:` of who is signed in, from the one they know or `previous`."""

    person: str
    previous: Expression = field(repr=False)
    password: Expression = field(repr=False)


@dataclass(frozen=True, slots=True)
class SetUpAuthenticator:
    """`set_up_authenticator:` of the app `authenticator`, switched on, and preferred unless `prefer` is false."""

    person: str
    authenticator: str
    prefer: bool = True


@dataclass(frozen=True, slots=True)
class RegisterPasskey:
    """`register_passkey:` on the device `passkey`, on a page of the origin `page` (None: the relying party's own)."""

    person: str
    passkey: str
    page: str | None = None


@dataclass(frozen=True, slots=True)
class RememberDevice:
    """`remember_device:` that the person signed in from, or with `remember: false` not."""

    person: str
    remember: bool = True


@dataclass(frozen=True, slots=True)
class SignOut:
    """`sign_out:` of this session, or everywhere."""

    person: str
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Vend:
    """`credentials:` of an identity pool, for a person signed in or for a guest."""

    person: str
    identity_pool: Expression


@dataclass(frozen=True, slots=True)
class AskBroker:
    """`broker:` a person signs in at a custom identity broker, which gets a session; with `console`, a page, also the
    sign-in token that opens the console there."""

    person: str
    username: Expression
    broker: Expression
    password: Expression = field(repr=False)
    wishes: Entries
    console: Expression = None


@dataclass(frozen=True, slots=True)
class AskAdFs:
    """`ad_fs:` a person signs in at an AD FS, for the relying party `party`, and gets its signed response."""

    person: str
    username: Expression
    party: Expression
    directory: Expression
    password: Expression = field(repr=False)


@dataclass(frozen=True, slots=True)
class Browse:
    """`browse:` a person opens `url` in the browser of that name, and signs in where a page on the way asks for it."""

    person: str
    url: Expression
    username: Expression
    password: Expression = field(repr=False)
    browser: str | None = None


@dataclass(frozen=True, slots=True)
class Presign:
    """`presign:` an address that opens one operation of S3 for `seconds`, by the keys of `as:`; saved by its name."""

    operation: str
    params: Entries = field(repr=False)
    signer: Expression
    seconds: float = 3600.0


@dataclass(frozen=True, slots=True)
class OpenLink:
    """`open_link:` somebody opens a presigned address that was saved, bringing a body along where it writes."""

    visitor: str
    link: Expression
    body: Expression = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SignForm:
    """`sign_form:` a form that uploads to `bucket` under `conditions` for `seconds`, by the keys of `as:`; saved by its
    name."""

    bucket: Expression
    conditions: Expression
    signer: Expression
    seconds: float = 3600.0


@dataclass(frozen=True, slots=True)
class SendForm:
    """`send_form:` somebody fills a signed form in and sends it with a file."""

    visitor: str
    form: Expression
    fields: Entries = field(repr=False)
    body: Expression = field(default=None, repr=False)
    filename: Expression = None


@dataclass(frozen=True, slots=True)
class Advance:
    """`advance:` the clock by so many seconds; `text` is how it was written."""

    seconds: float
    text: str


Account = ForgotPassword | ResetPassword | ChangePassword | SetUpAuthenticator
Belonging = RegisterPasskey | RememberDevice
Action = (
    Call
    | SignUp
    | Confirm
    | SignIn
    | Refresh
    | Vend
    | AskBroker
    | AskAdFs
    | Browse
    | Presign
    | OpenLink
    | SignForm
    | SendForm
    | Advance
    | Account
    | Belonging
    | SignOut
)


@dataclass(frozen=True, slots=True)
class Expected:
    """One path, or one fact, and the value it should have."""

    name: str
    value: Expression
    location: Location


@dataclass(frozen=True, slots=True)
class Expectation:
    """`expect:`; None and empty mean that nothing is said about it.

    `differs` are paths of the response whose values must be others than these; `id_token` and `access_token` are
    claims; `sent` are messages that the step must have sent, among others, and `()` that it sent none. `either` admits
    every refusal as well as an answer. `leaks` are how many things of others come back, or which; `items` and `objects`
    all that comes back, by attributes and by keys.
    """

    error: str | None = None
    message: str | None = None
    allowed: bool | None = None
    role: Expression = None
    response: tuple[Expected, ...] = field(default=(), repr=False)
    because: tuple[Expected, ...] = ()
    differs: tuple[Expected, ...] = field(default=(), repr=False)
    id_token: tuple[Expected, ...] = ()
    access_token: tuple[Expected, ...] = ()
    sent: tuple[tuple[Expected, ...], ...] | None = None
    leaks: int | tuple[str, ...] | None = None
    either: bool = False
    items: tuple[Expression, ...] | None = field(default=None, repr=False)
    objects: tuple[Expression, ...] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what is done, from where, under which name it is saved, and what should come of it."""

    number: int
    location: Location
    action: Action
    origin: tuple[tuple[str, Any], ...] = ()
    save: str | None = None
    expect: Expectation = field(default_factory=Expectation)


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One row of `access:`."""

    who: Expression
    action: str
    resource: Expression
    allowed: bool
    context: Entries
    location: Location


@dataclass(frozen=True, slots=True)
class Invariant:
    """One entry of `invariants:`: its name, and what it is about."""

    name: str
    spec: Expression
    location: Location


@dataclass(frozen=True, slots=True)
class Leakage:
    """`leaks:` of a whole scenario: the things that leak somewhere in it, and `refused:` those of people's own that are
    refused; each in any order, and no others."""

    leaks: tuple[str, ...]
    refused: tuple[str, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole scenario file. `start` is in seconds since the epoch; without a `leakage` nothing may leak but what the
    steps say."""

    name: str
    file: str
    worlds: tuple[Path, ...]
    seed: str
    start: float
    assume: tuple[tuple[str, str], ...] = ()
    steps: tuple[Step, ...] = ()
    access: tuple[AccessRow, ...] = ()
    invariants: tuple[Invariant, ...] = ()
    leakage: Leakage | None = None
