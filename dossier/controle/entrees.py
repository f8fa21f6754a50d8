"""The two entries: `controler` at the deposit, `assainir` for the copy that is served."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence

from dossier.controle.detection import (
    decoder_texte,
    detecter_type,
    exiger_extension,
    exiger_un_seul_format,
    extension_de,
    nom_propre,
    refus_format,
)
from dossier.controle.images import (
    aplatir,
    controler_image,
    ecrire_jpeg,
    lecture_image,
    ouvrir_image,
    servir_photo,
    servir_tiff,
    trop_volumineux,
)
from dossier.controle.pdf import controler_pdf, pdf_de_photos, servir_pdf
from dossier.controle.rtf import controler_rtf
from dossier.controle.types import (
    EXTENSIONS,
    FORMATS_PROFESSIONNEL,
    NOMS,
    TAILLE_MAX,
    TAILLE_MAX_IMAGE,
    FichierControle,
    FichierRefuse,
    MotifRefus,
    Servi,
    TypeFichier,
)


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
        raise trop_volumineux(taille_max, " : réduisez-le, puis déposez-le de nouveau")
    type_ = detecter_type(octets)
    if type_ not in formats:
        raise refus_format(NOMS[type_])
    exiger_extension(nom_fichier, type_)
    est_image = type_ in (TypeFichier.JPEG, TypeFichier.PNG, TypeFichier.TIFF)
    if len(octets) > (taille_max_image if est_image else taille_max):
        raise trop_volumineux(taille_max, " : réduisez-le, puis déposez-le de nouveau")
    if est_image or type_ is TypeFichier.PDF:
        exiger_un_seul_format(octets, type_)
    gardes, type_garde = octets, type_
    if est_image:
        gardes, type_garde = controler_image(octets, type_, taille_max)
    elif type_ is TypeFichier.PDF:
        controler_pdf(octets)
    elif type_ is TypeFichier.RTF:
        controler_rtf(octets)
    empreinte_recue = _empreinte(octets)
    est_reduit = gardes is not octets
    return FichierControle(
        octets=gardes,
        type=type_garde,
        nom_fichier=_renommer(nom_fichier, type_garde),
        empreinte=_empreinte(gardes) if est_reduit else empreinte_recue,
        empreinte_recue=empreinte_recue,
        est_reduit=est_reduit,
    )


def _renommer(nom_fichier: str, type_: TypeFichier) -> str:
    """The clean name, with an extension of this type."""
    propre = nom_propre(nom_fichier)
    if extension_de(propre) in EXTENSIONS[type_]:
        return propre
    racine = propre.rpartition(".")[0] if extension_de(propre) else propre
    return f"{racine or 'document'}.{EXTENSIONS[type_][0]}"


def assainir(octets: bytes, type_: TypeFichier, *, taille_max: int = TAILLE_MAX) -> Servi:
    """The clean copy of a stored file, to serve in its place; raises FichierRefuse if unreadable.

    A photo is compressed under `taille_max` bytes (R-DOC-03), PNG becomes JPEG (R-DOC-02).
    RTF and CDA are served as they are and only as attachments: `controler` refuses an active RTF,
    and `interop` renders a CDA.
    """
    match type_:
        case TypeFichier.PDF:
            return servir_pdf(octets)
        case TypeFichier.JPEG | TypeFichier.PNG:
            return servir_photo(octets, type_, taille_max)
        case TypeFichier.TIFF:
            return servir_tiff(octets)
        case TypeFichier.RTF:
            return Servi(octets, "application/rtf", "rtf", False)
        case TypeFichier.CDA:
            return Servi(octets, "application/xml", "xml", False)
        case TypeFichier.TXT:
            texte = decoder_texte(octets)
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
            with lecture_image():
                image = ouvrir_image(photo.octets, photo.type.upper())
                image.load()
                plate = aplatir(image)
            pages.append(ecrire_jpeg(plate, qualite=qualite, cote_max=cote_max))
        pdf = pdf_de_photos(pages)
        if len(pdf) <= taille_max:
            return FichierControle(
                octets=pdf,
                type=TypeFichier.PDF,
                nom_fichier=_renommer(nom_fichier, TypeFichier.PDF),
                empreinte=_empreinte(pdf),
                empreinte_recue=_empreinte(b"".join(photos)),
                est_reduit=cote_max is not None,
            )
    raise trop_volumineux(taille_max, " : retirez des photos ou déposez-les en plusieurs fois")
