"""What a message of a user pool says: the pool's templates, or AWS's own words, with code, name and link filled in.

1. A message for a code must have a place for it (`{####}`, or `{##text##}` for a link). Without one nothing can be
   proved by it, and it is silently not delivered: the caller learns nothing of that. # idp:user-accounts §admin-create
2. A link stands in for the code of a sign-up only, by e-mail, and where the pool says so; everywhere else the code
   itself is sent. # idp:verification §links
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.codes import CONFIRM_SIGN_UP, INVITATION, SIGN_IN
from cogsim.decisions.refusals import INVALID_PARAMETER, refused
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

_NO_DOMAIN = Refusal(
    INVALID_PARAMETER,
    "Cannot perform specific action because there does not exist a valid use pool domain associated with the user pool",
)

CODE, NAME = "{####}", "{username}"
_LINK = re.compile(r"\{##(.*?)##\}", re.DOTALL)
_QUESTION, _SOURCE = "what does the message say?", "idp:messages"

#: AWS's own words where the pool has none. # idp:messages
_VERIFICATION = "Your verification code is {####}."
_INVITATION = "Your username is {username} and temporary password is {####}."
_AUTHENTICATION = "Your authentication code is {####}."
_BY_LINK = "Please click the link below to verify your email address. {##Verify Email##}"


@dataclass(frozen=True, slots=True)
class Wording:
    """A message before anything is filled in; a text message has no subject."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class MessageText:
    """A message as it reaches its recipient."""

    subject: str
    body: str = field(repr=False)


def by_link(pool: UserPool, purpose: str, medium: str) -> bool:
    """Whether the message carries a link in place of the code (argument 2)."""
    option = _template(pool, "VerificationMessageTemplate").get("DefaultEmailOption")
    return purpose == CONFIRM_SIGN_UP and medium == "EMAIL" and option == "CONFIRM_WITH_LINK"


def wording(pool: UserPool, purpose: str, medium: str) -> Wording:
    """The pool's template for messages of this purpose by this medium (EMAIL or SMS)."""
    email = medium == "EMAIL"
    if purpose == INVITATION:
        invite = _template(pool, "InviteMessageTemplate")
        body = invite.get("EmailMessage" if email else "SMSMessage") or _INVITATION
        return Wording((invite.get("EmailSubject") or "Your temporary password") if email else "", body)
    if purpose == SIGN_IN:
        return _authentication(pool, email)
    template = _template(pool, "VerificationMessageTemplate")
    if by_link(pool, purpose, medium):
        return Wording(
            template.get("EmailSubjectByLink") or "Your verification link",
            template.get("EmailMessageByLink") or _BY_LINK,
        )
    if not email:
        return Wording("", template.get("SmsMessage") or _VERIFICATION)
    return Wording(
        template.get("EmailSubject") or "Your verification code", template.get("EmailMessage") or _VERIFICATION
    )


def _authentication(pool: UserPool, email: bool) -> Wording:
    """Codes of a second factor or a one-time password have templates of their own."""
    if not email:
        return Wording("", pool.texts.get("SmsAuthenticationMessage") or _AUTHENTICATION)
    given = _template(pool, "EmailMfaConfiguration")
    return Wording(given.get("Subject") or "Your authentication code", given.get("Message") or _AUTHENTICATION)


def _template(pool: UserPool, name: str) -> Mapping[str, Any]:
    """The structure of that name among the pool's texts; an empty one where there is none. The older members
    (SmsVerificationMessage…) stand in VerificationMessageTemplate too."""
    found: Mapping[str, Any] = pool.texts.get(name) or {}
    return found


def compose(
    words: Wording, username: str, code: str, *, link: str | None = None, place: Any = None
) -> Decision[MessageText | None]:
    """The message with `code` or, where there is one, `link` filled in; None where it has no place for it (argument 1).
    An empty code wants no place: who has no password is invited without one.

    `place` is where the template stands.
    """
    wanted, found = ("{##…##}", _LINK.search(words.body)) if link else (CODE, CODE in words.body)
    if not found and (code or link):
        step = Step(
            "is there a place for the code?", "no: the message is not delivered", wanted, _SOURCE, location=place
        )
        return decided(None, step)
    if link:
        body = _LINK.sub(lambda match: f'<a href="{link}">{match[1]}</a>', words.body)
    else:
        body = words.body.replace(CODE, code)
    step = Step(_QUESTION, words.subject or "a text message", words.body, _SOURCE, location=place)
    return decided(MessageText(words.subject.replace(NAME, username), body.replace(NAME, username)), step)


def link_host(world: World, pool: UserPool) -> Decision[str | Refusal]:
    """The pool's domain that a link leads to, a prefix before one of its own where it has both; a link needs one."""
    question, source = "where does a confirmation link lead?", "idp:verification§links"
    domains = [domain for (pool_id, _), domain in world.domains.items() if pool_id == pool.id]
    if not domains:
        place = pool.origin.at("VerificationMessageTemplate")
        return refused(_NO_DOMAIN, question, "the pool has no domain", source, location=place)
    host = min(domains, key=lambda domain: (domain.custom, domain.domain)).host()
    return decided(host, Step(question, host, "", source))


def confirmation_link(host: str, client_id: str, username: str, code: str) -> str:
    """The address that confirms a sign-up when it is opened. # idp:verification §links"""
    query = {"client_id": client_id, "user_name": username, "confirmation_code": code}
    return f"https://{host}/confirmUser?{urlencode(query)}"


def read_link(url: str) -> tuple[str, str, str, str] | None:
    """Host, client id, username and code of a confirmation link, or None where `url` is none."""
    try:
        parts = urlsplit(url)
        query = parse_qs(parts.query, keep_blank_values=True)
    except ValueError:  # brackets that hold no address, more fields than a query has
        return None
    values = [query.get(name, []) for name in ("client_id", "user_name", "confirmation_code")]
    if parts.scheme != "https" or parts.path != "/confirmUser" or any(len(value) != 1 for value in values):
        return None
    client_id, username, code = (value[0] for value in values)
    return parts.netloc, client_id, username, code
