"""Naming one person, exactly, without her card: an emergency's search (R-URG-05, R-PS-23).

It never tells anything but « this one », or nothing: unknown, closed or shared by homonyms, the
answer is the same, and so is what it costs. No list, no name, no count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from mes.socle import coffres
from mes.socle.chiffrement import Cle
from mes.socle.models import CleIdentite
from usagers.identite import index_ins
from usagers.models import Identite, Statut
from usagers.recherche import espaces_par_traits

OUVERTS = (Statut.ACTIVE, Statut.OUVERT_NON_ACTIVE)
_AUCUN_ESPACE = UUID(int=0)
"""Keeps the number of queries the same when nobody answers."""


@dataclass(frozen=True, slots=True)
class Personne:
    """What a professional knows of the patient. The last three tell homonyms apart.

    `sexe`: M, F or I; `lieu_naissance`: INSEE code; `matricule`: already checked.
    """

    nom: str
    prenom: str
    date_naissance: date
    sexe: str = ""
    lieu_naissance: str = ""
    matricule: str = ""


def espace_designe(personne: Personne) -> UUID | None:
    """The open espace that these traits name alone, else None."""
    # The index holds the first of the first names: people may type them all.
    prenom = next(iter(personne.prenom.split()), "")
    candidats = [
        identite
        for identite in espaces_par_traits(personne.nom, prenom, personne.date_naissance)
        if identite.espace.statut in OUVERTS
    ]
    cles = coffres.coffres(CleIdentite, [_AUCUN_ESPACE, *(c.pk for c in candidats)])
    designes = [c.pk for c in candidats if c.pk in cles and _repond(c, cles[c.pk], personne)]
    return designes[0] if len(designes) == 1 else None


def _repond(identite: Identite, cle: Cle, personne: Personne) -> bool:
    """Whether what was added to the name and the birth date is hers too."""
    if personne.matricule and (
        identite.ins_index is None or bytes(identite.ins_index) != index_ins(personne.matricule)
    ):
        return False
    traits = identite.traits(cle)
    return personne.sexe in ("", traits["sexe"]) and personne.lieu_naissance in (
        "",
        traits["lieu_naissance"],
    )
