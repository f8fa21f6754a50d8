"""Printing on our side leaves the process as it was."""

from __future__ import annotations

import io

import pytest
from PIL import Image, ImageFile

from dossier.controle import FORMATS_PATIENT, FichierRefuse, controler
from mes.socle.impression import imprimer


def test_apres_une_page_imprimee_une_image_tronquee_est_toujours_refusee(tmp_path, settings):
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path]}]
    (tmp_path / "page.html").write_text("<html lang='fr'><title>Page</title><p>Bonjour</p></html>")
    assert imprimer("page.html", {}).startswith(b"%PDF-")
    assert not ImageFile.LOAD_TRUNCATED_IMAGES
    sortie = io.BytesIO()
    Image.effect_noise((400, 400), 60).convert("RGB").save(sortie, "JPEG")
    with pytest.raises(FichierRefuse):
        controler(
            sortie.getvalue()[:4000],
            nom_fichier="photo.jpg",
            formats=FORMATS_PATIENT,
            taille_max=5_000_000,
        )
