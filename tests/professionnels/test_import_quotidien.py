"""The daily import: planned by beat, done by a durable job."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from mes.celery import application
from mes.socle import travaux
from mes.socle.models import EtatTravail, Travail
from professionnels.actions import DossierAbsent, planifier_import_du_jour
from professionnels.models import Exercice, ImportAnnuaire
from professionnels.planif import importer_annuaire
from tests.professionnels import fabrique
from tests.professionnels.fabrique import personne, rpps

pytestmark = pytest.mark.django_db

JOUR = date(2026, 11, 20)


@pytest.fixture
def dossier(tmp_path: Path, settings: Any) -> Path:
    settings.MES_ANNUAIRE_URL = str(tmp_path)
    deposer(tmp_path, "202611200400", 10)
    return tmp_path


def deposer(dossier: Path, date_du_fichier: str, nombre: int) -> None:
    lignes = [personne(rpps=rpps(rang)) for rang in range(nombre)]
    chemin = dossier / f"PS_LibreAcces_Personne_activite_{date_du_fichier}.txt"
    chemin.write_text(fabrique.tableau(lignes), encoding="utf-8")


def planifier(jour: date) -> UUID:
    """Plans the import of that day; returns the id of its job."""
    cible = planifier_import_du_jour(jour=jour)
    return Travail.objects.get(nature="professionnels.importer_annuaire", cible_id=cible).pk


def test_beat_planifie_un_travail_par_jour_et_le_travail_importe(dossier: Path) -> None:
    premier = planifier(JOUR)
    assert premier == planifier(JOUR), "le même jour, le même travail"
    assert premier != planifier(date(2026, 11, 21))
    assert travaux.faire(premier)
    assert Exercice.objects.count() == 10
    assert Travail.objects.get(pk=premier).etat == EtatTravail.FAIT
    assert not travaux.faire(premier), "un travail fait n'est pas refait"


def test_la_tache_de_beat_porte_le_nom_que_beat_appelle(dossier: Path, settings: Any) -> None:
    taches = {entree["task"] for entree in settings.CELERY_BEAT_SCHEDULE.values()}
    assert importer_annuaire.name in taches
    application.loader.import_default_modules()
    assert importer_annuaire.name in application.tasks
    importer_annuaire()
    assert Travail.objects.filter(nature="professionnels.importer_annuaire").count() == 1


def test_un_arret_de_securite_attend_une_personne_et_ne_se_repete_pas(dossier: Path) -> None:
    premier = planifier(JOUR)
    travaux.faire(premier)
    deposer(dossier, "202611210400", 2)
    lendemain = planifier(date(2026, 11, 21))
    assert travaux.faire(lendemain)
    assert Travail.objects.get(pk=lendemain).etat == EtatTravail.FAIT
    assert Exercice.objects.actifs().count() == 10
    assert ImportAnnuaire.objects.exclude(echec="").count() == 1


def test_un_fichier_illisible_fait_recommencer_le_travail(dossier: Path) -> None:
    deposer(dossier, "202611210400", 3)
    (dossier / "PS_LibreAcces_Personne_activite_202611210400.txt").write_bytes(b"\x1f\x8b\x08")
    travail = planifier(JOUR)
    assert not travaux.faire(travail)
    assert Travail.objects.get(pk=travail).etat == EtatTravail.A_FAIRE


def test_sans_dossier_rien_n_est_planifie(settings: Any, tmp_path: Path) -> None:
    settings.MES_ANNUAIRE_URL = ""
    assert planifier_import_du_jour(jour=JOUR) is None
    settings.MES_ANNUAIRE_URL = str(tmp_path / "absent")
    with pytest.raises(DossierAbsent):
        planifier_import_du_jour(jour=JOUR)
    importer_annuaire()
    assert not Travail.objects.exists()
