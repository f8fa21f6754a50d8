"""The invented directory of the demonstration, and the command that imports it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from mes.socle.identifiants import est_luhn
from mes.socle.nomenclatures import specialites
from professionnels.droits import identifiant_de_structure, profession_de_droit
from professionnels.models import BoiteMSS, Exercice, ImportAnnuaire, Professionnel, Structure
from tests.professionnels import fabrique

pytestmark = pytest.mark.django_db

PERSONNES = Path(__file__).resolve().parents[2] / "demo" / "federations" / "personnes.json"


def importer_demo() -> str:
    sortie = StringIO()
    call_command("importer_annuaire", "--demo", stdout=sortie)
    return sortie.getvalue()


def test_la_demo_a_toutes_les_professions_et_un_exercice_termine() -> None:
    importer_demo()
    actifs = Exercice.objects.actifs().select_related("professionnel", "structure")
    professions = {(e.profession, e.specialite) for e in actifs}
    for attendue in (
        ("10", "SM26"), ("10", "SM18"), ("10", "SM59"), ("10", "SM25"), ("10", "SM03"),
        ("21", ""), ("60", ""), ("50", ""), ("40", ""), ("70", ""), ("91", ""), ("35", ""),
        ("28", ""), ("330", ""), ("331", ""), ("F10", ""),
    ):  # fmt: skip
        assert attendue in professions
    assert actifs.filter(professionnel__rpps="99700900022").count() == 2
    termine = Exercice.objects.exclude(fin_le=None).get()
    assert termine.professionnel.nom == "DEMO-RADIE"
    assert not actifs.filter(professionnel=termine.professionnel).exists()
    assert ImportAnnuaire.objects.count() == 2
    assert not any(trace.rejets.exists() for trace in ImportAnnuaire.objects.all())


def test_la_demo_importee_deux_fois_ne_change_rien_le_second_jour() -> None:
    importer_demo()
    importer_demo()
    # The day before gives the doctor back, the day takes it away again.
    veille, jour = ImportAnnuaire.objects.order_by("debut_le")[2:]
    assert (veille.bilan["exercices"]["rouverts"], jour.bilan["exercices"]["clos"]) == (1, 1)
    assert (veille.changements, jour.changements) == (1, 1)


def test_tout_est_invente_selon_les_conventions() -> None:
    importer_demo()
    for professionnel in Professionnel.objects.all():
        assert professionnel.rpps.startswith("9970")
        assert est_luhn(professionnel.rpps)
        assert professionnel.nom.startswith("DEMO-")
    for structure in Structure.objects.all():
        assert "DÉMO" in structure.raison_sociale
        assert not structure.finess or (structure.finess[:2] == "99" and est_luhn(structure.finess))
    for boite in BoiteMSS.objects.all():
        assert boite.adresse.endswith(".test")
    assert set(BoiteMSS.objects.values_list("type", flat=True)) == {"PER", "ORG", "APP"}
    assert BoiteMSS.objects.filter(liste_rouge=True).count() == 1
    assert {e.specialite for e in Exercice.objects.exclude(specialite="")} <= set(specialites())


def test_l_annuaire_et_pro_sante_connect_disent_la_meme_chose() -> None:
    """Whoever signs in finds in the directory the exercices that the stand-in announces."""
    importer_demo()
    lu = json.loads(PERSONNES.read_text(encoding="utf-8"))
    for personne in lu["professionnels"]:
        professionnel = Professionnel.objects.get(rpps=personne["rpps"])
        assert (professionnel.nom, professionnel.prenom, professionnel.civilite) == (
            personne["family_name"], personne["given_name"], personne["codeCivilite"]
        )  # fmt: skip
        annonces = set()
        for exercice in personne["exercices"]:
            for activite in exercice["activities"]:
                structure = lu["structures"][activite["structure"]]
                annonces.add(
                    (
                        profession_de_droit(
                            profession=exercice["codeProfession"],
                            categorie=exercice["codeCategorieProfessionnelle"],
                            role=activite.get("codeRole", ""),
                        ),
                        exercice.get("codeSavoirFaire", ""),
                        identifiant_de_structure(
                            finess=structure.get("numeroFinessSite", ""),
                            technique=structure.get("identifiantTechniqueDeLaStructure", ""),
                        ),
                        structure["codeSecteurDactivite"],
                        activite["codeModeExercice"],
                    )
                )
        connus = set(
            professionnel.exercices.filter(fin_le=None).values_list(
                "profession", "specialite", "structure__identifiant", "structure__secteur",
                "mode_exercice",
            )
        )  # fmt: skip
        assert connus == annonces, personne["family_name"]


# --- The command -------------------------------------------------------------------------------


def test_la_commande_dit_ce_qu_elle_a_change_et_rejete(tmp_path: Path) -> None:
    fichier = tmp_path / "p.txt"
    fichier.write_text(
        fabrique.tableau([fabrique.personne(), fabrique.personne(rpps="12345678901")]),
        encoding="utf-8",
    )
    sortie = StringIO()
    call_command("importer_annuaire", personnes=fichier, stdout=sortie)
    dit = sortie.getvalue()
    assert "p.txt : 2 lignes lues, 0 ignorées, 1 rejetées" in dit
    assert "rejet p.txt ligne 3 : RPPS mal formé ou clé fausse" in dit
    assert "3 changements" in dit
    assert "12345678901" not in dit


@pytest.mark.parametrize("options", [{}, {"demo": True, "dossier": Path("/nulle/part")}])
def test_la_commande_demande_une_source_et_une_seule(options: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match="--dossier"):
        call_command("importer_annuaire", **options)


def test_la_commande_refuse_un_dossier_absent_et_un_fichier_illisible(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Dossier"):
        call_command("importer_annuaire", dossier=tmp_path / "absent")
    (tmp_path / "vide.txt").write_text("")
    with pytest.raises(CommandError, match="vide"):
        call_command("importer_annuaire", personnes=tmp_path / "vide.txt")


def test_les_professionnels_inventes_n_entrent_pas_en_production(settings: Any) -> None:
    settings.MES_ENVIRONNEMENT = "production"
    with pytest.raises(CommandError, match="production"):
        call_command("importer_annuaire", "--demo")
    assert not Professionnel.objects.exists()


def test_la_barre_de_progression_avance_jusqu_au_bout(tmp_path: Path) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    fichier = fabrique.ecrire_en_nombre(tmp_path / "p.txt.gz", 12_000)
    erreurs = Terminal()
    call_command("importer_annuaire", personnes=fichier, stdout=StringIO(), stderr=erreurs)
    parts = [int(p.rstrip("%")) for p in erreurs.getvalue().split() if p.endswith("%")]
    assert parts == sorted(parts)
    assert len(parts) >= 3
    assert parts[-1] == 100
