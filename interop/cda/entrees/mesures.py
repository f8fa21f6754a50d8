"""Vital signs: weight, height, head circumference… for the record's measures (R-MES-08)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from lxml import etree

from interop.cda.elements import V3, attribut, premier, tous
from interop.cda.entrees import codes
from interop.cda.entrees.classement import Genre, SectionLue
from interop.cda.entrees.lecteur import Lecteur, est_nie, liens
from interop.cda.entrees.source import Entree, Source
from interop.cda.entrees.valeurs import CodeCDA, Periode, Quantite, Valeur, en_clair


class NatureMesure(StrEnum):
    """The measures of R-MES-01 that documents carry; AUTRE for the rest (Apgar, pain…)."""

    POIDS = "poids"
    TAILLE = "taille"
    PERIMETRE_CRANIEN = "perimetre_cranien"
    IMC = "imc"
    TOUR_DE_TAILLE = "tour_de_taille"
    TEMPERATURE = "temperature"
    SYSTOLIQUE = "systolique"
    DIASTOLIQUE = "diastolique"
    FREQUENCE_CARDIAQUE = "frequence_cardiaque"
    AUTRE = "autre"


_NATURES = {
    "29463-7": NatureMesure.POIDS,
    "3141-9": NatureMesure.POIDS,
    "8302-2": NatureMesure.TAILLE,
    "8306-3": NatureMesure.TAILLE,
    "8287-5": NatureMesure.PERIMETRE_CRANIEN,
    "39156-5": NatureMesure.IMC,
    "8280-0": NatureMesure.TOUR_DE_TAILLE,
    "8310-5": NatureMesure.TEMPERATURE,
    "8480-6": NatureMesure.SYSTOLIQUE,
    "8462-4": NatureMesure.DIASTOLIQUE,
    "8867-4": NatureMesure.FREQUENCE_CARDIAQUE,
}
"""LOINC codes."""

_MASSES = {"kg": Decimal(1), "g": Decimal("0.001")}
_LONGUEURS = {"m": Decimal(1), "cm": Decimal("0.01"), "mm": Decimal("0.001")}
_FAMILLES = (_MASSES, _LONGUEURS)

_UNITES: dict[NatureMesure, frozenset[str]] = {
    NatureMesure.POIDS: frozenset(_MASSES),
    NatureMesure.TAILLE: frozenset(_LONGUEURS),
    NatureMesure.PERIMETRE_CRANIEN: frozenset(_LONGUEURS),
    NatureMesure.IMC: frozenset({"kg/m2"}),
    NatureMesure.TOUR_DE_TAILLE: frozenset(_LONGUEURS),
    NatureMesure.TEMPERATURE: frozenset({"Cel"}),
    NatureMesure.SYSTOLIQUE: frozenset({"mm[Hg]"}),
    NatureMesure.DIASTOLIQUE: frozenset({"mm[Hg]"}),
    NatureMesure.FREQUENCE_CARDIAQUE: frozenset({"/min"}),
}


@dataclass(frozen=True, slots=True, repr=False)
class Mesure:
    """One measure. `est_date_du_groupe`: the date is that of the battery, not its own.

    `sujet`: None for the patient; a certificate also weighs the mother.
    """

    section: SectionLue
    nature: NatureMesure
    code: CodeCDA | None = None
    valeur: Valeur | None = None
    periode: Periode | None = None
    est_date_du_groupe: bool = False
    statut: str | None = None
    texte: str | None = None
    sujet: CodeCDA | None = None
    est_niee: bool = False


def en_unite(quantite: Quantite, unite: str) -> Decimal | None:
    """The value in that UCUM unit: masses and lengths by exact factors, the others unchanged.

    None when the number is unreadable or the units don't belong together.
    """
    if quantite.valeur is None:
        return None
    if quantite.unite == unite:
        return quantite.valeur
    for famille in _FAMILLES:
        if quantite.unite in famille and unite in famille:
            return quantite.valeur * famille[quantite.unite] / famille[unite]
    return None


def lire_mesures(source: Source) -> tuple[tuple[Mesure, ...], tuple[str, ...]]:
    """The vital signs, and the measures of the same codes found among other observations."""
    releve = source.ouvrir_releve()
    lues: list[Mesure] = []
    for entree in source.choisir(Genre.MESURES, Genre.CONSTAT):
        lecteur = Lecteur(source, entree, releve)
        if entree.genre is Genre.MESURES:
            lues += _batterie(lecteur, entree)
        elif _nature(entree.element) is not NatureMesure.AUTRE:
            lues.append(_mesure(lecteur, entree.element, None))
    return tuple(lues), releve.phrases()


def _batterie(lecteur: Lecteur, entree: Entree) -> list[Mesure]:
    if entree.element.tag == f"{V3}observation":
        return [_mesure(lecteur, entree.element, None)]
    date = lecteur.periode(premier(entree.element, "effectiveTime"), "date des mesures")
    lues = [_mesure(lecteur, o, date) for o in _observations(entree.element)]
    if not lues:
        lecteur.dire("elle ne contient aucune mesure.")
    return lues


def _observations(groupe: etree._Element) -> Iterator[etree._Element]:
    """Those of the battery and of the groups inside it (a blood pressure and its two parts)."""
    for lien in liens(groupe):
        yield from tous(lien, "observation")
        for dessous in tous(lien, "organizer"):
            yield from _observations(dessous)


def _nature(observation: etree._Element) -> NatureMesure:
    code = premier(observation, "code")
    if attribut(code, "codeSystem") not in (codes.LOINC, None):
        return NatureMesure.AUTRE
    return _NATURES.get(attribut(code, "code") or "", NatureMesure.AUTRE)


def _mesure(lecteur: Lecteur, element: etree._Element, du_groupe: Periode | None) -> Mesure:
    nature = _nature(element)
    code = lecteur.dit(premier(element, "code"))
    quoi = f"« {en_clair(code)} »" if code else "une mesure sans intitulé"
    propre = lecteur.periode(premier(element, "effectiveTime"), f"date de {quoi}")
    valeur = lecteur.valeur(premier(element, "value"), quoi)
    if valeur is None:
        lecteur.dire(f"{quoi} : la valeur manque.")
    if propre is None and du_groupe is None:
        lecteur.dire(f"{quoi} : la date n'est pas dite.")
    attendues = _UNITES.get(nature)
    if isinstance(valeur, Quantite) and attendues and valeur.unite not in attendues:
        recue = (
            f"l'unité « {valeur.unite} » n'est pas" if valeur.unite else "sans unité, ce n'est pas"
        )
        lecteur.dire(f"{quoi} : {recue} celle d'une telle mesure.")
    return Mesure(
        section=lecteur.entree.section,
        nature=nature,
        code=code,
        valeur=valeur,
        periode=propre or du_groupe,
        est_date_du_groupe=propre is None and du_groupe is not None,
        statut=attribut(premier(element, "statusCode"), "code"),
        texte=lecteur.texte(premier(element, "text")),
        sujet=lecteur.sujet(element),
        est_niee=est_nie(element),
    )
