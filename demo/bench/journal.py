"""Everybody on one record: its journal takes each reading in its turn, and the chain holds (R-TRA-06).

Each reading writes a line in the same transaction, last; all of them wait for one head. What is
measured is that queue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from demo.bench import charge
from demo.bench.scenarios import Contenu, Scenario

if TYPE_CHECKING:  # it loads the product's models: only once Django is set up
    from demo.bench.semis import Semis

OBJECTIF = 100.0
"""Lines by second."""


class ChaineFausse(Exception):
    """The lines are not those that were acknowledged, or they no longer chain."""


def scenarios(semis: Semis) -> list[Scenario]:
    """Every client reads documents of the same patient."""
    return [Contenu("/documents/", semis.patients[:1]) for _ in range(charge.CLIENTS)]


@dataclass(frozen=True, slots=True)
class Temoin:
    """Where the visible chain stood before the measure."""

    espace_id: UUID
    numero: int


def relever(semis: Semis) -> Temoin:
    from journal.models import TeteChaine

    espace_id = UUID(semis.patients[0].espace_id)
    tete = TeteChaine.objects.get(espace_id=espace_id, chaine="V")
    return Temoin(espace_id, tete.numero)


def exiger_intacte(temoin: Temoin, *, attendues: int) -> None:
    """Raises ChaineFausse unless the chain grew by exactly `attendues` lines and is whole."""
    from journal.models import TeteChaine
    from journal.verification import Tete, verifier_chaine

    tete = TeteChaine.objects.get(espace_id=temoin.espace_id, chaine="V")
    if tete.numero - temoin.numero != attendues:
        raise ChaineFausse(
            f"{attendues} lectures accusées, {tete.numero - temoin.numero} lignes inscrites"
        )
    lue = Tete(temoin.espace_id, tete.chaine, tete.numero, bytes(tete.empreinte))
    if anomalie := verifier_chaine(lue):
        raise ChaineFausse(f"{anomalie.chaine} n° {anomalie.numero} : {anomalie.nature}")
