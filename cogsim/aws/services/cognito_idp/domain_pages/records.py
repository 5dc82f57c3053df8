"""What a pool's domain remembers that expires: codes, browsers' sessions, ways to providers, assertions seen."""

from __future__ import annotations

from cogsim.aws.state import Table
from cogsim.decisions.authorization_code import AuthorizationCode
from cogsim.decisions.federated_request import FederationRequest
from cogsim.decisions.managed_login import BrowserSession

#: SHA-256 of a code to what it stands for.
CODES: Table[str, AuthorizationCode] = Table("cognito-domain/codes")

#: SHA-256 of the cookie `cognito` to the sign-in of that browser.
BROWSERS: Table[str, BrowserSession] = Table("cognito-domain/browsers")

#: SHA-256 of the state that went to a provider to what was asked for.
FEDERATIONS: Table[str, FederationRequest] = Table("cognito-domain/federations")

#: (pool id, provider) to the ids of the assertions it was accepted with, and until when each is remembered (seconds).
ASSERTIONS: Table[tuple[str, str], tuple[tuple[str, float], ...]] = Table("cognito-domain/assertions")

#: Address of a metadata document to when it was fetched (seconds), and the document.
METADATA: Table[str, tuple[float, str]] = Table("cognito-domain/metadata")

#: SHA-256 of the relay state of a request to sign out to the domain that sent it, and where the browser goes then.
LEAVINGS: Table[str, tuple[str, str]] = Table("cognito-domain/leavings")
