"""How long what is journalled is kept (R-TRA-09)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connections

MOIS_AU_MOINS = 12
"""Months of the security journal that the owner's function refuses to drop, whoever asks."""


def mois_de_conservation() -> int:
    """Whole months of the security journal that are kept, beside the current one."""
    return max(MOIS_AU_MOINS, settings.MES_JOURNAL_SECURITE_MOIS)


def plus_mois(jour: date, mois: int) -> date:
    """First day of the month that is `mois` after (or before) the one of `jour`."""
    annee, rang = divmod(jour.year * 12 + jour.month - 1 + mois, 12)
    return date(annee, rang + 1, 1)


def premier_jour_garde(aujourdhui: date, mois: int) -> date:
    """What is before this first day of a month is no longer kept."""
    return plus_mois(aujourdhui, -mois)


def fin_d_archive(maintenant: datetime) -> datetime:
    """An espace closed before this instant has ended its archive: never less than the years set."""
    return maintenant - timedelta(days=366 * settings.MES_JOURNAL_ARCHIVE_ANS)


def partition_manquante(aujourdhui: date, alias: str = "default") -> date | None:
    """First day of next month when it has no partition yet, else None.

    Its lines would go to the default partition: kept, but no longer dropped month by month. None
    also when the journal itself is not there yet.
    """
    mois = plus_mois(aujourdhui, 1)
    with connections[alias].cursor() as curseur:
        curseur.execute(
            "SELECT to_regclass('public.journal_lignesecurite') IS NOT NULL"
            " AND to_regclass('public.' || %s) IS NULL",
            [f"journal_lignesecurite_{mois:%Y%m}"],
        )
        (manque,) = curseur.fetchone()
    return mois if manque else None
