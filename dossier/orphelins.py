"""Files that no document names: a process died between the file and the row, and they are swept.

A file is written before its row commits, never after: one older than a day without a row will never
have one. Its age is that of its uuid, so that no storage has to be asked about each file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from dossier import fichiers
from dossier.models import Document
from mes.socle import mur
from usagers.models import EspaceSante

AGE = timedelta(days=1)
PROFONDEUR = timedelta(days=30)
"""How far back a run looks: what it holds in memory is a month of deposits, not the whole house."""
LOT = 500
PLANCHER = 100
PART_MAX = 0.1


class TropDOrphelins(Exception):
    """So many files without a row that the rows were probably not all seen: nothing is erased."""


def nettoyer(*, maintenant: datetime) -> int:
    """Erases the files between a day and a month old that no document names; how many.

    Raises TropDOrphelins above PLANCHER files and PART_MAX of those looked at.
    """
    plus_vieux, plus_jeune = (
        _millisecondes(maintenant - PROFONDEUR),
        _millisecondes(maintenant - AGE),
    )
    candidats = {f for f in fichiers.stockes() if plus_vieux <= f.int >> 80 < plus_jeune}
    orphelins = candidats - _nommes(candidats) if candidats else candidats
    if len(orphelins) > max(PLANCHER, PART_MAX * len(candidats)):
        raise TropDOrphelins(f"{len(orphelins)} fichiers sans document sur {len(candidats)}")
    for fichier_id in orphelins:
        fichiers.effacer(fichier_id)
    return len(orphelins)


def _millisecondes(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def _nommes(candidats: Iterable[UUID]) -> set[UUID]:
    """Those that a document names, whatever its state: the espaces are opened by batches.

    An espace opened since the list was read only has files too young to be looked at.
    """
    cherches = list(candidats)
    espaces = list(EspaceSante.objects.order_by("pk").values_list("pk", flat=True))
    nommes: set[UUID] = set()
    for debut in range(0, len(espaces), LOT):
        nommes |= _nommes_ici(espaces[debut : debut + LOT], cherches)
    return nommes


def _nommes_ici(espaces: Sequence[UUID], cherches: Sequence[UUID]) -> set[UUID]:
    with transaction.atomic(), mur.ouvrir(lus=espaces):
        lignes = Document.objects.filter(espace_id__in=espaces).filter(
            Q(original_id__in=cherches) | Q(servi_id__in=cherches)
        )
        return {
            fichier_id
            for paire in lignes.values_list("original_id", "servi_id")
            for fichier_id in paire
            if fichier_id is not None
        }
