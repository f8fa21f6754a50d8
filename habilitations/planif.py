"""What beat calls."""

from __future__ import annotations

import logging

from celery import shared_task

from habilitations import surveillance
from habilitations.actions.accords import clore_accords_echus as clore

journal_technique = logging.getLogger("mes.habilitations")


@shared_task(name="habilitations.detecter_abus", ignore_result=True)
def detecter_abus() -> None:
    """Raises the alerts of misuse (R-TRA-10)."""
    journal_technique.info("alertes nouvelles : %d", surveillance.detecter_abus())


@shared_task(name="habilitations.clore_les_journaux", ignore_result=True)
def clore_les_journaux() -> None:
    """Ends the life of the journals whose archive is over (R-TRA-09)."""
    journal_technique.info("journaux clos : %d", surveillance.clore_les_journaux())


@shared_task(name="habilitations.clore_accords_echus", ignore_result=True)
def clore_accords_echus() -> None:
    """Closes what the patient agreed to and whose end has come (R-PS-18)."""
    journal_technique.info("accords échus refermés : %d", clore())
