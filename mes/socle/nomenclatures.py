"""Reference tables shipped as data (`donnees/*.csv`, each row names its source)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_DONNEES = Path(__file__).parent / "donnees"


@dataclass(frozen=True, slots=True)
class TypeDocument:
    """A document type (JDV_J07, JDV_J06) and its categories on each side."""

    code: str
    systeme: str
    libelle: str
    categorie_ps: str
    """Category of the Web PS tree."""
    categorie: str
    """Category code of the patient's side (R-DOC-01)."""
    libelle_categorie: str
    deposant: str
    dans_dmp: bool
    classe: str


@dataclass(frozen=True, slots=True)
class Profession:
    code: str
    libelle: str
    peut_lire_dmp: bool
    groupe: str


@dataclass(frozen=True, slots=True)
class Specialite:
    code: str
    libelle: str
    profession: str


def _lignes(nom: str) -> list[dict[str, str]]:
    with (_DONNEES / nom).open(encoding="utf-8", newline="") as flux:
        return list(csv.DictReader(flux))


@cache
def types_documents() -> Mapping[str, TypeDocument]:
    """Code → type, in the order of the table."""
    return {
        ligne["code"]: TypeDocument(
            code=ligne["code"],
            systeme=ligne["code_system_oid"],
            libelle=ligne["label"],
            categorie_ps=ligne["dmp_category"],
            categorie=ligne["mes_category_code"],
            libelle_categorie=ligne["mes_category_label"],
            deposant=ligne["deposited_by"],
            dans_dmp=ligne["in_dmp"] == "oui",
            classe=ligne["class_code"],
        )
        for ligne in _lignes("types_documents.csv")
    }


@cache
def categories() -> Mapping[str, str]:
    """Category code of the patient's side → label, in the order of the table."""
    return {t.categorie: t.libelle_categorie for t in types_documents().values()}


@cache
def professions() -> Mapping[str, Profession]:
    return {
        ligne["code"]: Profession(
            code=ligne["code"],
            libelle=ligne["label"],
            peut_lire_dmp=ligne["can_be_DMP_user"] == "oui",
            groupe=ligne["groupe_matrice"],
        )
        for ligne in _lignes("professions.csv")
    }


@cache
def specialites() -> Mapping[str, Specialite]:
    return {
        ligne["code"]: Specialite(ligne["code"], ligne["label"], ligne["profession_code"])
        for ligne in _lignes("specialites.csv")
    }


@cache
def types_deposes_par_les_ps() -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """Types that a professional deposits, by category of the Web PS: (category, (code, label)…)."""
    groupes: dict[str, list[tuple[str, str]]] = {}
    for code, type_document in types_documents().items():
        if "ps" in type_document.deposant.split("|"):
            groupes.setdefault(type_document.categorie_ps, []).append((code, type_document.libelle))
    return tuple((categorie, tuple(types)) for categorie, types in groupes.items())
