"""Who is asked about, and what was done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from calendrier.durees import Duree
from mes.socle.dates import DateImprecise

GROSSESSE = "GROSSESSE"
"""The situation that follows from the pregnancies; never declared by hand."""


# No pregnancy is longer.
_TERME = Duree(mois=10)


class Sexe(StrEnum):
    FEMININ = "F"
    MASCULIN = "M"
    INCONNU = "inconnu"


@dataclass(frozen=True, slots=True)
class Grossesse:
    """A pregnancy: the day it began (two weeks after amenorrhea did) and ended, when it has."""

    debut: date
    fin: date | None = None

    @property
    def terme(self) -> date:
        """The day it ended, or by which it has."""
        return self.fin if self.fin is not None else _TERME.apres(self.debut)


@dataclass(frozen=True, slots=True)
class Personne:
    """What the rules need to know of a person.

    `situations`: codes of `donnees/situations.csv`, true today. A code that no table knows changes
    nothing.
    """

    naissance: date
    sexe: Sexe = Sexe.INCONNU
    situations: frozenset[str] = frozenset()
    grossesses: tuple[Grossesse, ...] = ()

    def situations_au(self, jour: date) -> frozenset[str]:
        """The declared situations, and pregnancy if one is under way on `jour`."""
        enceinte = any(g.debut <= jour <= g.terme for g in self.grossesses)
        return (self.situations - {GROSSESSE}) | ({GROSSESSE} if enceinte else frozenset())


class Nature(StrEnum):
    VACCIN = "vaccin"
    EXAMEN = "examen"


class Rang(StrEnum):
    """What an injection was said to be (R-VAC-03)."""

    INITIALE = "initiale"
    RAPPEL = "rappel"
    INCONNU = "inconnu"


@dataclass(frozen=True, slots=True)
class Acte:
    """Something done: a vaccine of `vaccins.csv`, or an exam.

    An exam's `code` is the rule's id, its code of the national nomenclature or its kind of act
    (columns `id`, `code_nos`, `acte` of `examens.csv`).
    """

    nature: Nature
    code: str
    quand: DateImprecise
    rang: Rang = Rang.INCONNU


@dataclass(frozen=True, slots=True)
class Fait:
    """An act that happened, between two days. Its date is imprecise when they differ."""

    acte: Acte
    au_plus_tot: date
    au_plus_tard: date

    @property
    def est_precis(self) -> bool:
        return self.au_plus_tot == self.au_plus_tard


def _cle(acte: Acte) -> tuple[date, date, str, str, str]:
    return (acte.quand.dernier_jour, acte.quand.premier_jour, acte.nature, acte.code, acte.rang)


def ranger(
    personne: Personne, actes: Iterable[Acte], jour: date
) -> tuple[list[Fait], list[tuple[Acte, str]]]:
    """The acts that may count, oldest first, and the others with the French reason.

    The order received doesn't matter. Prudently, an imprecise date lies between birth and `jour`.
    """
    faits: list[Fait] = []
    ecartes: list[tuple[Acte, str]] = []
    vus: set[Acte] = set()
    for acte in sorted(actes, key=_cle):
        semblable = Acte(acte.nature, acte.code, acte.quand)
        if acte.quand.premier_jour > jour:
            ecartes.append((acte, "La date est à venir : cet acte ne compte pas encore."))
        elif acte.quand.dernier_jour < personne.naissance:
            ecartes.append((acte, "La date précède la naissance : vérifiez-la."))
        elif semblable in vus:
            ecartes.append((acte, "Cet acte est enregistré deux fois à la même date."))
        else:
            vus.add(semblable)
            faits.append(
                Fait(
                    acte,
                    max(acte.quand.premier_jour, personne.naissance),
                    min(acte.quand.dernier_jour, jour),
                )
            )
    # What is bounded by birth and by today may change the order of imprecise dates.
    faits.sort(key=lambda f: (f.au_plus_tard, f.au_plus_tot, f.acte.code, f.acte.rang))
    return faits, ecartes
