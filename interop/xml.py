"""Bounded XML reading, for everything that comes from outside (CDA, XDM, SOAP…).

Two passes over the same UTF-8 text. The first (expat) builds nothing: it stops at the first
DOCTYPE, before any entity exists, and counts depth, elements, attributes and namespaces. The second
(lxml) only ever sees what the first let through. Both are told the encoding: they cannot disagree.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn
from xml.parsers import expat

from lxml import etree


class XMLRefuse(Exception):
    """The XML is refused. `str()` is a sentence in French, fit to be shown to the sender."""


@dataclass(frozen=True, slots=True)
class Limites:
    """Bounds of one reading. `octets` in bytes, `attribut` in characters, the others are counts."""

    octets: int = 20_000_000
    profondeur: int = 100
    elements: int = 100_000
    attribut: int = 100_000
    attributs: int = 100
    espaces_de_noms: int = 200


LIMITES = Limites()

# Declared name → Python codec. UTF-16 is told by its bytes; a file that says « utf-16 » in one-byte
# letters was converted afterwards by a tool that did not say so: it is UTF-8.
_CODECS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "iso-8859-1",
    "iso8859-1": "iso-8859-1",
    "iso_8859-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "latin-1": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "iso8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
}
_SIGNATURES = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_ENCODAGE = re.compile(
    rb"""\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""", re.DOTALL
)


def codec_connu(nom: str) -> str | None:
    """The Python codec of a charset name found in a document, None when we do not read it."""
    return _CODECS.get(nom.strip().lower())


def analyser(octets: bytes, *, limites: Limites = LIMITES) -> etree._Element:
    """The root element of an XML document, comments and processing instructions dropped.

    Raises XMLRefuse: empty, too large, unknown or wrong encoding, any DOCTYPE, not well-formed, or
    one of the `limites` passed.
    """
    if not octets.strip():
        raise XMLRefuse("Le fichier est vide.")
    if len(octets) > limites.octets:
        raise XMLRefuse(f"Le fichier est trop volumineux (plus de {limites.octets} octets).")
    utf8 = _texte(octets).encode("utf-8")
    _controler(utf8, limites)
    try:
        return etree.fromstring(utf8, _analyseur())
    except etree.XMLSyntaxError as erreur:
        raise XMLRefuse(f"Le fichier XML est mal formé (ligne {erreur.lineno}).") from erreur


def _texte(octets: bytes) -> str:
    try:
        texte = octets.decode(_codec(octets))
    except UnicodeDecodeError as erreur:
        raise XMLRefuse("Le fichier ne respecte pas l'encodage qu'il annonce.") from erreur
    return texte.lstrip("\ufeff \t\r\n")


def _codec(octets: bytes) -> str:
    for signature, codec in _SIGNATURES:
        if octets.startswith(signature):
            return codec
    declaration = _ENCODAGE.match(octets[:500])
    nom = declaration.group(1).decode("ascii") if declaration else "utf-8"
    connu = codec_connu(nom)
    if connu is None:
        raise XMLRefuse(f"L'encodage « {nom} » n'est pas pris en charge.")
    return connu


def _controler(utf8: bytes, limites: Limites) -> None:
    """First pass: refuses without building. Expat stops at the first exception of a handler."""
    espaces_ouverts: list[int] = []
    elements = 0

    def doctype(*_: object) -> NoReturn:
        raise XMLRefuse("Le fichier contient une déclaration DOCTYPE, qui n'est pas acceptée.")

    def ouverture(_nom: str, attributs: list[str]) -> None:
        nonlocal elements
        elements += 1
        if elements > limites.elements:
            raise XMLRefuse(f"Le fichier contient plus de {limites.elements} éléments.")
        if len(espaces_ouverts) >= limites.profondeur:
            raise XMLRefuse(f"Le fichier imbrique plus de {limites.profondeur} éléments.")
        if len(attributs) > 2 * limites.attributs:
            raise XMLRefuse(f"Un élément porte plus de {limites.attributs} attributs.")
        if any(len(valeur) > limites.attribut for valeur in attributs):
            raise XMLRefuse(f"Un attribut dépasse {limites.attribut} caractères.")
        espaces = espaces_ouverts[-1] if espaces_ouverts else 0
        espaces += sum(nom.startswith("xmlns") for nom in attributs[::2])
        if espaces > limites.espaces_de_noms:
            raise XMLRefuse("Le fichier déclare trop d'espaces de noms.")
        espaces_ouverts.append(espaces)

    def fermeture(_nom: str) -> None:
        espaces_ouverts.pop()

    analyseur = expat.ParserCreate(encoding="utf-8")
    analyseur.ordered_attributes = True
    analyseur.StartDoctypeDeclHandler = doctype
    analyseur.StartElementHandler = ouverture
    analyseur.EndElementHandler = fermeture
    try:
        analyseur.Parse(utf8, True)
    except expat.ExpatError as erreur:
        raise XMLRefuse(f"Le fichier XML est mal formé (ligne {erreur.lineno}).") from erreur


def _analyseur() -> etree.XMLParser:
    # huge_tree lifts libxml2's own limit of 10 MB per text, which a base64 PDF may pass; what that
    # limit protects from needs a DOCTYPE, already refused.
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=True,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )
