"""From bytes to a DocumentCDA."""

from __future__ import annotations

from lxml import etree

from interop.cda.corps import lire_corps
from interop.cda.elements import V3, attribut, horodatage, identifiant, premier, texte
from interop.cda.en_tete import (
    lire_actes,
    lire_auteurs,
    lire_depositaire,
    lire_patient,
    lire_remplacements,
    lire_responsable,
)
from interop.cda.modele import CDAInvalide, CorpsNonStructure, CorpsStructure, DocumentCDA
from interop.cda.octets import PDF
from interop.xml import LIMITES, Limites, XMLRefuse, analyser

_RACINE = f"{V3}ClinicalDocument"
# What may wrap a self-presenting document: the XSL stylesheet that shows it, or a page.
_ENVELOPPES = frozenset(
    {
        "{http://www.w3.org/1999/XSL/Transform}stylesheet",
        "{http://www.w3.org/1999/XSL/Transform}transform",
        "{http://www.w3.org/1999/xhtml}html",
        "html",
    }
)


def lire(octets: bytes, *, limites: Limites = LIMITES) -> DocumentCDA:
    """Reads a CDA R2 document, bare or « auto-présentable ». Raises CDAInvalide.

    Refused: what `interop.xml` refuses, and what is not one ClinicalDocument. Everything else is
    kept as received, oddities being told in `avertissements` (table_decision.md, « Identifiers and
    titles »); the stylesheet of a self-presenting document is never run.
    """
    document, auto_presentable = analyser_document(octets, limites=limites)
    avertissements: list[str] = []
    unique = identifiant(premier(document, "id"))
    if unique is None:
        avertissements.append("Le document ne porte pas d'identifiant unique.")
    serie = identifiant(premier(document, "setId"))
    type_document = premier(document, "code")
    if attribut(type_document, "code") is None:
        avertissements.append("Le document n'indique pas son type.")
    return DocumentCDA(
        id_unique=str(unique) if unique else None,
        set_id=str(serie) if serie else None,
        version=_version(document),
        type_code=attribut(type_document, "code"),
        type_code_systeme=attribut(type_document, "codeSystem"),
        type_libelle=attribut(type_document, "displayName"),
        titre=texte(premier(document, "title")),
        date_effet=horodatage(
            premier(document, "effectiveTime"), "Date du document", avertissements
        ),
        confidentialite=attribut(premier(document, "confidentialityCode"), "code"),
        langue=attribut(premier(document, "languageCode"), "code"),
        patient=lire_patient(document, avertissements),
        auteurs=lire_auteurs(document, avertissements),
        responsable=lire_responsable(document, avertissements),
        depositaire=lire_depositaire(document),
        actes=lire_actes(document, avertissements),
        remplace=lire_remplacements(document),
        corps=lire_corps(document, avertissements),
        auto_presentable=auto_presentable,
        avertissements=tuple(avertissements),
    )


def analyser_document(octets: bytes, *, limites: Limites = LIMITES) -> tuple[etree._Element, bool]:
    """The ClinicalDocument element, and whether something wraps it. Raises CDAInvalide."""
    try:
        racine = analyser(octets, limites=limites)
    except XMLRefuse as erreur:
        raise CDAInvalide(str(erreur)) from erreur
    document = _document(racine)
    return document, document is not racine


def pdf_embarque(document: DocumentCDA) -> bytes | None:
    """The PDF to show first (R-DOC-25): the level 1 body, else the first PDF carried by a section.

    The bytes decide, not the announced type: a false PDF is None. The PDF is given as received,
    its scripts and attachments with it: whoever shows it cleans it first.
    """
    match document.corps:
        case CorpsNonStructure(type_reel=reel, octets=octets):
            return octets if reel == PDF else None
        case CorpsStructure(medias=medias):
            return next((media.octets for media in medias if media.type_reel == PDF), None)
        case _:
            return None


def _document(racine: etree._Element) -> etree._Element:
    trouves = list(racine.iter(_RACINE))
    if not trouves or (racine.tag != _RACINE and racine.tag not in _ENVELOPPES):
        raise CDAInvalide("Ce fichier XML n'est pas un document CDA (ClinicalDocument absent).")
    if len(trouves) > 1:
        # Two readers could show two different documents: none is shown.
        raise CDAInvalide("Ce fichier contient plusieurs documents CDA.")
    return trouves[0]


def _version(document: etree._Element) -> int | None:
    valeur = attribut(premier(document, "versionNumber"), "value") or ""
    return int(valeur) if valeur.isascii() and valeur.isdigit() and len(valeur) <= 9 else None
