"""What follows a deletion, outside the request: the row is erased."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from dossier.models import Mesure
from habilitations.acces import ouvrir_pour_le_systeme
from mes.socle.models import Travail
from mes.socle.travaux import nature

DELAI_ANNULATION = timedelta(hours=1)
"""How long a deleted measure may be brought back."""

EFFACER = "dossier.effacer_mesure"


@nature(EFFACER, file="analyses")
def effacer(travail: Travail) -> None:
    """Erases a measure that is still deleted; one brought back has another id."""
    assert travail.espace_id is not None
    with transaction.atomic(), ouvrir_pour_le_systeme(travail.espace_id):
        Mesure.objects.filter(pk=travail.cible_id, supprimee_le__isnull=False).delete()
