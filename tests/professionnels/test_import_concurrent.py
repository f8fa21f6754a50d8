"""Imports that meet, and imports that die: never half of one in the directory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from professionnels.actions import importer_annuaire
from professionnels.annuaire.fichiers import Fichiers
from professionnels.annuaire.importation import ImportEnCours
from professionnels.models import BoiteMSS, Exercice, ImportAnnuaire, Professionnel, Structure
from tests.professionnels.fabrique import boite, personne, rpps, tableau

pytestmark = pytest.mark.django_db(transaction=True)

RACINE = Path(__file__).resolve().parents[2]


@pytest.fixture
def fichiers(tmp_path: Path) -> Fichiers:
    lignes = [personne(rpps=rpps(rang), nom=f"DEMO-{rang}") for rang in range(50)]
    (tmp_path / "p.txt").write_text(tableau(lignes), encoding="utf-8")
    boites = [boite(f"b{rang}@x.mssante.test", rpps=rpps(rang)) for rang in range(50)]
    (tmp_path / "b.txt").write_text(tableau(boites), encoding="utf-8")
    return Fichiers(personnes=tmp_path / "p.txt", boites=tmp_path / "b.txt")


def test_deux_imports_a_la_fois_le_second_est_refuse_clairement(fichiers: Fichiers) -> None:
    commence, finir = threading.Event(), threading.Event()
    erreurs: list[BaseException] = []

    def suivi(fichier: str, lus: int, total: int) -> None:
        commence.set()
        assert finir.wait(30)

    def premier() -> None:
        try:
            importer_annuaire(fichiers=fichiers, par="Ada Test", suivi=suivi)
        except BaseException as erreur:  # noqa: BLE001 - told to the test's own thread
            erreurs.append(erreur)
        finally:
            connection.close()

    fil = threading.Thread(target=premier)
    fil.start()
    try:
        assert commence.wait(30)
        with pytest.raises(ImportEnCours, match="un autre import"):
            importer_annuaire(fichiers=fichiers, par="Bob Test")
        assert not Professionnel.objects.exists(), "le premier n'a pas encore validé"
    finally:
        finir.set()
        fil.join(30)
    assert not erreurs
    assert Exercice.objects.count() == 50
    assert list(ImportAnnuaire.objects.values_list("demande_par", flat=True)) == ["Ada Test"]
    assert importer_annuaire(fichiers=fichiers, par="Bob Test").changements == 0


_TUE = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from professionnels.actions import importer_annuaire
from professionnels.annuaire import fusion
from professionnels.annuaire.fichiers import Fichiers

def mourir(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

etape, personnes, boites = sys.argv[1:]
if etape == "lecture":
    importer_annuaire(
        fichiers=Fichiers(Path(personnes), None, Path(boites)), par="Ada Test", suivi=mourir
    )
setattr(fusion, etape, mourir)
importer_annuaire(fichiers=Fichiers(Path(personnes), None, Path(boites)), par="Ada Test")
"""


@pytest.mark.parametrize(
    "etape", ["lecture", "fusionner_professionnels", "fusionner_exercices", "fusionner_boites"]
)
def test_un_import_tue_au_milieu_ne_laisse_rien_et_le_suivant_passe(
    fichiers: Fichiers, etape: str
) -> None:
    adresse = urlsplit(os.environ["DATABASE_URL"])
    base = connection.settings_dict["NAME"]
    tue = subprocess.run(
        [sys.executable, "-c", _TUE, etape, str(fichiers.personnes), str(fichiers.boites)],
        cwd=RACINE,
        env={
            **os.environ,
            "DATABASE_URL": urlunsplit(adresse._replace(path=f"/{base}")),
            "DJANGO_SETTINGS_MODULE": "mes.settings.tests",
        },
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert tue.returncode == -signal.SIGKILL, tue.stderr.decode()
    for modele in (Structure, Professionnel, Exercice, BoiteMSS, ImportAnnuaire):
        assert not modele._default_manager.exists(), modele.__name__
    trace = _reprendre(fichiers)
    assert trace.bilan["exercices"]["ajoutes"] == 50
    assert trace.bilan["boites"]["ajoutes"] == 50


def _reprendre(fichiers: Fichiers) -> ImportAnnuaire:
    """The server may take an instant to see that the dead one's connection is gone."""
    for _ in range(200):
        try:
            return importer_annuaire(fichiers=fichiers, par="Bob Test")
        except ImportEnCours:
            with connection.cursor() as curseur:
                curseur.execute("SELECT pg_sleep(0.05)")
    raise AssertionError("le verrou du mort est resté pris")


def test_une_erreur_inattendue_annule_tout(fichiers: Fichiers, monkeypatch: Any) -> None:
    def casser(**options: Any) -> dict[str, int]:
        raise ZeroDivisionError

    monkeypatch.setattr("professionnels.annuaire.fusion.fusionner_boites", casser)
    with pytest.raises(ZeroDivisionError):
        importer_annuaire(fichiers=fichiers, par="Ada Test")
    assert not Professionnel.objects.exists()
    assert not Structure.objects.exists()
