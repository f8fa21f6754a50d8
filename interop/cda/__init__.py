"""HL7 CDA R2 documents (French CI-SIS profile): reading, embedded PDF, safe HTML.

`lire` bytes → `DocumentCDA`; `pdf_embarque` the PDF to show first; `rendre_html` an HTML fragment
made of our own elements only; `ancre` the HTML id of a narrative `ID` in that fragment.
The structured entries of level 3 have readers of their own: `interop.cda.entrees`.
"""

from interop.cda.html import ancre
from interop.cda.lecture import lire, pdf_embarque
from interop.cda.modele import (
    OID_INS,
    ActeCDA,
    AuteurCDA,
    CDAInvalide,
    CorpsNonStructure,
    CorpsStructure,
    DocumentCDA,
    IdentifiantCDA,
    MediaCDA,
    Noeud,
    PatientCDA,
    SectionCDA,
    StructureCDA,
)
from interop.cda.rendu import rendre_html

__all__ = [
    "OID_INS",
    "ActeCDA",
    "AuteurCDA",
    "CDAInvalide",
    "CorpsNonStructure",
    "CorpsStructure",
    "DocumentCDA",
    "IdentifiantCDA",
    "MediaCDA",
    "Noeud",
    "PatientCDA",
    "SectionCDA",
    "StructureCDA",
    "ancre",
    "lire",
    "pdf_embarque",
    "rendre_html",
]
