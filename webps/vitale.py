"""The carte Vitale, read by a service beside the reader: it says who to search, nothing more.

`MES_LECTEUR_VITALE` is the address of that service; empty, there is no reader and no button. What it
answers is typed for the person into the search by INS and traits: it opens nothing by itself.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import requests
from django.conf import settings

from mes.socle.identifiants import IdentifiantInvalide, valider_matricule_ins, valider_trait

DELAI: Final = (1.0, 2.0)
"""Seconds to reach the reader, then to be answered: it is beside us, and somebody waits."""
TAILLE_MAX: Final = 4096
_JOUR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class LectureImpossible(Exception):
    """No card was read; `str()` is French and says what to do."""


@dataclass(frozen=True, slots=True)
class Carte:
    """What the reader answered, checked."""

    nir: str
    nom: str
    prenom: str
    date_naissance: date
    rang: int
    """Rank of birth among twins, 1 to 9."""


def a_un_lecteur() -> bool:
    return bool(settings.MES_LECTEUR_VITALE)


def lire_carte() -> Carte:
    """The card that is in the reader. Raises LectureImpossible."""
    try:
        reponse = requests.get(
            settings.MES_LECTEUR_VITALE,
            headers={"Accept": "application/json"},
            timeout=DELAI,
            allow_redirects=False,
            stream=True,
        )
        with reponse:
            octets = _lire(reponse)
    except requests.RequestException as erreur:
        raise LectureImpossible(
            "Le lecteur de carte ne répond pas. Vérifiez qu'il est branché, ou cherchez le patient "
            "par son matricule INS."
        ) from erreur
    if reponse.status_code == 404:
        raise LectureImpossible("Aucune carte dans le lecteur. Insérez-la, puis recommencez.")
    if reponse.status_code != 200 or len(octets) > TAILLE_MAX:
        raise _illisible()
    return lire_reponse(octets)


def _lire(reponse: requests.Response) -> bytes:
    """The body, cut past what a card may say."""
    octets = b""
    for morceau in reponse.iter_content(TAILLE_MAX):
        octets += morceau
        if len(octets) > TAILLE_MAX:
            break
    return octets


def lire_reponse(octets: bytes) -> Carte:
    """Strictly what a card says: five values, each of its form. Raises LectureImpossible."""
    try:
        lu = json.loads(octets)
        if not isinstance(lu, dict):
            raise _illisible()
        rang = lu["rang"]
        jour = _texte(lu, "date_naissance")
        if type(rang) is not int or not 1 <= rang <= 9 or not _JOUR.fullmatch(jour):
            raise _illisible()
        return Carte(
            nir=valider_matricule_ins(_texte(lu, "nir")).valeur,
            nom=valider_trait(_texte(lu, "nom"), champ="nom"),
            prenom=valider_trait(_texte(lu, "prenom"), champ="prenom"),
            date_naissance=date.fromisoformat(jour),
            rang=rang,
        )
    except (ValueError, KeyError, RecursionError, IdentifiantInvalide) as erreur:
        raise _illisible() from erreur


def _texte(lu: dict[str, Any], nom: str) -> str:
    valeur = lu[nom]
    if not isinstance(valeur, str) or len(valeur) > 100:
        raise _illisible()
    return valeur


def _illisible() -> LectureImpossible:
    return LectureImpossible(
        "Cette carte n'a pas pu être lue. Essayez de nouveau, ou cherchez le patient par son "
        "matricule INS."
    )
