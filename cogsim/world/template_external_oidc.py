"""OpenID Connect providers outside AWS as the resources that they load from."""

from __future__ import annotations

from cogsim.frozen import thaw
from cogsim.world.external_oidc import OidcClient, OidcIssuer, OidcUser, Repository
from cogsim.world.template_parts import Json, present, resource, some


def oidc_issuer(noun: OidcIssuer) -> Json:
    """Cogsim::OidcIssuer, with its applications, people and repositories."""
    properties: Json = {
        "Url": noun.url,
        "Preset": noun.preset,
        "Algorithm": noun.algorithm,
        "Generations": some(noun.generations),
        "TokenLifetime": noun.token_lifetime,
        "Reachable": noun.reachable,
        "Clients": some(_client(each) for each in noun.clients.values()),
        "Users": some(_user(each) for each in noun.users.values()),
        "Repositories": some(_repository(each) for each in noun.repositories.values()),
    }
    return resource("Cogsim::OidcIssuer", properties)


def _client(noun: OidcClient) -> Json:
    return present(
        {
            "Id": noun.id,
            "Secret": noun.secret,
            "RedirectUris": some(noun.redirect_uris),
            "Pkce": noun.pkce,
            "TeamId": noun.team_id,
            "KeyId": noun.key_id,
        }
    )


def _user(noun: OidcUser) -> Json:
    return present(
        {
            "Username": noun.username,
            "Subject": noun.subject,
            "Password": noun.password,
            "Claims": thaw(noun.claims) or None,
            "EmailVerified": noun.email_verified,
            "Enabled": noun.enabled,
        }
    )


def _repository(noun: Repository) -> Json:
    return present(
        {
            "Name": noun.name,
            "Id": noun.id,
            "OwnerId": noun.owner_id,
            "Visibility": noun.visibility,
            "Environments": some(noun.environments),
            "SubjectKeys": some(noun.subject_keys),
            "Enterprise": noun.enterprise,
        }
    )
