"""Words of the check: reasons, kinds of file, what an accepted file and a clean copy are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

TAILLE_MAX = 5_000_000  # bytes (R-DOC-03)
TAILLE_MAX_IMAGE = 20_000_000  # bytes of an image that may still be compressed under TAILLE_MAX
PIXELS_MAX = 80_000_000  # per image: 240 MB once decoded
PAGES_TIFF_MAX = 200
OCTETS_TIFF_MAX = 600_000_000  # bytes of all the pages once decoded, one after the other
BALAYAGES_JPEG_MAX = 100  # each scan of a progressive JPEG walks the whole image again
OCTETS_FLUX_PDF_MAX = 128_000_000  # bytes of one stream of a PDF once inflated
OCTETS_PDF_MAX = 512_000_000  # bytes of all of them
OBJETS_PDF_MAX = 200_000
PAGES_PDF_MAX = 3_000
PROFONDEUR_RTF_MAX = 500


class MotifRefus(StrEnum):
    """Why a file is refused: the code for the journal, the command's answer and the tests."""

    VIDE = "VIDE"
    TROP_VOLUMINEUX = "TROP_VOLUMINEUX"
    EXECUTABLE = "EXECUTABLE"
    FORMAT_REFUSE = "FORMAT_REFUSE"
    EXTENSION_TROMPEUSE = "EXTENSION_TROMPEUSE"
    ILLISIBLE = "ILLISIBLE"
    POLYGLOTTE = "POLYGLOTTE"
    IMAGE_DEMESUREE = "IMAGE_DEMESUREE"
    PDF_DEMESURE = "PDF_DEMESURE"
    PDF_PROTEGE = "PDF_PROTEGE"
    PDF_JAVASCRIPT = "PDF_JAVASCRIPT"
    PDF_LANCEMENT = "PDF_LANCEMENT"
    PDF_EXECUTABLE = "PDF_EXECUTABLE"
    PDF_FORMULAIRE_DYNAMIQUE = "PDF_FORMULAIRE_DYNAMIQUE"
    RTF_ACTIF = "RTF_ACTIF"
    XML_DTD = "XML_DTD"
    TITRE_REFUSE = "TITRE_REFUSE"
    DATE_REFUSEE = "DATE_REFUSEE"


class FichierRefuse(Exception):
    """A file that isn't accepted. `motif` is the code; `str()` the French sentence to show."""

    def __init__(self, motif: MotifRefus, message: str) -> None:
        super().__init__(message)
        self.motif = motif


class TypeFichier(StrEnum):
    """The real type of a file, told by its content."""

    PDF = "pdf"
    TXT = "txt"
    RTF = "rtf"
    JPEG = "jpeg"
    TIFF = "tiff"
    PNG = "png"
    CDA = "cda"


# PNG enters and is served as JPEG (R-DOC-02); only a professional's software writes a CDA.
FORMATS_PATIENT = frozenset(TypeFichier) - {TypeFichier.CDA}
FORMATS_PROFESSIONNEL = frozenset(TypeFichier)

EXTENSIONS: Mapping[TypeFichier, tuple[str, ...]] = MappingProxyType(
    {
        TypeFichier.PDF: ("pdf",),
        TypeFichier.TXT: ("txt",),
        TypeFichier.RTF: ("rtf",),
        TypeFichier.JPEG: ("jpg", "jpeg", "jpe", "jfif"),
        TypeFichier.TIFF: ("tif", "tiff"),
        TypeFichier.PNG: ("png",),
        TypeFichier.CDA: ("xml", "html", "htm", "xhtml"),
    }
)
NOMS: Mapping[TypeFichier, str] = MappingProxyType(
    {
        TypeFichier.PDF: "un PDF",
        TypeFichier.TXT: "du texte",
        TypeFichier.RTF: "un document RTF",
        TypeFichier.JPEG: "une image JPEG",
        TypeFichier.TIFF: "une image TIFF",
        TypeFichier.PNG: "une image PNG",
        TypeFichier.CDA: "un document CDA",
    }
)
FORMATS_EN_CLAIR = "PDF, JPEG, TIFF, PNG, RTF ou texte"


@dataclass(frozen=True, slots=True)
class FichierControle:
    """An accepted file: what to store and what to say of it.

    `octets` is what to store: the received bytes, but for an image that had to be compressed, which
    `est_reduit` tells. `type` is theirs. `empreinte` and `empreinte_recue`: SHA-256 in hexadecimal
    of `octets` and of what came. `nom_fichier` has no path nor invisible sign, and the extension of
    `type`.
    """

    octets: bytes = field(repr=False)
    type: TypeFichier
    nom_fichier: str = field(repr=False)
    empreinte: str
    empreinte_recue: str
    est_reduit: bool = False

    @property
    def taille(self) -> int:
        """In bytes."""
        return len(self.octets)


@dataclass(frozen=True, slots=True)
class Servi:
    """The clean copy of a stored file, with the headers to serve it with.

    `en_ligne` false: only as an attachment (`Content-Disposition: attachment`). `apercu`: another
    copy, fit for the screen, when this one isn't (TIFF). `signature_retiree`: the PDF was signed
    and only the original keeps its signature; a screen must say so.
    """

    octets: bytes = field(repr=False)
    mime: str
    extension: str
    en_ligne: bool
    apercu: Servi | None = None
    signature_retiree: bool = False
