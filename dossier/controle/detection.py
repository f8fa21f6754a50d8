"""The real type of a file, by its content; executables and two-headed files are refused."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile

from dossier.controle.types import (
    EXTENSIONS,
    FORMATS_EN_CLAIR,
    NOMS,
    FichierRefuse,
    MotifRefus,
    TypeFichier,
)

_SIGNATURES: tuple[tuple[bytes, TypeFichier], ...] = (
    (b"\xff\xd8\xff", TypeFichier.JPEG),
    (b"\x89PNG\r\n\x1a\n", TypeFichier.PNG),
    (b"II*\x00", TypeFichier.TIFF),
    (b"MM\x00*", TypeFichier.TIFF),
    (b"{\\rtf", TypeFichier.RTF),
)
EXECUTABLES = (
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
EXTENSIONS_EXECUTABLES = frozenset(
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


def refus_format(nom: str) -> FichierRefuse:
    return FichierRefuse(
        MotifRefus.FORMAT_REFUSE,
        f"Ce fichier est {nom} : enregistrez-le en {FORMATS_EN_CLAIR}, puis déposez-le.",
    )


def decoder_texte(octets: bytes) -> str | None:
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
        raise refus_format("une page web ou un fichier XML")
    return TypeFichier.CDA


def detecter_type(octets: bytes) -> TypeFichier:
    """The real type by content alone (R-DOC-02); FichierRefuse when it isn't an accepted one.

    A first gate: only the type is told, nothing is parsed yet.
    """
    if not octets or not octets.strip(b"\x00 \t\r\n\x0c\xef\xbb\xbf"):
        raise FichierRefuse(MotifRefus.VIDE, "Ce fichier est vide : choisissez-en un autre.")
    if octets.startswith(EXECUTABLES):
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
        raise refus_format("une photo HEIC ou AVIF" if photo else "une vidéo")
    if octets[:4] == b"RIFF" and octets[8:12] == b"WEBP":
        raise refus_format("une image WebP")
    if octets[128:132] == b"DICM":
        raise refus_format("une image DICOM")
    if (balisage := _debut_de_balisage(octets)) is not None:
        return _type_du_balisage(balisage)
    if decoder_texte(octets) is not None:
        return TypeFichier.TXT
    for signature, nom in _AUTRES_FORMATS:
        if octets.startswith(signature):
            raise refus_format(nom)
    raise FichierRefuse(
        MotifRefus.FORMAT_REFUSE,
        f"Le format de ce fichier n'est pas reconnu : déposez un fichier {FORMATS_EN_CLAIR}.",
    )


def extension_de(nom_fichier: str) -> str:
    """The extension in small letters, without the dot; empty when there is none.

    « Examen du 12.03.2021 » has none: six letters or digits at most, one letter at least.
    """
    forme = re.search(r"\.([0-9]*[a-z][0-9a-z]*)$", nom_propre(nom_fichier).lower())
    return forme[1] if forme and len(forme[1]) <= 6 else ""


def nom_propre(nom_fichier: str) -> str:
    """The name without path, invisible or control signs, at most 150 characters."""
    dernier = re.split(r"[/\\]", nom_fichier)[-1]
    visible = "".join(
        signe
        for signe in unicodedata.normalize("NFC", dernier)
        if unicodedata.category(signe)[0] != "C"
    )
    return " ".join(visible.split()).strip(". ")[-150:]


def exiger_extension(nom_fichier: str, type_: TypeFichier) -> None:
    extension = extension_de(nom_fichier)
    # A name without extension claims nothing, so it can't lie.
    if extension and extension not in EXTENSIONS[type_]:
        raise FichierRefuse(
            MotifRefus.EXTENSION_TROMPEUSE,
            f"Le nom de ce fichier ne correspond pas à son contenu, qui est {NOMS[type_]} : "
            f"renommez-le en « .{EXTENSIONS[type_][0]} » s'il est bien le vôtre.",
        )


_CODE_CACHE = re.compile(
    rb"<script|<\?php|<html|<!doctype html|Rar!\x1a\x07|7z\xbc\xaf\x27\x1c", re.I
)


def exiger_un_seul_format(octets: bytes, type_: TypeFichier) -> None:
    """Refuses what another program would read as something else: an archive, a page, a PDF."""
    est_image = type_ in (TypeFichier.JPEG, TypeFichier.PNG, TypeFichier.TIFF)
    double = est_image and (b"%PDF-" in octets[:1024] or _CODE_CACHE.search(octets) is not None)
    if double or zipfile.is_zipfile(io.BytesIO(octets)):
        raise FichierRefuse(
            MotifRefus.POLYGLOTTE,
            "Ce fichier en cache un autre : enregistrez de nouveau le document seul, puis "
            "déposez-le.",
        )
