"""The looks of a pool's sign-in pages, and the documents they link to. # idp:managed-login"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.refusals import INVALID_PARAMETER, NOT_FOUND, UNSEEN_TEXTS, Check, passed, refused
from cogsim.world.pool_members import PoolDocument
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

BRANDING, TERMS, CUSTOMIZATION = "ManagedLoginBranding", "Terms", "UICustomization"
_SOURCE = "idp:managed-login"


def check_has_domain(world: World, pool: UserPool) -> Check:
    """Whether the pool has a domain for its pages to stand under."""
    question = "does the pool have a domain?"
    held = next((domain.domain for domain in world.domains.values() if domain.pool_id == pool.id), None)
    if held is not None:
        return passed(question, held, _SOURCE)
    text = "There has to be an existing domain associated with this user pool"
    return refused(Refusal(INVALID_PARAMETER, text), question, pool.id, _SOURCE)


def check_one_look(
    use_defaults: bool | None, settings: Mapping[str, Any] | None, assets: Sequence[Any] | None
) -> Check:
    """Whether the request asks for Cognito's own looks or for others, and not for both."""
    question = "does the request ask for one look only?"
    if not use_defaults or (settings is None and not assets):
        return passed(question, "Cognito's own" if use_defaults else "its own", _SOURCE)
    text = "Settings and Assets cannot be specified when UseCognitoProvidedValues is true."
    refusal = Refusal(INVALID_PARAMETER, text)
    return refused(refusal, question, "both", _SOURCE, assumption=UNSEEN_TEXTS)


def check_style_named(pool_id: str | None, branding_id: str | None) -> Check:
    """Whether the request says which style of which pool it is about."""
    question = "does the request name the style?"
    if pool_id and branding_id:
        return passed(question, branding_id, _SOURCE)
    refusal = Refusal(INVALID_PARAMETER, "UserPoolId and ManagedLoginBrandingId are required.")
    return refused(refusal, question, f"{pool_id}, {branding_id}", _SOURCE, assumption=UNSEEN_TEXTS)


def check_unbranded(world: World, pool: UserPool, client_id: str) -> Check:
    """Whether the app client has no branding style yet."""
    question = "does the app client have no style yet?"
    if _of_client(world, pool, BRANDING, client_id) is None:
        return passed(question, client_id, _SOURCE)
    text = f"Managed login branding already exists for client {client_id}."
    refusal = Refusal("ManagedLoginBrandingExistsException", text)
    return refused(refusal, question, client_id, _SOURCE, assumption=UNSEEN_TEXTS)


def check_terms_free(world: World, pool: UserPool, client_id: str, name: str, own_id: str | None = None) -> Check:
    """Whether the app client has no other terms of that name."""
    question = "does the app client have no terms of that name yet?"
    held = _of_client(world, pool, TERMS, client_id, name)
    if held is None or held.key == own_id:
        return passed(question, name, _SOURCE)
    refusal = Refusal("TermsExistsException", f"Terms {name} already exist for client {client_id}.")
    return refused(refusal, question, name, _SOURCE, assumption=UNSEEN_TEXTS)


def check_links(links: Mapping[str, str] | None) -> Check:
    """Whether the terms lead anywhere."""
    question = "do the terms have a link?"
    if links:
        return passed(question, ", ".join(sorted(links)), _SOURCE)
    refusal = Refusal(INVALID_PARAMETER, "Links must have at least one entry.")
    return refused(refusal, question, "none", _SOURCE, assumption=UNSEEN_TEXTS)


def branding(world: World, pool: UserPool, branding_id: str) -> Decision[PoolDocument | Refusal]:
    """The pool's branding style of that id, or the refusal."""
    return _found(world.pool_documents.get((pool.id, BRANDING, branding_id)), "Managed login branding", branding_id)


def branding_of_client(world: World, pool: UserPool, client_id: str) -> Decision[PoolDocument | Refusal]:
    """The app client's branding style, or the refusal."""
    return _found(_of_client(world, pool, BRANDING, client_id), "Managed login branding", f"for client {client_id}")


def terms(world: World, pool: UserPool, terms_id: str) -> Decision[PoolDocument | Refusal]:
    """The pool's terms of that id, or the refusal."""
    return _found(world.pool_documents.get((pool.id, TERMS, terms_id)), "Terms", terms_id)


def terms_of_client(world: World, pool: UserPool, client_id: str, name: str) -> Decision[PoolDocument | Refusal]:
    """The app client's terms of that name, or the refusal."""
    return _found(_of_client(world, pool, TERMS, client_id, name), "Terms", f"{name} for client {client_id}")


def _found(document: PoolDocument | None, what: str, which: str) -> Decision[PoolDocument | Refusal]:
    question = "is there such a document?"
    if document is not None:
        return decided(document, Step(question, "yes", which, _SOURCE, location=document.origin.location))
    refusal = Refusal(NOT_FOUND, f"{what} {which} does not exist.")
    return refused(refusal, question, which, _SOURCE, assumption=UNSEEN_TEXTS)


def _of_client(world: World, pool: UserPool, kind: str, client_id: str, name: str | None = None) -> PoolDocument | None:
    documents = world.pool_documents
    for entry in documents:
        content = documents[entry].content
        named = name is None or content.get("TermsName") == name
        if entry[:2] == (pool.id, kind) and content.get("ClientId") == client_id and named:
            return documents[entry]
    return None
