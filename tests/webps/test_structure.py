"""What a structure notes and sets, deposits in somebody's name, receipts of one's own (R-ALI)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dossier.models import Recu
from habilitations.actions import structures
from habilitations.models import (
    InformationPatient,
    RefusAlimentation,
    RegleVersement,
    VersementObligatoire,
)
from habilitations.politique import Masque
from habilitations.portes import ESPACE_TROUVE
from habilitations.structures import masques_de_la_structure, versements_obligatoires
from habilitations.versements import VersementsInvalides, importer_versements
from journal.lecture import FiltreHistorique, en_francais, lignes
from professionnels.models import Exercice, Professionnel
from tests import situations as s
from tests.comptes.outils import connecter_professionnel

pytestmark = pytest.mark.django_db


def _secretaire(structure: Any = None) -> Exercice:
    professionnel = Professionnel.objects.create(
        rpps="99700900303", nom="DEMO-SECRETAIRE", prenom="SACHA"
    )
    return Exercice.objects.create(
        cle_annuaire="99700900303|secretariat",
        professionnel=professionnel,
        structure=structure or s.creer_structure(),
        profession="SECR",
    )


def _devant(exercice: Exercice, espace: Any) -> Client:
    """The patient was found by INS and traits, nothing is open."""
    client = Client()
    session = connecter_professionnel(client, exercice)
    session[ESPACE_TROUVE] = str(espace.pk)
    session.save()
    return client


def _depot(**champs: str) -> dict[str, Any]:
    return {
        "fichier": SimpleUploadedFile("lettre.pdf", s.pdf("Lettre"), "application/pdf"),
        "type_code": "11488-4",
        "titre": "Lettre de consultation",
        "date_document": "2026-01-12",
        **champs,
    }


def _historique(espace: Any) -> list[Any]:
    from django.db import transaction

    from mes.socle import coffres, mur
    from mes.socle.models import CleJournal

    with transaction.atomic(), mur.ouvrir(journal_lu=[espace.pk]):
        cle = coffres.coffre(CleJournal, espace.pk)
        return [en_francais(ligne, cle) for ligne in lignes(espace.pk, FiltreHistorique())]


@pytest.mark.regle("R-ALI-04", "R-PS-08")
def test_la_secretaire_depose_au_nom_d_un_medecin_de_sa_structure_qui_en_est_l_auteur():
    espace = s.creer_espace("alex")
    medecin = s.creer_exercice("medecin")
    client = _devant(_secretaire(), espace)
    page = client.get(reverse("webps:deposer")).content.decode()
    assert str(medecin.professionnel) in page
    reponse = client.post(reverse("webps:deposer"), _depot(au_nom_de=str(medecin.pk)))
    assert reponse.status_code == 302
    recu = Recu.objects.get()
    document = s.document_en_base(s.Depose(recu.document_id, espace.pk))
    assert (document.auteur_genre, document.auteur_id) == (
        "professionnel",
        medecin.professionnel.pk,
    )
    ligne = _historique(espace)[0]
    assert ligne.acteur == "Sacha DEMO-SECRETAIRE"
    assert ligne.precision == f"au nom de {medecin.professionnel}"


@pytest.mark.regle("R-ALI-04")
def test_on_ne_depose_pas_au_nom_d_un_medecin_d_ailleurs_ni_a_la_place_d_un_confrere():
    espace = s.creer_espace("alex")
    ailleurs = s.creer_structure("990009029", "Clinique DÉMO")
    etranger = s.creer_exercice("medecin", ailleurs)
    client = _devant(_secretaire(), espace)
    reponse = client.post(reverse("webps:deposer"), _depot(au_nom_de=str(etranger.pk)))
    assert reponse.status_code == 422
    ici = s.creer_exercice("autre_medecin")
    confrere = _devant(s.creer_exercice("pharmacien"), espace)
    assert confrere.post(reverse("webps:deposer"), _depot(au_nom_de=str(ici.pk))).status_code == 302
    document = s.document_en_base(s.Depose(Recu.objects.get().document_id, espace.pk))
    assert document.auteur_id != ici.professionnel.pk


@pytest.mark.regle("R-PS-08")
def test_chacun_retrouve_ses_recus_et_aucun_titre():
    espace = s.creer_espace("alex")
    secretaire = _secretaire()
    client = _devant(secretaire, espace)
    vide = client.get(reverse("webps:recus")).content.decode()
    assert "aucun document" in vide
    client.post(reverse("webps:deposer"), _depot())
    page = client.get(reverse("webps:recus")).content.decode()
    assert str(Recu.objects.get().document_id) in page
    assert "ALEX" in page.upper()
    assert "Lettre de consultation" not in page
    autre = _devant(s.creer_exercice("medecin"), espace)
    assert (
        str(Recu.objects.get().document_id)
        not in autre.get(reverse("webps:recus")).content.decode()
    )


def test_la_page_des_recus_coute_autant_a_deux_qu_a_vingt():
    secretaire = _secretaire()
    espaces = [s.creer_espace(nom) for nom in ("alex", "camille", "ines")]
    client = _devant(secretaire, espaces[0])

    def recevoir(nombre: int) -> None:
        for rang in range(nombre):
            Recu.objects.create(
                espace_id=espaces[rang % 3].pk,
                document_id=espaces[0].pk,
                exercice_id=secretaire.pk,
                auteur_id=secretaire.professionnel.pk,
            )

    def cout() -> int:
        with CaptureQueriesContext(connection) as requetes:
            client.get(reverse("webps:recus"))
        return len(requetes)

    recevoir(1)
    client.get(reverse("webps:recus"))
    seul = cout()
    recevoir(24)
    assert cout() == seul
    page = client.get(reverse("webps:recus"), {"page": "2"}).content.decode()
    assert "25 reçus" in " ".join(page.split())


@pytest.mark.regle("R-ALI-02")
def test_l_information_du_patient_se_note_une_fois_par_structure():
    espace = s.creer_espace("alex")
    client = _devant(s.creer_exercice("medecin"), espace)
    for moyen in ("papier", "numerique"):
        client.post(reverse("webps:information"), {"information": moyen})
    note = InformationPatient.objects.get()
    assert note.information == "papier"
    assert "Informé sur papier" in " ".join(
        client.get(reverse("webps:deposer")).content.decode().split()
    )
    assert "a informé le patient" in _historique(espace)[0].phrase


@pytest.mark.regle("R-ALI-02")
def test_un_moyen_d_information_inconnu_est_refuse():
    espace = s.creer_espace("alex")
    with pytest.raises(structures.ReglageImpossible):
        structures.noter_information(
            acteur=s.acteur_ps("medecin"), espace_id=espace.pk, information="oral"
        )


@pytest.mark.regle("R-ALI-03")
def test_le_refus_pour_motif_legitime_se_note_sans_rien_deposer():
    espace = s.creer_espace("alex")
    client = _devant(s.creer_exercice("medecin"), espace)
    adresse = reverse("webps:refus_alimentation")
    assert client.get(adresse).status_code == 200
    vide = client.post(adresse, {"type_code": "", "motif": "  "})
    assert vide.status_code == 422
    assert not RefusAlimentation.objects.exists()
    reponse = client.post(adresse, {"type_code": "11488-4", "motif": "Un proche y travaille."})
    assert reponse.status_code == 302
    refus = RefusAlimentation.objects.get()
    assert b"proche" not in bytes(refus.scelle)
    assert not Recu.objects.exists()
    assert "refuse l'envoi" in _historique(espace)[0].phrase


@pytest.mark.regle("R-ALI-03")
def test_la_secretaire_n_apprecie_pas_le_motif():
    espace = s.creer_espace("alex")
    client = _devant(_secretaire(), espace)
    reponse = client.post(
        reverse("webps:refus_alimentation"), {"type_code": "", "motif": "Elle préfère."}
    )
    assert reponse.status_code == 422
    assert not RefusAlimentation.objects.exists()


@pytest.mark.regle("R-ALI-09")
def test_la_visibilite_reglee_par_la_structure_s_ajoute_au_depot_qui_la_suit():
    espace = s.creer_espace("alex")
    exercice = s.creer_exercice("medecin")
    client = _devant(exercice, espace)
    client.post(
        reverse("webps:structure"),
        {"type_code": "11488-4", "envoi_automatique": "on", "invisible_representants": "on"},
    )
    regle = RegleVersement.objects.get()
    assert regle.structure_id == exercice.structure_id
    assert regle.envoi_automatique
    client.post(reverse("webps:deposer"), _depot(regle_structure="on"))
    document = s.document_en_base(s.Depose(Recu.objects.get().document_id, espace.pk))
    assert document.masques == [Masque.INVISIBLE_REPRESENTANTS_LEGAUX]
    assert masques_de_la_structure(exercice.structure_id, "57833-6") == frozenset()


@pytest.mark.regle("R-ALI-09")
def test_une_regle_se_retire_et_ne_se_pose_que_par_un_soignant_de_la_structure():
    client = _devant(s.creer_exercice("medecin"), s.creer_espace("alex"))
    client.post(reverse("webps:structure"), {"type_code": "11488-4", "masque_ps": "on"})
    secretaire = _devant(_secretaire(), s.creer_espace("camille"))
    refus = secretaire.post(reverse("webps:structure"), {"type_code": "57833-6"})
    assert refus.status_code == 422
    secretaire.post(reverse("webps:structure_retirer"), {"type_code": "11488-4"})
    assert RegleVersement.objects.count() == 1
    client.post(reverse("webps:structure_retirer"), {"type_code": "11488-4"})
    assert not RegleVersement.objects.exists()


_FICHIER = (
    "type_code,du,au,source\n11488-4,2022-05-01,,arrêté\n57833-6,2022-05-01,2024-12-31,arrêté\n"
)


@pytest.mark.regle("R-ALI-01")
def test_les_versements_obligatoires_s_importent_par_dates_et_se_montrent_a_la_structure():
    assert importer_versements(_FICHIER).ajoutes == 2
    assert importer_versements(_FICHIER).ajoutes == 0
    assert versements_obligatoires(date(2023, 1, 1)) == {"11488-4", "57833-6"}
    assert versements_obligatoires(date(2026, 1, 1)) == {"11488-4"}
    assert versements_obligatoires(date(2021, 1, 1)) == frozenset()
    client = _devant(s.creer_exercice("medecin"), s.creer_espace("alex"))
    assert "Obligatoire" in client.get(reverse("webps:structure")).content.decode()
    assert importer_versements("type_code,du,au,source\n").retires == 2


@pytest.mark.regle("R-ALI-01")
@pytest.mark.parametrize(
    ("fichier", "faute"),
    [
        ("code\n", "colonnes"),
        ("type_code,du,au,source\nINCONNU,2022-05-01,,a\n", "ligne 2 : type"),
        ("type_code,du,au,source\n11488-4,hier,,a\n", "ligne 2 : date"),
        ("type_code,du,au,source\n11488-4,2022-05-01,2022-04-30,a\n", "ligne 2 : la fin"),
        ("type_code,du,au,source\n11488-4,2022-05-01,,\n", "ligne 2 : la source"),
        (
            "type_code,du,au,source\n11488-4,2022-05-01,,a\n11488-4,2022-05-01,,a\n",
            "ligne 3 : déjà",
        ),
    ],
)
def test_un_fichier_de_versements_faux_est_refuse_en_entier(fichier, faute):
    with pytest.raises(VersementsInvalides, match=faute):
        importer_versements(fichier)
    assert not VersementObligatoire.objects.exists()
