"""« Que voit un pharmacien ? »: the matrix in force in plain words, by profession (R-HAB-04)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from habilitations import cases
from habilitations.matrice import version_en_vigueur
from habilitations.models import VersionMatrice
from mes.socle.nomenclatures import Profession, professions, types_documents

_SANS_CATEGORIE = "Autres documents"

IMPRIMER: Final = "habilitations.imprimer_que_voit"
"""Name of the job that draws the PDF of one profession."""


@dataclass(frozen=True, slots=True)
class Groupe:
    """A category of the patient's side: what is accessible in it, what is not."""

    libelle: str
    accessibles: Sequence[str]
    non_accessibles: Sequence[str]


@dataclass(frozen=True, slots=True)
class Regle:
    """What one profession reads, by the version in force that day."""

    profession: Profession
    version: VersionMatrice | None
    groupes: Sequence[Groupe]

    @property
    def nombre_accessibles(self) -> int:
        return sum(len(groupe.accessibles) for groupe in self.groupes)

    @property
    def nombre(self) -> int:
        return self.nombre_accessibles + sum(len(g.non_accessibles) for g in self.groupes)


def metiers() -> list[Profession]:
    """The professions that may read a record one day, by label."""
    return sorted(
        (metier for metier in professions().values() if metier.peut_lire_dmp),
        key=lambda metier: metier.libelle,
    )


def que_voit(profession: Profession, jour: date) -> Regle:
    """Every type of document, accessible or not to this profession; none when no version holds."""
    version = version_en_vigueur(jour)
    lisibles = cases.codes_lisibles(version.pk if version else None, profession.code, None)
    accessibles: dict[str, list[str]] = {}
    non_accessibles: dict[str, list[str]] = {}
    for code, type_document in types_documents().items():
        ou = accessibles if code in lisibles else non_accessibles
        ou.setdefault(type_document.libelle_categorie or _SANS_CATEGORIE, []).append(
            type_document.libelle
        )
    categories = dict.fromkeys(
        t.libelle_categorie or _SANS_CATEGORIE for t in types_documents().values()
    )
    return Regle(
        profession=profession,
        version=version,
        groupes=[
            Groupe(libelle, accessibles.get(libelle, ()), non_accessibles.get(libelle, ()))
            for libelle in categories
        ],
    )


def cible_du_pdf(version_id: UUID, profession: str) -> UUID:
    """What names the PDF of a profession in a version: the same for everybody, hence made once."""
    return uuid5(version_id, profession)


def cle_du_pdf(cible: UUID) -> str:
    """Where the cache keeps it; may be lost, and is then drawn again."""
    return f"que-voit:{cible}"
