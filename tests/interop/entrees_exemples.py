"""Structured entries of our own, built as strings; and the public corpus, opened or skipped."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

import pytest

from interop.cda.entrees import Source, ouvrir
from tests.interop.exemples import CORPUS, niveau_3

LOINC = "2.16.840.1.113883.6.1"
ACT_CODE = "2.16.840.1.113883.5.4"
CIS = "1.2.250.1.213.2.3.1"
CIM_10 = "2.16.840.1.113883.6.3"


def du_corpus(nom: str) -> Source:
    """The public file, read in place; skips where the corpus is not there."""
    chemin = CORPUS / nom
    if not chemin.exists():
        pytest.skip("corpus public absent (../shared/corpus/cda)")
    return ouvrir(chemin.read_bytes())


def element(nom: str, *dedans: str, **attributs: str | None) -> str:
    """`<nom …>…</nom>`; an attribute `xsi_type` is `xsi:type`, one that is None is left out."""
    ecrits = "".join(
        f" {cle.replace('xsi_', 'xsi:')}={quoteattr(valeur)}"
        for cle, valeur in attributs.items()
        if valeur is not None
    )
    return f"<{nom}{ecrits}>{''.join(dedans)}</{nom}>"


def code(valeur: str, systeme: str, libelle: str = "", *dedans: str, nom: str = "code") -> str:
    """A coded element."""
    return element(nom, *dedans, code=valeur, codeSystem=systeme, displayName=libelle or None)


def texte(reference: str) -> str:
    return element("text", element("reference", value=reference))


def valeur(sorte: str, *dedans: str, **attributs: str | None) -> str:
    return element("value", *dedans, xsi_type=sorte, **attributs)


def lien(dedans: str, sorte: str = "SUBJ") -> str:
    return element("entryRelationship", dedans, typeCode=sorte)


def observation(*dedans: str, **attributs: str | None) -> str:
    return element("observation", *dedans, classCode="OBS", moodCode="EVN", **attributs)


def section(
    code_section: str, *entrees: str, titre: str = "Une section", narratif: str = "", plus: str = ""
) -> str:
    """A section with its LOINC code; `plus`: what goes before its entries (subject, translation)."""
    suite = "".join(element("entry", entree) for entree in entrees)
    return (
        f"<section>{code(code_section, LOINC)}<title>{escape(titre)}</title>"
        f"<text>{narratif}</text>{plus}{suite}</section>"
    )


def source(*sections: str) -> Source:
    return ouvrir(niveau_3(*sections))


def produit(*dedans: str, porteur: str = "consumable") -> str:
    """A consumable (or a product) around its material."""
    matiere = element("manufacturedMaterial", *dedans)
    return element(porteur, element("manufacturedProduct", matiere))


def intervenant(role: str, entite: str, nom: str, *, quand: str = "", lieu: str = "") -> str:
    """A performer or an author: family name, time, organisation."""
    personne = element("assignedPerson", element("name", element("family", nom))) if nom else ""
    organisation = element("representedOrganization", element("name", lieu)) if lieu else ""
    return element(
        role, element("time", value=quand) if quand else "", element(entite, personne, organisation)
    )
