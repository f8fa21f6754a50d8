"""The document of the bench: a scanned page of about 100 kB, each copy told apart by its mark."""

from __future__ import annotations

import random
from functools import cache
from io import BytesIO

import pikepdf
from PIL import Image

LONGUEUR_MARQUE = 16
_GABARIT = b"MARQUE-DU-BANC-X"
_LARGEUR, _HAUTEUR = 620, 877  # an A4 page at 75 dots per inch


@cache
def modele() -> bytes:
    """A one-page PDF whose image is a JPEG, as a scanner makes them; always the same bytes."""
    grain = random.Random(2026)
    bruit = Image.frombytes("L", (_LARGEUR, _HAUTEUR), grain.randbytes(_LARGEUR * _HAUTEUR))
    scan = BytesIO()
    bruit.point([200 + valeur // 16 for valeur in range(256)]).save(scan, "JPEG", quality=88)
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    page = document.pages[0]
    image = document.make_stream(
        scan.getvalue(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=_LARGEUR,
        Height=_HAUTEUR,
        ColorSpace=pikepdf.Name.DeviceGray,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Page=image))
    page.Contents = document.make_stream(b"q 595 0 0 842 0 0 cm /Page Do Q %" + _GABARIT)
    sortie = BytesIO()
    # Streams are left as they are: the mark stays readable, hence replaceable in place.
    document.save(sortie, deterministic_id=True, compress_streams=False)
    return sortie.getvalue()


def marquer(octets: bytes, marque: str) -> bytes:
    """A copy that no other copy equals; the same length, so that the PDF stays right."""
    brute = marque.encode("ascii")
    if len(brute) != LONGUEUR_MARQUE or octets.count(_GABARIT) != 1:
        raise ValueError("une marque de 16 octets, dans un modèle qui en porte une")
    return octets.replace(_GABARIT, brute)
