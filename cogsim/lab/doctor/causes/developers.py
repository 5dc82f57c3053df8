"""Why a developer's own server gets no token for its users, or its users none for themselves."""

from __future__ import annotations

from dataclasses import replace

from cogsim.lab.doctor.cause import Cause, Changed, Cure, reads
from cogsim.lab.doctor.question import Question
from cogsim.lab.doctor.symptom import Symptom
from cogsim.lab.doctor.written import in_call, in_resource
from cogsim.world.world import World


@reads("is one of the logins the developer provider's?")
def other_provider(symptom: Symptom) -> Cause | None:
    """Logins names another developer provider than the pool's, or the pool has none."""
    pool, name = symptom.pool, symptom.login[0]
    if pool is None:
        return None
    own = pool.developer_provider_name
    if own is not None:

        def in_question(world: World, question: Question) -> Changed:
            return world, replace(question, provider=own)

        write = in_call({"Logins": {own: symptom.login[1]}})
        return Cause(
            "wrong-developer-provider",
            "Logins names another developer provider than the identity pool's",
            f"Logins says {name}; the pool's DeveloperProviderName is {own}, which cannot be changed",
            pool.origin.at("DeveloperProviderName"),
            Cure(f"call with the key {own} in Logins", write, in_question, in_world=False),
            source="ci:developer",
        )
    made = symptom.question.provider or "login.developer"

    def apply(world: World, question: Question) -> Changed:
        return world.with_identity_pool(replace(world.identity_pools[pool.id], developer_provider_name=made)), replace(
            question, provider=made
        )

    return Cause(
        "no-developer-provider",
        "the identity pool has no developer provider",
        "without a DeveloperProviderName nobody's word counts but that of the public providers",
        pool.origin.at("DeveloperProviderName"),
        Cure(
            "give the pool a DeveloperProviderName",
            in_resource(pool.origin, pool.name, {"DeveloperProviderName": made}),
            apply,
        ),
        source="ci:developer",
    )


@reads("is it a public provider's name?")
def as_public_login(symptom: Symptom) -> Cause | None:
    """A developer's user identifier offered like a token."""
    name = symptom.login[0]
    return Cause(
        "developer-name-as-login",
        "the developer's own name was used where a public provider's is wanted",
        f"Logins says {name}; a user identifier proves nothing unless the developer signs the call",
        symptom.pool.origin.at("DeveloperProviderName") if symptom.pool is not None else None,
        None,
        "let the server call GetOpenIdTokenForDeveloperIdentity, and send its token as "
        "cognito-identity.amazonaws.com; not tried: that is another question",
        "ci:developer",
    )
