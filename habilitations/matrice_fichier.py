"""Reads a matrix file (R-HAB-01) and compares two matrices. Pure: bytes in, cells out.

Strict on purpose: an unknown column, code or word stops the reading, which names every bad line. A
misspelt « oui » must not quietly become « non », nor the contrary.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from habilitations.politique import Case

OCTETS_MAX: Final = 20_000_000
ERREURS_MAX: Final = 20
"""Bad lines named before giving up."""

_OBLIGATOIRES: Final = ("profession_code", "category_or_type", "lecture", "ecriture", "effectif")
_FACULTATIVES: Final = (
    "specialite",
    "objet",
    "profession_code_system",
    "profession_label",
    "type_label",
    "dmp_category",
    "source",
    "confidence",
    "confidence_ecriture",
)
_OUI: Final = frozenset({"oui", "o", "vrai", "true", "1", "x"})
_NON: Final = frozenset({"non", "n", "faux", "false", "0"})
_RUBRIQUE = re.compile(r"RUB_[A-Z_]{1,36}")
_LONGUEUR_CITEE: Final = 40
_LONGUEUR_SOURCE: Final = 200


class MatriceInvalide(ValueError):
    """The file can't be imported; `erreurs` gives each bad line (0: the whole file), in French."""

    def __init__(self, erreurs: Sequence[tuple[int, str]]) -> None:
        super().__init__("\n".join(f"ligne {n} : {m}" if n else m for n, m in erreurs))
        self.erreurs = tuple(erreurs)


class Croisement(NamedTuple):
    """What a cell is about; an empty `specialite` means the whole profession."""

    profession: str
    specialite: str
    code: str


@dataclass(frozen=True, slots=True)
class CaseLue:
    """One line of the file."""

    croisement: Croisement
    objet: str
    """« type » of document, or « rubrique » of the medical profile."""
    case: Case
    confiance: str
    source: str


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes that exist. `specialites`: code → its profession."""

    professions: Collection[str]
    specialites: Mapping[str, str]
    types_documents: Collection[str]


def lire_matrice(contenu: bytes, codes: Codes) -> list[CaseLue]:
    """The cells, in the order of the file. Raises MatriceInvalide, naming at most 20 lines."""
    if len(contenu) > OCTETS_MAX:
        raise MatriceInvalide([(0, "fichier trop gros pour une matrice d'habilitation")])
    try:
        texte = contenu.decode("utf-8-sig")
    except UnicodeDecodeError as erreur:
        raise MatriceInvalide([(0, "le fichier n'est pas en UTF-8")]) from erreur
    rangees = _rangees(texte)
    _, entete = next(rangees, (0, []))
    places = _places(entete)
    cases: list[CaseLue] = []
    deja: dict[Croisement, int] = {}
    erreurs: list[tuple[int, str]] = []
    for numero, rangee in rangees:
        try:
            case = _lire_case(rangee, len(entete), places, codes)
            if (premiere := deja.setdefault(case.croisement, numero)) != numero:
                raise _LigneInvalide(f"case déjà donnée à la ligne {premiere}")
        except _LigneInvalide as erreur:
            erreurs.append((numero, str(erreur)))
            if len(erreurs) >= ERREURS_MAX:
                break
        else:
            cases.append(case)
    if erreurs:
        raise MatriceInvalide(erreurs)
    if not cases:
        raise MatriceInvalide([(0, "le fichier ne contient aucune case")])
    return cases


class _LigneInvalide(ValueError):
    pass


def _rangees(texte: str) -> Iterator[tuple[int, list[str]]]:
    """Line number (the last one, for a cell on several) and cells; blank lines are skipped."""
    lecteur = csv.reader(io.StringIO(texte, newline=""), strict=True)
    try:
        for rangee in lecteur:
            if any(cellule.strip() for cellule in rangee):
                yield lecteur.line_num, rangee
    except csv.Error as erreur:
        raise MatriceInvalide([(lecteur.line_num, "CSV illisible")]) from erreur


def _places(entete: Sequence[str]) -> dict[str, int]:
    titres = [titre.strip().lower() for titre in entete]
    erreurs: list[tuple[int, str]] = []
    for titre in titres:
        if titre not in _OBLIGATOIRES and titre not in _FACULTATIVES:
            erreurs.append((1, f"colonne inconnue {_citer(titre)}"))
    for titre in _OBLIGATOIRES:
        if titre not in titres:
            erreurs.append((1, f"colonne absente « {titre} »"))
    erreurs += [
        (1, f"colonne donnée deux fois « {titre} »")
        for titre in sorted(set(titres))
        if titres.count(titre) > 1
    ]
    if erreurs:
        raise MatriceInvalide(erreurs[:ERREURS_MAX])
    return {titre: rang for rang, titre in enumerate(titres)}


def _lire_case(
    rangee: Sequence[str], largeur: int, places: Mapping[str, int], codes: Codes
) -> CaseLue:
    if len(rangee) != largeur:
        raise _LigneInvalide(f"{largeur} cellules attendues, {len(rangee)} lues")

    def lire(titre: str, defaut: str = "") -> str:
        return rangee[places[titre]].strip() if titre in places else defaut

    objet = lire("objet", "type").lower()
    profession, specialite, code = (
        lire("profession_code"),
        lire("specialite"),
        lire("category_or_type"),
    )
    if profession not in codes.professions:
        raise _LigneInvalide(f"profession inconnue {_citer(profession)}")
    if specialite and codes.specialites.get(specialite) != profession:
        raise _LigneInvalide(
            f"spécialité {_citer(specialite)} inconnue pour la profession {profession}"
        )
    connu = {
        "type": code in codes.types_documents,
        "rubrique": _RUBRIQUE.fullmatch(code) is not None,
    }
    if objet not in connu:
        raise _LigneInvalide(f"objet inconnu {_citer(objet)} (attendu : type, rubrique)")
    if not connu[objet]:
        raise _LigneInvalide(f"{objet} inconnu {_citer(code)}")
    return CaseLue(
        croisement=Croisement(profession, specialite, code),
        objet=objet,
        case=Case(
            lecture=_oui_ou_non("lecture", lire("lecture")),
            ecriture=_oui_ou_non("ecriture", lire("ecriture")),
            effectif=_oui_ou_non("effectif", lire("effectif")),
        ),
        confiance=lire("confidence")[:10],
        source=lire("source")[:_LONGUEUR_SOURCE],
    )


def _oui_ou_non(titre: str, valeur: str) -> bool:
    mot = valeur.lower()
    if mot in _OUI:
        return True
    if mot in _NON:
        return False
    raise _LigneInvalide(f"{titre} : oui ou non attendu, lu {_citer(valeur)}")


def _citer(valeur: str) -> str:
    coupee = valeur if len(valeur) <= _LONGUEUR_CITEE else valeur[:_LONGUEUR_CITEE] + "…"
    return f"« {coupee.encode('unicode_escape').decode() if not coupee.isprintable() else coupee} »"


# --- Differences -------------------------------------------------------------------------------


@dataclass(slots=True)
class Ecarts:
    """What changes for one profession: codes, in order. A speciality's is written `code (SM25)`."""

    ouverts: list[str] = field(default_factory=list)
    """Readable with the new version, not with the old one."""
    fermes: list[str] = field(default_factory=list)
    ajoutes: list[str] = field(default_factory=list)
    """Cells that the old version doesn't have, readable or not."""
    retires: list[str] = field(default_factory=list)
    ecriture: list[str] = field(default_factory=list)
    """Cells whose right to deposit changes."""

    def __bool__(self) -> bool:
        return any((self.ouverts, self.fermes, self.ajoutes, self.retires, self.ecriture))


def est_lisible(case: Case | None) -> bool:
    """Line 8 of the table of decisions: no cell, `lecture` or `effectif` not oui mean no."""
    return case is not None and case.lecture and case.effectif


def comparer(
    avant: Mapping[Croisement, Case], apres: Mapping[Croisement, Case]
) -> dict[str, Ecarts]:
    """Profession → what changes; professions without any change are absent.

    A speciality's cell is compared with what the speciality had: its own cell, else the general
    one. So a new line that closes a type to SM25 shows as closed, not only as added.
    """
    ecarts: dict[str, Ecarts] = {}
    for croisement in sorted(avant.keys() | apres.keys()):
        profession, specialite, code = croisement
        nom = f"{code} ({specialite})" if specialite else code
        ecart = ecarts.setdefault(profession, Ecarts())
        ancienne, nouvelle = _effective(avant, croisement), _effective(apres, croisement)
        if est_lisible(nouvelle) and not est_lisible(ancienne):
            ecart.ouverts.append(nom)
        if est_lisible(ancienne) and not est_lisible(nouvelle):
            ecart.fermes.append(nom)
        if croisement not in avant:
            ecart.ajoutes.append(nom)
        if croisement not in apres:
            ecart.retires.append(nom)
        if _depot(ancienne) != _depot(nouvelle):
            ecart.ecriture.append(nom)
    return {profession: ecart for profession, ecart in ecarts.items() if ecart}


def _depot(case: Case | None) -> bool:
    return case is not None and case.ecriture and case.effectif


def _effective(cases: Mapping[Croisement, Case], croisement: Croisement) -> Case | None:
    """The cell that holds: the speciality's own, else the profession's."""
    return cases.get(croisement) or cases.get(croisement._replace(specialite=""))


def codes_de(noms: Collection[str]) -> set[str]:
    """Back from `code (SM25)` to the codes."""
    return {nom.partition(" (")[0] for nom in noms}
