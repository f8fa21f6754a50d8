"""Which reader an entry is for, and where it was found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from lxml import etree

from interop.cda.elements import attribut, premier, tous
from interop.cda.entrees import codes


@dataclass(frozen=True, slots=True, repr=False)
class SectionLue:
    """Where an entry was found: `chemin` holds the names of the sections above, the outer first."""

    titre: str | None = None
    code: str | None = None
    code_systeme: str | None = None
    libelle: str | None = None
    precisions: tuple[str, ...] = ()  # codes of the section code's translations
    chemin: tuple[str, ...] = ()

    @property
    def nom(self) -> str:
        """The title as written, else the label of the code, else « sans titre »."""
        return self.titre or self.libelle or "sans titre"


class Genre(Enum):
    """Which reader an entry is for."""

    VACCINATION = auto()
    MEDICAMENT = auto()
    DISPOSITIF = auto()
    BIOLOGIE = auto()
    MESURES = auto()
    PROBLEME = auto()
    ALLERGIE = auto()
    FAMILLE = auto()
    RENCONTRE = auto()
    ACTE = auto()
    CONSTAT = auto()
    FICHIER = auto()
    AUTRE = auto()


_GENRES_PAR_SECTION = {
    codes.SECTION_SIGNES_VITAUX: Genre.MESURES,
    codes.SECTION_ALLERGIES: Genre.ALLERGIE,
    codes.SECTION_PROBLEMES: Genre.PROBLEME,
    codes.SECTION_ANTECEDENTS: Genre.PROBLEME,
    codes.SECTION_SORTIE: Genre.PROBLEME,
}
"""For an observation that is an entry by itself."""

_GENRES_PAR_BALISE = {
    "procedure": Genre.ACTE,
    "encounter": Genre.RENCONTRE,
    "observationMedia": Genre.FICHIER,
    "regionOfInterest": Genre.FICHIER,
}


def _est_biologie(entree: etree._Element) -> bool:
    """Whether the entry says it is that of a laboratory report, on itself or on its act."""
    modeles = (*tous(entree, "templateId"), *tous(entree, "act/templateId"))
    return any(attribut(modele, "root") == codes.MODELE_BIOLOGIE for modele in modeles)


def classer(entree: etree._Element, enonce: etree._Element, section: SectionLue) -> Genre:
    """The kind of a statement, by its element, its code, its section and its templates."""
    balise = etree.QName(enonce).localname
    code = attribut(premier(enonce, "code"), "code")
    match balise:
        case "substanceAdministration":
            est_vaccin = section.code == codes.SECTION_VACCINATIONS
            if est_vaccin or code in codes.TYPES_VACCINATION:
                return Genre.VACCINATION
            return Genre.MEDICAMENT
        case "supply":
            porteurs = [attribut(p, "typeCode") for p in tous(enonce, "participant")]
            if "DEV" in porteurs or section.code == codes.SECTION_DISPOSITIFS:
                return Genre.DISPOSITIF
            return Genre.MEDICAMENT
        case "observation":
            return _GENRES_PAR_SECTION.get(section.code or "", Genre.CONSTAT)
        case "organizer":
            return _genre_de_groupe(enonce, section, code)
        case "act":
            return Genre.BIOLOGIE if _est_biologie(entree) else _genre_d_acte(enonce, section)
        case _:
            return _GENRES_PAR_BALISE.get(balise, Genre.AUTRE)


def _genre_de_groupe(enonce: etree._Element, section: SectionLue, code: str | None) -> Genre:
    if code == codes.BATTERIE_SIGNES_VITAUX or section.code == codes.SECTION_SIGNES_VITAUX:
        return Genre.MESURES
    if code == codes.DOCUMENT_ATTACHE:
        return Genre.FICHIER
    if section.code == codes.SECTION_FAMILLE or premier(enonce, "subject") is not None:
        return Genre.FAMILLE
    return Genre.CONSTAT


def _genre_d_acte(enonce: etree._Element, section: SectionLue) -> Genre:
    code = premier(enonce, "code")
    # A concern: an act without a notion of its own (no code, or CONC) around problems.
    if attribut(code, "code") in (None, "CONC") and any(
        premier(lien, "observation") is not None for lien in tous(enonce, "entryRelationship")
    ):
        if section.code == codes.SECTION_ALLERGIES:
            return Genre.ALLERGIE
        return Genre.PROBLEME
    return Genre.ACTE
