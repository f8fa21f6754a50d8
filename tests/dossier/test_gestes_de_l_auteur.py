"""What the author of a document does with it later: archives, puts aside (R-DOC-13, R-PS-31)."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from dossier import selection
from dossier.effets import annoncer_depot
from dossier.models import EtatDocument
from dossier.suites import (
    GesteImpossible,
    archiver_document,
    desarchiver_document,
    ecarter_document,
)
from habilitations.acces import AccesRefuse, ActeurAcces
from habilitations.models import Administrateur
from habilitations.politique import Action, Masque, Motif
from journal.faits import Fait
from journal.lecture import lectures_par_des_professionnels
from mes.socle import mur, travaux
from mes.socle.models import Travail
from notifications.models import Envoi, Notification
from professionnels.models import BoiteMSS, Professionnel
from tests import situations as s
from tests.accueil.scenes import cda
from tests.comptes.outils import contenu
from tests.dossier.test_visibilite import codes, lignes, lire, titres

pytestmark = pytest.mark.django_db


@pytest.fixture
def alex():
    s.poser_matrice({("10", "11488-4"): True})
    return s.creer_espace("alex")


@pytest.fixture
def compte(alex):
    return s.creer_compte("alex", alex)


@pytest.fixture
def medecin():
    return s.acteur_ps("medecin")


def faire(verbe: Any, acteur: ActeurAcces, depose: s.Depose) -> None:
    with s.espace_ouvert(acteur, depose.espace_id, Action.SUPPRIMER, objet_id=depose.id) as acces:
        verbe(acces=acces, document_id=depose.id)


# --- Archiving -----------------------------------------------------------------------------------


@pytest.mark.regle("R-DOC-13", "R-NOT-08")
def test_archive_un_document_quitte_les_listes_et_se_retrouve_sur_demande(alex, compte, medecin):
    patient, confrere = s.acteur_titulaire(compte), s.acteur_ps("autre_medecin")
    s.autoriser(confrere, alex)
    depose = s.deposer(medecin, alex, titre="Ancien bilan")
    faire(archiver_document, medecin, depose)
    faire(archiver_document, medecin, depose)
    for acteur in (patient, confrere):
        assert titres(acteur, alex) == []
        assert titres(acteur, alex, archives=True) == ["Ancien bilan"]
        lire(acteur, depose)
    assert codes(alex) == ["MODIF_DOCUMENT"]

    faire(desarchiver_document, medecin, depose)
    assert titres(patient, alex) == ["Ancien bilan"]
    assert titres(patient, alex, archives=True) == []
    assert codes(alex) == ["MODIF_DOCUMENT"] * 2
    faits = [fait for _, fait, _ in lignes(alex, depose)]
    assert [f for f in faits if f.endswith("archive")] == [
        Fait.DOCUMENT_ARCHIVE,
        Fait.DOCUMENT_DESARCHIVE,
    ]


@pytest.mark.regle("R-DOC-13", "R-DOC-11")
@pytest.mark.parametrize("verbe", [archiver_document, desarchiver_document, ecarter_document])
def test_ni_confrere_ni_administrateur_ni_patient_n_archive_ni_n_ecarte(
    alex, compte, medecin, verbe
):
    confrere, patient = s.acteur_ps("autre_medecin"), s.acteur_titulaire(compte)
    s.autoriser(confrere, alex)
    Administrateur.objects.create(espace=alex, professionnel_id=confrere.id)
    depose = s.deposer(medecin, alex)
    for acteur in (confrere, patient):
        with pytest.raises(AccesRefuse) as refus:
            faire(verbe, acteur, depose)
        assert (refus.value.decision.motif, refus.value.statut) == (Motif.NON_AUTEUR, 403)
    du_patient = s.deposer(patient, alex, titre="Ma note")
    with pytest.raises(AccesRefuse) as refus:
        faire(verbe, patient, du_patient)
    assert (refus.value.decision.motif, refus.value.statut) == (Motif.NON_PREVU, 403)
    assert s.document_en_base(depose).etat == EtatDocument.COURANT


@pytest.mark.regle("R-DOC-13", "R-DOC-12")
def test_une_version_remplacee_ne_s_archive_pas_une_archive_se_remplace(alex, medecin):
    un = s.deposer(medecin, alex, titre="Version 1")
    deux = s.deposer(medecin, alex, titre="Version 2", remplace_id=un.id)
    with pytest.raises(GesteImpossible):
        faire(archiver_document, medecin, un)
    faire(archiver_document, medecin, deux)
    trois = s.deposer(medecin, alex, titre="Version 3", remplace_id=deux.id)
    assert s.document_en_base(trois).etat == EtatDocument.COURANT
    assert s.document_en_base(deux).etat == EtatDocument.REMPLACE


# --- Wrong record --------------------------------------------------------------------------------


def lecteur_avec_sa_boite(compte_id: Any) -> ActeurAcces:
    confrere = s.acteur_ps("autre_medecin")
    Professionnel.objects.filter(pk=confrere.id).update(compte_id=compte_id)
    BoiteMSS.objects.create(
        adresse="dominique.demo@medecin.mssante.test", type="PER", professionnel_id=confrere.id
    )
    return confrere


@pytest.mark.regle("R-PS-31", "R-MAS-17")
def test_ecarte_un_document_quitte_toute_vue_et_son_titre_l_historique(alex, compte, medecin):
    patient, confrere = s.acteur_titulaire(compte), s.acteur_ps("autre_medecin")
    s.autoriser(confrere, alex)
    depose = s.deposer(medecin, alex, titre="Bilan de Monsieur X")
    lire(confrere, depose)
    faire(ecarter_document, medecin, depose)

    for acteur in (patient, confrere):
        for criteres in ({}, {"archives": True}, {"recherche": "bilan"}):
            assert titres(acteur, alex, **criteres) == []
        with s.espace_ouvert(acteur, alex.pk, Action.LISTER) as acces:
            assert selection.comptes(acces) == []
    for acteur in (patient, confrere, medecin):
        with pytest.raises(AccesRefuse) as refus:
            lire(acteur, depose)
        assert refus.value.statut == 404

    with s.espace_ouvert(patient, alex.pk, Action.LISTER) as acces:
        (lecture,) = lectures_par_des_professionnels(alex.pk, acces.cle_journal)
    assert (lecture.acteur, lecture.titre) == ("Dominique DEMO-AUTRE_MEDECIN", "")
    (ecart,) = [t for _, fait, t in lignes(alex, depose) if fait == Fait.DOCUMENT_ECARTE]
    assert "titre" not in ecart["details"]


@pytest.mark.regle("R-PS-31", "R-NOT-03", "R-NOT-04")
def test_lecteurs_et_gestionnaires_sont_prevenus_une_fois_sans_contenu(alex, compte, medecin):
    autre = s.creer_compte("camille")
    confrere = lecteur_avec_sa_boite(autre.pk)
    s.autoriser(confrere, alex)
    depose = s.deposer(medecin, alex, titre="Bilan de Monsieur X")
    annoncer_depot(Travail(cible_id=depose.id, espace_id=alex.pk))
    lire(confrere, depose)
    lire(medecin, depose)
    Envoi.objects.all().delete()
    faire(ecarter_document, medecin, depose)
    for _ in range(2):
        travail = Travail.objects.get(nature="dossier.annoncer_mise_a_l_ecart")
        Travail.objects.filter(pk=travail.pk).update(etat="a_faire", pas_avant=timezone.now())
        assert travaux.faire(travail.pk)

    recues = Notification.objects.filter(objet_id=depose.id)
    assert sorted((n.code, n.compte_id) for n in recues) == [
        ("AJOUT_DOCUMENT", compte.pk),
        ("DOCUMENT_ECARTE", autre.pk),
        ("SUPP_DOC", compte.pk),
    ]
    envois = [contenu(envoi) for envoi in Envoi.objects.all()]
    assert {envoi["adresse"] for envoi in envois} == {
        "alex@mes.test",
        "dominique.demo@medecin.mssante.test",
    }
    for mot in ("Bilan", "Monsieur", "DEMO"):
        assert mot not in str(envois)


@pytest.mark.regle("R-PS-31", "R-NOT-09")
def test_ecarter_un_document_jamais_annonce_ne_l_annonce_pas(alex, compte, medecin):
    depose = s.deposer(medecin, alex, masques=frozenset({Masque.INVISIBLE_PATIENT}))
    faire(ecarter_document, medecin, depose)
    assert travaux.faire(Travail.objects.get(nature="dossier.annoncer_mise_a_l_ecart").pk)
    assert codes(alex) == []
    assert {chaine for chaine, _, _ in lignes(alex, depose)} == {"R"}
    with (
        s.espace_ouvert(s.acteur_titulaire(compte), alex.pk, Action.LISTER) as acces,
        mur.ouvrir(lus=[alex.pk]),
    ):
        assert depose.id in selection.caches_au_patient(acces)


@pytest.mark.regle("R-PS-31", "R-DOC-12")
def test_ecarter_la_nouvelle_version_rend_sa_place_a_la_precedente(alex, compte, medecin):
    patient = s.acteur_titulaire(compte)
    un = s.deposer(medecin, alex, titre="Le bon")
    deux = s.deposer(medecin, alex, titre="Celui d'un autre", remplace_id=un.id)
    faire(ecarter_document, medecin, deux)
    assert titres(patient, alex) == ["Le bon"]
    trois = s.deposer(medecin, alex, titre="Le bon, corrigé", remplace_id=un.id)
    assert titres(patient, alex) == ["Le bon, corrigé"]
    assert s.document_en_base(trois).remplace_id == un.id


@pytest.mark.regle("R-PS-31", "R-DOC-18")
@pytest.mark.parametrize(
    "recu",
    [
        {"octets": s.pdf("le même"), "nom_fichier": "bilan.pdf"},
        {"octets": cda(), "nom_fichier": "bilan.xml", "type_code": "", "titre": ""},
    ],
    ids=["contenu", "identifiant unique"],
)
def test_ecarte_par_erreur_un_document_se_depose_a_nouveau(alex, medecin, recu):
    un = s.deposer(medecin, alex, **recu)
    assert s.deposer(medecin, alex, **recu).id == un.id
    faire(ecarter_document, medecin, un)
    deux = s.deposer(medecin, alex, **recu)
    assert deux.id != un.id
    assert s.document_en_base(un).etat == EtatDocument.ECARTE
