"""What the message triggers make of a message, and under which name a message fires them. # idp:custom-message"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.message_texts import CODE, NAME, Wording
from cogsim.decisions.trigger_events import UNRECOGNIZABLE
from cogsim.world.user_pool import UserPool

#: The end of the trigger source by the operation that sends. # idp:triggers
SENT_BY: Mapping[str, str] = {
    "AdminCreateUser": "AdminCreateUser",
    "AdminInitiateAuth": "Authentication",
    "AdminResetUserPassword": "ForgotPassword",
    "AdminRespondToAuthChallenge": "Authentication",
    "AdminUpdateUserAttributes": "UpdateUserAttribute",
    "ForgotPassword": "ForgotPassword",
    "GetUserAttributeVerificationCode": "VerifyUserAttribute",
    "InitiateAuth": "Authentication",
    "ResendConfirmationCode": "ResendCode",
    "RespondToAuthChallenge": "Authentication",
    "SignUp": "SignUp",
    "UpdateUserAttributes": "UpdateUserAttribute",
}

#: The placeholder for a link, as the event names it; the text between is the message's to choose.
LINK = "{##Click Here##}"
_PLAIN = b"cogsim, not encrypted: "


def message_request(source: str, *, link: bool) -> dict[str, Any]:
    """The fields of a CustomMessage request beside the attributes: the placeholders that the text must hold."""
    invited = source == "AdminCreateUser"
    placeholders: dict[str, Any] = {"codeParameter": CODE, "usernameParameter": NAME if invited else None}
    return {**placeholders, "linkParameter": LINK} if link else placeholders


def replaced(pool: UserPool, words: Wording, response: Mapping[str, Any], medium: str) -> Decision[Wording | Refusal]:
    """The wording with the function's texts in place of the pool's. Texts for e-mail need a sender of one's own: with
    the service's the answer is refused. # idp:custom-message"""
    question, source = "whose words does the message have?", "idp:custom-message"
    subject, body, text = (response.get(name) for name in ("emailSubject", "emailMessage", "smsMessage"))
    place = pool.origin.at("EmailConfiguration")
    account = pool.email.get("EmailSendingAccount", "COGNITO_DEFAULT")
    if (subject is not None or body is not None) and account != "DEVELOPER":
        found = f"texts for e-mail, and EmailSendingAccount is {account}"
        return decided(UNRECOGNIZABLE, Step(question, "refused", found, source, location=place, decides=True))
    chosen = (
        Wording(subject or words.subject, body or words.body) if medium == "EMAIL" else Wording("", text or words.body)
    )
    answer = "the pool's" if chosen == words else "the function's"
    return decided(chosen, Step(question, answer, medium, source))


def sender_request(trigger: str, code: str | None) -> dict[str, Any]:
    """The fields of a custom sender's request. # idp:custom-sender

    AWS sends the code encrypted under the pool's KMS key. Here there is no KMS: the text is encoded so that it cannot
    be mistaken for the code, and `sender_code` gives the code back.
    """
    kind = "customEmailSenderRequestV1" if trigger == "CustomEmailSender" else "customSMSSenderRequestV1"
    return {"type": kind, "code": None if code is None else base64.b64encode(_PLAIN + code.encode()).decode()}


def sender_code(encoded: str) -> str:
    """The code inside a custom sender's `request.code`, as the function would decrypt it; ValueError where there is
    none."""
    raw = base64.b64decode(encoded, validate=True)
    if not raw.startswith(_PLAIN):
        raise ValueError("not a code of a custom sender's request")
    return raw.removeprefix(_PLAIN).decode()
