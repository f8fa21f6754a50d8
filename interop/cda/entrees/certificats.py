"""Health certificates of the child, 8th day, 9th and 24th month (R-PRO-14, R-MES-08)."""

from __future__ import annotations

from dataclasses import dataclass

from interop.cda.entrees.actes import Acte, lire_actes_structures
from interop.cda.entrees.constats import Constat, lire_constats
from interop.cda.entrees.mesures import Mesure, NatureMesure, lire_mesures
from interop.cda.entrees.problemes import Allergie, Probleme, lire_allergies, lire_problemes
from interop.cda.entrees.source import Source
from interop.cda.entrees.vaccinations import Vaccination, lire_vaccinations


@dataclass(frozen=True, slots=True, repr=False)
class Certificat:
    """What the certificate carries. `mesures` are the child's; the parents' stay in `constats`."""

    mesures: tuple[Mesure, ...] = ()
    vaccinations: tuple[Vaccination, ...] = ()
    constats: tuple[Constat, ...] = ()
    problemes: tuple[Probleme, ...] = ()
    allergies: tuple[Allergie, ...] = ()
    actes: tuple[Acte, ...] = ()


_CROISSANCE = {
    NatureMesure.POIDS: "le poids",
    NatureMesure.TAILLE: "la taille",
    NatureMesure.PERIMETRE_CRANIEN: "le périmètre crânien",
}


def lire_certificat(source: Source) -> tuple[Certificat, tuple[str, ...]]:
    """The certificate's measures, vaccinations, findings, history and requests."""
    releve = source.ouvrir_releve()
    mesures, *remarques = lire_mesures(source)
    vaccinations, dites = lire_vaccinations(source)
    remarques.append(dites)
    constats, dites = lire_constats(source)
    remarques.append(dites)
    problemes, dites = lire_problemes(source)
    remarques.append(dites)
    allergies, dites = lire_allergies(source)
    remarques.append(dites)
    actes, dites = lire_actes_structures(source)
    remarques.append(dites)
    for groupe in remarques:
        for remarque in groupe:
            releve.dire(remarque)
    enfant = tuple(mesure for mesure in mesures if mesure.sujet is None)
    natures = {mesure.nature for mesure in enfant}
    for nature, mot in _CROISSANCE.items():
        if nature not in natures:
            releve.dire(f"Le document ne donne pas {mot} de l'enfant.")
    if not vaccinations:
        releve.dire("Le document ne mentionne aucune vaccination.")
    return Certificat(enfant, vaccinations, constats, problemes, allergies, actes), releve.phrases()
