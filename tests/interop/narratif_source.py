"""What a reader must find in a document, told from its source: another parser, another walk.

Shares nothing with `interop`: the standard library's ElementTree, and the rules of the narrative
written again.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator

V3 = "{urn:hl7-org:v3}"

# Where a reader sees a gap even without a blank in the text.
BORDS = {
    V3 + nom
    for nom in (
        *("paragraph", "list", "item", "caption", "footnote", "renderMultiMedia"),
        *("table", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "td", "th"),
    )
}


def normalise(texte: str) -> str:
    """Blanks folded: two texts equal so lose, add, glue and move nothing."""
    return " ".join(texte.split())


def _sections(octets: bytes) -> Iterator[ET.Element]:
    racine = ET.fromstring(octets)  # noqa: S314 - our own documents and the public corpus
    document = next(racine.iter(f"{V3}ClinicalDocument"))
    yield from document.iterfind(f"{V3}component/{V3}structuredBody/{V3}component/{V3}section")


def _morceaux(element: ET.Element) -> Iterator[str]:
    bord = " " if element.tag in BORDS else ""
    yield " " if element.tag == f"{V3}br" else bord
    yield from _interieur(element)
    yield bord


def _interieur(element: ET.Element) -> Iterator[str]:
    yield element.text or ""
    enfants = list(element)
    if element.tag == f"{V3}table":
        pieds = [enfant for enfant in enfants if enfant.tag == f"{V3}tfoot"]
        if len(pieds) == 1:  # the foot of a table is read last; what follows it stays in place
            for enfant in enfants:
                yield from _morceaux(enfant) if enfant is not pieds[0] else " "
                yield enfant.tail or ""
            yield from _morceaux(pieds[0])
            return
    for enfant in enfants:
        yield from _morceaux(enfant)
        yield enfant.tail or ""


def texte_visible(octets: bytes) -> str:
    """All the text a reader must find, in order: section titles and narratives."""

    def de_la_section(section: ET.Element) -> Iterator[str]:
        for titre in section.iterfind(f"{V3}title"):
            yield from titre.itertext()
            yield " "
        for texte in section.iterfind(f"{V3}text"):
            if texte.get("representation") != "B64":
                yield from _morceaux(texte)
        for dessous in section.iterfind(f"{V3}component/{V3}section"):
            yield " "
            yield from de_la_section(dessous)

    return normalise(" ".join("".join(de_la_section(section)) for section in _sections(octets)))


def blocs(octets: bytes, *noms: str) -> list[str]:
    """The non-empty texts of these narrative elements (or `title` of sections), in order."""
    trouves = []
    for section in _sections(octets):
        for element in section.iter():
            nom = element.tag.removeprefix(V3)
            if nom == "text" and element.get("representation") == "B64":
                continue
            if nom in noms and (texte := normalise("".join(_morceaux(element)))):
                trouves.append(texte)
    return trouves
