"""Images: bounded before decoding, encoded anew without metadata, reduced when too heavy."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageCms, ImageOps, JpegImagePlugin, TiffImagePlugin

from dossier.controle.jpeg import structure_jpeg
from dossier.controle.pdf import pdf_de_photos
from dossier.controle.types import (
    BALAYAGES_JPEG_MAX,
    OCTETS_TIFF_MAX,
    PAGES_TIFF_MAX,
    PIXELS_MAX,
    FichierRefuse,
    MotifRefus,
    Servi,
    TypeFichier,
)

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
def lecture_image() -> Iterator[None]:
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


def _exiger_dimensions(image: Image.Image) -> None:
    if image.width * image.height > PIXELS_MAX:
        raise _image_demesuree()


def ouvrir_image(octets: bytes, format_: str) -> Image.Image:
    """Opens lazily with that one decoder and checks the size; to call inside `lecture_image`."""
    image = Image.open(io.BytesIO(octets), formats=(format_,))
    _exiger_dimensions(image)
    if format_ == "JPEG":
        structure = structure_jpeg(octets)
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


def aplatir(image: Image.Image) -> Image.Image:
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


def ecrire_jpeg(
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


def trop_volumineux(taille_max: int, complement: str) -> FichierRefuse:
    millions = f"{taille_max / 1_000_000:.1f}".rstrip("0").rstrip(".").replace(".", ",")
    return FichierRefuse(
        MotifRefus.TROP_VOLUMINEUX,
        f"Ce fichier dépasse la taille permise de {millions} Mo{complement}.",
    )


def _reduire(image: Image.Image, taille_max: int) -> bytes:
    """A JPEG of at most `taille_max` bytes that stays legible, or the refusal (R-DOC-03)."""
    for cote_max, qualite in _PALIERS_DE_REDUCTION:
        octets = ecrire_jpeg(image, qualite=qualite, cote_max=cote_max)
        if len(octets) <= taille_max:
            return octets
    raise trop_volumineux(taille_max, _TROP_PEU_REDUIT)


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
            propre = propre.copy() if propre.mode in _MODES_TIFF else aplatir(propre)
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


def controler_image(
    octets: bytes, type_: TypeFichier, taille_max: int
) -> tuple[bytes, TypeFichier]:
    """Decodes the whole image; gives what to store, compressed when too heavy (R-DOC-03)."""
    with lecture_image():
        image = ouvrir_image(octets, type_.upper())
        nombre = _nombre_de_pages(image) if type_ is TypeFichier.TIFF else 1
        for _ in _pages(image, nombre):
            pass  # decoding is the check
    if len(octets) <= taille_max:
        return octets, type_
    if type_ is not TypeFichier.TIFF:
        with lecture_image():
            plate = aplatir(image)
        return _reduire(plate, taille_max), TypeFichier.JPEG
    for avec_perte in (False, True):
        reduit = _ecrire_tiff(image, nombre, avec_perte=avec_perte)
        if len(reduit) <= taille_max:
            return reduit, type_
    raise trop_volumineux(taille_max, _TROP_PEU_REDUIT)


def servir_photo(octets: bytes, type_: TypeFichier, taille_max: int) -> Servi:
    """A JPEG of the picture alone: upright, in sRGB, without EXIF, position nor hidden data."""
    with lecture_image():
        image = ouvrir_image(octets, type_.upper())
        image.load()
        plate = aplatir(image)
    jpeg = ecrire_jpeg(plate, qualite=92, comme=image)
    if len(jpeg) > taille_max:
        jpeg = _reduire(plate, taille_max)
    return Servi(jpeg, "image/jpeg", "jpg", True)


def servir_tiff(octets: bytes) -> Servi:
    """The pages encoded anew to download, and a JPEG (one page) or a PDF (several) to look at."""
    with lecture_image():
        image = ouvrir_image(octets, "TIFF")
        nombre = _nombre_de_pages(image)
        cote_max = 2200 if nombre <= 20 else 1400
        vues = [
            ecrire_jpeg(aplatir(page), qualite=80, cote_max=cote_max)
            for page in _pages(image, nombre)
        ]
    propre = _ecrire_tiff(image, nombre)
    if nombre == 1:
        apercu = Servi(vues[0], "image/jpeg", "jpg", True)
    else:
        apercu = Servi(pdf_de_photos(vues), "application/pdf", "pdf", True)
    return Servi(propre, "image/tiff", "tiff", False, apercu=apercu)
