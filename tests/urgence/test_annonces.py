"""Who is told of an emergency access, at once: the managers and the médecin traitant."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from habilitations.models import Ouverture, Role, RoleDeclare
from habilitations.politique import Motif
from mes.socle.models import EtatTravail, Travail
from notifications.models import CodeNotification, Envoi, Notification
from professionnels.models import BoiteMSS
from tests import situations as s
from tests.comptes.outils import connecter_professionnel, faits_du_journal
from tests.securite.scene import exercice_de_secretaire
from tests.urgence.outils import (
    BRIS,
    SAMU,
    demande,
    faire_les_travaux,
    navigateur,
    personne,
    regler,
    tout_est_lisible,
)
from usagers.models import EspaceSante, Gestion, Preferences, Qualite, Statut

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gabarits_stricts")]

TRAITANT = "autre_medecin"
URGENCES = "/ps/urgences/"


@pytest.fixture
def alex():
    tout_est_lisible()
    return s.creer_espace("alex")


@pytest.fixture
def titulaire(alex):
    return s.creer_compte("alex", alex)


def declarer_traitant(espace, qui=TRAITANT, **champs) -> RoleDeclare:
    professionnel = s.creer_exercice(qui).professionnel
    champs.setdefault("debut_le", timezone.now() - timedelta(days=30))
    return RoleDeclare.objects.create(
        espace=espace, professionnel=professionnel, role=Role.MEDECIN_TRAITANT, **champs
    )


def boite(qui=TRAITANT, adresse="dominique@medecin.mssante.test", **champs) -> BoiteMSS:
    professionnel = s.creer_exercice(qui).professionnel
    champs.setdefault("type", "PER")
    return BoiteMSS.objects.create(adresse=adresse, professionnel=professionnel, **champs)


def urgence(adresse=BRIS):
    champs = personne() if adresse == SAMU else demande()
    assert navigateur(regulateur=True).post(adresse, champs).status_code == 302
    faire_les_travaux()


def destinataires() -> list[str]:
    return sorted(adresse for message in mail.outbox for adresse in message.to)


# --- The managers --------------------------------------------------------------------------------


@pytest.mark.regle("R-URG-08", "R-NOT-03", "R-NOT-10")
@pytest.mark.parametrize("adresse", [BRIS, SAMU])
def test_chaque_gestionnaire_est_prevenu_au_centre_et_par_courriel(alex, titulaire, adresse):
    aidante = s.creer_compte("camille")
    Gestion.objects.create(espace=alex, compte_id=aidante.pk, qualite=Qualite.AIDANT)
    urgence(adresse)

    lignes = Notification.objects.filter(espace_id=alex.pk)
    assert {ligne.compte_id for ligne in lignes} == {titulaire.pk, aidante.pk}
    assert {ligne.code for ligne in lignes} == {CodeNotification.ACCES_BRIS_GLACE}
    assert destinataires() == ["alex@mes.test", "camille@mes.test"]
    for message in mail.outbox:
        assert "Accès en urgence à votre dossier" in message.subject
        assert "/notifications/" in message.body
        assert "DEMO-MEDECIN" not in message.body


@pytest.mark.regle("R-NOT-06")
def test_rien_ne_fait_taire_l_annonce_d_une_urgence(alex, titulaire):
    gestion = Gestion.objects.get(compte_id=titulaire.pk)
    Preferences.objects.update_or_create(
        gestion=gestion, defaults={"espace_id": alex.pk, "courriel_document": False}
    )
    urgence()
    assert destinataires() == ["alex@mes.test"]
    assert Notification.objects.count() == 1


@pytest.mark.regle("R-URG-08")
def test_l_annonce_refaite_n_annonce_qu_une_fois(alex, titulaire):
    declarer_traitant(alex)
    boite()
    urgence()
    # As after a worker killed before its last line.
    Travail.objects.update(etat=EtatTravail.A_FAIRE, pas_avant=timezone.now())
    faire_les_travaux()
    assert destinataires() == ["alex@mes.test", "dominique@medecin.mssante.test"]
    assert Notification.objects.count() == 1


@pytest.mark.regle("R-URG-08")
def test_rien_n_est_annonce_d_un_acces_refuse(alex, titulaire):
    regler(alex, opposition_bris_de_glace=True)
    navigateur().post(BRIS, demande())
    faire_les_travaux()
    assert mail.outbox == []
    assert not Notification.objects.exists()


def test_l_annonce_attend_le_courtier_mais_ne_se_perd_pas(alex, titulaire):
    """The job is a row of the same transaction; the sweeper finds it when nothing woke it."""
    navigateur().post(BRIS, demande())
    travail = Travail.objects.get(nature="urgence.annoncer")
    assert (travail.cible_id, travail.espace_id) == (Ouverture.objects.get().pk, alex.pk)
    assert mail.outbox == []


# --- The médecin traitant ------------------------------------------------------------------------


@pytest.mark.regle("R-URG-08", "R-NOT-03")
@pytest.mark.parametrize("adresse", [BRIS, SAMU])
def test_le_medecin_traitant_est_prevenu_a_sa_boite_sans_un_mot_du_patient(alex, adresse):
    declarer_traitant(alex)
    boite(adresse="cabinet@cabinet.mssante.test", type="CAB")
    boite(adresse="ancienne@medecin.mssante.test", fin_le=timezone.now())
    boite()
    urgence(adresse)

    (message,) = mail.outbox
    assert message.to == ["dominique@medecin.mssante.test"]
    assert "Un accès en urgence a eu lieu sur le dossier d'un de vos patients" in message.subject
    corps = message.body + message.alternatives[0].content
    assert "/ps/urgences/" in corps
    for mot in ("DEMO-UN", "Alex", "ALEX", "1985", "185049900000162", "inconscient", "glace"):
        assert mot not in corps + message.subject


@pytest.mark.regle("R-URG-08")
def test_sans_boite_personnelle_une_autre_boite_a_lui_convient(alex):
    declarer_traitant(alex)
    boite(adresse="cabinet@cabinet.mssante.test", type="CAB")
    urgence()
    assert destinataires() == ["cabinet@cabinet.mssante.test"]


def test_sans_boite_en_service_le_travail_se_fait_quand_meme(alex, titulaire):
    declarer_traitant(alex)
    urgence()
    assert destinataires() == ["alex@mes.test"]
    assert not Travail.objects.exclude(etat=EtatTravail.FAIT).exists()


@pytest.mark.regle("R-ADM-06", "R-URG-08")
def test_seul_le_medecin_traitant_du_moment_est_prevenu(alex):
    ancien = declarer_traitant(alex, "medecin_du_travail", fin_le=timezone.now() - timedelta(1))
    declarer_traitant(alex)
    RoleDeclare.objects.create(
        espace=alex,
        professionnel=s.creer_exercice("pharmacien").professionnel,
        role=Role.PHARMACIEN_CORRESPONDANT,
    )
    boite()
    boite("medecin_du_travail", "ancien@medecin.mssante.test")
    boite("pharmacien", "officine@pharmacie.mssante.test")
    urgence()
    assert ancien.fin_le is not None
    assert destinataires() == ["dominique@medecin.mssante.test"]


@pytest.mark.regle("R-NOT-02")
def test_d_un_espace_non_active_seul_le_medecin_traitant_est_joignable(alex):
    EspaceSante.objects.filter(pk=alex.pk).update(statut=Statut.OUVERT_NON_ACTIVE)
    declarer_traitant(alex)
    boite()
    urgence()
    assert destinataires() == ["dominique@medecin.mssante.test"]
    assert not Notification.objects.exists()


# --- His page ------------------------------------------------------------------------------------


@pytest.mark.regle("R-URG-08")
def test_il_voit_la_date_l_heure_le_mode_et_le_patient_sans_ouvrir_le_dossier(alex):
    declarer_traitant(alex)
    urgence()
    urgence(SAMU)
    avant = faits_du_journal(alex.pk)
    client = navigateur(TRAITANT)
    reponse = client.get(URGENCES)

    texte = " ".join(reponse.content.decode().split())
    assert [un.mode for un in reponse.context["acces"]] == ["SAMU-Centre 15", "Bris de glace"]
    assert texte.count("Alex DEMO-UN") == 2
    assert "12 avril 1985" in texte
    assert "185049900000162" not in texte
    assert "inconscient" not in texte
    assert faits_du_journal(alex.pk) == avant
    assert client.get("/ps/dossier/").status_code == 403


@pytest.mark.regle("R-URG-08")
def test_il_ne_voit_ni_les_autres_patients_ni_ce_qui_a_precede_sa_declaration(alex):
    urgence()
    declarer_traitant(alex, debut_le=timezone.now())
    camille = s.creer_espace("camille")
    navigateur().post(BRIS, demande("camille"))
    assert camille.revues_urgence.count() == 1
    reponse = navigateur(TRAITANT).get(URGENCES)
    assert reponse.context["acces"] == []
    assert "de vos patients." in reponse.content.decode()


def test_celui_qui_ne_l_est_plus_ne_voit_plus_rien(alex):
    role = declarer_traitant(alex)
    urgence()
    role.fin_le = timezone.now()
    role.save()
    assert navigateur(TRAITANT).get(URGENCES).context["acces"] == []


def test_la_page_ne_coute_pas_plus_cher_pour_beaucoup_d_acces(alex):
    declarer_traitant(alex)
    urgence()
    client = navigateur(TRAITANT)
    client.get(URGENCES)
    une = combien_de_requetes(client)
    camille = s.creer_espace("camille")
    declarer_traitant(camille)
    for nom in ("alex", "camille", "alex"):
        navigateur().post(BRIS, demande(nom))
    assert combien_de_requetes(client) == une
    assert len(client.get(URGENCES).context["acces"]) == 4


def combien_de_requetes(client) -> int:
    with CaptureQueriesContext(connection) as requetes:
        client.get(URGENCES)
    return len(requetes.captured_queries)


@pytest.mark.regle("R-PS-08")
def test_le_personnel_n_a_pas_de_patients(alex):
    client = Client()
    connecter_professionnel(client, exercice_de_secretaire())
    assert client.get(URGENCES).context["motif"] == Motif.LECTURE_INTERDITE


def test_aucun_envoi_ne_garde_de_nom_en_clair(alex, titulaire):
    declarer_traitant(alex)
    boite()
    navigateur().post(BRIS, demande())
    faire_les_travaux("urgence.")
    for envoi in Envoi.objects.exclude(scelle=None):
        assert b"mssante" not in bytes(envoi.scelle)
