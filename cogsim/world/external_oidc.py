"""An OpenID Connect provider outside AWS: its address, its applications, the people and workloads it knows, its keys.

Presets carry what five well-known providers do otherwise than the standard; `generic` does nothing otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cogsim.entropy import named
from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.tokens.keys import SigningKey, ec_key, rsa_key
from cogsim.world.origin import NOWHERE, Origin, is_placeholder

ALGORITHMS = ("RS256", "ES256")
PKCE = ("optional", "required", "plain-too")


@dataclass(frozen=True, slots=True)
class Preset:
    """What a well-known provider fixes: its address (a prefix for GitHub), the `iss` values that its tokens may carry
    (its address first), the name of its opaque access tokens at AWS, whether it issues ID tokens to people at all."""

    url: str | None = None
    issuers: tuple[str, ...] = ()
    opaque_name: str | None = None
    id_tokens: bool = True
    people: bool = True


#: The presets by name. # google:openid, facebook:limited-login, apple:sign-in, lwa:access-token, github:oidc
PRESETS: Mapping[str, Preset] = {
    "generic": Preset(),
    "google": Preset("https://accounts.google.com", ("https://accounts.google.com", "accounts.google.com")),
    "facebook": Preset("https://www.facebook.com", opaque_name="graph.facebook.com"),
    "apple": Preset("https://appleid.apple.com"),
    "amazon": Preset("https://www.amazon.com", opaque_name="www.amazon.com", id_tokens=False),
    "github": Preset("https://token.actions.githubusercontent.com", people=False),
}

#: Claims that a provider makes itself; `sub` and `email_verified` are properties of a person.
ISSUERS_OWN = frozenset(
    (
        *("iss", "sub", "aud", "azp", "exp", "iat", "nbf", "nonce", "jti", "at_hash", "auth_time", "email_verified"),
        *("is_private_email",),
    )
)

_URL = re.compile(r"https://[A-Za-z0-9.-]+(/[A-Za-z0-9._~/-]*)?", re.ASCII)
_REPOSITORY = re.compile(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class OidcClient:
    """An application registered with the provider. `secret` is None for a public one; `pkce` says whether a code must
    be bound to a challenge, and whether the method `plain` will do. Apple's clients prove themselves by a token signed
    with the key `key_id` of `team_id`."""

    id: str
    secret: str | None = field(default=None, repr=False)
    redirect_uris: tuple[str, ...] = ()
    pkce: str = "optional"
    team_id: str | None = None
    key_id: str | None = None

    def __post_init__(self) -> None:
        if not self.id:
            raise InvalidValue("Id", "must not be empty")
        if self.pkce not in PKCE:
            raise InvalidValue("Pkce", f"{self.pkce!r} is not one of {', '.join(PKCE)}")
        for uri in self.redirect_uris:
            if "#" in uri or (":" not in uri and not is_placeholder(uri)):
                raise InvalidValue("RedirectUris", f"{uri!r} must be an absolute URI without a fragment")

    @property
    def assertion_key(self) -> SigningKey | None:
        """The key that an Apple developer signs client secrets with."""
        if self.team_id is None or self.key_id is None:
            return None
        return ec_key("apple", self.team_id, self.key_id)


@dataclass(frozen=True, slots=True)
class OidcUser:
    """A person with an account at the provider; `claims` are what its tokens say beside `sub`, `password` is what the
    person knows by heart."""

    username: str
    subject: str
    password: str | None = field(default=None, repr=False)
    claims: Map[str, Any] = field(default_factory=Map)
    email_verified: bool = False
    enabled: bool = True

    def __post_init__(self) -> None:
        if not self.username:
            raise InvalidValue("Username", "must not be empty")
        for claim in self.claims:
            if claim in ISSUERS_OWN:
                raise InvalidValue("Claims", f"{claim} is not a person's: the provider states it")
        if not 1 <= len(self.subject) <= 255:
            raise InvalidValue("Subject", "must be 1 to 255 characters")


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository whose workflows ask GitHub for tokens. `subject_keys` are the claims that its owner put into `sub`
    in place of the standard ones; ids are texts, as in the tokens."""

    name: str
    id: str = ""
    owner_id: str = ""
    visibility: str = "private"
    environments: tuple[str, ...] = ()
    subject_keys: tuple[str, ...] = ()
    enterprise: str | None = None

    def __post_init__(self) -> None:
        if not _REPOSITORY.fullmatch(self.name) and not is_placeholder(self.name):
            raise InvalidValue("Name", f"{self.name!r} must be owner/repository")
        if self.visibility not in ("public", "private", "internal"):
            raise InvalidValue("Visibility", f"{self.visibility!r} is not public, private or internal")
        if not self.id:
            object.__setattr__(self, "id", named("oidc/repository", self.name).digits(9).lstrip("0") or "1")
        if not self.owner_id:
            object.__setattr__(self, "owner_id", named("oidc/owner", self.owner).digits(7).lstrip("0") or "1")

    @property
    def owner(self) -> str:
        return self.name.partition("/")[0]


@dataclass(frozen=True, slots=True)
class OidcIssuer:
    """A provider by its `url` (the `iss` of its tokens). `generations` are the numbers of the keys it publishes; it
    signs with the last. One that is not `reachable` answers nobody who asks for its keys."""

    url: str
    preset: str = "generic"
    algorithm: str = "RS256"
    generations: tuple[int, ...] = (1,)
    clients: Map[str, OidcClient] = field(default_factory=Map)
    users: Map[str, OidcUser] = field(default_factory=Map)
    repositories: Map[str, Repository] = field(default_factory=Map)
    token_lifetime: int = 3600
    reachable: bool = True
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.preset not in PRESETS:
            raise InvalidValue("Preset", f"{self.preset!r} is not one of {', '.join(PRESETS)}")
        _check_url(self.url, self.preset)
        if self.algorithm not in ALGORITHMS:
            raise InvalidValue("Algorithm", f"{self.algorithm!r} is not one of {', '.join(ALGORITHMS)}")
        if not self.generations or list(self.generations) != sorted(set(self.generations)) or self.generations[0] < 1:
            raise InvalidValue("Generations", "must be numbers from 1, rising")
        if not 1 <= self.token_lifetime <= 86_400:
            raise InvalidValue("TokenLifetime", f"{self.token_lifetime} must be 1 to 86400 seconds")
        people = PRESETS[self.preset].people
        if (self.clients or self.users) and not people:
            raise InvalidValue("Users" if self.users else "Clients", "are nothing that GitHub Actions has")
        if self.repositories and people:
            raise InvalidValue("Repositories", f"are nothing that the preset {self.preset} has")
        subjects = [user.subject for user in self.users.values()]
        if len(set(subjects)) != len(subjects):
            raise InvalidValue("Users", "two of them have the same subject")

    @property
    def quirks(self) -> Preset:
        return PRESETS[self.preset]

    @property
    def issuers(self) -> tuple[str, ...]:
        """The `iss` values that its tokens may carry."""
        return self.quirks.issuers or (self.url,)

    @property
    def published(self) -> tuple[SigningKey, ...]:
        """The keys that it publishes, oldest first."""
        return tuple(self.key(number) for number in self.generations)

    @property
    def signing_key(self) -> SigningKey:
        """The key that it signs with now."""
        return self.key(self.generations[-1])

    def key(self, generation: int) -> SigningKey:
        """The key of a generation, published or not."""
        made = ec_key if self.algorithm == "ES256" else rsa_key
        return made("oidc", self.url, str(generation))

    def user_of(self, subject: str) -> OidcUser | None:
        """The account with that subject."""
        return next((user for user in self.users.values() if user.subject == subject), None)


def subject_at(preset: str, url: str, username: str) -> str:
    """The `sub` that a provider gives an account, in the form that each provider's have."""
    drawn = named("oidc/subject", url, username)
    match preset:
        case "google":
            return "1" + drawn.digits(20)
        case "facebook":
            return "1" + drawn.digits(15)
        case "amazon":
            return f"amzn1.account.{drawn.base32(28)}"
        case "apple":
            return f"{drawn.digits(6)}.{drawn.bytes(16).hex()}.{drawn.digits(10)[6:]}"
    return username


def _check_url(url: str, preset: str) -> None:
    if is_placeholder(url):
        return
    if not _URL.fullmatch(url):
        raise InvalidValue("Url", f"{url!r} must be https://, a host without a port, and a path")
    fixed = PRESETS[preset].url
    enterprise = preset == "github" and fixed is not None and url.startswith(f"{fixed}/")
    if fixed is not None and url != fixed and not enterprise:
        raise InvalidValue("Url", f"of the preset {preset} is {fixed}")
