"""What beat asks of the journal."""

from __future__ import annotations

from celery import shared_task

from journal import actions


@shared_task(name="journal.signer", ignore_result=True)
def signer() -> None:
    actions.signer_les_tetes()


@shared_task(name="journal.preparer_partitions", ignore_result=True)
def preparer_partitions() -> None:
    actions.preparer_partitions()


@shared_task(name="journal.purger_securite", ignore_result=True)
def purger_securite() -> None:
    actions.purger_securite()
