"""`bin/bench`: options, the order of the measures, the table."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

from demo.bench import charge, releve
from demo.bench.banc import Banc, ouvrir_banc, temps_processeur
from demo.bench.scenarios import Cible, Contenu, Depot, Liste, Nue, Scenario
from demo.serveurs import Enfant, ServeurIndisponible
from demo.superviseur import ArretDemande, dire

if TYPE_CHECKING:  # loads the product's models: only once Django is set up
    from demo.bench.semis import Semis


class MesureFausse(Exception):
    """What was acknowledged is not what was written."""


@dataclass(frozen=True, slots=True)
class Ampleur:
    """How much one run does."""

    patients: int
    documents: int
    limites: charge.Limites
    secondes: float
    """Processor seconds of each measure without server."""
    requetes_profil: int


ENTIERE = Ampleur(100, 200, charge.Limites(250, 20.0, 10), 1.0, 200)
RAPIDE = Ampleur(20, 40, charge.Limites(5, 10.0, 2), 0.1, 10)


@dataclass(frozen=True, slots=True)
class Http:
    """A scenario played by the clients: one `Scenario` by client, and its goal by second."""

    libelle: str
    objectif: float | None
    clients: Callable[[Semis], list[Scenario]]


def _parts(cibles: Sequence[Cible]) -> list[tuple[Cible, ...]]:
    """Each client has its own sessions: nobody waits for another's row."""
    return [tuple(cibles[rang :: charge.CLIENTS]) for rang in range(charge.CLIENTS)]


HTTP = {
    "nue": Http("vue Django nue, une lecture par clé", None, lambda s: [*map(Nue, _parts(s.patients))]),
    "liste": Http(
        "liste des documents, patient",
        120,
        lambda s: [Liste("/documents/", part) for part in _parts(s.patients)],
    ),
    "contenu": Http(
        "lecture et fichier de 100 ko, patient",
        250,
        lambda s: [Contenu("/documents/", part) for part in _parts(s.patients)],
    ),
    "liste-ps": Http(
        "liste des documents, professionnel",
        None,
        lambda s: [Liste("/ps/dossier/documents/", (cible,)) for cible in s.professionnels],
    ),
    "contenu-ps": Http(
        "lecture et fichier de 100 ko, professionnel",
        250,
        lambda s: [Contenu("/ps/dossier/documents/", (cible,)) for cible in s.professionnels],
    ),
    "depot": Http(
        "dépôt de 100 ko, accusé reçu",
        200,
        lambda s: [Depot(cible, f"{rang:02d}") for rang, cible in enumerate(s.professionnels)],
    ),
}

NOYAU = {
    "decisions": ("décisions", "/s", 200_000.0),
    "decisions-etablies": ("décisions, situation comprise", "/s", None),
    "mots-de-passe": ("mots de passe (Argon2id)", "/s", None),
    "scellement": ("scellement et ouverture", "Mo/s", None),
}
SCENARIOS = (*HTTP, *NOYAU)


@dataclass(frozen=True, slots=True)
class Serveurs:
    """The processes whose time is counted."""

    banc: Banc
    web: Enfant
    nue: Enfant

    def mesurer(self, nom: str, semis: Semis, limites: charge.Limites) -> charge.Mesure: ...
