"""The demo's directory, and imports of files written by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from professionnels.actions import importer_annuaire
from professionnels.annuaire.fichiers import Fichiers
from professionnels.models import ImportAnnuaire
from tests.professionnels import fabrique

Importer = Callable[..., ImportAnnuaire]


@pytest.fixture
def importer(tmp_path: Path) -> Importer:
    """`importer(personnes=[…], finess=texte, boites=[…])`: writes the files and imports them."""

    def _importer(
        personnes: Any = None, finess: str | None = None, boites: Any = None, **options: Any
    ) -> ImportAnnuaire:
        chemins: dict[str, Path] = {}
        for nature, contenu in {"personnes": personnes, "finess": finess, "boites": boites}.items():
            if contenu is None:
                continue
            chemins[nature] = tmp_path / f"{nature}.txt"
            if isinstance(contenu, bytes):
                chemins[nature].write_bytes(contenu)
            else:
                texte = contenu if isinstance(contenu, str) else fabrique.tableau(contenu)
                chemins[nature].write_text(texte, encoding="utf-8")
        return importer_annuaire(fichiers=Fichiers(**chemins), par="Ada Test", **options)

    return _importer
