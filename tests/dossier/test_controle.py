"""What a deposited file must satisfy. Every hostile file is made here; none is kept."""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import random
import re
import resource
import socket
import struct
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, String
from PIL import ExifTags, Image, ImageCms

from dossier.controle import (
    CARACTERES_REFUSES,
    FORMATS_PATIENT,
    PAGES_PDF_MAX,
    PAGES_TIFF_MAX,
    PIXELS_MAX,
    TAILLE_MAX,
    AnalyseImpossible,
    Analyseur,
    AvertissementTitre,
    Clamd,
    EicarSeulement,
    FichierRefuse,
    MotifRefus,
    SaisieRefusee,
    TypeFichier,
    Verdict,
    assainir,
    assembler_photos,
    avertissements_titre,
    controler,
    detecter_type,
    titre_recu,
    valider_date_document,
    valider_titre,
)

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "cda"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
sans_delai = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def motif(octets: bytes, nom_fichier: str = "", **options: object) -> MotifRefus:
    """Why the file is refused; its sentence is French, ends with a point and shows no byte."""
    with pytest.raises(FichierRefuse) as capture:
        controler(octets, nom_fichier=nom_fichier, **options)
    assert re.fullmatch(r"[A-ZÀ-Ý«][^\x00-\x1f]{10,250}\.", str(capture.value))
    return capture.value.motif


# --- Files made for the tests ----------------------------------------------------------------


def image(
    mode: str = "RGB", taille: tuple[int, int] = (60, 40), format_: str = "JPEG", **options: object
) -> bytes:
    """A picture with something to see: a gradient."""
    gris = Image.linear_gradient("L").resize(taille)
    # Some modes only exist for a file: they are reached through another one.
    detours = {"I;16": "I", "I;16B": "I", "LAB": "RGB"}
    vue = gris.convert(detours.get(mode, mode))
    if mode == "LAB":
        vue = ImageCms.profileToProfile(
            vue,
            ImageCms.createProfile("sRGB"),
            ImageCms.createProfile("LAB"),
            outputMode="LAB",
        )
    elif mode != vue.mode:
        vue = vue.convert("I;16") if mode == "I;16" else Image.new(mode, taille, 500)
    sortie = io.BytesIO()
    vue.save(sortie, format_, **options)
    return sortie.getvalue()


def bruit(taille: tuple[int, int], format_: str, **options: object) -> bytes:
    """A picture that doesn't compress: random points, the same each time."""
    points = random.Random(7).randbytes(taille[0] * taille[1] * 3)
    sortie = io.BytesIO()
    Image.frombytes("RGB", taille, points).save(sortie, format_, **options)
    return sortie.getvalue()


def ouvrir(octets: bytes) -> Image.Image:
    vue = Image.open(io.BytesIO(octets))
    vue.load()
    return vue


def pdf(preparer: Callable[[pikepdf.Pdf], None] | None = None, **options: object) -> bytes:
    """A PDF of two pages with a link, then what `preparer` puts in it."""
    with pikepdf.new() as document:
        for rang in range(2):
            document.add_blank_page(page_size=(200, 200))
            document.pages[rang].obj.Contents = document.make_stream(b"q 1 0 0 1 0 0 cm Q")
        document.pages[0].obj.Annots = Array(
            [annotation("Link", A=Dictionary(S=Name.URI, URI=String("https://exemple.example/")))]
        )
        if preparer is not None:
            preparer(document)
        sortie = io.BytesIO()
        document.save(sortie, **options)
    return sortie.getvalue()


def annotation(genre: str, **cles: object) -> Dictionary:
    return Dictionary(
        Type=Name.Annot, Subtype=Name("/" + genre), Rect=Array([0, 0, 10, 10]), **cles
    )


def script(code: str = "app.alert(1)") -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String(code))


def texte_du_pdf(octets: bytes) -> bytes:
    """Everything in a PDF, in clear: dictionaries and decoded streams."""
    with pikepdf.open(io.BytesIO(octets)) as document:
        morceaux = [document.trailer.unparse()]
        for objet in document.objects:
            if isinstance(objet, pikepdf.Stream):
                morceaux += [objet.stream_dict.unparse(), objet.read_bytes()]
            else:
                morceaux.append(objet.unparse())
    return b"\n".join(morceaux)


@contextmanager
def memoire_bornee(megaoctets: int) -> Iterator[None]:
    """Refuses to the process any memory beyond that much more than it has: MemoryError, then."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    avant = resource.getrlimit(resource.RLIMIT_AS)
    limite = pages * resource.getpagesize() + megaoctets * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limite, avant[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, avant)


RTF = rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 Compte rendu d\'e9mo\par}"
CDA = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Démo</title></ClinicalDocument>'
).encode()

# --- Types -----------------------------------------------------------------------------------


@pytest.mark.regle("R-DOC-02")
@pytest.mark.parametrize(
    ("octets", "nom", "attendu"),
    [
        (pdf(), "resultat.pdf", TypeFichier.PDF),
        (b"\xef\xbb\xbf\n" + pdf(), "resultat.PDF", TypeFichier.PDF),
        (image(), "photo.jpg", TypeFichier.JPEG),
        (image(), "photo.jpeg", TypeFichier.JPEG),
        (image(format_="PNG"), "capture.png", TypeFichier.PNG),
        (image(format_="TIFF"), "scan.tif", TypeFichier.TIFF),
        (image(format_="TIFF"), "scan.tiff", TypeFichier.TIFF),
        (RTF, "lettre.rtf", TypeFichier.RTF),
        ("Température à 8 h : 37,5 °C".encode(), "note.txt", TypeFichier.TXT),
        ("Température à 8 h : 37,5 °C".encode("latin-1"), "note.txt", TypeFichier.TXT),
        ("« L’œuvre »\tcoûte 3 €".encode("cp1252"), "note.TXT", TypeFichier.TXT),
        (b"<5 mg par jour\r\n\x0c> 2 prises", "note.txt", TypeFichier.TXT),
        (b"\xef\xbb\xbfavec marque", "note.txt", TypeFichier.TXT),
        (CDA, "cr.xml", TypeFichier.CDA),
        (CDA.decode().encode("utf-16"), "cr.xml", TypeFichier.CDA),
        (b"\xef\xbb\xbf" + CDA, "cr.xml", TypeFichier.CDA),
        (CDA.partition(b"\n")[2], "cr.xml", TypeFichier.CDA),
        (b'<x:ClinicalDocument xmlns:x="urn:hl7-org:v3"/>', "cr.xml", TypeFichier.CDA),
        (
            b"<!DOCTYPE html>\n<html><body><xml>"
            + CDA.partition(b"\n")[2]
            + b"</xml></body></html>",
            "cr.html",
            TypeFichier.CDA,
        ),
    ],
)
def test_le_type_est_celui_du_contenu(octets, nom, attendu) -> None:
    fichier = controler(octets, nom_fichier=nom)
    assert fichier.type is attendu
    assert detecter_type(octets) is attendu
    assert fichier.octets is octets
    assert (fichier.taille, fichier.nom_fichier, fichier.est_reduit) == (len(octets), nom, False)
    empreinte = hashlib.sha256(octets).hexdigest()
    assert (fichier.empreinte, fichier.empreinte_recue) == (empreinte, empreinte)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared is absent from this clone")
def test_les_documents_publics_sont_reconnus_comme_cda() -> None:
    fichiers = sorted(CORPUS.glob("*.xml"))
    assert len(fichiers) == 54
    for chemin in fichiers:
        fichier = controler(chemin.read_bytes(), nom_fichier=chemin.name)
        assert fichier.type is TypeFichier.CDA


EXECUTABLE = b"MZ\x90\x00\x03" + bytes(200)


@pytest.mark.regle("R-DOC-02")
@pytest.mark.parametrize(
    ("octets", "nom", "attendu"),
    [
        (EXECUTABLE, "resultat.pdf", MotifRefus.EXECUTABLE),
        (EXECUTABLE, "resultat.jpg", MotifRefus.EXECUTABLE),
        (b"MZ stub", "resultat.pdf", MotifRefus.EXECUTABLE),
        (b"\x7fELF\x02" + bytes(64), "note.txt", MotifRefus.EXECUTABLE),
        (b"#!/bin/sh\nrm -rf /\n", "note.txt", MotifRefus.EXECUTABLE),
        (b"", "note.txt", MotifRefus.VIDE),
        (b" \r\n\t\n", "note.txt", MotifRefus.VIDE),
        (bytes(1000), "resultat.pdf", MotifRefus.VIDE),
        (b"PK\x03\x04\x14" + bytes(64), "courrier.docx", MotifRefus.FORMAT_REFUSE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64), "c.doc", MotifRefus.FORMAT_REFUSE),
        (b"GIF89a\x01\x00\x01\x00" + bytes(9), "photo.gif", MotifRefus.FORMAT_REFUSE),
        (bytes(4) + b"ftypheic" + bytes(64), "photo.jpg", MotifRefus.FORMAT_REFUSE),
        (bytes(4) + b"ftypisom" + bytes(64), "video.mp4", MotifRefus.FORMAT_REFUSE),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "photo.jpg", MotifRefus.FORMAT_REFUSE),
        (bytes(128) + b"DICM" + bytes(64), "irm.dcm", MotifRefus.FORMAT_REFUSE),
        (b"texte\x00binaire", "note.txt", MotifRefus.FORMAT_REFUSE),
        (b"texte \x1b[31m rouge", "note.txt", MotifRefus.FORMAT_REFUSE),
        ("contrôle \x85 C1".encode(), "note.txt", MotifRefus.FORMAT_REFUSE),
        ("texte".encode("utf-16"), "note.txt", MotifRefus.FORMAT_REFUSE),
        (b"<html><script>alert(1)</script></html>", "note.txt", MotifRefus.FORMAT_REFUSE),
        (b"<?xml version='1.0'?><autre/>", "cr.xml", MotifRefus.FORMAT_REFUSE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "x.jpg", MotifRefus.FORMAT_REFUSE),
        (b"Bonjour", "resultat.pdf", MotifRefus.EXTENSION_TROMPEUSE),
        (b"%PDF-1.7\nrien", "resultat.pdf", MotifRefus.ILLISIBLE),
        (pdf(), "resultat.jpg", MotifRefus.EXTENSION_TROMPEUSE),
        (pdf(), "resultat.pdf.exe", MotifRefus.EXTENSION_TROMPEUSE),
        (image(), "photo.png", MotifRefus.EXTENSION_TROMPEUSE),
        (RTF, "lettre.doc", MotifRefus.EXTENSION_TROMPEUSE),
        (CDA, "note.txt", MotifRefus.EXTENSION_TROMPEUSE),
    ],
)
def test_ce_qui_n_est_pas_un_document_accepte_est_refuse(octets, nom, attendu) -> None:
    assert motif(octets, nom) is attendu


@pytest.mark.parametrize(
    ("octets", "nom"),
    [
        (b"PK\x03\x04\x14" + bytes(64), "Word"),
        (bytes(4) + b"ftypheic" + bytes(64), "HEIC"),
        (bytes(4) + b"ftypisom" + bytes(64), "vidéo"),
        (bytes(128) + b"DICM" + bytes(64), "DICOM"),
        (b"\x1f\x8b\x08\x00" + bytes(64), "gzip"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "WebP"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "pas reconnu"),
        (b"\x05\x06\x07\x08", "pas reconnu"),
    ],
)
def test_un_format_connu_est_nomme_pour_que_l_on_sache_quoi_faire(octets, nom) -> None:
    with pytest.raises(FichierRefuse, match=nom):
        controler(octets, nom_fichier="")


@pytest.mark.regle("R-DOC-02")
def test_un_patient_ne_depose_pas_de_cda() -> None:
    assert motif(CDA, "cr.xml", formats=FORMATS_PATIENT) is MotifRefus.FORMAT_REFUSE
    assert controler(b"Bonjour", nom_fichier="n.txt", formats=FORMATS_PATIENT).taille == 7


@pytest.mark.parametrize(
    ("recu", "rendu"),
    [
        ("C:\\Users\\demo\\résultat.txt", "résultat.txt"),
        ("../../etc/note.txt", "note.txt"),
        ("bilan\u202etxt.exe\u0000.txt", "bilantxt.exe.txt"),
        ("", "document.txt"),
        ("...", "document.txt"),
        ("bilan du 12.03.2021", "bilan du 12.03.2021.txt"),
        ("bilan", "bilan.txt"),
        ("x" * 300 + ".txt", "x" * 146 + ".txt"),
    ],
)
def test_le_nom_du_fichier_est_nettoye(recu, rendu) -> None:
    assert controler(b"Bonjour", nom_fichier=recu).nom_fichier == rendu


@given(st.binary(max_size=300), st.sampled_from([b"", b"%PDF-", b"\xff\xd8\xff", b"{\\rtf", b"<"]))
@sans_delai
def test_des_octets_quelconques_sont_acceptes_ou_refuses_jamais_autre_chose(octets, debut) -> None:
    phrase = "Accepté."
    try:
        fichier = controler(debut + octets, nom_fichier="")
    except FichierRefuse as refus:
        phrase = str(refus)
    else:
        assert assainir(fichier.octets, fichier.type).octets
    assert phrase.endswith(".")


# --- Size ------------------------------------------------------------------------------------


@pytest.mark.regle("R-DOC-03")
def test_cinq_millions_d_octets_entrent_et_pas_un_de_plus() -> None:
    assert TAILLE_MAX == 5_000_000
    assert controler(b"a" * 5_000_000, nom_fichier="note.txt").taille == 5_000_000
    assert motif(b"a" * 5_000_001, "note.txt") is MotifRefus.TROP_VOLUMINEUX
    gros = pdf() + b"%" * 5_000_001
    assert motif(gros[:5_000_001], "resultat.pdf") is MotifRefus.TROP_VOLUMINEUX
    with pytest.raises(FichierRefuse, match="permise de 5 Mo"):
        controler(b"a" * 5_000_001, nom_fichier="note.txt")
    with pytest.raises(FichierRefuse, match="permise de 1,5 Mo"):
        controler(b"a" * 1_500_001, nom_fichier="note.txt", taille_max=1_500_000)


@pytest.mark.regle("R-DOC-03")
@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
def test_une_photo_trop_lourde_est_compressee(format_) -> None:
    options = {"quality": 98, "subsampling": 0} if format_ == "JPEG" else {}
    lourde = bruit((500, 400), format_, **options)
    limite = len(lourde) // 2
    fichier = controler(lourde, nom_fichier="photo." + format_.lower(), taille_max=limite)
    assert fichier.type is TypeFichier.JPEG
    assert fichier.est_reduit
    assert fichier.taille <= limite
    assert fichier.nom_fichier.endswith((".jpg", ".jpeg"))
    assert ouvrir(fichier.octets).size == (500, 400)
    assert fichier.empreinte == hashlib.sha256(fichier.octets).hexdigest()
    assert fichier.empreinte_recue == hashlib.sha256(lourde).hexdigest()
    servie = assainir(lourde, detecter_type(lourde), taille_max=limite)
    assert len(servie.octets) <= limite


@pytest.mark.regle("R-DOC-03")
def test_une_photo_qui_ne_se_reduit_pas_assez_est_refusee() -> None:
    lourde = bruit((500, 400), "JPEG", quality=98)
    assert motif(lourde, "photo.jpg", taille_max=5_000) is MotifRefus.TROP_VOLUMINEUX
    assert (
        motif(lourde, "photo.jpg", taille_max=5_000, taille_max_image=50_000)
        is MotifRefus.TROP_VOLUMINEUX
    )


@pytest.mark.regle("R-DOC-03")
def test_un_scan_tiff_trop_lourd_est_compresse_sans_perdre_de_page() -> None:
    pages = [Image.linear_gradient("L").resize((400, 300)).convert("RGB") for _ in range(3)]
    sortie = io.BytesIO()
    pages[0].save(sortie, "TIFF", save_all=True, append_images=pages[1:])
    lourd = sortie.getvalue()
    fichier = controler(lourd, nom_fichier="scan.tif", taille_max=len(lourd) // 10)
    assert fichier.type is TypeFichier.TIFF
    assert fichier.est_reduit
    assert fichier.taille <= len(lourd) // 10
    assert ouvrir(fichier.octets).n_frames == 3
    assert ouvrir(fichier.octets).info["compression"] == "tiff_adobe_deflate"
    aleatoire = bruit((400, 300), "TIFF")
    avec_perte = controler(aleatoire, nom_fichier="scan.tif", taille_max=len(aleatoire) * 3 // 4)
    assert ouvrir(avec_perte.octets).info["compression"] == "jpeg"
    assert motif(aleatoire, "scan.tif", taille_max=3_000) is MotifRefus.TROP_VOLUMINEUX


# --- Images ----------------------------------------------------------------------------------


def photo_bavarde(format_: str = "JPEG") -> bytes:
    """A picture taken upright, which tells where and by whom."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Artist] = "SECRET-AUTEUR"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "SECRET-GPS"
    options: dict[str, object] = {"exif": exif}
    if format_ == "JPEG":
        options |= {"comment": b"SECRET-COMMENTAIRE", "xmp": b"<x>SECRET-XMP</x>"}
    return image(format_=format_, **options)


@pytest.mark.regle("R-DOC-02")
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "TIFF"])
def test_la_copie_servie_ne_dit_ni_lieu_ni_auteur_et_reste_a_l_endroit(format_) -> None:
    bavarde = photo_bavarde(format_) + b"SECRET-APRES-LA-FIN"
    assert b"SECRET-AUTEUR" in bavarde
    servi = assainir(bavarde, controler(bavarde, nom_fichier="").type)
    for copie in filter(None, (servi, servi.apercu)):
        assert b"SECRET" not in copie.octets
        vue = ouvrir(copie.octets)
        assert not vue.getexif().get(ExifTags.Base.Artist)
        assert vue.size == (40, 60)
        # The gradient went from top to bottom; turned right, it goes from right to left.
        points = vue.convert("L")
        assert points.getpixel((38, 30)) < 60
        assert points.getpixel((1, 30)) > 190


def test_une_photo_servie_est_du_jpeg_a_montrer() -> None:
    for format_ in ("JPEG", "PNG"):
        octets = image(format_=format_)
        servi = assainir(octets, detecter_type(octets))
        assert (servi.mime, servi.extension, servi.en_ligne, servi.apercu) == (
            "image/jpeg",
            "jpg",
            True,
            None,
        )
        assert ouvrir(servi.octets).format == "JPEG"


def test_une_photo_servie_ressemble_a_l_original() -> None:
    original = image("RGB", (200, 100), quality=80)
    premiere = assainir(original, TypeFichier.JPEG).octets
    seconde = assainir(premiere, TypeFichier.JPEG).octets
    for copie in (premiere, seconde):
        ecarts = [
            abs(a - b)
            for a, b in zip(ouvrir(original).tobytes(), ouvrir(copie).tobytes(), strict=True)
        ]
        assert max(ecarts) <= 4
    # Sanitising what is already clean changes neither its size nor what it is made of.
    assert ouvrir(seconde).size == ouvrir(original).size
    assert ouvrir(seconde).info.keys() == ouvrir(premiere).info.keys()


MODES = [
    *[("JPEG", mode) for mode in ("L", "RGB", "CMYK")],
    *[("PNG", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")],
    *[
        ("TIFF", mode)
        for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I;16B")
    ],
    *[("TIFF", mode) for mode in ("I", "F")],
]


@pytest.mark.parametrize(("format_", "mode"), MODES)
def test_chaque_sorte_d_image_est_servie(format_, mode) -> None:
    octets = image(mode, format_=format_)
    servi = assainir(octets, controler(octets, nom_fichier="").type)
    vue = ouvrir((servi.apercu or servi).octets)
    assert (vue.format, vue.size) == ("JPEG", (60, 40))
    assert vue.mode == ("L" if mode in ("1", "L", "I", "F", "I;16", "I;16B") else "RGB")
    if mode != "I;16B":  # a flat picture
        points = vue.convert("L")
        assert points.getpixel((30, 2)) < 60 < 190 < points.getpixel((30, 37))


def test_la_transparence_devient_blanche() -> None:
    sortie = io.BytesIO()
    Image.new("RGBA", (10, 10), (255, 0, 0, 0)).save(sortie, "PNG")
    vue = ouvrir(assainir(sortie.getvalue(), TypeFichier.PNG).octets)
    assert min(vue.getpixel((5, 5))) > 250


def test_les_couleurs_suivent_le_profil_qui_est_retire() -> None:
    # A profile in which the same numbers mean something else: Lab's neighbour would not be kept.
    profil = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    avec = image("RGB", icc_profile=profil)
    servi = assainir(avec, TypeFichier.JPEG)
    assert "icc_profile" not in ouvrir(servi.octets).info
    casse = image("RGB", icc_profile=b"ce n'est pas un profil")
    assert ouvrir(assainir(casse, TypeFichier.JPEG).octets).size == (60, 40)


def test_un_tiff_de_plusieurs_pages_se_telecharge_et_se_regarde_en_pdf() -> None:
    pages = [Image.new("1", (50, 70)), Image.new("RGB", (80, 40), "red"), Image.new("L", (30, 30))]
    sortie = io.BytesIO()
    pages[0].save(sortie, "TIFF", save_all=True, append_images=pages[1:], dpi=(300, 300))
    servi = assainir(sortie.getvalue(), TypeFichier.TIFF)
    assert (servi.mime, servi.extension, servi.en_ligne) == ("image/tiff", "tiff", False)
    tiff = ouvrir(servi.octets)
    assert tiff.n_frames == 3
    assert tiff.info["compression"] == "group4"
    assert tiff.info["dpi"] == (300, 300)
    tiff.seek(1)
    assert (tiff.size, tiff.getpixel((3, 3))) == ((80, 40), (255, 0, 0))
    assert servi.apercu is not None
    assert (servi.apercu.mime, servi.apercu.en_ligne) == ("application/pdf", True)
    with pikepdf.open(io.BytesIO(servi.apercu.octets)) as apercu:
        assert len(apercu.pages) == 3
    assert controler(servi.apercu.octets, nom_fichier="a.pdf").type is TypeFichier.PDF
    again = assainir(servi.octets, TypeFichier.TIFF)
    assert again.octets == servi.octets


def test_une_image_tronquee_est_refusee() -> None:
    for format_ in ("JPEG", "PNG", "TIFF"):
        octets = image(format_=format_, taille=(300, 300))
        assert motif(octets[: len(octets) // 2]) is MotifRefus.ILLISIBLE
    assert motif(b"\xff\xd8\xff\xe0\x00\x10JFIF<?print 1?>") is MotifRefus.ILLISIBLE
    with pytest.raises(FichierRefuse, match="abîmée"):
        assainir(b"\x89PNG\r\n\x1a\n", TypeFichier.PNG)


def png_annonce(largeur: int, hauteur: int) -> bytes:
    """A small PNG whose header announces any size."""

    def bloc(nom: bytes, corps: bytes) -> bytes:
        return (
            struct.pack(">I", len(corps)) + nom + corps + struct.pack(">I", zlib.crc32(nom + corps))
        )

    entete = struct.pack(">IIBBBBB", largeur, hauteur, 1, 0, 0, 0, 0)
    points = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + bloc(b"IHDR", entete) + bloc(b"IDAT", points) + bloc(b"IEND", b"")


@pytest.mark.parametrize("cotes", [(60_000, 60_000), (10_000, 10_000), (PIXELS_MAX + 1, 1)])
def test_une_image_demesuree_est_refusee_avant_d_etre_ouverte(cotes) -> None:
    with memoire_bornee(100):
        assert motif(png_annonce(*cotes)) is MotifRefus.IMAGE_DEMESUREE
        with pytest.raises(FichierRefuse):
            assainir(png_annonce(*cotes), TypeFichier.PNG)


def tiff_annonce(largeur: int, hauteur: int, *, suivante: int = 0) -> bytes:
    """A TIFF of one strip whose directory announces any size and leads to `suivante`."""
    champs = [
        (256, 4, 1, largeur),
        (257, 4, 1, hauteur),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (273, 4, 1, 8),
        (278, 4, 1, hauteur),
        (279, 4, 1, 4),
    ]
    corps = b"".join(struct.pack("<HHII", *champ) for champ in champs)
    annuaire = struct.pack("<H", len(champs)) + corps + struct.pack("<I", suivante)
    return b"II*\x00" + struct.pack("<I", 12) + b"\x00\x01\x02\x03" + annuaire


def test_une_bombe_tiff_est_refusee_avant_d_etre_ouverte() -> None:
    with memoire_bornee(100):
        assert motif(tiff_annonce(65_000, 65_000), "scan.tif") is MotifRefus.IMAGE_DEMESUREE
        assert motif(tiff_annonce(100_000, 1_000), "scan.tif") is MotifRefus.IMAGE_DEMESUREE


def test_une_bombe_tiff_de_pages_est_refusee() -> None:
    petite = Image.new("1", (8, 8))
    sortie = io.BytesIO()
    petite.save(sortie, "TIFF", save_all=True, append_images=[petite] * PAGES_TIFF_MAX)
    assert motif(sortie.getvalue(), "scan.tif") is MotifRefus.IMAGE_DEMESUREE
    # Few pages, each allowed, too much together.
    grande = Image.new("1", (8_000, 9_000))
    sortie = io.BytesIO()
    grande.save(sortie, "TIFF", save_all=True, append_images=[grande] * 9, compression="group4")
    assert len(sortie.getvalue()) < 100_000
    with memoire_bornee(100):
        assert motif(sortie.getvalue(), "scan.tif") is MotifRefus.IMAGE_DEMESUREE


def test_un_tiff_qui_tourne_en_rond_ne_bloque_pas() -> None:
    en_rond = tiff_annonce(2, 2, suivante=12)
    assert controler(en_rond, nom_fichier="scan.tif").type is TypeFichier.TIFF
    assert ouvrir(assainir(en_rond, TypeFichier.TIFF).octets).n_frames == 1


def test_un_jpeg_aux_balayages_sans_fin_est_refuse() -> None:
    progressif = image(taille=(64, 64), progressive=True)
    assert controler(progressif, nom_fichier="").type is TypeFichier.JPEG
    dernier = progressif.rindex(b"\xff\xda")
    balayage = progressif[dernier:-2]
    assert motif(progressif[:-2] + balayage * 200 + b"\xff\xd9") is MotifRefus.IMAGE_DEMESUREE


def archive() -> bytes:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w") as zip_:
        zip_.writestr("programme.exe", EXECUTABLE)
    return sortie.getvalue()


@pytest.mark.regle("R-DOC-02")
@pytest.mark.parametrize(
    "octets",
    [
        image() + archive(),
        image(format_="PNG") + archive(),
        image(format_="TIFF") + archive(),
        pdf() + archive(),
        image(comment=b"%PDF-1.4 1 0 obj"),
        image(comment=b"<?php system('id') ?>"),
        image() + b"<SCRIPT>alert(1)</SCRIPT>",
        image() + b"Rar!\x1a\x07\x00",
    ],
)
def test_un_fichier_qui_en_cache_un_autre_est_refuse(octets) -> None:
    assert motif(octets) is MotifRefus.POLYGLOTTE


def test_ce_qui_suit_une_photo_de_telephone_est_seulement_retire() -> None:
    photo = image() + b"\x00\x00\x00\x18ftypmp42" + bytes(500) + image(taille=(10, 10))
    assert controler(photo, nom_fichier="p.jpg").octets is photo
    assert b"ftyp" not in assainir(photo, TypeFichier.JPEG).octets


# --- PDF: what is refused --------------------------------------------------------------------


def _avec_ouverture(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = script()


def _avec_script_nomme(document: pikepdf.Pdf) -> None:
    document.Root.Names = Dictionary(
        JavaScript=Dictionary(Names=Array([String("a"), document.make_indirect(script())]))
    )


def _avec_script_de_page(document: pikepdf.Pdf) -> None:
    document.pages[1].obj.AA = Dictionary(O=script())


def _avec_script_de_lien(document: pikepdf.Pdf) -> None:
    document.pages[0].obj.Annots.append(
        annotation("Link", A=Dictionary(S=Name.GoTo, D=Array([]), Next=Array([script()])))
    )


def _avec_script_de_champ(document: pikepdf.Pdf) -> None:
    champ = Dictionary(FT=Name.Tx, T=String("age"), AA=Dictionary(K=script()))
    document.Root.AcroForm = Dictionary(Fields=Array([document.make_indirect(champ)]))


def _avec_script_dans_un_flux(document: pikepdf.Pdf) -> None:
    flux = document.make_stream(b"app.alert(1)")
    document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=flux)


def _avec_rendu(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Dictionary(S=Name.Rendition, JS=String("app.alert(1)"))


def _avec_adresse_javascript(document: pikepdf.Pdf) -> None:
    lien = Dictionary(S=Name.URI, URI=String(" java\tScript:app.alert(1)"))
    document.pages[0].obj.Annots.append(annotation("Link", A=lien))


def _avec_script_et_cle_illisible(document: pikepdf.Pdf) -> None:
    document.Root.Autre = pikepdf.Object.parse(b"<< /Pr#e9sent << /S /JavaScript /JS (x) >> >>")


JAVASCRIPTS = [
    _avec_ouverture,
    _avec_script_nomme,
    _avec_script_de_page,
    _avec_script_de_lien,
    _avec_script_de_champ,
    _avec_script_dans_un_flux,
    _avec_rendu,
    _avec_adresse_javascript,
    _avec_script_et_cle_illisible,
]


@pytest.mark.parametrize("preparer", JAVASCRIPTS)
@pytest.mark.parametrize("objets", list(pikepdf.ObjectStreamMode.__members__.values()))
def test_un_pdf_avec_javascript_est_refuse_et_nettoye(preparer, objets) -> None:
    octets = pdf(preparer, object_stream_mode=objets)
    assert motif(octets, "resultat.pdf") is MotifRefus.PDF_JAVASCRIPT
    # Inside a CDA the same PDF is cleaned instead of refused.
    propre = assainir(octets, TypeFichier.PDF).octets
    assert controler(propre, nom_fichier="resultat.pdf").type is TypeFichier.PDF
    contenu = texte_du_pdf(propre)
    assert b"JavaScript" not in contenu
    assert b"app.alert" not in contenu


def test_un_nom_ecrit_en_codes_ne_cache_pas_le_javascript() -> None:
    # The same length, so that the table of the file stays right.
    octets = pdf(_avec_ouverture, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    deguise = octets.replace(b"/S /JavaScript", b"/S/J#61vaScript")
    assert len(deguise) == len(octets) + 1
    assert motif(deguise, "resultat.pdf") is MotifRefus.PDF_JAVASCRIPT


def test_un_pdf_qui_lance_un_programme_est_refuse() -> None:
    def preparer(document: pikepdf.Pdf) -> None:
        lancement = Dictionary(S=Name.Launch, F=String("cmd.exe"))
        document.pages[0].obj.Annots.append(annotation("Link", A=lancement))

    octets = pdf(preparer)
    assert motif(octets, "resultat.pdf") is MotifRefus.PDF_LANCEMENT
    assert b"Launch" not in texte_du_pdf(assainir(octets, TypeFichier.PDF).octets)


def joindre(nom: str, contenu: bytes, *, compresse: bool = False) -> Callable[[pikepdf.Pdf], None]:
    def preparer(document: pikepdf.Pdf) -> None:
        flux = pikepdf.Stream(document, b"")
        if compresse:
            flux.write(zlib.compress(contenu), filter=Name.FlateDecode)
        else:
            flux.write(contenu)
        fiche = Dictionary(
            Type=Name.Filespec, F=String(nom), UF=String(nom), EF=Dictionary(F=flux, UF=flux)
        )
        document.Root.Names = Dictionary(
            EmbeddedFiles=Dictionary(Names=Array([String(nom), document.make_indirect(fiche)]))
        )
        document.Root.AF = Array([fiche])

    return preparer


@pytest.mark.parametrize(
    "preparer",
    [
        joindre("facture.exe", b"contenu"),
        joindre("macro.docm", b"contenu"),
        joindre("facture.txt", EXECUTABLE),
        joindre("facture.txt", EXECUTABLE, compresse=True),
    ],
)
def test_un_pdf_qui_porte_un_programme_est_refuse(preparer) -> None:
    assert motif(pdf(preparer), "resultat.pdf") is MotifRefus.PDF_EXECUTABLE


def test_les_autres_pieces_jointes_d_un_pdf_sont_retirees_de_la_copie() -> None:
    octets = pdf(joindre("donnees.xml", b"<secret/>"))
    assert controler(octets, nom_fichier="resultat.pdf").octets is octets
    contenu = texte_du_pdf(assainir(octets, TypeFichier.PDF).octets)
    assert b"<secret/>" not in contenu
    assert b"/EF" not in contenu


@pytest.mark.parametrize(
    ("proprietaire", "lecteur", "attendu"),
    [("p", "lecteur", MotifRefus.PDF_PROTEGE), ("p", "", None)],
)
def test_un_pdf_a_mot_de_passe_est_refuse_un_pdf_restreint_est_lu(
    proprietaire, lecteur, attendu
) -> None:
    octets = pdf(encryption=pikepdf.Encryption(owner=proprietaire, user=lecteur))
    if attendu:
        assert motif(octets, "resultat.pdf") is attendu
        with pytest.raises(FichierRefuse, match="mot de passe"):
            assainir(octets, TypeFichier.PDF)
    else:
        assert controler(octets, nom_fichier="resultat.pdf").octets is octets
        with pikepdf.open(io.BytesIO(assainir(octets, TypeFichier.PDF).octets)) as propre:
            assert not propre.is_encrypted
            assert len(propre.pages) == 2


def test_un_formulaire_dynamique_est_refuse() -> None:
    def preparer(document: pikepdf.Pdf) -> None:
        document.Root.NeedsRendering = True

    assert motif(pdf(preparer), "resultat.pdf") is MotifRefus.PDF_FORMULAIRE_DYNAMIQUE


def test_un_pdf_sans_page_est_refuse() -> None:
    sortie = io.BytesIO()
    pikepdf.new().save(sortie)
    assert motif(sortie.getvalue(), "resultat.pdf") is MotifRefus.ILLISIBLE


def test_un_pdf_aux_pages_innombrables_est_refuse() -> None:
    with pikepdf.new() as document:
        for _ in range(PAGES_PDF_MAX + 1):
            document.add_blank_page()
        sortie = io.BytesIO()
        document.save(sortie)
    assert motif(sortie.getvalue(), "resultat.pdf") is MotifRefus.PDF_DEMESURE


# --- PDF: bombs ------------------------------------------------------------------------------


def flux_brut(donnees: bytes, filtre: object) -> Callable[[pikepdf.Pdf], None]:
    def preparer(document: pikepdf.Pdf) -> None:
        flux = pikepdf.Stream(document, b"")
        flux.write(donnees, filter=filtre)
        document.Root.Bombe = flux

    return preparer


def sans_recompression(preparer: Callable[[pikepdf.Pdf], None]) -> bytes:
    return pdf(
        preparer,
        compress_streams=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
    )


@functools.cache
def zeros_compresses(taille: int) -> bytes:
    compresseur, bloc = zlib.compressobj(9), bytes(1_000_000)
    morceaux = [compresseur.compress(bloc) for _ in range(taille // len(bloc))]
    return b"".join([*morceaux, compresseur.flush()])


def refuser_bombe(octets: bytes) -> None:
    assert len(octets) < TAILLE_MAX
    with memoire_bornee(300):
        assert motif(octets, "resultat.pdf") is MotifRefus.PDF_DEMESURE


def test_une_bombe_dans_un_flux_est_refusee() -> None:
    refuser_bombe(sans_recompression(flux_brut(zeros_compresses(150_000_000), Name.FlateDecode)))


def test_une_bombe_repartie_sur_plusieurs_flux_est_refusee() -> None:
    part = zeros_compresses(100_000_000)

    def preparer(document: pikepdf.Pdf) -> None:
        for rang in range(6):
            flux = pikepdf.Stream(document, b"")
            flux.write(part, filter=Name.FlateDecode)
            document.Root[f"/Bombe{rang}"] = flux

    refuser_bombe(sans_recompression(preparer))


def test_une_bombe_derriere_un_autre_filtre_est_refusee() -> None:
    double = zlib.compress(zeros_compresses(150_000_000), 9)
    deux_fois = Array([Name.FlateDecode, Name.FlateDecode])
    octets = sans_recompression(flux_brut(double, deux_fois))
    assert len(octets) < 20_000
    with memoire_bornee(300):
        assert motif(octets) in (MotifRefus.PDF_DEMESURE, MotifRefus.ILLISIBLE)
    hexa = zeros_compresses(150_000_000).hex().encode() + b">"
    en_hexa = Array([Name.ASCIIHexDecode, Name.FlateDecode])
    with memoire_bornee(300):
        octets = sans_recompression(flux_brut(hexa, en_hexa))
        assert motif(octets) in (MotifRefus.PDF_DEMESURE, MotifRefus.ILLISIBLE)
    chaine = Array([Name.ASCIIHexDecode, Name.ASCIIHexDecode, Name.FlateDecode])
    refuser_bombe(sans_recompression(flux_brut(b"00>", chaine)))
    refuser_bombe(sans_recompression(flux_brut(bytes(400_000), Name.LZWDecode)))


def test_un_ancien_flux_lzw_de_taille_ordinaire_est_accepte() -> None:
    octets = sans_recompression(flux_brut(b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", Name.LZWDecode))
    assert controler(octets, nom_fichier="ancien.pdf").type is TypeFichier.PDF


def pdf_a_flux_d_objets(contenu: bytes, entetes: bytes) -> bytes:
    """A PDF written by hand whose catalogue is in an object stream with that dictionary."""
    sortie = bytearray(b"%PDF-1.5\n")
    positions = {}
    positions[2] = len(sortie)
    sortie += b"2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n"
    positions[3] = len(sortie)
    sortie += b"3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>> endobj\n"
    positions[4] = len(sortie)
    sortie += b"4 0 obj <<" + entetes + b"/N 1/First 4/Length %d>> stream\n" % len(contenu)
    sortie += contenu + b"\nendstream endobj\n"
    positions[6] = len(sortie)
    lignes = b""
    for rang in range(7):
        if rang == 5:
            lignes += struct.pack(">BIB", 2, 4, 0)
        else:
            lignes += struct.pack(">BIB", rang in positions, positions.get(rang, 0), 0)
    sortie += b"6 0 obj <</Type/XRef/Size 7/W[1 4 1]/Root 5 0 R/Length %d>> stream\n" % len(lignes)
    sortie += lignes + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % positions[6]
    return bytes(sortie)


CATALOGUE = b"5 0 <</Type/Catalog/Pages 2 0 R>>"


def test_une_bombe_dans_un_flux_d_objets_est_refusee_avant_l_ouverture() -> None:
    ordinaire = pdf_a_flux_d_objets(zlib.compress(CATALOGUE), b"/Type/ObjStm/Filter/FlateDecode")
    assert controler(ordinaire, nom_fichier="r.pdf").type is TypeFichier.PDF
    compresseur = zlib.compressobj(9)
    bombe = compresseur.compress(CATALOGUE)
    bombe += b"".join(compresseur.compress(b" " * 1_000_000) for _ in range(150))
    bombe += compresseur.flush()
    refuser_bombe(pdf_a_flux_d_objets(bombe, b"/Type/ObjStm/Filter/FlateDecode"))
    refuser_bombe(pdf_a_flux_d_objets(b"\x80", b"/Type/Obj#53tm/Filter/LZWD#65code"))


def test_des_flux_qui_se_chevauchent_ne_bloquent_pas() -> None:
    # Each start is a zlib stream of empty blocks that goes on to the end of the file.
    depart = b"stream\n\x78\x01" + b"\x00\x00\x00\xff\xff" * 50
    refuser_bombe(pdf() + depart * 15_000)


@pytest.mark.parametrize("filtre", [Name.FlateDecode, Name.DCTDecode])
def test_une_image_de_pdf_demesuree_est_refusee(filtre) -> None:
    def preparer(document: pikepdf.Pdf) -> None:
        flux = pikepdf.Stream(document, b"", Type=Name.XObject, Subtype=Name.Image)
        if filtre == Name.DCTDecode:
            flux.Width, flux.Height = 10, 10
            jpeg = bytearray(image())
            trame = jpeg.index(b"\xff\xc0")
            jpeg[trame + 5 : trame + 9] = struct.pack(">HH", 60_000, 60_000)
            flux.write(bytes(jpeg), filter=filtre)
        else:
            flux.Width, flux.Height = 60_000, 60_000
            flux.write(zlib.compress(b"0"), filter=filtre)
        document.pages[0].obj.Resources = Dictionary(XObject=Dictionary(Im=flux))

    refuser_bombe(sans_recompression(preparer))


# --- PDF: the copy ---------------------------------------------------------------------------


def _pdf_charge(document: pikepdf.Pdf) -> None:
    """Everything that a document may keep, and everything that it may not, script excepted."""
    racine, page = document.Root, document.pages[0].obj
    racine.OpenAction = Dictionary(S=Name.SubmitForm, F=String("https://espion.example/a"))
    racine.AA = Dictionary(WC=Dictionary(S=Name.Named, N=Name.Print))
    racine.URI = Dictionary(Base=String("https://espion.example/b"))
    racine.Collection = Dictionary(View=Name.T)
    racine.Lang = String("fr")
    racine.AcroForm = Dictionary(
        Fields=Array(
            [
                Dictionary(
                    FT=Name.Sig,
                    T=String("signature"),
                    V=Dictionary(
                        Type=Name.Sig, ByteRange=Array([0, 1, 2, 3]), Contents=String("s")
                    ),
                ),
                Dictionary(FT=Name.Tx, T=String("champ-conserve"), V=String("valeur-conservee")),
            ]
        ),
        XFA=document.make_stream(b"<xdp>espion</xdp>"),
        SigFlags=3,
    )
    racine.Perms = Dictionary(DocMDP=Dictionary())
    racine.Names = Dictionary(
        Dests=Dictionary(Names=Array([String("chapitre"), Array([page, Name.Fit])])),
        Renditions=Dictionary(Names=Array([])),
    )
    page.AA = Dictionary(O=Dictionary(S=Name.URI, URI=String("https://espion.example/c")))
    page.Resources = Dictionary(
        Font=Dictionary(AA=document.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1)))
    )
    for action in (
        Dictionary(S=Name.GoTo, D=Array([page, Name.Fit])),
        Dictionary(S=Name.URI, URI=String("HTTP://conserve.example/")),
        Dictionary(S=Name.URI, URI=String("file:///etc/espion")),
        Dictionary(S=Name.URI, URI=String("relative-espion")),
        Dictionary(S=Name.GoToR, F=String("espion.pdf")),
        Dictionary(S=Name.GoToE, F=String("espion.pdf")),
        Dictionary(S=Name.ImportData, F=String("espion.fdf")),
        Dictionary(S=Name.Named, N=Name.Print),
        Dictionary(
            S=Name.GoTo, D=String("chapitre"), Next=Dictionary(S=Name.GoToR, F=String("espion"))
        ),
    ):
        page.Annots.append(document.make_indirect(annotation("Link", A=action)))
    page.Annots.append(annotation("FreeText", Contents=String("note-conservee")))
    page.Annots.append(annotation("Screen", MK=Dictionary(R=String("espion"))))
    page.Annots.append(annotation("RichMedia", RichMediaContent=String("espion")))
    page.Annots.append(annotation("FileAttachment", FS=Dictionary(F=String("espion"))))
    externe = pikepdf.Stream(document, b"")
    externe.F = String("/etc/espion")
    document.pages[1].obj.Resources = Dictionary(XObject=Dictionary(Fx=externe))


def test_la_copie_d_un_pdf_garde_le_document_et_retire_ce_qui_agit() -> None:
    octets = pdf(_pdf_charge)
    assert controler(octets, nom_fichier="resultat.pdf").octets is octets
    servi = assainir(octets, TypeFichier.PDF)
    assert (servi.mime, servi.extension, servi.en_ligne) == ("application/pdf", "pdf", True)
    assert servi.signature_retiree
    contenu = texte_du_pdf(servi.octets)
    assert b"espion" not in contenu
    for interdit in (b"OpenAction", b"XFA", b"Collection", b"SigFlags", b"ByteRange", b"Perms"):
        assert interdit not in contenu
    for garde in (b"champ-conserve", b"valeur-conservee", b"note-conservee", b"HTTP://conserve"):
        assert garde in contenu
    with pikepdf.open(io.BytesIO(servi.octets)) as propre:
        assert len(propre.pages) == 2
        premiere = propre.pages[0].obj
        assert "/AA" in premiere.Resources.Font  # a font's name, not an action
        assert "/AA" not in premiere
        assert set(propre.Root.Names.keys()) == {"/Dests"}
        assert str(propre.Root.Lang) == "fr"
        actions = [a.A for a in premiere.Annots if "/A" in a]
        assert sorted(str(a.S) for a in actions) == ["/GoTo", "/GoTo", "/URI", "/URI"]
        assert not any("/Next" in a for a in actions)
        assert {str(a.Subtype) for a in premiere.Annots} == {"/Link", "/FreeText"}


def test_un_pdf_sans_signature_ne_dit_pas_en_avoir_perdu() -> None:
    assert not assainir(pdf(), TypeFichier.PDF).signature_retiree


def test_nettoyer_deux_fois_donne_les_memes_octets() -> None:
    for preparer in (None, _pdf_charge, *JAVASCRIPTS):
        premiere = assainir(pdf(preparer), TypeFichier.PDF).octets
        assert assainir(premiere, TypeFichier.PDF).octets == premiere


@pytest.mark.skipif(not CORPUS.is_dir(), reason="../shared is absent from this clone")
def test_les_pdf_publics_embarques_gardent_leurs_pages_et_leur_contenu() -> None:
    vus = 0
    for chemin in sorted(CORPUS.glob("*.xml")):
        for corps in re.findall(
            rb'mediaType="application/pdf"[^>]*>([^<]{1000,})<', chemin.read_bytes()
        ):
            octets = base64.b64decode(re.sub(rb"\s", b"", corps))
            fichier = controler(octets, nom_fichier="embarque.pdf")
            propre = assainir(fichier.octets, fichier.type).octets
            assert assainir(propre, TypeFichier.PDF).octets == propre
            with (
                pikepdf.open(io.BytesIO(octets)) as avant,
                pikepdf.open(io.BytesIO(propre)) as apres,
            ):
                for page_avant, page_apres in zip(avant.pages, apres.pages, strict=True):
                    page_avant.contents_coalesce()
                    page_apres.contents_coalesce()
                    assert (
                        page_avant.obj.Contents.read_bytes() == page_apres.obj.Contents.read_bytes()
                    )
            vus += 1
    assert vus == 15


# Any shape of PDF objects under the keys that act: a wrong type must never break nor pass.
VALEURS_PDF = [
    "-1", "2", "true", "/JavaScript", "/Launch", "/URI", "/GoTo", "/Sig", "/Link",
    "/Pr#e9sent", "(texte)", "(a.exe)", "(javascript:x)", "(https://exemple.example)",
]  # fmt: skip
CLES_PDF = [
    "/S", "/JS", "/A", "/AA", "/Next", "/URI", "/EF", "/F", "/V", "/Kids", "/Fields",
    "/Names", "/JavaScript", "/Subtype", "/Rect", "/ByteRange", "/XFA", "/#e9",
]  # fmt: skip
valeurs_pdf = st.recursive(
    st.sampled_from(VALEURS_PDF),
    lambda sous: st.one_of(
        st.lists(sous, max_size=4).map(lambda valeurs: f"[ {' '.join(valeurs)} ]"),
        st.dictionaries(st.sampled_from(CLES_PDF), sous, max_size=5).map(
            lambda cles: f"<< {' '.join(f'{cle} {valeur}' for cle, valeur in cles.items())} >>"
        ),
    ),
    max_leaves=25,
)
CLES_RACINE = ["/OpenAction", "/AA", "/Names", "/AcroForm", "/Outlines", "/Dests", "/AF"]


@given(
    st.dictionaries(st.sampled_from(CLES_RACINE), valeurs_pdf, max_size=4),
    valeurs_pdf,
    valeurs_pdf,
)
@sans_delai
def test_toute_structure_de_pdf_est_nettoyee_ou_refusee(racine, annotations, actions) -> None:
    def lue(source: str) -> object:
        return pikepdf.Object.parse(source.encode())

    def preparer(document: pikepdf.Pdf) -> None:
        for cle, valeur in racine.items():
            document.Root[cle] = lue(valeur)
        document.pages[0].obj.Annots = lue(annotations)
        document.pages[1].obj.Annots = Array(
            [annotation("Link", A=lue(actions), AA=lue(actions)), lue(annotations)]
        )

    propre = assainir(pdf(preparer), TypeFichier.PDF).octets
    with pikepdf.open(io.BytesIO(propre)) as document:
        assert not {"/OpenAction", "/AA", "/AF"} & set(document.Root.keys())
    assert controler(propre, nom_fichier="propre.pdf").type is TypeFichier.PDF
    assert assainir(propre, TypeFichier.PDF).octets == propre


# --- Text and RTF ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "attendu"),
    [
        ("é\r\nà\rô\n".encode(), "é\nà\nô\n"),
        ("é\r\nœ €".encode("cp1252"), "é\nœ €"),
        (b"\xef\xbb\xbf\xc3\xa9", "é"),
    ],
)
def test_un_texte_est_servi_en_utf8(octets, attendu) -> None:
    servi = assainir(octets, TypeFichier.TXT)
    assert servi.octets.decode() == attendu
    assert (servi.mime, servi.en_ligne) == ("text/plain; charset=utf-8", True)
    assert assainir(servi.octets, TypeFichier.TXT).octets == servi.octets
    with pytest.raises(FichierRefuse, match="UTF-8"):
        assainir(b"a\x00b", TypeFichier.TXT)


def test_rtf_et_cda_ne_sont_servis_qu_a_telecharger() -> None:
    for octets, type_ in ((RTF, TypeFichier.RTF), (CDA, TypeFichier.CDA)):
        servi = assainir(octets, type_)
        assert servi.octets is octets
        assert not servi.en_ligne


def rtf(corps: bytes) -> bytes:
    return b"{\\rtf1\\ansi " + corps + b"}"


@pytest.mark.parametrize(
    "corps",
    [
        rb'{\field{\*\fldinst HYPERLINK "https://exemple.example"}{\fldrslt lien}}',
        rb"{\field{\*\fldinst { PAGE }}{\fldrslt 1}}",
        rb"{\field{\*\fldinst {\f1\'50AGE \\* MERGEFORMAT}}{\fldrslt 1}}",
        rb"{\*\template C:\\Modeles\\Normal.dotm}",
        rb"{\*\template Normal.dotm}",
        rb"Un mot : \{DDEAUTO\} et \\object",
        rb"{\pict\bin5 {{{{{ suite}",
        rb"{\pict\bin10 {{{{{{{{{{ suite}",
        b"texte accentu\xe9\r\n",
    ],
)
def test_un_rtf_ordinaire_est_accepte(corps) -> None:
    octets = rtf(corps)
    assert controler(octets, nom_fichier="lettre.rtf").octets is octets


@pytest.mark.regle("R-DOC-02")
@pytest.mark.parametrize(
    "corps",
    [
        rb"{\object\objemb{\*\objdata 0105}}",
        rb"{\OBJECT x}",
        rb"{\*\objdata4 00}",
        rb"{\*\template https://espion.example/modele.dotm}",
        rb"{\*\template \\\\serveur\\modele.dotm}",
        rb"{\*\template //serveur/modele.dotm}",
        rb"{\field{\*\fldinst DDEAUTO cmd}}",
        rb"{\field{\*\fldinst {D}{\b D}EAUTO cmd}}",
        rb"{\field{\*\fldinst \'44\u68?E cmd}}",
        b"{\\field{\\*\\fldinst D\r\nDE cmd}}",
        rb"{\field{\*\fldinst INCLUDEPICTURE https://espion.example/a.png}}",
        rb"{\field{\*\fldinst PAGE {\field{\*\fldinst LINK Word}}}}",
        rb"{\field{\*\fldinst DDE cmd\fldinst PAGE}}",
    ],
)
def test_un_rtf_qui_agit_est_refuse(corps) -> None:
    assert motif(rtf(corps), "lettre.rtf") is MotifRefus.RTF_ACTIF


@pytest.mark.parametrize(
    "octets",
    [
        b"{\\rtf1 sans fin",
        b"{\\rtf1 {{}",
        b"{\\rtf1 fin} reste",
        b"{\\rtf1 fin}{\\object}",
        b"{\\rtf1 " + b"{" * 600 + b"}" * 600 + b"}",
        b"{\\rtf1 \\bin99999 x}",
        b"{\\rtf1 \\",
    ],
)
def test_un_rtf_abime_est_refuse(octets) -> None:
    assert motif(octets, "lettre.rtf") is MotifRefus.ILLISIBLE


# --- XML -------------------------------------------------------------------------------------


@pytest.mark.regle("R-DOC-02")
@pytest.mark.parametrize(
    "octets",
    [
        b"<?xml version='1.0'?><!DOCTYPE a SYSTEM 'file:///etc/passwd'>" + CDA.partition(b"\n")[2],
        b"<!DOCTYPE html [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + CDA.partition(b"\n")[2],
        b"<!DOCTYPE lolz [<!ENTITY a 'lol'><!ENTITY b '&a;&a;'>]><lolz>&b;</lolz>",
        ("<!DOCTYPE a>" + CDA.decode().partition("\n")[2]).encode("utf-16"),
        b"<!doctype HTML><!DOCTYPE a [<!ENTITY x 'y'>]>" + CDA.partition(b"\n")[2],
    ],
)
def test_un_xml_avec_declaration_de_type_est_refuse_sans_etre_lu(octets) -> None:
    assert motif(octets, "cr.xml") is MotifRefus.XML_DTD


# --- Several photos --------------------------------------------------------------------------


@pytest.mark.regle("R-DOC-06")
def test_plusieurs_photos_font_un_seul_pdf_dans_l_ordre() -> None:
    photos = [
        image("RGB", (80, 40)),
        image("L", (30, 90), "PNG"),
        photo_bavarde(),
    ]
    fichier = assembler_photos(photos, nom_fichier="carnet.jpg")
    assert (fichier.type, fichier.nom_fichier) == (TypeFichier.PDF, "carnet.pdf")
    assert b"SECRET" not in fichier.octets
    with pikepdf.open(io.BytesIO(fichier.octets)) as document:
        boites = [[float(b) for b in page.mediabox] for page in document.pages]
        assert boites == [[0, 0, 842, 595], [0, 0, 595, 842], [0, 0, 595, 842]]
        tailles = [
            (int(p.obj.Resources.XObject.Photo.Width), int(p.obj.Resources.XObject.Photo.Height))
            for p in document.pages
        ]
        assert tailles == [(80, 40), (30, 90), (40, 60)]
        couleurs = [str(p.obj.Resources.XObject.Photo.ColorSpace) for p in document.pages]
        assert couleurs == ["/DeviceRGB", "/DeviceGray", "/DeviceRGB"]
    assert controler(fichier.octets, nom_fichier="carnet.pdf").type is TypeFichier.PDF
    assert assainir(fichier.octets, TypeFichier.PDF).octets == fichier.octets


@pytest.mark.regle("R-DOC-06")
def test_l_ensemble_des_photos_respecte_la_taille_permise() -> None:
    lourdes = [bruit((3200, 500), "JPEG", quality=95) for _ in range(2)]
    limite = sum(map(len, lourdes)) // 2
    fichier = assembler_photos(lourdes, taille_max=limite)
    assert fichier.taille <= limite
    assert fichier.est_reduit
    for photos, attendu in (
        ([], MotifRefus.VIDE),
        ([pdf()], MotifRefus.FORMAT_REFUSE),
        ([lourdes[0][:900]], MotifRefus.ILLISIBLE),
    ):
        with pytest.raises(FichierRefuse) as capture:
            assembler_photos(photos)
        assert capture.value.motif is attendu
    with pytest.raises(FichierRefuse, match="retirez des photos"):
        assembler_photos(lourdes, taille_max=1_000)


# --- Title and date --------------------------------------------------------------------------


@pytest.mark.regle("R-DOC-04")
@pytest.mark.parametrize("signe", list("@<>?:/€*#|%~+£$!§¤"))
def test_chaque_caractere_refuse_du_titre_est_nomme(signe) -> None:
    with pytest.raises(SaisieRefusee, match=f"« {re.escape(signe)} »") as capture:
        valider_titre(f"Bilan {signe} sanguin")
    assert capture.value.motif is MotifRefus.TITRE_REFUSE
    assert titre_recu(f"Bilan {signe} sanguin") == f"Bilan {signe} sanguin"
    assert avertissements_titre(f"Bilan {signe}") == (AvertissementTitre.CARACTERES_REFUSES,)


@pytest.mark.regle("R-DOC-04")
def test_tous_les_caracteres_refuses_sont_nommes_une_fois() -> None:
    with pytest.raises(SaisieRefusee) as capture:
        valider_titre("a/b@c/d")
    assert str(capture.value) == "Retirez ces caractères du titre : « / », « @ »."
    assert len(CARACTERES_REFUSES) == 18


@pytest.mark.regle("R-DOC-04")
@pytest.mark.parametrize(
    ("titre", "attendu"),
    [
        ("Bilan sanguin", "Bilan sanguin"),
        ("  Bilan \t sanguin\n", "Bilan sanguin"),
        ("L’été, c'est n° 1 (a) « b » ; d = e", "L’été, c'est n° 1 (a) « b » ; d = e"),
        ("e\u0301te\u0301", "été"),
        ("é" * 100, "é" * 100),
    ],
)
def test_un_titre_ordinaire_est_accepte(titre, attendu) -> None:
    assert valider_titre(titre) == attendu
    assert avertissements_titre(attendu) == ()


@pytest.mark.regle("R-DOC-04")
@pytest.mark.parametrize("titre", ["", "  \t", "é" * 101, "bilan\u202esanguin", "bilan\x00sanguin"])
def test_un_titre_vide_trop_long_ou_invisible_est_refuse(titre) -> None:
    with pytest.raises(SaisieRefusee):
        valider_titre(titre)


@pytest.mark.regle("R-DOC-04")
@pytest.mark.parametrize(
    ("recu", "garde", "avertissements"),
    [
        ("CR-BIO / urgent", "CR-BIO / urgent", (AvertissementTitre.CARACTERES_REFUSES,)),
        ("  deux\n lignes ", "deux lignes", ()),
        ("avant\x00après", "avant après", ()),
        (None, "", (AvertissementTitre.ABSENT,)),
        ("é" * 150, "é" * 150, (AvertissementTitre.TROP_LONG,)),
        ("/" * 150, "/" * 150, tuple(AvertissementTitre)[1:]),
    ],
)
def test_un_titre_recu_est_garde_et_ses_defauts_sont_dits(recu, garde, avertissements) -> None:
    assert titre_recu(recu) == garde
    assert avertissements_titre(garde) == avertissements


@given(st.text(max_size=150))
@sans_delai
def test_ce_qui_est_accepte_a_la_saisie_est_sans_defaut_a_la_reception(titre) -> None:
    try:
        valide = valider_titre(titre)
    except SaisieRefusee:
        return
    assert valider_titre(valide) == valide
    assert titre_recu(valide) == valide
    assert avertissements_titre(valide) == ()


@pytest.mark.regle("R-DOC-05")
def test_la_date_du_document_n_est_ni_future_ni_trop_ancienne() -> None:
    aujourdhui = date(2025, 3, 3)
    assert valider_date_document(None, aujourdhui) == aujourdhui
    for jour in (aujourdhui, date(2025, 3, 2), date(1900, 1, 1)):
        assert valider_date_document(jour, aujourdhui) == jour
    for jour in (aujourdhui + timedelta(days=1), date(1899, 12, 31)):
        with pytest.raises(SaisieRefusee) as capture:
            valider_date_document(jour, aujourdhui)
        assert capture.value.motif is MotifRefus.DATE_REFUSEE


# --- Antivirus -------------------------------------------------------------------------------


@pytest.mark.regle("R-DOC-26")
def test_l_analyseur_de_demonstration_ne_connait_que_le_fichier_de_test_et_le_dit() -> None:
    analyseur: Analyseur = EicarSeulement()
    assert analyseur.analyser(EICAR) is Verdict.INFECTE
    assert analyseur.analyser(pdf() + EICAR) is Verdict.INFECTE
    assert analyseur.analyser(EICAR[:-1]) is Verdict.SAIN
    assert analyseur.analyser(b"") is Verdict.SAIN
    assert "seul le fichier de test EICAR" in analyseur.nom


class ServeurClamd:
    """A real TCP server that speaks INSTREAM; `comportement` decides how it ends."""

    def __init__(self, comportement: str = "normal") -> None:
        self.comportement = comportement
        self.recus: list[bytes] = []
        self._ecoute = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._ecoute.getsockname()[1]
        self._fil = threading.Thread(target=self._servir, daemon=True)
        self._liberer = threading.Event()

    def __enter__(self) -> ServeurClamd:
        self._fil.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._liberer.set()
        self._ecoute.close()
        self._fil.join(5)
        assert not self._fil.is_alive()

    def _servir(self) -> None:
        lien, _ = self._ecoute.accept()
        with lien, lien.makefile("rb") as flux:
            self._repondre(lien, flux)

    def _repondre(self, lien: socket.socket, flux: io.BufferedReader) -> None:
        if self.comportement == "muet":
            self._liberer.wait(10)
            return
        assert flux.read(10) == b"zINSTREAM\0"
        recu = bytearray()
        while taille := struct.unpack(">I", flux.read(4))[0]:
            recu += flux.read(taille)
            if self.comportement == "trop_grand":
                lien.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.recus.append(bytes(recu))
        if self.comportement == "coupe":
            lien.sendall(b"stream: O")
        elif self.comportement == "lent":
            for octet in b"stream: OK\0":
                if self._liberer.wait(0.2):
                    return
                lien.sendall(bytes([octet]))
        elif self.comportement == "bavard":
            lien.sendall(b"x" * 10_000)
        elif self.comportement == "erreur":
            lien.sendall(b"stream: OK but no. ERROR\0")
        elif EICAR in recu:
            lien.sendall(b"stream: Eicar-Test-Signature FOUND\0")
        else:
            lien.sendall(b"stream: OK\0")


@pytest.mark.regle("R-DOC-26")
@pytest.mark.parametrize(
    ("octets", "attendu"),
    [
        (b"", Verdict.SAIN),
        (b"Bonjour", Verdict.SAIN),
        (bytes(range(256)) * 1_000, Verdict.SAIN),
        (b"a" * 100_000 + EICAR, Verdict.INFECTE),
    ],
)
def test_clamd_recoit_tout_le_fichier_et_rend_son_verdict(octets, attendu) -> None:
    with ServeurClamd() as serveur:
        analyseur: Analyseur = Clamd("127.0.0.1", serveur.port)
        assert analyseur.analyser(octets) is attendu
    assert serveur.recus == [octets]


@pytest.mark.regle("R-DOC-26")
@pytest.mark.parametrize("comportement", ["trop_grand", "coupe", "bavard", "erreur"])
def test_sans_reponse_claire_de_clamd_rien_n_est_declare_sain(comportement) -> None:
    with ServeurClamd(comportement) as serveur, pytest.raises(AnalyseImpossible):
        Clamd("127.0.0.1", serveur.port, delai=5).analyser(b"a" * 300_000)


@pytest.mark.regle("R-DOC-26")
@pytest.mark.parametrize("comportement", ["muet", "lent"])
def test_clamd_trop_lent_n_est_pas_attendu(comportement) -> None:
    with ServeurClamd(comportement) as serveur, pytest.raises(AnalyseImpossible):
        Clamd("127.0.0.1", serveur.port, delai=0.5).analyser(b"Bonjour")


@pytest.mark.regle("R-DOC-26")
def test_un_clamd_injoignable_ferme_la_porte() -> None:
    with socket.create_server(("127.0.0.1", 0)) as libre:
        port = libre.getsockname()[1]
    with pytest.raises(AnalyseImpossible):
        Clamd("127.0.0.1", port, delai=2).analyser(b"Bonjour")
