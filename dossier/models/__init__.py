"""The record (class médicale: behind the wall): documents, measures."""

from dossier.models.documents import (
    COTE_PATIENT,
    Document,
    EtatAnalyse,
    EtatDocument,
    GenreAuteur,
    Recu,
)
from dossier.models.mesures import Mesure, ReglageMesures

__all__ = [
    "COTE_PATIENT",
    "Document",
    "EtatAnalyse",
    "EtatDocument",
    "GenreAuteur",
    "Mesure",
    "Recu",
    "ReglageMesures",
]
