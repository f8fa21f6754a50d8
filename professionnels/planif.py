"""What beat calls."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import transaction

from mes.socle.dates import aujourdhui_a_paris
from professionnels.actions import DossierAbsent, planifier_import_du_jour

journal_technique = logging.getLogger("mes.annuaire")


@shared_task(name="professionnels.importer_annuaire", ignore_result=True)
def importer_annuaire() -> None:
    """Plans the daily import, when a folder is set."""
    try:
        with transaction.atomic():
            planifier_import_du_jour(jour=aujourdhui_a_paris())
    except DossierAbsent as erreur:
        journal_technique.error("%s", erreur)
