"""What an agent does about a person: each look-up is written in that person's history (R-SUP-10).

The console's transactions run as mes_support: it adds lines to the journals and reads none of the
espaces', nor anything medical (R-SUP-05).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from comptes.models import Compte
from habilitations.explication import ExplicationAcces, expliquer_acces
from journal.faits import ActeurTrace, Fait, FaitSecurite, GenreActeur
from journal.inscription import Inscription, inscrire, inscrire_securite
from professionnels.models import Professionnel
from usagers.recherche import espace_par_ins


def acteur_support(agent: Compte) -> ActeurTrace:
    """An agent as the patient reads of her: « Assistance », never a name. Her uuid stays for audits."""
    return ActeurTrace(GenreActeur.AGENT, agent.pk, "Assistance", "agent du support")


def tracer(
    *, agent: Compte, espace_id: UUID, fait: Fait, details: Mapping[str, Any] | None = None
) -> None:
    """Writes in the person's history what the agent did (R-SUP-10), in the current transaction."""
    inscrire(espace_id, Inscription(fait, acteur_support(agent), details=details or {}))


def expliquer_decision(
    *, agent: Compte, rpps: str, ins: str, type_document: str, mode: str
) -> ExplicationAcces:
    """Why this professional may or may not see, and what would change it; the patient sees the ask.

    `ins`: matricule. Raises ExplicationImpossible; the look-up is written all the same, hence no
    savepoint here: the caller's transaction keeps the line.
    """
    espace = espace_par_ins(ins)
    if espace is None:
        inscrire_securite(
            FaitSecurite.RECHERCHE_SANS_RESULTAT,
            acteur_genre=GenreActeur.AGENT,
            acteur_id=agent.pk,
            details={"regle": "R-SUP-10"},
        )
    else:
        professionnel = Professionnel.objects.filter(rpps=rpps).first()
        tracer(
            agent=agent,
            espace_id=espace.pk,
            fait=Fait.DECISION_EXPLIQUEE,
            details={
                "titre": str(professionnel) if professionnel else "un professionnel inconnu",
                "type_document": type_document,
                "mode_demande": mode,
            },
        )
    return expliquer_acces(rpps, ins, type_document, mode)
