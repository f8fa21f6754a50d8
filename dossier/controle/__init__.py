"""What a deposited file must satisfy, and the clean copy that is served (R-DOC-02…06, R-DOC-26).

Two moments. `controler` looks at the bytes, never at the announced type, and refuses with one clear
French sentence or returns what is to be stored. `assainir` makes, from stored bytes, the copy that
browsers get: a PDF rewritten without anything active, images encoded anew without their metadata.
The original stays the reference (its signature, its exact pixels); only the copy is shown.

No Django, no database, no file: bytes in, bytes out. Every step is bounded before it is taken,
because a file of 5 MB may announce terabytes.
"""

from __future__ import annotations

from dossier.controle.analyse import AnalyseImpossible, Analyseur, Clamd, EicarSeulement, Verdict
from dossier.controle.detection import detecter_type
from dossier.controle.entrees import assainir, assembler_photos, controler
from dossier.controle.saisie import (
    CARACTERES_REFUSES,
    LONGUEUR_TITRE,
    AvertissementTitre,
    SaisieRefusee,
    avertissements_titre,
    titre_recu,
    valider_date_document,
    valider_titre,
)
from dossier.controle.types import (
    FORMATS_PATIENT,
    FORMATS_PROFESSIONNEL,
    PAGES_PDF_MAX,
    PAGES_TIFF_MAX,
    PIXELS_MAX,
    TAILLE_MAX,
    TAILLE_MAX_IMAGE,
    FichierControle,
    FichierRefuse,
    MotifRefus,
    Servi,
    TypeFichier,
)

__all__ = [
    "CARACTERES_REFUSES",
    "FORMATS_PATIENT",
    "FORMATS_PROFESSIONNEL",
    "LONGUEUR_TITRE",
    "PAGES_PDF_MAX",
    "PAGES_TIFF_MAX",
    "PIXELS_MAX",
    "TAILLE_MAX",
    "TAILLE_MAX_IMAGE",
    "AnalyseImpossible",
    "Analyseur",
    "AvertissementTitre",
    "Clamd",
    "EicarSeulement",
    "FichierControle",
    "FichierRefuse",
    "MotifRefus",
    "SaisieRefusee",
    "Servi",
    "TypeFichier",
    "Verdict",
    "assainir",
    "assembler_photos",
    "avertissements_titre",
    "controler",
    "detecter_type",
    "titre_recu",
    "valider_date_document",
    "valider_titre",
]
