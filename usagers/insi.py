"""The INSi teleservice: from strict traits to the INS (R-INS-02).

The real one needs a national contract; a stand-in of the demonstration answers like it from a
file, chosen by the setting MES_INSI (« fichier:///chemin.json »). Codes: 00 one identity, 01 none,
02 several; outside 00 nothing is retrieved.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from django.conf import settings

from mes.socle.identifiants import Ins, TraitsStricts, valider_ins
from usagers.identite import oids_acceptes_ici


class CodeINSi(StrEnum):
    TROUVEE = "00"
    AUCUNE = "01"
    PLUSIEURS = "02"


class INSiIndisponible(Exception):
    """The teleservice is not configured or does not answer: nothing is retrieved."""


@dataclass(frozen=True, slots=True)
class ReponseINSi:
    code: CodeINSi
    ins: Ins | None = None


class Teleservice(Protocol):
    def interroger(self, traits: TraitsStricts) -> ReponseINSi:
        """Asks for the INS of these traits. Raises INSiIndisponible."""
        ...


class INSiSurFichier:
    """The stand-in: a JSON list of {matricule, oid, nom_naissance, prenoms, date_naissance, sexe}."""

    def __init__(self, chemin: Path) -> None:
        self._chemin = chemin

    def interroger(self, traits: TraitsStricts) -> ReponseINSi:
        try:
            registre = json.loads(self._chemin.read_text(encoding="utf-8"))
        except (OSError, json.JSONDecodeError) as erreur:
            raise INSiIndisponible("registre de démonstration illisible") from erreur
        trouvees = [
            ligne
            for ligne in registre
            if ligne["nom_naissance"] == traits.nom_naissance
            and traits.premier_prenom in ligne["prenoms"].split(" ")
            and ligne["date_naissance"] == traits.date_naissance.isoformat()
            and ligne["sexe"] == traits.sexe
        ]
        if not trouvees:
            return ReponseINSi(CodeINSi.AUCUNE)
        if len(trouvees) > 1:
            return ReponseINSi(CodeINSi.PLUSIEURS)
        ins = valider_ins(
            trouvees[0]["matricule"], trouvees[0]["oid"], acceptes=oids_acceptes_ici()
        )
        return ReponseINSi(CodeINSi.TROUVEE, ins)


def teleservice() -> Teleservice:
    """The configured teleservice. Raises INSiIndisponible when there is none."""
    adresse = urlsplit(settings.MES_INSI)
    if adresse.scheme == "fichier":
        return INSiSurFichier(Path(adresse.path))
    raise INSiIndisponible("le téléservice INSi n'est pas configuré")
