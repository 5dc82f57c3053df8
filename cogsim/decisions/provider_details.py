"""What a provider's details must state, and what AWS adds to them when it shows them. # idp:providers"""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.decision import Refusal
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, Check, passed, refused
from cogsim.decisions.saml_metadata import endpoints
from cogsim.tokens.certificates import self_signed
from cogsim.tokens.jwt import sign
from cogsim.tokens.keys import ec_key, rsa_key
from cogsim.world.pool_members import UserPoolIdentityProvider

_SOURCE = "idp:providers§details"
_NEEDED = {
    "OIDC": ("client_id", "authorize_scopes", "attributes_request_method", "oidc_issuer"),
    "Facebook": ("client_id", "client_secret", "authorize_scopes"),
    "Google": ("client_id", "client_secret", "authorize_scopes"),
    "LoginWithAmazon": ("client_id", "client_secret", "authorize_scopes"),
    "SignInWithApple": ("client_id", "team_id", "key_id", "private_key", "authorize_scopes"),
}
_WORDS = {
    "IDPInit": ("true", "false"),
    "IDPSignout": ("true", "false"),
    "EncryptedResponses": ("true", "false"),
    "RequestSigningAlgorithm": ("rsa-sha256",),
    "attributes_request_method": ("GET", "POST"),
}
#: What AWS answers beside what was stated; `{}` is the version of Facebook's interface.
_ADDED = {
    "OIDC": {"attributes_url_add_attributes": "false"},
    "Google": {
        "attributes_url": "https://people.googleapis.com/v1/people/me?personFields=",
        "attributes_url_add_attributes": "true",
        "authorize_url": "https://accounts.google.com/o/oauth2/v2/auth",
        "oidc_issuer": "https://accounts.google.com",
        "token_request_method": "POST",
        "token_url": "https://www.googleapis.com/oauth2/v4/token",
    },
    "Facebook": {
        "attributes_url": "https://graph.facebook.com/{}/me?fields=",
        "attributes_url_add_attributes": "true",
        "authorize_url": "https://www.facebook.com/{}/dialog/oauth",
        "token_request_method": "GET",
        "token_url": "https://graph.facebook.com/{}/oauth/access_token",
    },
    "LoginWithAmazon": {
        "attributes_url": "https://api.amazon.com/user/profile",
        "attributes_url_add_attributes": "false",
        "authorize_url": "https://www.amazon.com/ap/oa",
        "token_request_method": "POST",
        "token_url": "https://api.amazon.com/auth/o2/token",
    },
    "SignInWithApple": {
        "attributes_url_add_attributes": "false",
        "authorize_url": "https://appleid.apple.com/auth/authorize",
        "oidc_issuer": "https://appleid.apple.com",
        "token_request_method": "POST",
        "token_url": "https://appleid.apple.com/auth/token",
    },
}
_FACEBOOK_VERSION = "v17.0"
#: Seconds that the secret for Apple lasts.
_ASSERTION_LIFE = 300


def check_details(kind: str, details: Mapping[str, str]) -> Check:
    """Whether the details of a provider of that type say what they must."""
    question = f"do the details say what a {kind} provider needs?"
    lacking = _lacking(kind, details)
    if lacking is not None:
        text, seen = lacking
        refusal = Refusal(INVALID_PARAMETER, text)
        return refused(
            refusal, question, ", ".join(sorted(details)), _SOURCE, assumption=None if seen else UNSEEN_TEXTS
        )
    for name in sorted(_WORDS):
        if name in details and details[name] not in _WORDS[name]:
            refusal = Refusal(INVALID_PARAMETER, f"Invalid value for {name}: must be one of {', '.join(_WORDS[name])}.")
            return refused(refusal, question, name, _SOURCE, assumption=UNSEEN_TEXTS)
    return passed(question, ", ".join(sorted(details)), _SOURCE)


def _lacking(kind: str, details: Mapping[str, str]) -> tuple[str, bool] | None:
    """The text of the refusal, and whether it is known to be AWS's own."""
    if kind == "SAML":
        return _lacking_saml(details)
    if all(details.get(name) for name in _NEEDED[kind]):
        return None
    *first, last = _NEEDED[kind]
    text = f"{', '.join(first)} and {last} are all required idp details"
    return text, "private_key" not in first and kind != "OIDC"


def _lacking_saml(details: Mapping[str, str]) -> tuple[str, bool] | None:
    if not details.get("MetadataURL") and not details.get("MetadataFile"):
        return "At least one of the MetadataURL or MetadataFile should be provided.", True
    if not details.get("MetadataFile"):
        return None
    found = endpoints(details["MetadataFile"])
    if found is None:
        return "Invalid SAML metadata.", False
    if found.sign_in is None:
        return "No SingleSignOn Http redirect binding location found in metadata.", True
    return None


def shown_details(provider: UserPoolIdentityProvider) -> dict[str, str]:
    """The details as AWS shows them: without Apple's private key, with the addresses that the type implies. What a
    metadata or discovery address would say is not fetched, and not shown."""
    stated = {name: value for name, value in provider.details.items() if name != "private_key"}
    if provider.type == "SAML":
        return stated | _saml_additions(provider)
    if provider.type == "Facebook":
        stated = {"api_version": _FACEBOOK_VERSION} | stated
    version = stated.get("api_version", "")
    return {name: text.format(version) for name, text in _ADDED.get(provider.type, {}).items()} | stated


def client_assertion(provider: UserPoolIdentityProvider, audience: str, now: float) -> str | None:
    """The secret that Apple is shown: a token under the developer's key, made for one exchange at `now` (seconds);
    None for other providers. # apple:sign-in"""
    if provider.type != "SignInWithApple":
        return None
    details = provider.details
    key = ec_key("apple", details["team_id"], details["key_id"])
    claims = {"iss": details["team_id"], "sub": details["client_id"], "aud": audience, "iat": int(now)}
    return sign({**claims, "exp": int(now) + _ASSERTION_LIFE}, key, algorithm="ES256")


def _saml_additions(provider: UserPoolIdentityProvider) -> dict[str, str]:
    added: dict[str, str] = {}
    found = endpoints(provider.details.get("MetadataFile", ""))
    if found is not None and found.sign_in:
        added["SSORedirectBindingURI"] = found.sign_in
    if found is not None and found.sign_out:
        added["SLORedirectBindingURI"] = found.sign_out
    if provider.details.get("EncryptedResponses") == "true":
        key = rsa_key("cognito-idp", provider.pool_id, "saml-encryption", provider.name)
        added["ActiveEncryptionCertificate"] = self_signed(key, provider.pool_id, provider.created)
    return added
