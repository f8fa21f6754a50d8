"""The answer: one `Echeance` by rule, disease and dose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from calendrier.personnes import Acte, Nature
from calendrier.regles import Confiance, Portee
from mes.socle.dates import DateImprecise


class Etat(StrEnum):
    A_FAIRE = "à faire"
    EN_RETARD = "en retard"
    A_VENIR = "à venir"
    FAIT = "fait"
    NON_CONCERNE = "non concerné"
    RATTRAPAGE = "rattrapage"


A_PROPOSER = frozenset({Etat.A_FAIRE, Etat.EN_RETARD, Etat.RATTRAPAGE})
"""What may be done today."""


@dataclass(frozen=True, slots=True)
class Echeance:
    """What a rule says to a person on a day.

    `debut`, `fin`: the window, both days included. `fin` is the last day to be in time; when late,
    that day is past; in `RATTRAPAGE` it is the last day it may still be done, None if no day is.
    `a_verifier`: the answer rests on something unknown, told in `reserves` (imprecise date, silence
    of the table, empty record).
    """

    nature: Nature
    regle: str
    libelle: str
    maladie: str
    """Code of `maladies.csv`; empty for an exam."""
    numero: int
    """Rank of the dose or of the exam; of a campaign, its year."""
    etat: Etat
    portee: Portee
    raison: str
    debut: date | None = None
    fin: date | None = None
    fait_le: DateImprecise | None = None
    reserves: tuple[str, ...] = ()
    a_verifier: bool = False
    certificat: str = ""
    confiance: Confiance = Confiance.SURE
    lecture: Confiance = Confiance.SURE
    source: str = ""

    @property
    def cle(self) -> tuple[str, str, int]:
        """What never appears twice."""
        return (self.regle, self.maladie, self.numero)

    @property
    def est_a_proposer(self) -> bool:
        return self.etat in A_PROPOSER


@dataclass(frozen=True, slots=True)
class ActeEcarte:
    """An act that doesn't count, for a disease (empty: for any), and why, in French."""

    acte: Acte
    maladie: str
    raison: str


@dataclass(frozen=True, slots=True)
class Bilan:
    """Everything that may be said on a day."""

    echeances: tuple[Echeance, ...]
    ecartes: tuple[ActeEcarte, ...]


@dataclass(frozen=True, slots=True)
class Ensemble:
    """The answers that one injection or exam settles together."""

    echeances: tuple[Echeance, ...]

    @property
    def premiere(self) -> Echeance:
        """What they have in common: rule, label, number, state, window."""
        return self.echeances[0]

    @property
    def maladies(self) -> tuple[str, ...]:
        return tuple(e.maladie for e in self.echeances if e.maladie)


def regrouper(echeances: Iterable[Echeance]) -> tuple[Ensemble, ...]:
    """The same dose of a combined vaccine once, with the diseases that are in the same state.

    In the order of the first of each; every `Echeance` is in exactly one `Ensemble`.
    """
    groupes: dict[object, list[Echeance]] = {}
    for e in echeances:
        cle = (
            e.nature,
            e.regle,
            e.numero,
            e.etat,
            e.debut,
            e.fin,
            e.fait_le,
            e.a_verifier,
            e.raison,
        )
        groupes.setdefault(cle, []).append(e)
    return tuple(Ensemble(tuple(groupe)) for groupe in groupes.values())
