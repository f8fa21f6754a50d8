"""A document opened for its entries: sections, statements, and the passages of the narrative.

The XML stays inside the package: readers hand plain values out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from interop.cda.elements import V3, attribut, premier, texte, tous
from interop.cda.entrees.classement import Genre, SectionLue, classer
from interop.cda.lecture import analyser_document
from interop.xml import LIMITES, Limites

ENTREES_MAX = 3000
"""Entries read in one document: the longest public example has under a hundred."""
AVERTISSEMENTS_MAX = 200
TEXTE_MAX = 4000
"""Characters kept of one passage of the narrative."""
CELLULES_MAX = 60

# Where a reader sees a gap, even without a blank in the text.
_BORDS = frozenset(
    V3 + nom
    for nom in ("paragraph", "list", "item", "caption", "table", "tr", "td", "th", "br", "footnote")
)
_PREAMBULE = frozenset(V3 + nom for nom in ("realmCode", "typeId", "templateId"))
VIDES = frozenset({"-", "–", "—", ""})
"""Texts that say nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Entree:
    """One `entry`: its statement, its place. `rang` counts from 1 within the section.

    `sujet`: the element that tells the section is about somebody else than the patient.
    """

    element: etree._Element
    section: SectionLue
    rang: int
    genre: Genre
    sujet: etree._Element | None


class Releve:
    """The warnings of one reading: sentences in French, each once, bounded."""

    def __init__(self, phrases: tuple[str, ...] = ()) -> None:
        self._phrases: dict[str, None] = dict.fromkeys(phrases)

    def dire(self, phrase: str) -> None:
        if len(self._phrases) < AVERTISSEMENTS_MAX:
            self._phrases.setdefault(phrase)
        elif phrase not in self._phrases:
            self._phrases.setdefault("D'autres remarques ne sont pas affichées.")

    def phrases(self) -> tuple[str, ...]:
        return tuple(self._phrases)


class Source:
    """The entries of one document, in its order, and its narrative by anchor."""

    def __init__(self, document: etree._Element) -> None:
        self._releve = Releve()
        self.entrees: list[Entree] = []
        self.muettes: list[SectionLue] = []  # sections with words and no entry
        self._ancres: dict[str, etree._Element] = {}
        self._doubles: set[str] = set()
        self._textes: dict[str, str | None] = {}
        self._lignes: dict[etree._Element, tuple[tuple[str, str], ...]] = {}
        corps = premier(document, "component/structuredBody")
        if corps is None:
            self._releve.dire(
                "Le document n'est pas structuré : aucune donnée ne peut en être lue."
            )
            return
        for section in tous(corps, "component/section"):
            self._parcourir(section, (), None)

    # Walking

    def _parcourir(
        self, element: etree._Element, chemin: tuple[str, ...], sujet: etree._Element | None
    ) -> int:
        """Reads the entries of the section and of those below; returns how many there are."""
        section = _section(element, chemin)
        propre = premier(element, "subject/relatedSubject")
        sujet = propre if propre is not None else sujet
        a_du_texte = False
        for narratif in tous(element, "text"):
            self._recenser(narratif)
            a_du_texte = a_du_texte or _texte_borne(narratif) is not None
        rang = 0
        for entree in tous(element, "entry"):
            for enonce in entree.iterchildren("*"):
                if enonce.tag in _PREAMBULE:
                    continue
                if len(self.entrees) >= ENTREES_MAX:
                    self._releve.dire(
                        f"Le document contient plus de {ENTREES_MAX} données : les dernières ne "
                        "sont pas lues."
                    )
                    break
                rang += 1
                genre = classer(entree, enonce, section)
                self.entrees.append(Entree(enonce, section, rang, genre, sujet))
        place = len(self.muettes)
        total = rang
        for dessous in tous(element, "component/section"):
            total += self._parcourir(dessous, (*chemin, section.nom), sujet)
        if a_du_texte and not total:
            self.muettes.insert(place, section)
        return total

    def _recenser(self, narratif: etree._Element) -> None:
        for element in narratif.iter("*"):
            ancre = attribut(element, "ID")
            if ancre is None:
                continue
            if ancre in self._ancres:
                self._doubles.add(ancre)
            else:
                self._ancres[ancre] = element

    def ouvrir_releve(self) -> Releve:
        """A new list of warnings, which opens with those of the document as a whole."""
        return Releve(self._releve.phrases())

    def choisir(self, *genres: Genre) -> Iterator[Entree]:
        """The entries of these kinds, in the order of the document."""
        return (entree for entree in self.entrees if entree.genre in genres)

    # Narrative

    def ancre(self, reference: str) -> str | None:
        """The anchor named by a reference, with or without its « # »; None when there is none."""
        nom = reference.removeprefix("#")
        return nom if nom in self._ancres else None

    def est_double(self, ancre: str) -> bool:
        """Whether several passages bear this anchor: the first is the one read."""
        return ancre in self._doubles

    def passage(self, ancre: str) -> str | None:
        """The text of that passage, blanks folded; None when it is empty or only a dash."""
        if ancre not in self._textes:
            self._textes[ancre] = _texte_borne(self._ancres[ancre])
        return self._textes[ancre]

    def ligne(self, ancre: str) -> tuple[tuple[str, str], ...]:
        """(heading, cell) along the table row around that passage, () outside a table.

        Headings are "" without a plain heading row. A cell that spans columns is repeated.
        """
        rangee = self._ancres[ancre]
        while rangee.tag != f"{V3}tr":
            parent = rangee.getparent()
            if parent is None or rangee.tag == f"{V3}text":
                return ()
            rangee = parent
        if rangee not in self._lignes:
            self._lignes[rangee] = _ligne(rangee)
        return self._lignes[rangee]


def dire_le_reste(source: Source) -> tuple[str, ...]:
    """What no reader gives: sections that only speak in words, entries of an unknown kind."""
    releve = source.ouvrir_releve()
    for section in source.muettes:
        releve.dire(f"« {section.nom} » : rien n'y est structuré, le texte est à lire.")
    for entree in source.choisir(Genre.AUTRE):
        releve.dire(f"« {entree.section.nom} » : une donnée d'une sorte inconnue n'est pas lue.")
    return releve.phrases()


def ouvrir(octets: bytes, *, limites: Limites = LIMITES) -> Source:
    """Opens a CDA document, bare or « auto-présentable », for its entries. Raises CDAInvalide."""
    return Source(analyser_document(octets, limites=limites)[0])


def _section(element: etree._Element, chemin: tuple[str, ...]) -> SectionLue:
    code = premier(element, "code")
    return SectionLue(
        titre=texte(premier(element, "title")),
        code=attribut(code, "code"),
        code_systeme=attribut(code, "codeSystem"),
        libelle=attribut(code, "displayName"),
        precisions=tuple(
            lu for traduction in tous(code, "translation") if (lu := attribut(traduction, "code"))
        ),
        chemin=chemin,
    )


def _texte_borne(element: etree._Element) -> str | None:
    morceaux: list[str] = []
    longueur = 0
    for evenement, noeud in etree.iterwalk(element, events=("start", "end")):
        if evenement == "start":
            morceau = noeud.text or ""
        else:
            morceau = (noeud.tail or "") if noeud is not element else ""
        if noeud.tag in _BORDS:
            morceau = f" {morceau}" if evenement == "start" else f" {morceau} "
        morceaux.append(morceau)
        longueur += len(morceau)
        if longueur > 4 * TEXTE_MAX:
            break
    plie = " ".join("".join(morceaux).split())
    if len(plie) > TEXTE_MAX:
        plie = plie[:TEXTE_MAX] + "…"
    return None if plie in VIDES else plie


def _ligne(rangee: etree._Element) -> tuple[tuple[str, str], ...]:
    cellules = _cellules(rangee)
    corps = rangee.getparent()
    table = corps.getparent() if corps is not None else None
    entetes = list(tous(table, "thead/tr"))
    titres = _cellules(entetes[-1]) if entetes else []
    if len(titres) != len(cellules):
        titres = [""] * len(cellules)
    return tuple(zip(titres, cellules, strict=True))


def _cellules(rangee: etree._Element) -> list[str]:
    """The texts of the row, a cell that spans columns being counted as many times."""
    textes: list[str] = []
    for cellule in rangee.iterchildren(f"{V3}td", f"{V3}th"):
        largeur = attribut(cellule, "colspan") or "1"
        est_nombre = largeur.isascii() and largeur.isdigit()
        repetition = int(largeur[:4]) if est_nombre else 1
        textes += [_texte_borne(cellule) or ""] * min(max(repetition, 1), CELLULES_MAX + 1)
        if len(textes) > CELLULES_MAX:
            return []
    return textes
