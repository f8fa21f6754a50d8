"""Care history sent by the Assurance Maladie (CNAM-HR): what was reimbursed, by category.

R-HIS-01 names nine categories. The document has seven of them; an illness or an injection done,
when a sender puts one there, goes to the two others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from interop.cda.entrees import codes
from interop.cda.entrees.actes import lire_acte
from interop.cda.entrees.classement import Genre, SectionLue
from interop.cda.entrees.dispositifs import lire_dispositifs
from interop.cda.entrees.lecteur import Lecteur
from interop.cda.entrees.medicaments import Delivrance, LigneMedicament, lire_medicaments
from interop.cda.entrees.problemes import lire_problemes
from interop.cda.entrees.source import Releve, Source
from interop.cda.entrees.vaccinations import EtatVaccination, lire_vaccinations
from interop.cda.entrees.valeurs import CodeCDA, Periode, Quantite
from interop.cda.modele import AuteurCDA


class CategorieSoin(StrEnum):
    """The nine categories of R-HIS-01."""

    BIOLOGIE = "biologie"
    MEDICAMENTS = "medicaments"
    SOINS = "soins"
    HOSPITALISATIONS = "hospitalisations"
    RADIOLOGIE = "radiologie"
    DISPOSITIFS = "dispositifs"
    VACCINS = "vaccins"
    MALADIES = "maladies"
    VACCINATIONS = "vaccinations"


_CATEGORIES_D_ACTES = {
    "67803-7": CategorieSoin.SOINS,
    "18726-0": CategorieSoin.RADIOLOGIE,
    "26436-6": CategorieSoin.BIOLOGIE,
}
"""LOINC codes that a section « Actes » adds to tell which acts it lists."""


@dataclass(frozen=True, slots=True, repr=False)
class EpisodeSoin:
    """One line of the history.

    `libelle`: the label of the structured entry; `texte`: the narrative's, which may differ.
    `codes` holds every code said: product, ATC group, substances, act… (systems in `codes.py`).
    `nature`: what kind of stay or act, when a code tells it apart from the code itself.
    """

    section: SectionLue
    categorie: CategorieSoin
    periode: Periode | None = None
    libelle: str | None = None
    codes: tuple[CodeCDA, ...] = ()
    nature: CodeCDA | None = None
    quantite: Quantite | None = None
    executants: tuple[AuteurCDA, ...] = ()
    prescripteurs: tuple[AuteurCDA, ...] = ()
    texte: str | None = None

    @property
    def lieux(self) -> tuple[str, ...]:
        """The organisations of those who did it, each once."""
        noms = (qui.structure.nom for qui in self.executants if qui.structure)
        return tuple(dict.fromkeys(nom for nom in noms if nom))


def lire_soins(source: Source) -> tuple[tuple[EpisodeSoin, ...], tuple[str, ...]]:
    """Every episode, by category in the order of the document's kinds of entries."""
    releve = source.ouvrir_releve()
    episodes = [
        *_medicaments(source, releve),
        *_vaccins(source, releve),
        *_dispositifs(source, releve),
        *_actes(source, releve),
        *_maladies(source, releve),
    ]
    for episode in episodes:
        if episode.periode is None:
            releve.dire(
                f"« {episode.section.nom} », « {episode.libelle or episode.texte} » : la date "
                "n'est pas dite."
            )
    return tuple(episodes), releve.phrases()


def _medicaments(source: Source, releve: Releve) -> Iterator[EpisodeSoin]:
    lignes, remarques = lire_medicaments(source)
    _garder(releve, remarques)
    for ligne in lignes:
        for delivrance in ligne.delivrances or (Delivrance(),):
            yield _episode_de_medicament(ligne, delivrance)


def _episode_de_medicament(ligne: LigneMedicament, delivrance: Delivrance) -> EpisodeSoin:
    produit = delivrance.produit or ligne.produit
    date = delivrance.date
    return EpisodeSoin(
        section=ligne.section,
        categorie=CategorieSoin.MEDICAMENTS,
        periode=Periode(debut=date, ponctuelle=True) if date else ligne.periode,
        libelle=produit.libelle if produit else None,
        codes=_codes(produit.code if produit else None),
        quantite=delivrance.quantite,
        executants=delivrance.dispensateurs or ligne.executants,
        prescripteurs=delivrance.prescripteurs or ligne.prescripteurs,
        texte=ligne.texte or (produit.code.texte if produit and produit.code else None),
    )


def _vaccins(source: Source, releve: Releve) -> Iterator[EpisodeSoin]:
    vaccinations, remarques = lire_vaccinations(source)
    _garder(releve, remarques)
    for lue in vaccinations:
        delivrance = lue.delivrance
        est_delivree = lue.etat is EtatVaccination.DELIVREE and delivrance is not None
        date = delivrance.date if est_delivree and delivrance else None
        yield EpisodeSoin(
            section=lue.section,
            categorie=CategorieSoin.VACCINS if est_delivree else CategorieSoin.VACCINATIONS,
            periode=Periode(debut=date, ponctuelle=True) if date else lue.periode,
            libelle=lue.vaccin.libelle if lue.vaccin else None,
            codes=_codes(lue.vaccin.code if lue.vaccin else None),
            quantite=None,
            executants=delivrance.dispensateurs if delivrance else lue.executants,
            prescripteurs=delivrance.prescripteurs if delivrance else (),
            texte=lue.texte,
        )


def _dispositifs(source: Source, releve: Releve) -> Iterator[EpisodeSoin]:
    dispositifs, remarques = lire_dispositifs(source)
    _garder(releve, remarques)
    for lu in dispositifs:
        date = lu.date_delivrance
        yield EpisodeSoin(
            section=lu.section,
            categorie=CategorieSoin.DISPOSITIFS,
            periode=Periode(debut=date, ponctuelle=True) if date else lu.periode,
            libelle=lu.code.nom if lu.code else None,
            codes=_codes(lu.code),
            quantite=lu.quantite,
            executants=lu.executants,
            prescripteurs=lu.prescripteurs,
            texte=lu.texte,
        )


def _actes(source: Source, releve: Releve) -> Iterator[EpisodeSoin]:
    for entree in source.choisir(Genre.ACTE, Genre.RENCONTRE):
        lu = lire_acte(Lecteur(source, entree, releve), entree.element)
        if lu is None:
            continue
        nature = next((valeur for _, valeur in lu.code.qualificatifs), None) if lu.code else None
        yield EpisodeSoin(
            section=lu.section,
            categorie=_categorie(lu.section, entree.genre),
            periode=lu.periode,
            libelle=(nature.nom if nature else None) or (lu.code.nom if lu.code else None),
            codes=_codes(lu.code) + _codes(nature),
            nature=lu.code if nature else None,
            executants=lu.executants,
            prescripteurs=lu.auteurs,
            texte=lu.texte,
        )


def _categorie(section: SectionLue, genre: Genre) -> CategorieSoin:
    if genre is Genre.RENCONTRE or section.code == codes.SECTION_RENCONTRES:
        return CategorieSoin.HOSPITALISATIONS
    for precision in section.precisions:
        if precision in _CATEGORIES_D_ACTES:
            return _CATEGORIES_D_ACTES[precision]
    return CategorieSoin.SOINS


def _maladies(source: Source, releve: Releve) -> Iterator[EpisodeSoin]:
    problemes, remarques = lire_problemes(source)
    _garder(releve, remarques)
    for lu in problemes:
        yield EpisodeSoin(
            section=lu.section,
            categorie=CategorieSoin.MALADIES,
            periode=lu.periode,
            libelle=lu.code.nom if lu.code else None,
            codes=_codes(lu.code),
            nature=lu.nature,
            texte=lu.texte,
        )


def _codes(code: CodeCDA | None) -> tuple[CodeCDA, ...]:
    return tuple(code.tous()) if code else ()


def _garder(releve: Releve, remarques: tuple[str, ...]) -> None:
    for remarque in remarques:
        releve.dire(remarque)
