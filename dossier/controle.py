"""What a deposited file must satisfy, and the clean copy that is served (R-DOC-02…06, R-DOC-26).

Two moments. `controler` looks at the bytes, never at the announced type, and refuses with one clear
French sentence or returns what is to be stored. `assainir` makes, from stored bytes, the copy that
browsers get: a PDF rewritten without anything active, images encoded anew without their metadata.
The original stays the reference (its signature, its exact pixels); only the copy is shown.

No Django, no database, no file: bytes in, bytes out. Every step is bounded before it is taken,
because a file of 5 MB may announce terabytes.
"""

from __future__ import annotations

import hashlib
import io
import re
import socket
import struct
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

import pikepdf
from pikepdf.settings import set_qpdf_limits
from PIL import Image, ImageCms, ImageOps, JpegImagePlugin, TiffImagePlugin

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

_EXTENSIONS: Mapping[TypeFichier, tuple[str, ...]] = MappingProxyType(
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
_NOMS: Mapping[TypeFichier, str] = MappingProxyType(
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
_FORMATS_EN_CLAIR = "PDF, JPEG, TIFF, PNG, RTF ou texte"


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


# --- Real type -------------------------------------------------------------------------------

_SIGNATURES: tuple[tuple[bytes, TypeFichier], ...] = (
    (b"\xff\xd8\xff", TypeFichier.JPEG),
    (b"\x89PNG\r\n\x1a\n", TypeFichier.PNG),
    (b"II*\x00", TypeFichier.TIFF),
    (b"MM\x00*", TypeFichier.TIFF),
    (b"{\\rtf", TypeFichier.RTF),
)
_EXECUTABLES = (
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"\x4c\x00\x00\x00\x01\x14\x02\x00",
    b"#!",
)
_AUTRES_FORMATS: tuple[tuple[bytes, str], ...] = (
    (b"PK\x03\x04", "un document bureautique (Word, Excel, LibreOffice) ou une archive ZIP"),
    (b"\xd0\xcf\x11\xe0", "un document bureautique ancien (Word, Excel)"),
    (b"GIF8", "une image GIF"),
    (b"BM", "une image BMP"),
    (b"Rar!", "une archive RAR"),
    (b"7z\xbc\xaf", "une archive 7z"),
    (b"\x1f\x8b", "une archive gzip"),
)
_EXTENSIONS_EXECUTABLES = frozenset(
    {
        "app", "bat", "cmd", "com", "cpl", "dll", "docm", "dotm", "exe", "gadget", "hta", "jar",
        "js", "jse", "lnk", "msc", "msi", "msp", "pif", "pptm", "ps1", "reg", "scr", "sh", "url",
        "vb", "vbe", "vbs", "wsc", "wsf", "wsh", "xlam", "xlsm", "xltm",
    }
)  # fmt: skip
_DEBUT_DE_BALISE = re.compile(r"<[A-Za-z!?/_]")
_RACINE_CDA = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?ClinicalDocument[\s/>]")
_DOCTYPE_HTML = re.compile(
    r"""<!doctype\s+html(?:\s+(?:public|system)(?:\s+(?:"[^"]*"|'[^']*')){1,2})?\s*>""",
    re.IGNORECASE,
)
# Tab, line feed, form feed and carriage return are the only control characters of a text.
_CARACTERE_DE_CONTROLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")


def _refus_format(nom: str) -> FichierRefuse:
    return FichierRefuse(
        MotifRefus.FORMAT_REFUSE,
        f"Ce fichier est {nom} : enregistrez-le en {_FORMATS_EN_CLAIR}, puis déposez-le.",
    )


def _decoder_texte(octets: bytes) -> str | None:
    """The text, or None when the bytes aren't one: UTF-8, else Windows-1252 (Latin-1 is inside)."""
    for encodage in ("utf-8-sig", "cp1252"):
        try:
            texte = octets.decode(encodage)
        except UnicodeDecodeError:
            continue
        return None if _CARACTERE_DE_CONTROLE.search(texte) else texte
    return None


def _debut_de_balisage(octets: bytes) -> str | None:
    """The whole content, readable enough to look for markup, when it starts like XML or HTML."""
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        texte = octets.decode("utf-16", "replace")
    else:
        # Latin-1 maps each byte to a character: enough for the ASCII of tags, never an error.
        texte = octets.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    texte = texte.lstrip()
    return texte if _DEBUT_DE_BALISE.match(texte) else None


def _type_du_balisage(texte: str) -> TypeFichier:
    """CDA, alone or inside the page that presents it; any other markup is refused.

    This only sniffs. A document type declaration is refused here, before any parser sees it:
    external entities and expansion bombs need one.
    """
    sans_doctype_html = _DOCTYPE_HTML.sub("", texte, count=1)
    if re.search(r"<!(?:doctype|entity)", sans_doctype_html, re.IGNORECASE):
        raise FichierRefuse(
            MotifRefus.XML_DTD,
            "Ce fichier XML contient une déclaration de type (DOCTYPE), refusée par sécurité : "
            "demandez à l'auteur un document CDA sans cette déclaration.",
        )
    if "urn:hl7-org:v3" not in texte or _RACINE_CDA.search(texte) is None:
        raise _refus_format("une page web ou un fichier XML")
    return TypeFichier.CDA


def detecter_type(octets: bytes) -> TypeFichier:
    """The real type by content alone (R-DOC-02); FichierRefuse when it isn't an accepted one.

    A first gate: only the type is told, nothing is parsed yet.
    """
    if not octets or not octets.strip(b"\x00 \t\r\n\x0c\xef\xbb\xbf"):
        raise FichierRefuse(MotifRefus.VIDE, "Ce fichier est vide : choisissez-en un autre.")
    if octets.startswith(_EXECUTABLES):
        raise FichierRefuse(
            MotifRefus.EXECUTABLE,
            "Ce fichier est un programme, quel que soit son nom : il ne peut pas être déposé.",
        )
    for signature, type_ in _SIGNATURES:
        if octets.startswith(signature):
            return type_
    if octets[:64].lstrip(b"\xef\xbb\xbf \t\r\n\x00").startswith(b"%PDF-"):
        return TypeFichier.PDF
    if octets[4:8] == b"ftyp":
        photo = octets[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"avif")
        raise _refus_format("une photo HEIC ou AVIF" if photo else "une vidéo")
    if octets[:4] == b"RIFF" and octets[8:12] == b"WEBP":
        raise _refus_format("une image WebP")
    if octets[128:132] == b"DICM":
        raise _refus_format("une image DICOM")
    if (balisage := _debut_de_balisage(octets)) is not None:
        return _type_du_balisage(balisage)
    if _decoder_texte(octets) is not None:
        return TypeFichier.TXT
    for signature, nom in _AUTRES_FORMATS:
        if octets.startswith(signature):
            raise _refus_format(nom)
    raise FichierRefuse(
        MotifRefus.FORMAT_REFUSE,
        f"Le format de ce fichier n'est pas reconnu : déposez un fichier {_FORMATS_EN_CLAIR}.",
    )


def _extension(nom_fichier: str) -> str:
    """The extension in small letters, without the dot; empty when there is none.

    « Examen du 12.03.2021 » has none: six letters or digits at most, one letter at least.
    """
    forme = re.search(r"\.([0-9]*[a-z][0-9a-z]*)$", _nom_propre(nom_fichier).lower())
    return forme[1] if forme and len(forme[1]) <= 6 else ""


def _nom_propre(nom_fichier: str) -> str:
    """The name without path, invisible or control signs, at most 150 characters."""
    dernier = re.split(r"[/\\]", nom_fichier)[-1]
    visible = "".join(
        signe
        for signe in unicodedata.normalize("NFC", dernier)
        if unicodedata.category(signe)[0] != "C"
    )
    return " ".join(visible.split()).strip(". ")[-150:]


def _exiger_extension(nom_fichier: str, type_: TypeFichier) -> None:
    extension = _extension(nom_fichier)
    # A name without extension claims nothing, so it can't lie.
    if extension and extension not in _EXTENSIONS[type_]:
        raise FichierRefuse(
            MotifRefus.EXTENSION_TROMPEUSE,
            f"Le nom de ce fichier ne correspond pas à son contenu, qui est {_NOMS[type_]} : "
            f"renommez-le en « .{_EXTENSIONS[type_][0]} » s'il est bien le vôtre.",
        )


_CODE_CACHE = re.compile(
    rb"<script|<\?php|<html|<!doctype html|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c", re.I
)


def _exiger_un_seul_format(octets: bytes, type_: TypeFichier) -> None:
    """Refuses what another program would read as something else: an archive, a page, a PDF."""
    est_image = type_ in (TypeFichier.JPEG, TypeFichier.PNG, TypeFichier.TIFF)
    double = est_image and (b"%PDF-" in octets[:1024] or _CODE_CACHE.search(octets) is not None)
    if double or zipfile.is_zipfile(io.BytesIO(octets)):
        raise FichierRefuse(
            MotifRefus.POLYGLOTTE,
            "Ce fichier en cache un autre : enregistrez de nouveau le document seul, puis "
            "déposez-le.",
        )


# --- Images ----------------------------------------------------------------------------------

# What Pillow raises on broken images, seen by feeding it some.
_ERREURS_PILLOW = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    struct.error,
)


def _image_demesuree() -> FichierRefuse:
    return FichierRefuse(
        MotifRefus.IMAGE_DEMESUREE,
        "Cette image est trop grande une fois ouverte : réduisez ses dimensions ou son nombre de "
        "pages, puis déposez-la.",
    )


@contextmanager
def _lecture_image() -> Iterator[None]:
    """Turns whatever a broken image raises into a refusal."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _image_demesuree() from None
    except _ERREURS_PILLOW:
        raise FichierRefuse(
            MotifRefus.ILLISIBLE,
            "Cette image est abîmée ou incomplète : vérifiez qu'elle s'ouvre, puis déposez-la de "
            "nouveau.",
        ) from None


@dataclass(frozen=True, slots=True)
class _StructureJpeg:
    pixels: int
    balayages: int


_FIN_DE_BALAYAGE = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_MARQUES_DE_TRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _structure_jpeg(octets: bytes) -> _StructureJpeg | None:
    """Pixels and scans, read from the markers without decoding; None when they make no sense."""
    position, pixels, balayages = 2, 0, 0
    while (position := octets.find(b"\xff", position)) >= 0 and position + 4 <= len(octets):
        marque = octets[position + 1]
        if marque == 0xFF:
            position += 1
            continue
        if marque == 0xD9:
            break
        if marque in (0x00, 0x01) or 0xD0 <= marque <= 0xD8:
            position += 2
            continue
        longueur = int.from_bytes(octets[position + 2 : position + 4], "big")
        if marque in _MARQUES_DE_TRAME and position + 9 <= len(octets):
            hauteur, largeur = struct.unpack(">HH", octets[position + 5 : position + 9])
            pixels = max(pixels, hauteur * largeur)
        position += 2 + longueur
        if marque == 0xDA:
            balayages += 1
            fin = _FIN_DE_BALAYAGE.search(octets, position)
            if fin is None:
                break
            position = fin.start()
    return _StructureJpeg(pixels, balayages) if pixels and balayages else None


def _exiger_dimensions(image: Image.Image) -> None:
    if image.width * image.height > PIXELS_MAX:
        raise _image_demesuree()


def _ouvrir_image(octets: bytes, format_: str) -> Image.Image:
    """Opens lazily with that one decoder and checks the size; to call inside `_lecture_image`."""
    image = Image.open(io.BytesIO(octets), formats=(format_,))
    _exiger_dimensions(image)
    if format_ == "JPEG":
        structure = _structure_jpeg(octets)
        if structure is None:
            raise ValueError("no frame or no scan")
        if structure.balayages > BALAYAGES_JPEG_MAX or structure.pixels > PIXELS_MAX:
            raise _image_demesuree()
    return image


def _nombre_de_pages(image: Image.Image) -> int:
    """The pages of a TIFF, each checked before anything is decoded."""
    total = 0
    for rang in range(PAGES_TIFF_MAX + 1):
        try:
            image.seek(rang)
        except EOFError:
            image.seek(0)
            return rang
        _exiger_dimensions(image)
        octets_par_point = {"I": 4, "F": 4}.get(image.mode[0], 2 if "16" in image.mode else 1)
        total += image.width * image.height * len(image.getbands()) * octets_par_point
        if total > OCTETS_TIFF_MAX:
            break
    raise _image_demesuree()


_ORIENTATION = 0x0112  # EXIF tag


def _redresser(image: Image.Image) -> Image.Image:
    """Turned as the EXIF orientation says, since the metadata won't follow."""
    try:
        if image.getexif().get(_ORIENTATION, 1) == 1:
            return image
        return ImageOps.exif_transpose(image)
    except _ERREURS_PILLOW:
        return image  # broken metadata: the picture is shown as it is


def _en_srgb(image: Image.Image) -> Image.Image:
    """RGB as browsers expect it, since the colour profile won't follow."""
    profil = image.info.get("icc_profile")
    if profil and image.mode in ("RGB", "CMYK"):
        try:
            converti = ImageCms.profileToProfile(
                image,
                ImageCms.ImageCmsProfile(io.BytesIO(profil)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converti = None  # unreadable profile: plain conversion below
        if converti is not None:
            return converti
    return image if image.mode == "RGB" else image.convert("RGB")


def _aplatir(image: Image.Image) -> Image.Image:
    """The picture in grey or RGB, upright, on white where it was transparent."""
    image = _redresser(image)
    if image.mode == "1":
        return image.convert("L")
    if image.mode[0] in "IF":
        # The whole range of 16 or 32 bits is seldom used: what is there is spread over 256 greys.
        flottante = image if image.mode == "F" else image.convert("I").convert("F")
        bas, haut = _extremes(flottante)
        echelle = 255.0 / (haut - bas) if haut > bas else 0.0
        return flottante.point(lambda v: v * echelle - bas * echelle).convert("L")
    if image.mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in image.info:
        opaque = image.convert("RGBA")
        fond = Image.new("RGBA", opaque.size, "white")
        fond.alpha_composite(opaque)
        return fond.convert("RGB")
    if image.mode == "L":
        return image
    return _en_srgb(image)


def _extremes(image: Image.Image) -> tuple[float, float]:
    """The lowest and the highest value of a single-band image."""
    bornes = image.getextrema()
    bas, haut = bornes[0], bornes[1]
    if isinstance(bas, tuple) or isinstance(haut, tuple):
        raise ValueError("single band expected")
    return bas, haut


def _ecrire_jpeg(
    image: Image.Image,
    *,
    qualite: int,
    cote_max: int | None = None,
    comme: Image.Image | None = None,
) -> bytes:
    """Encodes a flattened image without any metadata; `comme`: the JPEG whose tables to keep."""
    if cote_max is not None and max(image.size) > cote_max:
        image = ImageOps.contain(image, (cote_max, cote_max), Image.Resampling.LANCZOS)
    image.info.clear()  # Pillow would copy a comment from there
    sortie = io.BytesIO()
    if isinstance(comme, JpegImagePlugin.JpegImageFile) and comme.mode == image.mode:
        # The source's own tables: almost nothing is lost by the second encoding.
        image.save(
            sortie,
            "JPEG",
            qtables=comme.quantization,
            subsampling=JpegImagePlugin.get_sampling(comme),
        )
    else:
        finesse = 0 if qualite >= 85 else 2  # colours at full or half definition
        image.save(sortie, "JPEG", quality=qualite, subsampling=finesse)
    return sortie.getvalue()


_TROP_PEU_REDUIT = " et n'a pas pu être assez réduit : diminuez ses dimensions, puis déposez-le"
_PALIERS_DE_REDUCTION = ((None, 85), (None, 70), (4000, 80), (3000, 75), (2200, 75), (1600, 70))


def _trop_volumineux(taille_max: int, complement: str) -> FichierRefuse:
    millions = f"{taille_max / 1_000_000:.1f}".rstrip("0").rstrip(".").replace(".", ",")
    return FichierRefuse(
        MotifRefus.TROP_VOLUMINEUX,
        f"Ce fichier dépasse la taille permise de {millions} Mo{complement}.",
    )


def _reduire(image: Image.Image, taille_max: int) -> bytes:
    """A JPEG of at most `taille_max` bytes that stays legible, or the refusal (R-DOC-03)."""
    for cote_max, qualite in _PALIERS_DE_REDUCTION:
        octets = _ecrire_jpeg(image, qualite=qualite, cote_max=cote_max)
        if len(octets) <= taille_max:
            return octets
    raise _trop_volumineux(taille_max, _TROP_PEU_REDUIT)


_MODES_TIFF = frozenset({"1", "L", "P", "RGB", "CMYK", "I;16"})


def _pages(image: Image.Image, nombre: int) -> Iterator[Image.Image]:
    """The decoded pages, one at a time: the same object, moved."""
    for rang in range(nombre):
        image.seek(rang)
        image.load()
        yield image


def _ecrire_tiff(image: Image.Image, nombre: int, *, avec_perte: bool = False) -> bytes:
    """The same pages encoded anew, without metadata but the resolution."""
    sortie = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(sortie, new=True) as ecrivain:
        for page in _pages(image, nombre):
            resolution = page.info.get("dpi")
            propre = _redresser(page)
            propre = propre.copy() if propre.mode in _MODES_TIFF else _aplatir(propre)
            propre.info.clear()
            if propre.mode == "1":
                options: dict[str, object] = {"compression": "group4"}
            elif avec_perte and propre.mode in ("L", "RGB"):
                options = {"compression": "jpeg", "quality": 75}
            else:
                options = {"compression": "tiff_adobe_deflate"}
            if resolution and all(0 < float(valeur) < 10_000 for valeur in resolution):
                options["dpi"] = tuple(float(valeur) for valeur in resolution)
            propre.save(ecrivain, "TIFF", **options)
            ecrivain.newFrame()
    return sortie.getvalue()


def _controler_image(
    octets: bytes, type_: TypeFichier, taille_max: int
) -> tuple[bytes, TypeFichier]:
    """Decodes the whole image; gives what to store, compressed when too heavy (R-DOC-03)."""
    with _lecture_image():
        image = _ouvrir_image(octets, type_.upper())
        nombre = _nombre_de_pages(image) if type_ is TypeFichier.TIFF else 1
        for _ in _pages(image, nombre):
            pass  # decoding is the check
    if len(octets) <= taille_max:
        return octets, type_
    if type_ is not TypeFichier.TIFF:
        with _lecture_image():
            plate = _aplatir(image)
        return _reduire(plate, taille_max), TypeFichier.JPEG
    for avec_perte in (False, True):
        reduit = _ecrire_tiff(image, nombre, avec_perte=avec_perte)
        if len(reduit) <= taille_max:
            return reduit, type_
    raise _trop_volumineux(taille_max, _TROP_PEU_REDUIT)


def _servir_photo(octets: bytes, type_: TypeFichier, taille_max: int) -> Servi:
    """A JPEG of the picture alone: upright, in sRGB, without EXIF, position nor hidden data."""
    with _lecture_image():
        image = _ouvrir_image(octets, type_.upper())
        image.load()
        plate = _aplatir(image)
    jpeg = _ecrire_jpeg(plate, qualite=92, comme=image)
    if len(jpeg) > taille_max:
        jpeg = _reduire(plate, taille_max)
    return Servi(jpeg, "image/jpeg", "jpg", True)


def _servir_tiff(octets: bytes) -> Servi:
    """The pages encoded anew to download, and a JPEG (one page) or a PDF (several) to look at."""
    with _lecture_image():
        image = _ouvrir_image(octets, "TIFF")
        nombre = _nombre_de_pages(image)
        cote_max = 2200 if nombre <= 20 else 1400
        vues = [
            _ecrire_jpeg(_aplatir(page), qualite=80, cote_max=cote_max)
            for page in _pages(image, nombre)
        ]
    propre = _ecrire_tiff(image, nombre)
    if nombre == 1:
        apercu = Servi(vues[0], "image/jpeg", "jpg", True)
    else:
        apercu = Servi(_pdf_de_photos(vues), "application/pdf", "pdf", True)
    return Servi(propre, "image/tiff", "tiff", False, apercu=apercu)


# --- PDF -------------------------------------------------------------------------------------

# Limits of the whole process, set before any other thread can open a PDF. qpdf inflates object and
# cross-reference streams while opening: without them a file of 400 kB takes gigabytes.
set_qpdf_limits(
    flate_max_memory=OCTETS_FLUX_PDF_MAX,
    png_max_memory=OCTETS_FLUX_PDF_MAX,
    tiff_max_memory=OCTETS_FLUX_PDF_MAX,
    run_length_max_memory=OCTETS_FLUX_PDF_MAX,
    max_stream_filters=5,
    parser_max_nesting=200,
)
_DEBUT_DE_FLUX = re.compile(rb"(?<!end)stream[ \t]*(?:\r\n|\n|\r)")


def _motif_de_nom(nom: str) -> str:
    """What matches a PDF name however it is written: any letter may be `#` and its code."""
    return "".join(f"(?:{lettre}|#(?i:{ord(lettre):02x}))" for lettre in nom)


_LZW = re.compile(f"/{_motif_de_nom('LZW')}(?:{_motif_de_nom('Decode')})?[\\s/\\]>]".encode())
_FLUX_DE_STRUCTURE = re.compile(
    f"/(?:{_motif_de_nom('ObjStm')}|{_motif_de_nom('XRef')})[\\s/>]".encode()
)


def _pdf_demesure() -> FichierRefuse:
    return FichierRefuse(
        MotifRefus.PDF_DEMESURE,
        "Ce PDF est trop lourd ou trop complexe une fois ouvert : « imprimez-le en PDF », puis "
        "déposez la copie.",
    )


def _pdf_illisible() -> FichierRefuse:
    return FichierRefuse(
        MotifRefus.ILLISIBLE,
        "Ce PDF est abîmé ou incomplet : vérifiez qu'il s'ouvre, puis déposez-le de nouveau.",
    )


def _borner_flux(octets: bytes) -> None:
    """Refuses decompression bombs by inflating every stream, bit by bit, before any parser.

    Works on raw bytes: a structure that lies can't hide a stream from it. qpdf has no limit on LZW
    in the streams that it reads while opening; LZW is older than those streams, so both in one file
    are refused. Streams don't overlap: reading the bytes many times over is an attack too.
    """
    if _LZW.search(octets) and _FLUX_DE_STRUCTURE.search(octets):
        raise _pdf_demesure()
    lus = produits = 0
    for debut in _DEBUT_DE_FLUX.finditer(octets):
        consommes, decompresses = _decompresser(octets, debut.end())
        lus, produits = lus + consommes, produits + decompresses
        if produits > OCTETS_PDF_MAX or lus > 3 * len(octets) + 1_000_000:
            raise _pdf_demesure()


_BOUCHEE = 32 * 1024


def _decompresser(octets: bytes, debut: int) -> tuple[int, int]:
    """Inflates the zlib stream at `debut`, if any, in bounded memory: bytes read, bytes given."""
    entete = octets[debut : debut + 2]
    if len(entete) < 2 or entete[0] & 0x0F != 8 or int.from_bytes(entete, "big") % 31:
        return 0, 0
    decompresseur, position, produits = zlib.decompressobj(), debut, 0
    while position < len(octets) and not decompresseur.eof:
        entree = octets[position : position + _BOUCHEE]
        position += len(entree)
        while entree and not decompresseur.eof:
            try:
                produits += len(decompresseur.decompress(entree, 1 << 20))
            except zlib.error:
                return position - debut, produits  # damaged from there on: the rest counts
            if produits > OCTETS_FLUX_PDF_MAX:
                raise _pdf_demesure()
            entree = decompresseur.unconsumed_tail
    return position - debut, produits


@contextmanager
def _lecture_pdf() -> Iterator[None]:
    """Turns whatever a broken PDF raises into a refusal."""
    try:
        yield
    except pikepdf.exceptions.PasswordError:
        raise FichierRefuse(
            MotifRefus.PDF_PROTEGE,
            "Ce PDF est protégé par un mot de passe : enregistrez-le sans mot de passe, puis "
            "déposez-le.",
        ) from None
    except pikepdf.exceptions.PikepdfError:
        raise _pdf_illisible() from None


@contextmanager
def _pdf_ouvert(octets: bytes) -> Iterator[pikepdf.Pdf]:
    """The PDF, opened within bounds. One that opens without password is read, restrictions or not:
    they ask readers not to print or copy and protect nothing, and laboratories often set them."""
    with _lecture_pdf():
        _borner_flux(octets)
        with pikepdf.open(io.BytesIO(octets)) as pdf:
            if len(pdf.objects) > OBJETS_PDF_MAX or len(pdf.pages) > PAGES_PDF_MAX:
                raise _pdf_demesure()
            if len(pdf.pages) == 0:
                raise _pdf_illisible()
            yield pdf


def _dictionnaires(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every dictionary and stream of the file, nested ones too, each once; changes are allowed."""
    for objet in pdf.objects:
        pile = [objet]
        while pile:
            courant = pile.pop()
            if isinstance(courant, (pikepdf.Dictionary, pikepdf.Stream)):
                enfants = [valeur for _, valeur in courant.items()]
            elif isinstance(courant, pikepdf.Array):
                enfants = list(courant)
            else:
                continue
            pile += [e for e in enfants if isinstance(e, pikepdf.Object) and not e.is_indirect]
            if not isinstance(courant, pikepdf.Array):
                yield courant


def _nom(objet: pikepdf.Object, cle: str) -> str:
    """The name under that key, `/URI` for instance, or an empty string."""
    valeur = objet.get(cle)
    try:
        return str(valeur) if isinstance(valeur, pikepdf.Name) else ""
    except UnicodeDecodeError:
        return ""  # a name in Latin-1, as old files have: none of those that we know


def _nombre(objet: pikepdf.Object, cle: str) -> float:
    """The number under that key, or 0."""
    valeur = objet.get(cle)
    return float(valeur) if isinstance(valeur, (int, Decimal)) else 0.0


def _adresse(action: pikepdf.Object) -> str:
    """The address of a URI action, without the blanks and control signs that readers ignore."""
    valeur = action.get("/URI")
    brute = bytes(valeur) if isinstance(valeur, pikepdf.String) else b""
    return re.sub(r"[\x00-\x20\x7f]", "", brute.decode("latin-1"))


def _a_du_javascript(objet: pikepdf.Object) -> bool:
    if _nom(objet, "/S") == "/JavaScript":
        return True
    script = objet.get("/JS")
    if isinstance(script, pikepdf.String) or (isinstance(script, pikepdf.Stream) and "/S" in objet):
        return True
    return _nom(objet, "/S") == "/URI" and _adresse(objet).lower().startswith("javascript:")


def _joint_un_executable(objet: pikepdf.Object) -> bool:
    """Whether a file specification embeds a program, by its name or by its first bytes."""
    fichiers = objet.get("/EF")
    if not isinstance(fichiers, pikepdf.Dictionary):
        return False
    for cle in ("/F", "/UF", "/DOS", "/Unix", "/Mac"):
        nom = objet.get(cle)
        if isinstance(nom, pikepdf.String) and _extension(str(nom)) in _EXTENSIONS_EXECUTABLES:
            return True
    for _, flux in fichiers.items():
        if not isinstance(flux, pikepdf.Stream):
            continue
        debut = flux.read_raw_bytes()
        if _nom(flux, "/Filter") == "/FlateDecode":
            try:
                debut = zlib.decompressobj().decompress(debut, 64)
            except zlib.error:
                continue
        if debut.startswith(_EXECUTABLES):
            return True
    return False


def _image_de_pdf_demesuree(objet: pikepdf.Object) -> bool:
    """Whether an image would take too much memory in the reader's viewer."""
    if not isinstance(objet, pikepdf.Stream):
        return False
    if _nombre(objet, "/Width") * _nombre(objet, "/Height") > PIXELS_MAX:
        return True
    if _nom(objet, "/Filter") != "/DCTDecode":
        return False
    structure = _structure_jpeg(objet.read_raw_bytes())
    return structure is not None and (
        structure.pixels > PIXELS_MAX or structure.balayages > BALAYAGES_JPEG_MAX
    )


_FILTRES_ABREGES: Mapping[str, str] = MappingProxyType(
    {"/Fl": "/FlateDecode", "/LZW": "/LZWDecode", "/RL": "/RunLengthDecode"}
)
# What the filters that aren't measured can give at most for one byte.
_EXPANSION_MAXIMALE: Mapping[str, int] = MappingProxyType(
    {"/LZWDecode": 1400, "/RunLengthDecode": 64}
)


def _taille_cachee(objet: pikepdf.Object) -> int:
    """The bytes that a stream gives and that `_borner_flux` couldn't see: another filter first."""
    if not isinstance(objet, pikepdf.Stream):
        return 0
    filtre = objet.get("/Filter")
    elements = list(filtre) if isinstance(filtre, pikepdf.Array) else [filtre]
    noms = [str(element) for element in elements if isinstance(element, pikepdf.Name)]
    filtres = [_FILTRES_ABREGES.get(nom, nom) for nom in noms]
    if len(filtres) > 2:
        raise _pdf_demesure()
    if expansion := max((_EXPANSION_MAXIMALE.get(nom, 0) for nom in filtres), default=0):
        return expansion * len(objet.read_raw_bytes())
    return len(objet.read_bytes()) if "/FlateDecode" in filtres[1:] else 0


def _controler_pdf(octets: bytes) -> None:
    """Refuses a PDF that acts instead of being read; the sanitised copy drops the milder things."""
    imprimer = "« imprimez-le en PDF », puis déposez la copie."
    with _pdf_ouvert(octets) as pdf:
        if pdf.Root.get("/NeedsRendering", False):
            raise FichierRefuse(
                MotifRefus.PDF_FORMULAIRE_DYNAMIQUE,
                "Ce PDF est un formulaire dynamique que peu de lecteurs savent afficher : "
                + imprimer,
            )
        taille_cachee = 0
        for objet in _dictionnaires(pdf):
            taille_cachee += _taille_cachee(objet)
            if taille_cachee > OCTETS_PDF_MAX or _image_de_pdf_demesuree(objet):
                raise _pdf_demesure()
            if _a_du_javascript(objet):
                raise FichierRefuse(
                    MotifRefus.PDF_JAVASCRIPT,
                    "Ce PDF contient un programme (JavaScript), refusé par sécurité : " + imprimer,
                )
            if _nom(objet, "/S") == "/Launch":
                raise FichierRefuse(
                    MotifRefus.PDF_LANCEMENT,
                    "Ce PDF veut lancer un programme, ce qui est refusé par sécurité : " + imprimer,
                )
            if _joint_un_executable(objet):
                raise FichierRefuse(
                    MotifRefus.PDF_EXECUTABLE,
                    "Ce PDF contient un programme en pièce jointe, refusé par sécurité : "
                    + imprimer,
                )


# What a document needs to be read. The rest of the catalogue acts, embeds or points elsewhere.
_CATALOGUE_GARDE = frozenset(
    {
        "/Type", "/Version", "/Pages", "/PageLabels", "/PageLayout", "/PageMode", "/Outlines",
        "/Names", "/Dests", "/ViewerPreferences", "/Metadata", "/StructTreeRoot", "/MarkInfo",
        "/Lang", "/OutputIntents", "/OCProperties", "/AcroForm",
    }
)  # fmt: skip
_ANNOTATIONS_GARDEES = frozenset(
    {
        "/Link", "/Widget", "/Text", "/FreeText", "/Highlight", "/Underline", "/Squiggly",
        "/StrikeOut", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Stamp", "/Ink",
        "/Caret", "/Popup",
    }
)  # fmt: skip
_ACTIONS = frozenset(
    {
        "/GoTo", "/GoToR", "/GoToE", "/GoToDp", "/Launch", "/Thread", "/URI", "/Sound", "/Movie",
        "/Hide", "/Named", "/SubmitForm", "/ResetForm", "/ImportData", "/JavaScript",
        "/SetOCGState", "/Rendition", "/Trans", "/GoTo3DView", "/RichMediaExecute",
    }
)  # fmt: skip


def _est_action_sure(objet: pikepdf.Object) -> bool:
    """Going to a page of this document, or to a web address that the reader sees."""
    nature = _nom(objet, "/S")
    return nature == "/GoTo" or (
        nature == "/URI" and re.match(r"https?://", _adresse(objet), re.IGNORECASE) is not None
    )


def _retirer(objet: pikepdf.Object, *cles: str) -> None:
    for cle in cles:
        if cle in objet:
            del objet[cle]


def _desamorcer(objet: pikepdf.Object) -> None:
    """Empties an action that isn't safe, wherever it hangs, and forbids to chain another one."""
    if isinstance(objet.get("/JS"), pikepdf.String):
        _retirer(objet, "/JS")  # even outside an action
    if _nom(objet, "/S") not in _ACTIONS:
        return
    if isinstance(objet, pikepdf.Stream):
        _retirer(objet, "/S")  # nothing legitimate, and what makes it an action
    elif _est_action_sure(objet):
        _retirer(objet, "/Next")
    else:
        _retirer(objet, *objet.keys())


def _porte_des_actions(objet: pikepdf.Object) -> bool:
    """Pages, annotations and form fields; a resource dictionary may have any key and isn't one."""
    return any(cle in objet for cle in ("/Rect", "/MediaBox", "/FT", "/T", "/Kids")) or _nom(
        objet, "/Type"
    ) in ("/Page", "/Annot", "/Catalog")


def _nettoyer_dictionnaire(objet: pikepdf.Object) -> bool:
    """Second pass, once actions are empty: removes what held them. True when a signature went."""
    if isinstance(objet, pikepdf.Stream):
        # Data in another file, a page of another PDF, print-shop leftovers.
        _retirer(objet, "/F", "/FFilter", "/FDecodeParms", "/OPI")
        if _nom(objet, "/Subtype") == "/Form":
            _retirer(objet, "/Ref", "/PieceInfo")
        return False
    if _porte_des_actions(objet):
        _retirer(objet, "/AA", "/PA", "/AF", "/PieceInfo")
    action = objet.get("/A")
    if isinstance(action, pikepdf.Dictionary) and not action.keys():
        del objet["/A"]
    if isinstance(objet.get("/EF"), pikepdf.Dictionary) and ("/F" in objet or "/UF" in objet):
        _retirer(objet, "/EF", "/RF")
    valeur = objet.get("/V")
    if isinstance(valeur, pikepdf.Dictionary) and "/ByteRange" in valeur:
        del objet["/V"]
        return True
    return False


def _nettoyer_catalogue(pdf: pikepdf.Pdf) -> None:
    racine = pdf.Root
    _retirer(racine, *(set(racine.keys()) - _CATALOGUE_GARDE))
    noms = racine.get("/Names")
    if isinstance(noms, pikepdf.Dictionary):
        _retirer(noms, *(set(noms.keys()) - {"/Dests"}))
    else:
        _retirer(racine, "/Names")
    formulaire = racine.get("/AcroForm")
    if isinstance(formulaire, pikepdf.Dictionary):
        _retirer(formulaire, "/XFA", "/SigFlags", "/CO")
    else:
        _retirer(racine, "/AcroForm")


def _trier_annotations(page: pikepdf.Object) -> None:
    annotations = page.get("/Annots")
    if not isinstance(annotations, pikepdf.Array):
        _retirer(page, "/Annots")
        return
    gardees = [
        annotation
        for annotation in annotations
        if isinstance(annotation, pikepdf.Dictionary)
        and _nom(annotation, "/Subtype") in _ANNOTATIONS_GARDEES
    ]
    if gardees:
        page["/Annots"] = pikepdf.Array(gardees)
    else:
        del page["/Annots"]


def _ecrire_pdf(pdf: pikepdf.Pdf) -> bytes:
    """Written anew, unencrypted; the same content always gives the same bytes."""
    _retirer(pdf.trailer, "/ID")  # the former identifier would go into the new one
    for objet in pdf.objects:
        # Compressed here: qpdf would, but in another order of keys than the next time.
        est_clair = isinstance(objet, pikepdf.Stream) and "/Filter" not in objet
        if est_clair and (clair := objet.read_raw_bytes()):
            objet.write(zlib.compress(clair), filter=pikepdf.Name.FlateDecode)
    sortie = io.BytesIO()
    pdf.save(
        sortie,
        deterministic_id=True,
        encryption=False,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        fix_metadata_version=False,
    )
    return sortie.getvalue()


def _servir_pdf(octets: bytes) -> Servi:
    """Pages, text, bookmarks, forms and plain links stay; whatever acts or embeds goes.

    Also cleans what `controler` refuses (JavaScript), for PDFs that come inside a CDA.
    """
    with _pdf_ouvert(octets) as pdf:
        signature_retiree = False
        _nettoyer_catalogue(pdf)
        for objet in _dictionnaires(pdf):
            _desamorcer(objet)
        for objet in _dictionnaires(pdf):
            signature_retiree |= _nettoyer_dictionnaire(objet)
        for page in pdf.pages:
            _trier_annotations(page.obj)
        return Servi(
            _ecrire_pdf(pdf), "application/pdf", "pdf", True, signature_retiree=signature_retiree
        )


_A4 = (595.0, 842.0)  # points


def _pdf_de_photos(jpegs: Sequence[bytes]) -> bytes:
    """One A4 page per JPEG, turned like the picture, which isn't encoded again."""
    with pikepdf.new() as pdf:
        for jpeg in jpegs:
            with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as image:
                largeur, hauteur, mode = image.width, image.height, image.mode
            page_l, page_h = _A4 if hauteur >= largeur else _A4[::-1]
            echelle = min(page_l / largeur, page_h / hauteur)
            l_pt, h_pt = largeur * echelle, hauteur * echelle
            flux = pikepdf.Stream(
                pdf,
                jpeg,
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=largeur,
                Height=hauteur,
                ColorSpace=pikepdf.Name.DeviceGray if mode == "L" else pikepdf.Name.DeviceRGB,
                BitsPerComponent=8,
                Filter=pikepdf.Name.DCTDecode,
            )
            page = pdf.add_blank_page(page_size=(page_l, page_h))
            page.obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photo=flux))
            placement = (
                f"q {l_pt:.3f} 0 0 {h_pt:.3f} {(page_l - l_pt) / 2:.3f} {(page_h - h_pt) / 2:.3f} "
                "cm /Photo Do Q"
            )
            page.obj["/Contents"] = pikepdf.Stream(pdf, placement.encode())
        return _ecrire_pdf(pdf)


# --- RTF -------------------------------------------------------------------------------------

_MOTS_RTF_ACTIFS = frozenset(
    b"object objdata objemb objlink objautlink objocx objsub objpub objicemb objhtml objupdate "
    b"objclass".split()
)
# The first word of a field's instruction: text computed by the reader from the document itself.
_CHAMPS_RTF_SURS = frozenset(
    {
        "ADVANCE", "AUTHOR", "BARCODE", "COMMENTS", "COMPARE", "CREATEDATE", "DATE",
        "DOCPROPERTY", "EDITTIME", "EQ", "FILENAME", "FORMCHECKBOX", "FORMDROPDOWN", "FORMTEXT",
        "HYPERLINK", "INDEX", "INFO", "KEYWORDS", "LASTSAVEDBY", "LISTNUM", "MERGEFIELD",
        "NOTEREF", "NUMCHARS", "NUMPAGES", "NUMWORDS", "PAGE", "PAGEREF", "PRINTDATE", "REF",
        "REVNUM", "SAVEDATE", "SECTION", "SECTIONPAGES", "SEQ", "SHAPE", "STYLEREF", "SUBJECT",
        "SYMBOL", "TA", "TC", "TIME", "TITLE", "TOA", "TOC", "USERNAME", "XE",
    }
)  # fmt: skip
_JETON_RTF = re.compile(
    rb"(?P<mot>\\(?P<nom>[A-Za-z]+)(?P<valeur>-?[0-9]{1,10})?[ ]?)"
    rb"|(?P<hexa>\\'[0-9A-Fa-f]{2})|(?P<signe>\\.)|(?P<accolade>[{}])|(?P<texte>[^\\{}]+)",
    re.DOTALL,
)


def _rtf_illisible() -> FichierRefuse:
    return FichierRefuse(
        MotifRefus.ILLISIBLE,
        "Ce document RTF est abîmé ou incomplet : enregistrez-le de nouveau ou déposez-le en PDF.",
    )


def _rtf_actif() -> FichierRefuse:
    return FichierRefuse(
        MotifRefus.RTF_ACTIF,
        "Ce document RTF contient un objet ou un champ actif, refusé par sécurité : "
        "enregistrez-le en PDF, puis déposez le PDF.",
    )


def _controler_rtf(octets: bytes) -> None:
    """Refuses embedded objects, remote templates and fields that fetch or run something.

    Reads the words as a reader does, so that no spelling hides one: `{`, `}`, control words, signs
    in hexadecimal. Braces must balance and nothing may follow the last one.
    """
    # One entry per open group: the text of a field's instruction being gathered, or None.
    champs: list[bytearray | None] = []
    position = 0
    while position < len(octets):
        jeton = _JETON_RTF.match(octets, position)
        if jeton is None:
            raise _rtf_illisible()
        position = jeton.end()
        genre, contenu = jeton.lastgroup, jeton[0]
        if contenu == b"{":
            if len(champs) >= PROFONDEUR_RTF_MAX:
                raise _rtf_illisible()
            champs.append(champs[-1] if champs else None)
        elif contenu == b"}":
            if not champs:
                raise _rtf_illisible()
            ferme = champs.pop()
            if ferme is not None and (not champs or champs[-1] is not ferme):
                _exiger_champ_sur(ferme)
            if not champs:
                break
        elif not champs:
            raise _rtf_illisible()
        elif genre in ("mot", "valeur", "nom"):
            nom = jeton["nom"].lower()
            if nom in _MOTS_RTF_ACTIFS:
                raise _rtf_actif()
            if nom == b"bin":
                position += max(0, int(jeton["valeur"] or b"0"))
            elif nom in (b"fldinst", b"template"):
                _exiger_champ_sur(champs[-1] or bytearray())
                champs[-1] = bytearray(b"TEMPLATE " if nom == b"template" else b"")
            elif nom == b"u" and champs[-1] is not None:
                champs[-1] += chr(int(jeton["valeur"] or b"63") % 128).encode()
        elif (instruction := champs[-1]) is not None:
            if genre == "hexa":
                instruction += bytes.fromhex(contenu[2:].decode())
            else:
                instruction += contenu[1:] if genre == "signe" else contenu
    if champs or octets[position:].strip(b"\x00 \t\r\n\x1a"):
        raise _rtf_illisible()


def _exiger_champ_sur(instruction: bytearray) -> None:
    """Refuses an unknown field, and a template that isn't on the author's own disk."""
    texte = re.sub(rb"[\r\n\x00]", b"", bytes(instruction)).decode("latin-1")
    mots = texte.split(maxsplit=1)
    if mots and mots[0] == "TEMPLATE":
        if re.match(r"[^A-Za-z]|[A-Za-z][\w.+-]+:", mots[-1]):
            raise _rtf_actif()
    elif mots and mots[0].upper() not in _CHAMPS_RTF_SURS:
        raise _rtf_actif()


# --- The two entries -------------------------------------------------------------------------


def _empreinte(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()


def controler(
    octets: bytes,
    *,
    nom_fichier: str,
    formats: Collection[TypeFichier] = FORMATS_PROFESSIONNEL,
    taille_max: int = TAILLE_MAX,
    taille_max_image: int = TAILLE_MAX_IMAGE,
) -> FichierControle:
    """Checks a deposited file and says what to store; raises FichierRefuse (R-DOC-02, R-DOC-03).

    Sizes are in bytes: `taille_max` for every file, `taille_max_image` for an image that is then
    compressed under `taille_max`. What a patient deposits is checked with `FORMATS_PATIENT`. A CDA
    is recognised, not parsed.
    """
    if len(octets) > max(taille_max, taille_max_image):
        raise _trop_volumineux(taille_max, " : réduisez-le, puis déposez-le de nouveau")
    type_ = detecter_type(octets)
    if type_ not in formats:
        raise _refus_format(_NOMS[type_])
    _exiger_extension(nom_fichier, type_)
    est_image = type_ in (TypeFichier.JPEG, TypeFichier.PNG, TypeFichier.TIFF)
    if len(octets) > (taille_max_image if est_image else taille_max):
        raise _trop_volumineux(taille_max, " : réduisez-le, puis déposez-le de nouveau")
    if est_image or type_ is TypeFichier.PDF:
        _exiger_un_seul_format(octets, type_)
    gardes, type_garde = octets, type_
    if est_image:
        gardes, type_garde = _controler_image(octets, type_, taille_max)
    elif type_ is TypeFichier.PDF:
        _controler_pdf(octets)
    elif type_ is TypeFichier.RTF:
        _controler_rtf(octets)
    return FichierControle(
        octets=gardes,
        type=type_garde,
        nom_fichier=_renommer(nom_fichier, type_garde),
        empreinte=_empreinte(gardes),
        empreinte_recue=_empreinte(octets),
        est_reduit=gardes is not octets,
    )


def _renommer(nom_fichier: str, type_: TypeFichier) -> str:
    """The clean name, with an extension of this type."""
    propre = _nom_propre(nom_fichier)
    if _extension(propre) in _EXTENSIONS[type_]:
        return propre
    racine = propre.rpartition(".")[0] if _extension(propre) else propre
    return f"{racine or 'document'}.{_EXTENSIONS[type_][0]}"


def assainir(octets: bytes, type_: TypeFichier, *, taille_max: int = TAILLE_MAX) -> Servi:
    """The clean copy of a stored file, to serve in its place; raises FichierRefuse if unreadable.

    A photo is compressed under `taille_max` bytes (R-DOC-03), PNG becomes JPEG (R-DOC-02).
    RTF and CDA are served as they are and only as attachments: `controler` refuses an active RTF,
    and `interop` renders a CDA.
    """
    match type_:
        case TypeFichier.PDF:
            return _servir_pdf(octets)
        case TypeFichier.JPEG | TypeFichier.PNG:
            return _servir_photo(octets, type_, taille_max)
        case TypeFichier.TIFF:
            return _servir_tiff(octets)
        case TypeFichier.RTF:
            return Servi(octets, "application/rtf", "rtf", False)
        case TypeFichier.CDA:
            return Servi(octets, "application/xml", "xml", False)
        case TypeFichier.TXT:
            texte = _decoder_texte(octets)
            if texte is None:
                raise FichierRefuse(
                    MotifRefus.ILLISIBLE,
                    "Ce texte contient des caractères qui ne s'affichent pas : enregistrez-le en "
                    "UTF-8.",
                )
            propre = texte.replace("\r\n", "\n").replace("\r", "\n").encode()
            return Servi(propre, "text/plain; charset=utf-8", "txt", True)


def assembler_photos(
    photos: Sequence[bytes], *, nom_fichier: str = "photos.pdf", taille_max: int = TAILLE_MAX
) -> FichierControle:
    """Several photos as one PDF, in their order, of at most `taille_max` bytes (R-DOC-06).

    Each is checked like a deposited image. They are reduced together when the total is too large.
    """
    if not photos:
        raise FichierRefuse(MotifRefus.VIDE, "Ajoutez au moins une photo.")
    formats = frozenset({TypeFichier.JPEG, TypeFichier.PNG})
    controlees = [controler(photo, nom_fichier="", formats=formats) for photo in photos]
    for cote_max, qualite in ((None, 90), (3000, 80), (2200, 75), (1600, 70)):
        pages = []
        for photo in controlees:
            with _lecture_image():
                image = _ouvrir_image(photo.octets, photo.type.upper())
                image.load()
                plate = _aplatir(image)
            pages.append(_ecrire_jpeg(plate, qualite=qualite, cote_max=cote_max))
        pdf = _pdf_de_photos(pages)
        if len(pdf) <= taille_max:
            return FichierControle(
                octets=pdf,
                type=TypeFichier.PDF,
                nom_fichier=_renommer(nom_fichier, TypeFichier.PDF),
                empreinte=_empreinte(pdf),
                empreinte_recue=_empreinte(b"".join(photos)),
                est_reduit=cote_max is not None,
            )
    raise _trop_volumineux(taille_max, " : retirez des photos ou déposez-les en plusieurs fois")


# --- Title and date --------------------------------------------------------------------------

LONGUEUR_TITRE = 100
CARACTERES_REFUSES = "@<>?:/€*#|%~+£$!§¤"
ANNEE_MINIMALE = 1900


class SaisieRefusee(FichierRefuse):
    """A title or a date that can't be accepted with the file."""


def _caracteres_a_retirer(titre: str) -> list[str]:
    """The refused characters, each once, in the order of the title."""
    return [signe for signe in dict.fromkeys(titre) if signe in CARACTERES_REFUSES]


def valider_titre(titre: str) -> str:
    """The typed title, single-spaced: mandatory, at most 100, no refused character (R-DOC-04).

    Raises SaisieRefusee, which names each refused character.
    """
    propre = " ".join(unicodedata.normalize("NFC", titre).split())
    if not propre:
        raise SaisieRefusee(MotifRefus.TITRE_REFUSE, "Donnez un titre au document.")
    if refuses := _caracteres_a_retirer(propre):
        noms = ", ".join(f"« {signe} »" for signe in refuses)
        pluriel = "ces caractères" if len(refuses) > 1 else "ce caractère"
        raise SaisieRefusee(MotifRefus.TITRE_REFUSE, f"Retirez {pluriel} du titre : {noms}.")
    if any(unicodedata.category(signe) in ("Cc", "Cf", "Cs", "Co", "Cn") for signe in propre):
        raise SaisieRefusee(MotifRefus.TITRE_REFUSE, "Retirez du titre les caractères invisibles.")
    if len(propre) > LONGUEUR_TITRE:
        raise SaisieRefusee(
            MotifRefus.TITRE_REFUSE,
            f"Raccourcissez le titre : {LONGUEUR_TITRE} caractères au plus, espaces compris.",
        )
    return propre


class AvertissementTitre(StrEnum):
    """What the strict check would have refused in a received title."""

    ABSENT = "absent"
    TROP_LONG = "trop_long"
    CARACTERES_REFUSES = "caracteres_refuses"


def titre_recu(titre: str | None) -> str:
    """The title of a received document, kept (decision table, last section).

    Only blanks and control signs are tidied. An absent one gives an empty title: the screens then
    show the document's type. `avertissements_titre` says what is unusual in it.
    """
    lisible = "".join(
        " " if unicodedata.category(signe) in ("Cc", "Cs") else signe for signe in titre or ""
    )
    return " ".join(lisible.split())


def avertissements_titre(titre: str) -> tuple[AvertissementTitre, ...]:
    """What `valider_titre` would refuse in a title that `titre_recu` kept."""
    avertissements = []
    if not titre:
        avertissements.append(AvertissementTitre.ABSENT)
    if len(titre) > LONGUEUR_TITRE:
        avertissements.append(AvertissementTitre.TROP_LONG)
    if _caracteres_a_retirer(titre):
        avertissements.append(AvertissementTitre.CARACTERES_REFUSES)
    return tuple(avertissements)


def valider_date_document(jour: date | None, aujourdhui: date) -> date:
    """The day of the document: today by default, never to come, from 1900 on (R-DOC-05)."""
    if jour is None:
        return aujourdhui
    if jour > aujourdhui:
        raise SaisieRefusee(
            MotifRefus.DATE_REFUSEE,
            "La date du document ne peut pas être dans l'avenir : corrigez-la.",
        )
    if jour.year < ANNEE_MINIMALE:
        raise SaisieRefusee(
            MotifRefus.DATE_REFUSEE, f"Saisissez une date à partir de l'année {ANNEE_MINIMALE}."
        )
    return jour


# --- Antivirus (R-DOC-26) --------------------------------------------------------------------


class Verdict(StrEnum):
    """What an analyser says of a file."""

    SAIN = "sain"
    INFECTE = "infecte"


class AnalyseImpossible(Exception):
    """No verdict: the analyser is unreachable or refused. The file is never served then."""


class Analyseur(Protocol):
    """What looks for malware in a file."""

    @property
    def nom(self) -> str:
        """The analyser, in words for the screens: a limited one says that it is."""
        ...

    def analyser(self, octets: bytes) -> Verdict:
        """The verdict, or AnalyseImpossible. Never a default one."""
        ...


# In two pieces, so that this very file isn't taken for the test file that it recognises.
_EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass(frozen=True, slots=True)
class EicarSeulement:
    """The built-in analyser of demonstrations: it only knows the EICAR test file, and says so."""

    nom: str = "analyse de démonstration : seul le fichier de test EICAR est reconnu"

    def analyser(self, octets: bytes) -> Verdict:
        """Infected when the EICAR test string is anywhere in the bytes."""
        return Verdict.INFECTE if _EICAR in octets else Verdict.SAIN


_MORCEAU = 64 * 1024
_REPONSE_MAX = 4096


@dataclass(frozen=True, slots=True)
class Clamd:
    """A client of clamd's INSTREAM over TCP. `delai`: seconds for the whole exchange.

    Fails closed: only « stream: OK » is clean; a time-out, a refusal, a cut or an unknown answer
    raises AnalyseImpossible.
    """

    hote: str
    port: int = 3310
    delai: float = 30.0
    nom: str = "ClamAV"

    def analyser(self, octets: bytes) -> Verdict:
        """Sends the bytes and waits for the verdict; raises AnalyseImpossible."""
        echeance = time.monotonic() + self.delai
        try:
            with socket.create_connection((self.hote, self.port), timeout=self.delai) as lien:
                self._envoyer(lien, octets, echeance)
                reponse = self._recevoir(lien, echeance)
        except OSError as erreur:
            raise AnalyseImpossible("L'antivirus ne répond pas.") from erreur
        return self._interpreter(reponse)

    @staticmethod
    def _attendre(lien: socket.socket, echeance: float) -> None:
        reste = echeance - time.monotonic()
        if reste <= 0:
            raise TimeoutError("clamd took too long")
        lien.settimeout(reste)

    def _envoyer(self, lien: socket.socket, octets: bytes, echeance: float) -> None:
        try:
            self._attendre(lien, echeance)
            lien.sendall(b"zINSTREAM\0")
            for debut in range(0, len(octets), _MORCEAU):
                morceau = octets[debut : debut + _MORCEAU]
                self._attendre(lien, echeance)
                lien.sendall(struct.pack(">I", len(morceau)) + morceau)
            lien.sendall(struct.pack(">I", 0))
        except (BrokenPipeError, ConnectionResetError):
            # clamd stops reading above its own limit, then says why: the answer is still there.
            return

    def _recevoir(self, lien: socket.socket, echeance: float) -> bytes:
        reponse = b""
        while not reponse.endswith(b"\0") and len(reponse) < _REPONSE_MAX:
            self._attendre(lien, echeance)
            morceau = lien.recv(_REPONSE_MAX)
            if not morceau:
                raise ConnectionError("clamd cut the answer")
            reponse += morceau
        return reponse.removesuffix(b"\0")

    def _interpreter(self, reponse: bytes) -> Verdict:
        texte = reponse.decode("utf-8", "replace").strip()
        if texte == "stream: OK":
            return Verdict.SAIN
        if re.fullmatch(r"stream: .+ FOUND", texte):
            return Verdict.INFECTE
        raise AnalyseImpossible("L'antivirus n'a pas pu analyser le fichier.")
