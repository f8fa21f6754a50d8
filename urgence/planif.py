"""What beat calls."""

from __future__ import annotations

import logging

from celery import shared_task

from urgence import actions

journal_technique = logging.getLogger("mes.urgence")


@shared_task(name="urgence.marquer_les_acces", ignore_result=True)
def marquer_les_acces() -> None:
    """Marks the emergency accesses whose delay is over; forgets the demands nothing counts."""
    journal_technique.info("accès d'urgence relus : %d", actions.marquer_les_acces_dus())
    actions.oublier_tentatives()
