"""Title and date as a person types them, or as another system sends them (R-DOC-04, 05)."""

from __future__ import annotations

import unicodedata
from datetime import date
from enum import StrEnum

from dossier.controle.types import FichierRefuse, MotifRefus

LONGUEUR_TITRE = 100
CARACTERES_REFUSES = "@<>?:/€*#|%~+£$!§¤"
ANNEE_MINIMALE = 1900


class SaisieRefusee(FichierRefuse):
    """A title or a date that can't be accepted with the file."""


def _caracteres_a_retirer(titre: str) -> list[str]:
    """The refused characters, each once, in the order of the title."""
    return [signe for signe in dict.fromkeys(titre) if signe in CARACTERES_REFUSES]


def valider_titre(titre: str) -> str:
    """The typed title, single-spaced: mandatory, at most 100, no refused character (R-DOC-04).

    Raises SaisieRefusee, which names each refused character.
    """
    propre = " ".join(unicodedata.normalize("NFC", titre).split())
    if not propre:
        raise SaisieRefusee(MotifRefus.TITRE_REFUSE, "Donnez un titre au document.")
    if refuses := _caracteres_a_retirer(propre):
        noms = ", ".join(f"« {signe} »" for signe in refuses)
        pluriel = "ces caractères" if len(refuses) > 1 else "ce caractère"
        raise SaisieRefusee(MotifRefus.TITRE_REFUSE, f"Retirez {pluriel} du titre : {noms}.")
    if any(unicodedata.category(signe) in ("Cc", "Cf", "Cs", "Co", "Cn") for signe in propre):
        raise SaisieRefusee(MotifRefus.TITRE_REFUSE, "Retirez du titre les caractères invisibles.")
    if len(propre) > LONGUEUR_TITRE:
        raise SaisieRefusee(
            MotifRefus.TITRE_REFUSE,
            f"Raccourcissez le titre : {LONGUEUR_TITRE} caractères au plus, espaces compris.",
        )
    return propre


class AvertissementTitre(StrEnum):
    """What the strict check would have refused in a received title."""

    ABSENT = "absent"
    TROP_LONG = "trop_long"
    CARACTERES_REFUSES = "caracteres_refuses"


def titre_recu(titre: str | None) -> str:
    """The title of a received document, kept (decision table, last section).

    Only blanks and control signs are tidied. An absent one gives an empty title: the screens then
    show the document's type. `avertissements_titre` says what is unusual in it.
    """
    lisible = "".join(
        " " if unicodedata.category(signe) in ("Cc", "Cs") else signe for signe in titre or ""
    )
    return " ".join(lisible.split())


def avertissements_titre(titre: str) -> tuple[AvertissementTitre, ...]:
    """What `valider_titre` would refuse in a title that `titre_recu` kept."""
    avertissements = []
    if not titre:
        avertissements.append(AvertissementTitre.ABSENT)
    if len(titre) > LONGUEUR_TITRE:
        avertissements.append(AvertissementTitre.TROP_LONG)
    if _caracteres_a_retirer(titre):
        avertissements.append(AvertissementTitre.CARACTERES_REFUSES)
    return tuple(avertissements)


def valider_date_document(jour: date | None, aujourdhui: date) -> date:
    """The day of the document: today by default, never to come, from 1900 on (R-DOC-05)."""
    if jour is None:
        return aujourdhui
    if jour > aujourdhui:
        raise SaisieRefusee(
            MotifRefus.DATE_REFUSEE,
            "La date du document ne peut pas être dans l'avenir : corrigez-la.",
        )
    if jour.year < ANNEE_MINIMALE:
        raise SaisieRefusee(
            MotifRefus.DATE_REFUSEE, f"Saisissez une date à partir de l'année {ANNEE_MINIMALE}."
        )
    return jour
