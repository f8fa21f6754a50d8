"""Small readings shared by the header and the body: children, texts, identifiers, dates."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from interop.cda.modele import IdentifiantCDA
from interop.hl7 import HorodatageHL7, HorodatageInvalide, lire_ts

V3 = "{urn:hl7-org:v3}"


def tous(element: etree._Element | None, chemin: str) -> Iterator[etree._Element]:
    """The descendants at `chemin`, written `a/b/c` with bare CDA names."""
    if element is not None:
        yield from element.iterfind("/".join(V3 + nom for nom in chemin.split("/")))


def premier(element: etree._Element | None, chemin: str) -> etree._Element | None:
    """The first of `tous`, None if there is none."""
    return next(tous(element, chemin), None)


def attribut(element: etree._Element | None, nom: str) -> str | None:
    """The attribute without its outer blanks; None when absent or blank."""
    valeur = element.get(nom) if element is not None else None
    return (valeur or "").strip() or None


def tout_le_texte(element: etree._Element) -> str:
    """All the text inside, as it is."""
    return "".join(str(morceau) for morceau in element.itertext())


def texte(element: etree._Element | None) -> str | None:
    """All the text inside, blanks folded; None when there is none."""
    if element is None:
        return None
    return " ".join(tout_le_texte(element).split()) or None


def identifiant(element: etree._Element | None) -> IdentifiantCDA | None:
    """The HL7 « II » of an `id`, `setId`…; None without a root (nullFlavor)."""
    racine = attribut(element, "root")
    return IdentifiantCDA(racine, attribut(element, "extension")) if racine else None


def horodatage(
    element: etree._Element | None, quoi: str, avertissements: list[str]
) -> HorodatageHL7 | None:
    """The date in `@value`; None, and a warning naming `quoi`, when it cannot be read."""
    valeur = attribut(element, "value")
    if valeur is None:
        return None
    try:
        return lire_ts(valeur)
    except HorodatageInvalide as erreur:
        avertissements.append(f"{quoi} : {erreur}")
        return None
