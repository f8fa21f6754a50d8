"""Importing the types that must be sent to every record, by dates (R-ALI-01, arrêté of 26/04/2022)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import StringIO

from django.db import transaction

from habilitations.models import VersementObligatoire
from mes.socle.nomenclatures import types_documents

COLONNES = ("type_code", "du", "au", "source")


class VersementsInvalides(ValueError):
    """The file can't be imported; `str()` names the line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Bilan:
    ajoutes: int
    modifies: int
    retires: int


@dataclass(frozen=True, slots=True)
class _Versement:
    type_code: str
    du: date
    au: date | None
    source: str


def importer_versements(contenu: str) -> Bilan:
    """Replaces the list by that of the file: CSV, columns `COLONNES`, dates AAAA-MM-JJ, `au` may be
    empty. Idempotent; all or nothing. Raises VersementsInvalides."""
    voulus = {(v.type_code, v.du): v for v in _lire(contenu)}
    with transaction.atomic():
        presents = {
            (v.type_code, v.du): v for v in VersementObligatoire.objects.select_for_update()
        }
        perimes = [v.pk for cle, v in presents.items() if cle not in voulus]
        VersementObligatoire.objects.filter(pk__in=perimes).delete()
        changes = []
        for cle in presents.keys() & voulus.keys():
            present, voulu = presents[cle], voulus[cle]
            if (present.au, present.source) != (voulu.au, voulu.source):
                present.au, present.source = voulu.au, voulu.source
                changes.append(present)
        VersementObligatoire.objects.bulk_update(changes, ["au", "source"])
        nouveaux = [
            VersementObligatoire(type_code=v.type_code, du=v.du, au=v.au, source=v.source)
            for cle, v in voulus.items()
            if cle not in presents
        ]
        VersementObligatoire.objects.bulk_create(nouveaux)
    return Bilan(len(nouveaux), len(changes), len(perimes))


def _lire(contenu: str) -> Iterator[_Versement]:
    lecteur = csv.DictReader(StringIO(contenu))
    if tuple(lecteur.fieldnames or ()) != COLONNES:
        raise VersementsInvalides(f"colonnes attendues : {', '.join(COLONNES)}")
    vus: set[tuple[str, date]] = set()
    for numero, ligne in enumerate(lecteur, start=2):
        code = (ligne["type_code"] or "").strip()
        if code not in types_documents():
            raise VersementsInvalides(f"ligne {numero} : type de document inconnu « {code[:40]} »")
        du = _jour(ligne["du"], numero)
        au = _jour(ligne["au"], numero) if ligne["au"] else None
        if au is not None and au < du:
            raise VersementsInvalides(f"ligne {numero} : la fin vient avant le début")
        if (code, du) in vus:
            raise VersementsInvalides(f"ligne {numero} : déjà donnée plus haut")
        if not ligne["source"]:
            raise VersementsInvalides(f"ligne {numero} : la source manque")
        vus.add((code, du))
        yield _Versement(code, du, au, ligne["source"][:200])


def _jour(texte: str | None, numero: int) -> date:
    try:
        return date.fromisoformat(texte or "")
    except ValueError as erreur:
        raise VersementsInvalides(f"ligne {numero} : date attendue AAAA-MM-JJ") from erreur
