"""Every real public document goes through `deposer`: stored, typed, categorised, rendered.

The OIDs of production are accepted by the settings of the tests alone (MES_OID_INS).
"""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import lxml.html
import pytest
from django.core.management import call_command
from django.test import Client

from dossier.effets import analyser
from dossier.models import Document, EtatAnalyse
from habilitations.acces import ouvrir_pour_le_systeme
from interop import cda
from mes.socle.models import Travail
from mes.socle.nomenclatures import categories, types_documents
from tests import situations as s
from tests.comptes.outils import connecter_usager
from tests.interop.narratif_source import texte_visible
from usagers.actions import activer_espace
from usagers.recherche import espace_par_ins

CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "corpus" / "cda"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="corpus public absent de ce clone"),
]

FICHIERS = sorted(CORPUS.glob("*.xml")) if CORPUS.is_dir() else []
# Two variants of one prescription published under the same unique identifier: the second is
# refused rather than dropped (docs/adr/2026-11-21-remplacer-un-document.md).
REFUS = {"eP-MED-DM_PosoStruct_2022.01.xml": "IDENTIFIANT_DEJA_UTILISE"}


def _patients() -> dict[str, list[Path]]:
    par_ins: dict[str, list[Path]] = {}
    for fichier in FICHIERS:
        patient = cda.lire(fichier.read_bytes()).patient
        par_ins.setdefault(patient.matricule_ins, []).append(fichier)
    return par_ins


@pytest.fixture
def espaces(tmp_path):
    """An espace by patient of the corpus, opened from a file as another system would send it."""
    lignes = []
    for fichiers in _patients().values():
        patient = cda.lire(fichiers[0].read_bytes()).patient
        lignes.append(
            json.dumps(
                {
                    "ins": patient.matricule_ins,
                    "oid": patient.oid_ins,
                    "nom_naissance": patient.nom_naissance,
                    "prenoms": " ".join(patient.prenoms),
                    "date_naissance": patient.date_naissance.premier_jour.isoformat(),
                    "sexe": patient.sexe or "I",
                    "lieu_naissance": patient.lieu_naissance or "99999",
                }
            )
        )
    fichier = tmp_path / "patients.jsonl"
    fichier.write_text("\n".join(lignes), encoding="utf-8")
    sortie = StringIO()
    call_command("inscrire", str(fichier), stdout=sortie)
    reponses = [json.loads(ligne) for ligne in sortie.getvalue().splitlines()]
    assert all("espace" in reponse for reponse in reponses)
    return reponses


def _deposer(matricule: str, fichiers: list[Path]) -> list[dict]:
    s.creer_exercice("medecin")
    sortie = StringIO()
    call_command(
        "deposer",
        *("--rpps", s.RPPS["medecin"][0], "--ins", matricule),
        *map(str, fichiers),
        stdout=sortie,
    )
    return [json.loads(ligne) for ligne in sortie.getvalue().splitlines()]


def _analyser_tout(espace_id) -> None:
    for travail in Travail.objects.filter(nature="dossier.analyser", espace_id=espace_id):
        analyser(travail)


@pytest.mark.regle("R-ALI-08", "R-DOC-18", "R-ALI-10", "R-INS-03")
def test_chaque_document_du_corpus_entre_chez_son_patient_et_s_affiche_en_entier(espaces):
    avertis = [reponse for reponse in espaces if reponse.get("avertissements")]
    assert len(avertis) == 2  # two of the three public INS have a wrong key: kept, with a warning
    for matricule, fichiers in _patients().items():
        reponses = _deposer(matricule, fichiers)
        refus = {Path(r["fichier"]).name: r["refus"] for r in reponses if "refus" in r}
        assert refus == {n: m for n, m in REFUS.items() if n in {f.name for f in fichiers}}
        espace = espace_par_ins(matricule)
        assert espace is not None
        _analyser_tout(espace.pk)
        compte = s.creer_compte("alex")
        compte.identifiant_index = matricule.encode().ljust(32, b"\0")
        compte.save()
        activer_espace(espace_id=espace.pk, compte_id=compte.pk, acteur=s.SYSTEME)
        client = Client()
        connecter_usager(client, compte)
        for reponse in reponses:
            if "document" in reponse:
                _verifier_page(client, espace.pk, Path(reponse["fichier"]), reponse["document"])


_EN_LIGNE = {"a", "strong", "em", "b", "i", "u", "s", "del", "ins", "sub", "sup", "span", "code"}


def _mots_de_la_page(page: str) -> list[str]:
    """Words as the reader sees them: elements that are not in the line part them."""
    morceaux: list[str] = []

    def parcourir(element) -> None:
        bord = "" if element.tag in _EN_LIGNE else " "
        morceaux.append(bord + (element.text or ""))
        for enfant in element:
            if isinstance(enfant.tag, str):
                parcourir(enfant)
            morceaux.append(enfant.tail or "")
        morceaux.append(bord)

    parcourir(lxml.html.document_fromstring(page).find("body"))
    return "".join(morceaux).split()


def _verifier_page(client: Client, espace_id, fichier: Path, document_id: str) -> None:
    source = cda.lire(fichier.read_bytes())
    with ouvrir_pour_le_systeme(espace_id) as (coffre, _):
        document = Document.objects.get(pk=document_id)
        fiche = document.fiche(coffre)
    assert document.analyse == EtatAnalyse.SAIN, fichier.name
    assert document.type_code == source.type_code
    assert document.categorie == types_documents()[document.type_code].categorie
    assert document.categorie in categories()
    assert fiche["identifiant"] == source.id_unique
    page = client.get(f"/documents/{document_id}/")
    assert page.status_code == 200, fichier.name
    affiches = iter(_mots_de_la_page(page.content.decode()))
    for mot in texte_visible(fichier.read_bytes()).split():
        assert mot in affiches, f"{fichier.name} : « {mot} » manque ou n'est pas à sa place"
    if cda.pdf_embarque(source) is not None:
        contenu = client.get(f"/documents/{document_id}/contenu/")
        assert contenu.status_code == 200
        assert contenu.content.startswith(b"%PDF-")


def test_aucun_document_n_entre_chez_un_autre_patient(espaces):
    patients = _patients()
    (un, ses_fichiers), (_, d_un_autre) = list(patients.items())[:2]
    assert {r["refus"] for r in _deposer(un, d_un_autre)} == {"AUTRE_PATIENT"}
    espace = espace_par_ins(un)
    with ouvrir_pour_le_systeme(espace.pk):
        assert not Document.objects.exists()
    assert ses_fichiers
