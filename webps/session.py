"""What a professional's session holds: in which exercice, proven by what (R-PS-07, R-PS-09)."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.http import HttpRequest

from habilitations.portes import EXERCICE_CHOISI, REGULATION_MEDICALE, acteur_de_l_exercice
from mes.socle.nomenclatures import professions
from professionnels.models import Exercice

PALIER = "palier"
MOYEN = "moyen"
_AFFICHAGE = "exercice_affiche"

MEDECIN = "10"


@dataclass(frozen=True, slots=True)
class ExerciceAffiche:
    """What the header of every page says of who is acting."""

    nom: str
    profession: str
    structure: str
    peut_lire: bool = True
    """False for who only deposits (R-PS-08): the menus offer nothing else."""


def poser_exercice(
    request: HttpRequest, exercice: Exercice, *, regulateur: bool, palier: str, moyen: str
) -> None:
    """Says, once for the whole session, in which exercice the professional acts.

    `regulateur`: Pro Santé Connect says so; only a physician is one (R-URG-03). `palier`:
    `Palier_Authentification` as received; `moyen`: card, e-CPS, FIDO or other.
    """
    metier = professions().get(exercice.role) or professions().get(exercice.profession)
    affiche = ExerciceAffiche(
        nom=str(exercice.professionnel),
        profession=metier.libelle if metier else "",
        structure=exercice.structure.raison_sociale if exercice.structure else "",
        peut_lire=acteur_de_l_exercice(exercice, compte_id=None, regulateur=False).est_soignant,
    )
    request.session.update(
        {
            EXERCICE_CHOISI: str(exercice.pk),
            REGULATION_MEDICALE: regulateur and exercice.profession == MEDECIN,
            PALIER: palier,
            MOYEN: moyen,
            _AFFICHAGE: asdict(affiche),
        }
    )


def affichage(request: HttpRequest) -> ExerciceAffiche | None:
    """The open exercice in words, from the session: no query; None when nobody is logged in."""
    pose = request.session.get(_AFFICHAGE)
    return None if pose is None else ExerciceAffiche(**pose)
