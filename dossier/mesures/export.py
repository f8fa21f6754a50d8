"""The measures as a CSV file that a French spreadsheet opens, semicolons and decimal commas."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO

from django.utils import timezone

from dossier.mesures.regles import INSECABLE
from dossier.mesures.selection import Releve

COLONNES = (
    *("Mesure", "Date", "Heure", "Valeur", "Unité"),
    *("Contexte", "Commentaire", "Ajoutée par"),
)
_FORMULES = ("=", "+", "-", "@", "\t", "\r")


def _inerte(texte: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{texte}" if texte.startswith(_FORMULES) else texte


def en_csv(releves: Iterable[Releve]) -> bytes:
    """UTF-8 with its mark, without which a spreadsheet misreads accents."""
    sortie = StringIO()
    feuille = csv.writer(sortie, delimiter=";", lineterminator="\r\n")
    feuille.writerow(COLONNES)
    for releve in releves:
        le = timezone.localtime(releve.le)
        feuille.writerow(
            [
                releve.type_mesure.libelle,
                f"{le:%d/%m/%Y}",
                f"{le:%H:%M}",
                releve.texte_sans_unite.replace(INSECABLE, ""),
                releve.type_mesure.unite,
                _inerte(releve.contexte),
                _inerte(releve.commentaire),
                _inerte(releve.auteur),
            ]
        )
    return sortie.getvalue().encode("utf-8-sig")
