"""Misuse, seen in the security journal: pure rules over windows (R-TRA-10). No Django, no query.

Thresholds are settings: what is many depends on the house. An alert accuses nobody, it asks a
supervisor to look.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID


class Regle(StrEnum):
    """The values of `models.RegleAlerte`."""

    RAFALE_REFUS = "rafale_refus"
    ESPACES_MULTIPLES = "espaces_multiples"
    HEURES_INHABITUELLES = "heures_inhabituelles"
    CONNEXIONS_REFUSEES = "connexions_refusees"
    RECHERCHES_VAINES = "recherches_vaines"
    URGENCES_REPETEES = "urgences_repetees"


class Nature(StrEnum):
    """What happened."""

    REFUS = "refus"
    CONNEXION = "connexion"
    RECHERCHE = "recherche"
    """Somebody looked for a person and found nobody (R-SEC-04)."""
    URGENCE = "urgence"


@dataclass(frozen=True, slots=True)
class Evenement:
    """One fact about one subject. `sujet`: who, without saying who (`models.AlerteSecurite`)."""

    nature: Nature
    le: datetime
    sujet: str
    acteur_id: UUID | None = None
    espace_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Seuils:
    """From how many on a rule speaks: in `fenetre` for bursts, in a day for the others."""

    fenetre: timedelta
    refus: int
    espaces: int
    refus_la_nuit: int
    connexions: int
    recherches: int
    urgences: int
    nuit_debut: time = time(22)
    nuit_fin: time = time(6)


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What a rule found about a subject on a day (the day of the last fact of a burst)."""

    regle: Regle
    sujet: str
    jour: date
    nombre: int
    acteur_id: UUID | None


def detecter(evenements: Iterable[Evenement], seuils: Seuils, fuseau: tzinfo) -> list[Suspicion]:
    """Every suspicion, one by rule, subject and day, with the highest count."""
    par_sujet: dict[tuple[str, Nature], list[Evenement]] = defaultdict(list)
    for evenement in evenements:
        par_sujet[evenement.sujet, evenement.nature].append(evenement)
    trouvees: list[Suspicion] = []
    for (sujet, nature), liste in sorted(par_sujet.items()):
        liste.sort(key=lambda evenement: evenement.le)
        for (regle, jour), nombre in _compter(nature, liste, seuils, fuseau).items():
            trouvees.append(Suspicion(regle, sujet, jour, nombre, liste[0].acteur_id))
    return trouvees


def _compter(
    nature: Nature, liste: Sequence[Evenement], seuils: Seuils, fuseau: tzinfo
) -> dict[tuple[Regle, date], int]:
    """Rule and day → count, for the events of one subject in order; below the threshold: absent."""
    trouves: dict[tuple[Regle, date], int] = {}

    def voir(regle: Regle, jour: date, nombre: int, seuil: int) -> None:
        if nombre >= seuil:
            trouves[regle, jour] = max(nombre, trouves.get((regle, jour), 0))

    if nature is not Nature.URGENCE:
        regle, seuil = {
            Nature.REFUS: (Regle.RAFALE_REFUS, seuils.refus),
            Nature.CONNEXION: (Regle.CONNEXIONS_REFUSEES, seuils.connexions),
            Nature.RECHERCHE: (Regle.RECHERCHES_VAINES, seuils.recherches),
        }[nature]
        for le, nombre in _fenetres(liste, seuils.fenetre):
            voir(regle, le.astimezone(fuseau).date(), nombre, seuil)
    par_jour: dict[date, list[Evenement]] = defaultdict(list)
    for evenement in liste:
        par_jour[evenement.le.astimezone(fuseau).date()].append(evenement)
    for jour, du_jour in par_jour.items():
        if nature is Nature.URGENCE:
            voir(Regle.URGENCES_REPETEES, jour, len(du_jour), seuils.urgences)
        if nature is Nature.REFUS:
            espaces = {e.espace_id for e in du_jour if e.espace_id is not None}
            voir(Regle.ESPACES_MULTIPLES, jour, len(espaces), seuils.espaces)
            la_nuit = sum(_est_la_nuit(e.le.astimezone(fuseau), seuils) for e in du_jour)
            voir(Regle.HEURES_INHABITUELLES, jour, la_nuit, seuils.refus_la_nuit)
    return trouves


def _fenetres(liste: Sequence[Evenement], fenetre: timedelta) -> Iterator[tuple[datetime, int]]:
    """For each event, how many there are in the window that ends with it."""
    debut = 0
    for rang, evenement in enumerate(liste):
        while evenement.le - liste[debut].le > fenetre:
            debut += 1
        yield evenement.le, rang - debut + 1


def _est_la_nuit(le: datetime, seuils: Seuils) -> bool:
    heure = le.time()
    return heure >= seuils.nuit_debut or heure < seuils.nuit_fin
