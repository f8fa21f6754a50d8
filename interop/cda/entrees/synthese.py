"""Syntheses and liaison forms (VSM, DLU): problems, history, allergies, treatments (R-DOC-28)."""

from __future__ import annotations

from dataclasses import dataclass

from interop.cda.entrees.actes import Acte, lire_actes_structures
from interop.cda.entrees.constats import Constat, lire_constats
from interop.cda.entrees.medicaments import LigneMedicament, lire_medicaments
from interop.cda.entrees.mesures import Mesure, lire_mesures
from interop.cda.entrees.problemes import (
    Allergie,
    Probleme,
    lire_allergies,
    lire_famille,
    lire_problemes,
)
from interop.cda.entrees.source import Source, dire_le_reste
from interop.cda.entrees.vaccinations import Vaccination, lire_vaccinations


@dataclass(frozen=True, slots=True, repr=False)
class Synthese:
    """What a synthesis carries; `section` tells, item by item, active problems from past ones."""

    problemes: tuple[Probleme, ...] = ()
    allergies: tuple[Allergie, ...] = ()
    traitements: tuple[LigneMedicament, ...] = ()
    actes: tuple[Acte, ...] = ()
    famille: tuple[Probleme, ...] = ()
    constats: tuple[Constat, ...] = ()
    mesures: tuple[Mesure, ...] = ()
    vaccinations: tuple[Vaccination, ...] = ()


def lire_synthese(source: Source) -> tuple[Synthese, tuple[str, ...]]:
    """The synthesis, and what its sections only say in words."""
    releve = source.ouvrir_releve()
    problemes, r1 = lire_problemes(source)
    allergies, r2 = lire_allergies(source)
    traitements, r3 = lire_medicaments(source)
    actes, r4 = lire_actes_structures(source)
    famille, r5 = lire_famille(source)
    constats, r6 = lire_constats(source)
    mesures, r7 = lire_mesures(source)
    vaccinations, r8 = lire_vaccinations(source)
    for remarque in (*r1, *r2, *r3, *r4, *r5, *r6, *r7, *r8, *dire_le_reste(source)):
        releve.dire(remarque)
    lue = Synthese(
        problemes, allergies, traitements, actes, famille, constats, mesures, vaccinations
    )
    return lue, releve.phrases()
