"""What the people of a story hold or stand before, each found again by its name: apps, devices, browsers, an AD FS."""

from __future__ import annotations

from collections.abc import Callable

from cogsim.actors.adfs import AdFsServer
from cogsim.actors.authenticator import Authenticator
from cogsim.actors.authenticator_app import AuthenticatorApp
from cogsim.actors.browser import Browser
from cogsim.actors.device import Device

#: A thing's name, the pool, and the name somebody signs in by: an app holds one account, a device one key for each.
_Account = tuple[str, str, str]


class Belongings:
    """Whoever names a thing has it in hand: a story that lets a thief name somebody's phone has had it stolen."""

    def __init__(self) -> None:
        self._browsers: dict[str, Browser] = {}
        self._apps: dict[_Account, AuthenticatorApp] = {}
        self._devices: dict[_Account, Device] = {}
        self._passkeys: dict[str, Authenticator] = {}
        self._ad_fs: dict[str, AdFsServer] = {}

    def app(self, name: str, pool_id: str, username: str) -> AuthenticatorApp:
        """The account of that user in the authenticator app."""
        return self._apps.setdefault((name, pool_id, username), AuthenticatorApp(name))

    def device(self, name: str, pool_id: str, username: str) -> Device:
        """What the device keeps for that user."""
        return self._devices.setdefault((name, pool_id, username), Device(name))

    def browser(self, name: str, new: Callable[[], Browser]) -> Browser:
        """The browser with the cookies that it has, whoever sits at it; a `new` one the first time."""
        if name not in self._browsers:
            self._browsers[name] = new()
        return self._browsers[name]

    def ad_fs(self, entity_id: str) -> AdFsServer:
        """The server of that provider, which keeps count of its answers."""
        return self._ad_fs.setdefault(entity_id, AdFsServer(entity_id))

    def passkeys(self, name: str) -> Authenticator:
        """The device that holds passkeys, of whatever users and sites."""
        return self._passkeys.setdefault(name, Authenticator(name))
