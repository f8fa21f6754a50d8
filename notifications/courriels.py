"""E-mails in plain French, from templates that are given no health data (R-NOT-03).

`composer` accepts a closed list of words: a template could not show a document's title, a
professional's name or a place of care even by mistake, because it never receives one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string

PERMIS = frozenset({"prenom", "code", "duree", "lien", "evenement"})
"""`evenement`: the neutral sentence of a `CodeNotification`; `duree`: minutes; `lien`: ours."""


@dataclass(frozen=True, slots=True)
class Courriel:
    sujet: str
    texte: str
    html: str


def composer(gabarit: str, contexte: Mapping[str, str]) -> Courriel:
    """Renders `courriels/<gabarit>_sujet.txt`, `.txt` and `.html`.

    Raises ValueError for a word that isn't in `PERMIS`, TemplateDoesNotExist.
    """
    interdits = set(contexte) - PERMIS
    if interdits:
        raise ValueError(f"mots interdits dans un courriel : {', '.join(sorted(interdits))}")
    donnees = {**contexte, "nom_service": settings.MES_NOM, "adresse_service": settings.MES_URL}
    sujet = render_to_string(f"courriels/{gabarit}_sujet.txt", donnees)
    return Courriel(
        sujet=" ".join(sujet.split()),
        texte=render_to_string(f"courriels/{gabarit}.txt", donnees).strip() + "\n",
        html=render_to_string(f"courriels/{gabarit}.html", donnees),
    )
