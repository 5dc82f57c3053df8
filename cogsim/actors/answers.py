"""How a person answers the challenges of a sign-in: by what they know, read, hold and choose."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from cogsim.actors.authenticator_app import AuthenticatorApp
from cogsim.actors.device import Device
from cogsim.errors import InputError

#: A sign-in that asks for more than this never ends.
_MOST_STEPS = 12


@dataclass(frozen=True, slots=True)
class Answers:
    """What a person has: the password they choose, their app, their device, the factor they prefer when asked
    (`SMS_MFA`, `SOFTWARE_TOKEN_MFA`, `EMAIL_OTP`), how they read the latest code sent to them (None where nothing
    was), and how they answer a custom challenge whose public parameters they see (None where they know no answer)."""

    new_password: str | None = field(default=None, repr=False)
    authenticator: AuthenticatorApp | None = None
    device: Device | None = None
    mfa: str | None = None
    read_code: Callable[[], str | None] = lambda: None
    solve: Callable[[Mapping[str, str]], str | None] = lambda _: None

    @property
    def device_key(self) -> dict[str, str]:
        """DEVICE_KEY, where there is a device that has one."""
        return {"DEVICE_KEY": self.device.key} if self.device is not None and self.device.key is not None else {}


class Conversation(Protocol):
    """What a person's app does for them: `call` an operation, `answer` a challenge with responses, see the time."""

    def call(self, operation: str, params: Mapping[str, Any]) -> Mapping[str, Any]: ...

    def answer(
        self, challenge: str, session: str | None, responses: Mapping[str, str], user_id: str
    ) -> Mapping[str, Any]: ...

    @property
    def now(self) -> float: ...


def answer_challenges(
    talk: Conversation, username: str, asked: Mapping[str, Any], answers: Answers
) -> Mapping[str, Any]:
    """Answer one challenge after the other until tokens come. InputError names a challenge that cannot be answered, and
    what would answer it."""
    user_id = username
    for _ in range(_MOST_STEPS):
        name = asked.get("ChallengeName")
        if name is None:
            return _with_device(talk, asked, answers)
        parameters = asked["ChallengeParameters"]
        user_id = parameters.get("USER_ID_FOR_SRP") or parameters.get("USERNAME") or user_id
        respond = _RESPONDERS.get(name)
        if respond is None:
            raise InputError(f"{username!r} is asked for {name}, which sign_in does not answer: answer it by call")
        session, responses = respond(talk, username, asked, answers)
        asked = talk.answer(name, session, {**responses, **answers.device_key}, user_id)
        if name == "DEVICE_SRP_AUTH":
            asked = _prove_device(talk, asked, answers, user_id)
    raise InputError(f"{username!r} is asked for ever more: {asked.get('ChallengeName')}")


Responses = tuple[str | None, dict[str, str]]
_Respond = Callable[[Conversation, str, Mapping[str, Any], Answers], Responses]


def _new_password(_talk: Conversation, username: str, asked: Mapping[str, Any], answers: Answers) -> Responses:
    if answers.new_password is None:
        raise InputError(f"{username!r} must choose a password (NEW_PASSWORD_REQUIRED): give new_password")
    return asked.get("Session"), {"NEW_PASSWORD": answers.new_password}


def _sent_code(key: str) -> _Respond:
    def respond(_talk: Conversation, username: str, asked: Mapping[str, Any], answers: Answers) -> Responses:
        code = answers.read_code()
        if code is None:
            raise InputError(f"{username!r} is asked for a code ({asked['ChallengeName']}) and was sent none")
        return asked["Session"], {key: code}

    return respond


def _app_code(talk: Conversation, username: str, asked: Mapping[str, Any], answers: Answers) -> Responses:
    app = _app(username, asked, answers)
    return asked["Session"], {"SOFTWARE_TOKEN_MFA_CODE": app.code(talk.now)}


def _app(username: str, asked: Mapping[str, Any], answers: Answers) -> AuthenticatorApp:
    if answers.authenticator is None:
        raise InputError(f"{username!r} is asked for {asked['ChallengeName']}: give authenticator")
    return answers.authenticator


def _custom(_talk: Conversation, username: str, asked: Mapping[str, Any], answers: Answers) -> Responses:
    answer = answers.solve(asked["ChallengeParameters"])
    if answer is None:
        raise InputError(f"{username!r} is asked a question of the pool's own (CUSTOM_CHALLENGE): give another answer")
    return asked["Session"], {"ANSWER": answer}


def _selection(_talk: Conversation, username: str, asked: Mapping[str, Any], answers: Answers) -> Responses:
    choices = json.loads(asked["ChallengeParameters"]["MFAS_CAN_CHOOSE"])
    if answers.mfa not in choices:
        raise InputError(f"{username!r} is asked to choose a factor (SELECT_MFA_TYPE): give mfa, one of {choices}")
    return asked["Session"], {"ANSWER": answers.mfa or ""}


def _set_up(talk: Conversation, username: str, asked: Mapping[str, Any], answers: Answers) -> Responses:
    """MFA_SETUP: scan the secret and prove the app, in the session of the step."""
    app = _app(username, asked, answers)
    begun = talk.call("cognito-idp:AssociateSoftwareToken", {"Session": asked["Session"]})
    app.scan(begun["SecretCode"])
    proof = {"Session": begun["Session"], "UserCode": app.code(talk.now), "FriendlyDeviceName": app.name}
    return talk.call("cognito-idp:VerifySoftwareToken", proof)["Session"], {}


def _device_begins(talk: Conversation, username: str, asked: Mapping[str, Any], answers: Answers) -> Responses:
    if answers.device is None or answers.device.key is None:
        raise InputError(f"{username!r} is asked for the proof of a device (DEVICE_SRP_AUTH): give device")
    return asked["Session"], {"SRP_A": answers.device.exchange(talk.now).public}


def _prove_device(talk: Conversation, asked: Mapping[str, Any], answers: Answers, user_id: str) -> Mapping[str, Any]:
    device = answers.device
    assert device is not None
    proof = device.proof(device.exchange(talk.now), asked["ChallengeParameters"], talk.now)
    return talk.answer(asked["ChallengeName"], asked["Session"], proof, user_id)


def _with_device(talk: Conversation, answer: Mapping[str, Any], answers: Answers) -> Mapping[str, Any]:
    """Confirm the device that the sign-in was given, where the person has one to confirm."""
    result, device = answer["AuthenticationResult"], answers.device
    if device is None or "NewDeviceMetadata" not in result:
        return answer
    config, token = device.enroll(result["NewDeviceMetadata"]), result["AccessToken"]
    params = {"AccessToken": token, "DeviceKey": device.key, "DeviceName": device.name}
    confirmed = talk.call("cognito-idp:ConfirmDevice", {**params, "DeviceSecretVerifierConfig": config})
    if confirmed["UserConfirmationNecessary"] and device.remember:
        status = {"AccessToken": token, "DeviceKey": device.key, "DeviceRememberedStatus": "remembered"}
        talk.call("cognito-idp:UpdateDeviceStatus", status)
    return answer


_RESPONDERS: dict[str, _Respond] = {
    "NEW_PASSWORD_REQUIRED": _new_password,
    "SMS_MFA": _sent_code("SMS_MFA_CODE"),
    "EMAIL_OTP": _sent_code("EMAIL_OTP_CODE"),
    "SMS_OTP": _sent_code("SMS_OTP_CODE"),
    "SOFTWARE_TOKEN_MFA": _app_code,
    "SELECT_MFA_TYPE": _selection,
    "MFA_SETUP": _set_up,
    "CUSTOM_CHALLENGE": _custom,
    "DEVICE_SRP_AUTH": _device_begins,
}
