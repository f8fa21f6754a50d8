"""The body of a CDA document: one file (level 1), or sections of narrative and their files."""

from __future__ import annotations

from lxml import etree

from interop.cda.elements import V3, attribut, premier, texte, tous, tout_le_texte
from interop.cda.modele import (
    CorpsNonStructure,
    CorpsStructure,
    MediaCDA,
    Noeud,
    SectionCDA,
)
from interop.cda.octets import PDF, decoder_base64, type_reel

RENVOIS_MAX = 1000
"""References to files followed in one document: a few bytes each here, a whole file each shown."""

_TROP_DE_RENVOIS = (
    "Le document renvoie trop souvent à ses fichiers : les derniers renvois sont perdus."
)

# The narrative's own elements; any other is read as "", for its text.
_PHRASE = frozenset(
    {"content", "linkHtml", "sub", "sup", "br", "footnote", "footnoteRef", "renderMultiMedia"}
)
_BLOCS = frozenset(
    {"paragraph", "list", "item"}
    | {"table", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "td", "th"}
)
_NOMS = _PHRASE | _BLOCS | {"caption"}
_ATTRIBUTS = (
    "ID",
    "IDREF",
    "align",
    "colspan",
    "href",
    "listType",
    "revised",
    "rowspan",
    "scope",
    "styleCode",
)


def lire_corps(
    document: etree._Element, avertissements: list[str]
) -> CorpsNonStructure | CorpsStructure | None:
    """The body, None (and a warning) when the document has none."""
    fichier = premier(document, "component/nonXMLBody/text")
    if fichier is not None:
        return _non_structure(fichier, avertissements)
    structure = premier(document, "component/structuredBody")
    if structure is None:
        avertissements.append("Le document n'a pas de corps.")
        return None
    lecture = _LectureStructuree(avertissements)
    lecture.recueillir_medias(structure)
    sections = tuple(lecture.section(s) for s in tous(structure, "component/section"))
    return CorpsStructure(sections, tuple(lecture.medias))


def _non_structure(fichier: etree._Element, avertissements: list[str]) -> CorpsNonStructure:
    mime = (attribut(fichier, "mediaType") or "text/plain").lower()
    brut = tout_le_texte(fichier)
    if attribut(fichier, "representation") != "B64":
        return CorpsNonStructure(mime, brut.encode("utf-8"), charset="utf-8")
    octets = decoder_base64(brut)
    if octets is None:
        avertissements.append("Le fichier contenu dans le document est illisible.")
        return CorpsNonStructure(mime, b"")
    _prevenir_faux_type(mime, octets, avertissements)
    return CorpsNonStructure(mime, octets, type_reel(octets), attribut(fichier, "charset"))


def _prevenir_faux_type(mime: str, octets: bytes, avertissements: list[str]) -> None:
    reel = type_reel(octets)
    connu = mime == PDF or mime in ("image/png", "image/jpeg", "image/gif", "image/tiff")
    if reel != mime and (reel or connu):
        avertissements.append(
            f"Un fichier annoncé « {mime} » est en réalité « {reel or 'de type inconnu'} »."
        )


class _LectureStructuree:
    """Reads the files, then the sections, where each renderMultiMedia names its files by rank."""

    def __init__(self, avertissements: list[str]) -> None:
        self.avertissements = avertissements
        self.medias: list[MediaCDA] = []
        self._renvois = 0
        self._rangs: dict[str, int] = {}
        self._rang_par_element: dict[etree._Element, int] = {}

    def recueillir_medias(self, structure: etree._Element) -> None:
        """Keeps every base64 file of the body, whatever carries it (observationMedia mostly)."""
        for element in structure.iter(f"{V3}text", f"{V3}value"):
            if attribut(element, "representation") != "B64":
                continue
            brut = tout_le_texte(element)
            if not brut.strip():
                continue
            octets = decoder_base64(brut)
            if octets is None:
                self.avertissements.append("Un fichier contenu dans le document est illisible.")
                continue
            mime = (attribut(element, "mediaType") or "application/octet-stream").lower()
            if attribut(element, "compression") and type_reel(octets) is None:
                self.avertissements.append(
                    "Un fichier contenu dans le document est compressé : il n'est pas affiché."
                )
            else:
                _prevenir_faux_type(mime, octets, self.avertissements)
            rang = len(self.medias)
            self.medias.append(MediaCDA(mime, octets, type_reel(octets)))
            self._rang_par_element[element] = rang
            self._nommer(element, rang)

    def _nommer(self, element: etree._Element, rang: int) -> None:
        # The reference may aim at the observationMedia, or at a regionOfInterest around it.
        for porteur in (element, *element.iterancestors()):
            if porteur.tag == f"{V3}section":
                break
            if nom := attribut(porteur, "ID"):
                self._rangs.setdefault(nom, rang)

    def section(self, element: etree._Element) -> SectionCDA:
        code = premier(element, "code")
        return SectionCDA(
            titre=texte(premier(element, "title")),
            code=attribut(code, "code"),
            code_systeme=attribut(code, "codeSystem"),
            identifiant=attribut(element, "ID"),
            textes=tuple(self._texte(narratif) for narratif in tous(element, "text")),
            sections=tuple(self.section(s) for s in tous(element, "component/section")),
        )

    def _texte(self, narratif: etree._Element) -> Noeud:
        if attribut(narratif, "representation") != "B64":
            return self._noeud(narratif, "text")
        rang = self._rang_par_element.get(narratif)
        return Noeud("renderMultiMedia", (("medias", "" if rang is None else str(rang)),))

    def _noeud(self, element: etree._Element, nom: str) -> Noeud:
        enfants: list[Noeud | str] = [element.text] if element.text else []
        for enfant in element.iterchildren("*"):
            enfants.append(self._noeud(enfant, _nom(enfant)))
            if enfant.tail:
                enfants.append(enfant.tail)
        attributs = [(cle, valeur) for cle in _ATTRIBUTS if (valeur := attribut(element, cle))]
        if nom == "renderMultiMedia":
            attributs.append(("medias", self._medias_de(element)))
        a_bloc = any(
            enfant.a_bloc or enfant.nom in _BLOCS for enfant in enfants if isinstance(enfant, Noeud)
        )
        return Noeud(nom, tuple(attributs), tuple(enfants), a_bloc)

    def _medias_de(self, element: etree._Element) -> str:
        references = (attribut(element, "referencedObject") or "").split()
        rangs = dict.fromkeys(self._rangs[nom] for nom in references if nom in self._rangs)
        self._renvois += len(rangs)
        if self._renvois <= RENVOIS_MAX:
            return " ".join(map(str, rangs))
        if _TROP_DE_RENVOIS not in self.avertissements:
            self.avertissements.append(_TROP_DE_RENVOIS)
        return ""


def _nom(element: etree._Element) -> str:
    nom = element.tag.removeprefix(V3) if isinstance(element.tag, str) else ""
    return nom if nom in _NOMS else ""
