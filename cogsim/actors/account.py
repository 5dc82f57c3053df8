"""What a person does about their own account through an app: passwords, second factors, devices, signing out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.actors.app import Door, SignedIn, secret_hash
from cogsim.actors.authenticator_app import AuthenticatorApp
from cogsim.errors import InputError
from cogsim.world.user_pool_client import UserPoolClient


def with_hash(client: UserPoolClient, username: str) -> dict[str, str]:
    """The members that name client and user, with SecretHash where the client has a secret."""
    hashed = secret_hash(client, username)
    named = {"ClientId": client.id, "Username": username}
    return {**named, **({"SecretHash": hashed["SECRET_HASH"]} if hashed else {})}


def forgot_password(door: Door, client: UserPoolClient, username: str) -> Mapping[str, Any]:
    """Ask for a code in place of the password; where it goes."""
    return door.call("cognito-idp:ForgotPassword", with_hash(client, username))


def reset_password(door: Door, client: UserPoolClient, username: str, code: str, password: str) -> Mapping[str, Any]:
    """Set a new password by the code."""
    params = {**with_hash(client, username), "ConfirmationCode": code, "Password": password}
    return door.call("cognito-idp:ConfirmForgotPassword", params)


def change_password(door: Door, session: SignedIn, previous: str | None, password: str) -> Mapping[str, Any]:
    """Change the password of who is signed in; `previous` is None for an account that has none yet."""
    known = {} if previous is None else {"PreviousPassword": previous}
    params = {"AccessToken": session.access_token, "ProposedPassword": password, **known}
    return door.call("cognito-idp:ChangePassword", params)


def set_up_authenticator(door: Door, session: SignedIn, app: AuthenticatorApp, *, prefer: bool) -> Mapping[str, Any]:
    """Scan a new secret, prove it, and switch the factor on; with `prefer` it is asked first."""
    token = {"AccessToken": session.access_token}
    app.scan(door.call("cognito-idp:AssociateSoftwareToken", token)["SecretCode"])
    proof = {"UserCode": app.code(door.now), "FriendlyDeviceName": app.name}
    proved = door.call("cognito-idp:VerifySoftwareToken", {**token, **proof})
    settings = {"Enabled": True, "PreferredMfa": prefer}
    door.call("cognito-idp:SetUserMFAPreference", {**token, "SoftwareTokenMfaSettings": settings})
    return proved


def remember_device(door: Door, session: SignedIn, *, remember: bool) -> Mapping[str, Any]:
    """Say whether the device that the session came from is one to remember."""
    if session.device_key is None:
        raise InputError(f"{session.username!r} has not signed in from a device: give sign_in a device")
    status = "remembered" if remember else "not_remembered"
    params = {"AccessToken": session.access_token, "DeviceKey": session.device_key, "DeviceRememberedStatus": status}
    return door.call("cognito-idp:UpdateDeviceStatus", params)


def sign_out(door: Door, client: UserPoolClient, session: SignedIn, *, everywhere: bool) -> Mapping[str, Any]:
    """End all sign-ins of the person, or the one that this session's refresh token stands for."""
    if everywhere:
        return door.call("cognito-idp:GlobalSignOut", {"AccessToken": session.access_token})
    if session.refresh_token is None:
        raise InputError(f"{session.username!r} has no refresh token to revoke")
    secret = {} if client.secret is None else {"ClientSecret": client.secret}
    return door.call("cognito-idp:RevokeToken", {"ClientId": client.id, "Token": session.refresh_token, **secret})
