"""The wall (conception §4): rows of an espace appear only while a transaction has opened it.

PostgreSQL holds it by row level security on five transaction-local settings; this module is the only
one that writes them, and it always restores what was there before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from uuid import UUID

from django.db import connection


class Ouverture(StrEnum):
    """A PostgreSQL setting holding the uuids of the espaces opened for one purpose."""

    LUS = "mes.espaces_lus"
    ECRITS = "mes.espaces_ecrits"
    JOURNAL_ECRIT = "mes.journal_ecrit"
    JOURNAL_LU = "mes.journal_lu"
    JOURNAL_RESERVE = "mes.journal_reserve"


class MurOuvert(AssertionError):
    """A request or a job began while an espace was still open: a leak, never to be served."""


class HorsTransaction(AssertionError):
    """SET LOCAL outside a transaction would silently open nothing."""


def exiger_ferme() -> None:
    """Raises MurOuvert unless every opening is empty."""
    lectures = ", ".join(f"current_setting('{o}', true)" for o in Ouverture)
    with connection.cursor() as curseur:
        curseur.execute(f"SELECT concat({lectures})")
        ligne = curseur.fetchone()
    if ligne[0]:
        raise MurOuvert("le mur est resté ouvert")


def _poser(valeurs: dict[Ouverture, str]) -> dict[Ouverture, str]:
    """Sets each opening and returns the former values, in one round trip."""
    colonnes: list[str] = []
    parametres: list[str] = []
    for ouverture, valeur in valeurs.items():
        # Target lists run left to right: the former value is read before it is replaced.
        colonnes.append(f"coalesce(current_setting('{ouverture}', true), '')")
        colonnes.append(f"set_config('{ouverture}', %s, true)")
        parametres.append(valeur)
    with connection.cursor() as curseur:
        curseur.execute(f"SELECT {', '.join(colonnes)}", parametres)
        ligne = curseur.fetchone()
    return {ouverture: ligne[2 * rang] for rang, ouverture in enumerate(valeurs)}


@contextmanager
def ouvrir(
    *,
    lus: Iterable[UUID] | None = None,
    ecrits: Iterable[UUID] | None = None,
    journal_ecrit: Iterable[UUID] | None = None,
    journal_lu: Iterable[UUID] | None = None,
    journal_reserve: Iterable[UUID] | None = None,
) -> Iterator[None]:
    """Opens the named espaces for the block; what is not named keeps its state.

    Raises HorsTransaction outside a transaction. Restores the former values at the end, unless the
    transaction is already broken (its rollback restores them).
    """
    if not connection.in_atomic_block:
        raise HorsTransaction("le mur ne s'ouvre que dans une transaction")
    demandes = {
        Ouverture.LUS: lus,
        Ouverture.ECRITS: ecrits,
        Ouverture.JOURNAL_ECRIT: journal_ecrit,
        Ouverture.JOURNAL_LU: journal_lu,
        Ouverture.JOURNAL_RESERVE: journal_reserve,
    }
    valeurs = {
        ouverture: "{" + ",".join(str(espace) for espace in espaces) + "}" if espaces else ""
        for ouverture, espaces in (
            (o, None if e is None else tuple(e)) for o, e in demandes.items()
        )
        if espaces is not None
    }
    if not valeurs:
        yield
        return
    avant = _poser(valeurs)
    try:
        yield
    finally:
        if not connection.needs_rollback and connection.in_atomic_block:
            _poser(avant)
