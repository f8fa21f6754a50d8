"""PDF: every stream bounded, nothing active let in, a copy written anew."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from types import MappingProxyType

import pikepdf
from pikepdf.settings import set_qpdf_limits
from PIL import Image

from dossier.controle.detection import EXECUTABLES, EXTENSIONS_EXECUTABLES, extension_de
from dossier.controle.jpeg import structure_jpeg
from dossier.controle.types import (
    BALAYAGES_JPEG_MAX,
    OBJETS_PDF_MAX,
    OCTETS_FLUX_PDF_MAX,
    OCTETS_PDF_MAX,
    PAGES_PDF_MAX,
    PIXELS_MAX,
    FichierRefuse,
    MotifRefus,
    Servi,
)

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
# The word first, what precedes it next: the search then leaps from one « stream » to another.
_DEBUT_DE_FLUX = re.compile(rb"stream(?<!endstream)[ \t]*(?:\r\n|\n|\r)")


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
        if isinstance(nom, pikepdf.String) and extension_de(str(nom)) in EXTENSIONS_EXECUTABLES:
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
        if debut.startswith(EXECUTABLES):
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
    structure = structure_jpeg(objet.read_raw_bytes())
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


def controler_pdf(octets: bytes) -> None:
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


def servir_pdf(octets: bytes) -> Servi:
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


def pdf_de_photos(jpegs: Sequence[bytes]) -> bytes:
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
