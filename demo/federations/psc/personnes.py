"""The invented professionals, and what Pro Santé Connect would say of each of them.

The file `personnes.json` holds what differs from one to the other; the shape of the claims, with
its many empty strings, is here. Free of Django.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from demo.federations.psc.moyens import DESCRIPTIONS, Moyen

FICHIER = Path(__file__).resolve().parent.parent / "personnes.json"

OID_PROFESSION = "1.2.250.1.213.1.1.5.5"
OID_SECTEUR = "1.2.250.1.71.4.2.4"
PSI_LOCALE = "1.2.250.1.213.1.3.1.1"
FOURNISSEUR = "8f2d4c1e-6b0a-4f57-9c35-2a7e9d1b6f40"
"""The user storage of the realm, invented: the middle part of every `sub`."""

_ACTIVITE_VIDE = dict.fromkeys(
    (
        "codeModeExercice",
        "codeSecteurDactivite",
        "codeSectionPharmacien",
        "codeRole",
        "codeGenreActivite",
        "numeroSiretSite",
        "numeroSirenSite",
        "numeroFinessSite",
        "numeroFinessetablissementJuridique",
        "identifiantTechniqueDeLaStructure",
        "raisonSocialeSite",
        "enseigneCommercialeSite",
        "complementDestinataire",
        "complementPointGeographique",
        "numeroVoie",
        "indiceRepetitionVoie",
        "codeTypeDeVoie",
        "libelleVoie",
        "mentionDistribution",
        "bureauCedex",
        "codePostal",
        "codeCommune",
        "codePays",
        "telephone",
        "telephone2",
        "telecopie",
        "adresseEMail",
        "codeDepartement",
        "ancienIdentifiantDeLaStructure",
        "autoriteDenregistrement",
    ),
    "",
)

_EXERCICE_VIDE = dict.fromkeys(
    (
        "codeProfession",
        "codeCategorieProfessionnelle",
        "codeCiviliteDexercice",
        "nomDexercice",
        "prenomDexercice",
        "codeTypeSavoirFaire",
        "codeSavoirFaire",
    ),
    "",
)


@dataclass(frozen=True, slots=True)
class Personne:
    """A professional of the demonstration."""

    rpps: str
    nom: str
    prenom: str
    civilite: str
    description: str
    est_regulateur: bool
    exercices: tuple[Mapping[str, Any], ...]
    """In the shape of `SubjectRefPro.exercices`."""

    @property
    def id_national(self) -> str:
        """The national identifier: type 8, then the RPPS number."""
        return f"8{self.rpps}"

    @property
    def sub(self) -> str:
        return f"f:{FOURNISSEUR}:{self.id_national}"

    @property
    def autres_identifiants(self) -> list[dict[str, Any]]:
        return [{"identifiant": self.rpps, "origine": "RPPS", "qualite": 1}]


def _activite(lue: Mapping[str, str], structures: Mapping[str, Mapping[str, str]]) -> Any:
    structure = structures[lue["structure"]]
    finess = structure.get("numeroFinessSite")
    return {
        **_ACTIVITE_VIDE,
        **({"identifiantTechniqueDeLaStructure": f"F{finess}"} if finess else {}),
        **structure,
        **{cle: valeur for cle, valeur in lue.items() if cle != "structure"},
    }


def _personne(lue: Mapping[str, Any], structures: Mapping[str, Mapping[str, str]]) -> Personne:
    return Personne(
        rpps=lue["rpps"],
        nom=lue["family_name"],
        prenom=lue["given_name"],
        civilite=lue["codeCivilite"],
        description=lue["description"],
        est_regulateur=lue.get("regulateur", False),
        exercices=tuple(
            {
                **_EXERCICE_VIDE,
                "codeCiviliteDexercice": lue["codeCivilite"],
                "nomDexercice": lue["family_name"],
                "prenomDexercice": lue["given_name"],
                **exercice,
                "activities": [_activite(a, structures) for a in exercice["activities"]],
            }
            for exercice in lue["exercices"]
        ),
    )


@cache
def professionnels() -> dict[str, Personne]:
    """The professionals by RPPS number, in the order of the file."""
    lu = json.loads(FICHIER.read_text(encoding="utf-8"))
    personnes = (_personne(p, lu["structures"]) for p in lu["professionnels"])
    return {personne.rpps: personne for personne in personnes}


def revendications(personne: Personne, moyen: Moyen) -> dict[str, Any]:
    """What the userinfo endpoint says of the person, in the shape of the real one.

    The current structure is that of the first activity; without any exercice, the lists are empty
    and the structure is blank.
    """
    activites = [a for exercice in personne.exercices for a in exercice["activities"]]
    courante = activites[0] if activites else _ACTIVITE_VIDE
    finess = courante["numeroFinessSite"]
    secteur = courante["codeSecteurDactivite"]
    professions = dict.fromkeys(exercice["codeProfession"] for exercice in personne.exercices)
    return {
        "sub": personne.sub,
        "SubjectNameID": personne.id_national,
        "preferred_username": personne.id_national,
        "given_name": personne.prenom,
        "family_name": personne.nom,
        "codeCivilite": personne.civilite,
        "email_verified": False,
        "otherIds": personne.autres_identifiants,
        "SubjectRole": [f"{profession}^{OID_PROFESSION}" for profession in professions],
        "SubjectRefPro": {
            "codeCivilite": personne.civilite,
            "exercices": list(personne.exercices),
        },
        "SubjectOrganization": courante["raisonSocialeSite"],
        # IDNST: type 1, then the FINESS number; or the register's own identifier.
        "SubjectOrganizationID": (
            f"1{finess}" if finess else courante["identifiantTechniqueDeLaStructure"]
        ),
        "Secteur_Activite": f"{secteur}^{OID_SECTEUR}" if secteur else "",
        "codeGenreActivite": courante["codeGenreActivite"],
        "Mode_Acces_Raison": "",
        "Acces_Regulation_Medicale": "VRAI" if personne.est_regulateur else "FAUX",
        "Palier_Authentification": DESCRIPTIONS[moyen].palier,
        "authMode": DESCRIPTIONS[moyen].mode,
        "PSI_Locale": PSI_LOCALE,
        "UITVersion": "1.0",
    }
