"""The types of measures, from `dossier/donnees/*.csv`: codes, units, bounds, contexts (R-MES-01, 04).

Each row names its source; `source_bornes` says where its bounds come from (« H »: ours).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from functools import cache
from pathlib import Path

from django.utils.text import slugify

_DONNEES = Path(__file__).resolve().parents[1] / "donnees"

COLONNES = (
    *("code_mes", "label_fr", "loinc", "code_system", "unit_ucum", "unit_affichee"),
    *("min_plausible", "max_plausible", "source_bornes", "decimales", "unites_saisies"),
    *("saisie_manuelle", "cible_possible", "courbe_reference", "composants"),
    *("fhir_profile_ans", "fhir_profile_mes", "confidence", "source"),
)
COLONNES_CONTEXTES = ("mesure", "axe", "code", "code_system", "label", "source")


class ReferentielInvalide(ValueError):
    """A reference file says what it may not: nothing starts with it."""


class Saisie(StrEnum):
    """How values of a type come in."""

    MANUELLE = "oui"
    COMPOSANT = "composant"
    """A part of a composite: typed with it."""
    CALCULEE = "calculee"
    SERVICE = "service"
    """Sent by a referenced service only."""
    NON_PROPOSEE = "non_proposee"
    """A code that exchanges may carry, outside of the sixteen of R-MES-01."""


@dataclass(frozen=True, slots=True)
class Unite:
    """A unit that people may type; `facteur` turns it into the stored (UCUM) one."""

    nom: str
    facteur: Decimal
    est_devinee: bool = False
    """Understood without being written when the number can mean nothing else (175 → cm)."""


@dataclass(frozen=True, slots=True)
class Contexte:
    code: str
    libelle: str


@dataclass(frozen=True, slots=True)
class TypeMesure:
    """A type of measure; bounds in its stored unit, both accepted."""

    code: str
    slug: str
    libelle: str
    loinc: str
    systeme: str
    ucum: str
    unites: tuple[Unite, ...]
    """The first one is the one shown."""
    minimum: Decimal | None
    maximum: Decimal | None
    decimales: int
    """Decimals of what is computed, in the stored unit."""
    saisie: Saisie
    cible_possible: bool
    composants: tuple[str, ...]
    contextes: tuple[Contexte, ...]
    source: str

    @property
    def unite(self) -> str:
        return self.unites[0].nom

    @property
    def parties(self) -> tuple[str, ...]:
        """Codes of the numbers that one measure holds: two for a blood pressure, else one."""
        return self.composants or (self.code,)

    @property
    def est_saisissable(self) -> bool:
        return self.saisie is Saisie.MANUELLE


def _nombre(texte: str, quoi: str) -> Decimal | None:
    if not texte:
        return None
    try:
        nombre = Decimal(texte)
    except InvalidOperation as erreur:
        raise ReferentielInvalide(f"{quoi} : « {texte} » n'est pas un nombre") from erreur
    if not nombre.is_finite():
        raise ReferentielInvalide(f"{quoi} : « {texte} » n'est pas un nombre")
    return nombre


def _unite(texte: str, code: str) -> Unite:
    nom, _, suite = texte.partition(":")
    facteur, _, maniere = suite.partition(":")
    nombre = _nombre(facteur, f"{code}, unité {nom}")
    if not nom or nombre is None or nombre <= 0 or maniere not in ("", "ecrite", "devinee"):
        raise ReferentielInvalide(f"{code} : unité « {texte} » incomprise")
    return Unite(nom, nombre, maniere == "devinee")


def _oui_non(texte: str, code: str) -> bool:
    if texte not in ("oui", "non"):
        raise ReferentielInvalide(f"{code} : « {texte} » n'est ni oui ni non")
    return texte == "oui"


def _type(ligne: Mapping[str, str], contextes: Sequence[Mapping[str, str]]) -> TypeMesure:
    code = ligne["code_mes"]
    minimum = _nombre(ligne["min_plausible"], f"{code}, minimum")
    maximum = _nombre(ligne["max_plausible"], f"{code}, maximum")
    composants = tuple(filter(None, ligne["composants"].split("|")))
    if bool(composants) != (minimum is None) or (minimum is None) != (maximum is None):
        raise ReferentielInvalide(f"{code} : bornes et composants se contredisent")
    if minimum is not None and maximum is not None and minimum >= maximum:
        raise ReferentielInvalide(f"{code} : minimum au-dessus du maximum")
    if bool(ligne["source_bornes"]) != (minimum is not None) or not ligne["source"]:
        raise ReferentielInvalide(f"{code} : source absente")
    if not (code and ligne["label_fr"]) or not ligne["decimales"].isdigit():
        raise ReferentielInvalide(f"{code} : ligne incomplète")
    unites = tuple(_unite(texte, code) for texte in ligne["unites_saisies"].split("|"))
    if unites[0].nom != ligne["unit_affichee"]:
        raise ReferentielInvalide(f"{code} : la première unité n'est pas celle affichée")
    try:
        saisie = Saisie(ligne["saisie_manuelle"])
    except ValueError as erreur:
        raise ReferentielInvalide(f"{code} : saisie inconnue") from erreur
    return TypeMesure(
        code=code,
        slug=slugify(ligne["label_fr"]),
        libelle=ligne["label_fr"],
        loinc=ligne["loinc"],
        systeme=ligne["code_system"],
        ucum=ligne["unit_ucum"],
        unites=unites,
        minimum=minimum,
        maximum=maximum,
        decimales=int(ligne["decimales"]),
        saisie=saisie,
        cible_possible=_oui_non(ligne["cible_possible"], code),
        composants=composants,
        contextes=tuple(
            Contexte(c["code"], c["label"])
            for c in contextes
            if c["mesure"] == code and c["axe"] == "moment"
        ),
        source=ligne["source"],
    )


def lire(
    lignes: Sequence[Mapping[str, str]], contextes: Sequence[Mapping[str, str]]
) -> Mapping[str, TypeMesure]:
    """Code → type, in the order of the rows. Raises ReferentielInvalide."""
    for attendues, table in ((COLONNES, lignes), (COLONNES_CONTEXTES, contextes)):
        for ligne in table:
            if tuple(ligne) != attendues or None in ligne.values():
                raise ReferentielInvalide(f"colonnes inattendues : {ligne}")
    types = {ligne["code_mes"]: _type(ligne, contextes) for ligne in lignes}
    if len(types) != len(lignes) or len({t.slug for t in types.values()}) != len(types):
        raise ReferentielInvalide("un type est deux fois dans la table")
    for type_mesure in types.values():
        for composant in type_mesure.composants:
            if composant not in types or types[composant].saisie is not Saisie.COMPOSANT:
                raise ReferentielInvalide(f"{type_mesure.code} : composant {composant} inconnu")
    inconnues = {c["mesure"] for c in contextes} - set(types) - {"*"}
    if inconnues:
        raise ReferentielInvalide(f"contextes de mesures inconnues : {sorted(inconnues)}")
    return types


def _lignes(nom: str) -> list[dict[str, str]]:
    with (_DONNEES / nom).open(encoding="utf-8", newline="") as flux:
        return list(csv.DictReader(flux))


@cache
def types_mesures() -> Mapping[str, TypeMesure]:
    """Every code of the table, components and codes that are only exchanged included."""
    return lire(_lignes("mesures.csv"), _lignes("mesures_contextes.csv"))


@cache
def types_affichables() -> Mapping[str, TypeMesure]:
    """Those that have a tile and a history."""
    sans_tuile = (Saisie.COMPOSANT, Saisie.NON_PROPOSEE)
    return {c: t for c, t in types_mesures().items() if t.saisie not in sans_tuile}


@cache
def types_par_slug() -> Mapping[str, TypeMesure]:
    return {t.slug: t for t in types_affichables().values()}
