"""What beat calls for the accounts."""

from __future__ import annotations

from celery import shared_task

from comptes import actions


@shared_task(name="comptes.purger", ignore_result=True)
def purger() -> None:
    """Sweeps ended sessions and dead tokens, once an hour."""
    actions.purger()
