"""What beat calls for the documents."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from dossier import alertes, orphelins
from dossier.mesures import effets  # noqa: F401 - registers the job that erases a measure
from mes.socle.dates import aujourdhui_a_paris

journal_technique = logging.getLogger("mes.dossier")


@shared_task(name="dossier.nettoyer_orphelins", ignore_result=True)
def nettoyer_orphelins() -> None:
    """Sweeps, once a day, the files that no document names."""
    try:
        effaces = orphelins.nettoyer(maintenant=timezone.now())
    except orphelins.TropDOrphelins as erreur:
        journal_technique.error("fichiers orphelins laissés en place : %s", erreur)
    else:
        journal_technique.info("fichiers orphelins effacés : %d", effaces)


@shared_task(name="dossier.alerter_du_jour", ignore_result=True)
def alerter_du_jour() -> None:
    """Tells, once a day, those who asked so of the documents of the day before (R-PS-30)."""
    prevenus = alertes.alerter_du_jour(aujourdhui_a_paris())
    journal_technique.info("alertes du jour : %d", prevenus)
