"""The documents of an opened record in the Web PS, as a browser without script receives them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from habilitations.models import Ouverture
from habilitations.politique import Masque
from mes.socle import travaux
from mes.socle.models import Travail
from tests import situations as s
from tests.accueil import scenes
from tests.accueil.lecture import (
    Page,
    envoyer,
    fichier,
    lire,
    verifier_liens,
    verifier_structure,
)
from tests.accueil.scenes import dossier
from tests.comptes.outils import connecter_professionnel, connecter_usager
from usagers.models import EspaceSante, Gestion, Qualite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gabarits_stricts")]

LISTE = "/ps/dossier/documents/"
PAGES = (
    "/ps/dossier/",
    f"{LISTE}?periode=tout",
    f"{LISTE}?etat=archives",
    "/ps/dossier/vaccinations/",
    "/ps/dossier/volontes/",
    "/ps/dossier/carnet-enfant/",
    "/ps/dossier/histoire-de-soins/",
    "/ps/dossier/mauvais-patient/",
    "/ps/avis/",
)
GESTES = ("remplacer/", "archiver/", "desarchiver/", "mauvais-patient/", "supprimer/")


def confrere(scene: scenes.Scene) -> Client:
    """The colleague, with the record open."""
    client = Client()
    connecter_professionnel(client, s.creer_exercice("autre_medecin"))
    scenes.chercher(client)
    assert client.post("/ps/patients/declaration/", scenes.DECLARATION).status_code == 302
    return client


def test_chaque_page_a_sa_structure_et_ses_liens_menent_quelque_part():
    scene = dossier("pdf", "annonce", "ancien")
    client = scene.professionnel()
    gestes = [scene.url_ps("pdf", geste) for geste in GESTES]
    montrer = scene.url_ps("annonce", "montrer-au-patient/")
    for adresse in (*PAGES, scene.url_ps("annonce"), *gestes, montrer):
        page = lire(client, adresse)
        verifier_structure(page, adresse)
        verifier_liens(page, adresse)


# --- Summary, list -------------------------------------------------------------------------------


@pytest.mark.regle("R-PS-25")
def test_le_recapitulatif_met_en_avant_ce_qui_est_arrive_depuis_ma_derniere_visite():
    scene = dossier("pdf", "confrere")
    client = scene.professionnel()
    page = lire(client, "/ps/dossier/")
    assert "première fois" in page.bloc("Depuis votre dernière visite")
    assert "Nouveau" not in lire(client, LISTE).texte

    scene.changer("confrere", depose_le=timezone.now() - timedelta(days=9))
    Ouverture.objects.update(
        ouverte_le=timezone.now() - timedelta(days=3), fermee_le=timezone.now() - timedelta(days=2)
    )
    # Deposited since, by a colleague and by herself.
    s.deposer(scene.confrere, scene.espace, titre="Avis de cardiologie")
    s.deposer(scene.medecin, scene.espace, titre="Ma note")
    client = scene.professionnel()
    page = lire(client, "/ps/dossier/")
    nouveautes = page.bloc("Depuis votre dernière visite")
    assert "Avis de cardiologie" in nouveautes
    assert "Ma note" not in nouveautes
    assert "Consultation de cardiologie" not in nouveautes
    liste = lire(client, LISTE)
    (nouveau,) = liste.racine.xpath(
        '//ul[@aria-label="Documents"]/li[.//*[text()[contains(., "Nouveau")]]]'
    )
    assert "Avis de cardiologie" in liste.mots(nouveau)


@pytest.mark.regle("R-PS-24")
def test_la_vaccination_echappe_aux_deux_ans():
    scene = dossier("pdf", "ancien")
    s.deposer(
        scene.medecin,
        scene.espace,
        type_code="87273-9",
        titre="Rappel de tétanos",
        octets=b"rappel",
        nom_fichier="r.txt",
        date_document=date(2015, 3, 1),
    )
    client = scene.professionnel()
    assert lire(client, LISTE).documents() == ["Consultation du soir", "Rappel de tétanos"]
    assert lire(client, f"{LISTE}?type=87273-9").documents() == ["Rappel de tétanos"]
    assert lire(client, "/ps/dossier/vaccinations/").documents() == ["Rappel de tétanos"]


@pytest.mark.regle("R-DOC-17", "R-HAB-02")
def test_les_rubriques_ne_montrent_que_ce_que_la_matrice_ouvre():
    scene = dossier()
    s.deposer(scene.medecin, scene.espace, type_code="EXPPAT_3", titre="Mes directives")
    pharmacien = Client()
    connecter_professionnel(pharmacien, s.creer_exercice("pharmacien"))
    s.autoriser(s.acteur_ps("pharmacien"), scene.espace)
    page = lire(pharmacien, "/ps/dossier/volontes/")
    assert "Aucune directive ni volonté ne vous est ouverte." in page.texte
    assert lire(scene.professionnel(), "/ps/dossier/volontes/").documents() == ["Mes directives"]


@pytest.mark.regle("R-DA-01", "R-DA-07", "R-PRO-13")
def test_un_professionnel_depose_des_directives_pour_un_adulte_pas_pour_un_mineur():
    scene = dossier()
    client = scene.professionnel()
    page = lire(client, "/ps/dossier/volontes/")
    depot = lire(client, page.liens()["Je dépose des directives pour le patient"])
    assert depot.champ("type_code").value == "EXPPAT_3"
    assert "Carnet de l'enfant" not in page.html

    s.creer_espace("ines")
    client.post("/ps/dossier/fermer/")
    scenes.chercher(client, "ines")
    assert client.post("/ps/patients/declaration/", scenes.DECLARATION).status_code == 302
    page = lire(client, "/ps/dossier/volontes/")
    assert "Je dépose des directives pour le patient" not in page.liens()
    assert "Carnet de l'enfant" in page.html
    options = lire(client, "/ps/depot/").racine.xpath('//option[@value="EXPPAT_3"]')
    assert options == []


@pytest.mark.regle("R-DOC-13", "R-NOT-08")
def test_j_archive_mon_document_je_le_retrouve_et_le_ressors():
    scene = dossier("pdf", "confrere")
    client = scene.professionnel()
    page = lire(client, scene.url_ps("pdf"))
    question = lire(client, page.liens()["J'archive"])
    assert question.titres(1) == ["J'archive ce document ?"]
    page = envoyer(client, scene.url_ps("pdf", "archiver/"))
    assert "Ce document est archivé" in page.titres(2)
    assert lire(client, LISTE).documents() == ["Consultation de cardiologie"]
    assert lire(client, f"{LISTE}?etat=archives").documents() == ["Consultation du soir"]
    patient = scene.patient()
    assert lire(patient, "/documents/").documents() == ["Consultation de cardiologie"]
    assert lire(patient, "/documents/?etat=archives").documents() == ["Consultation du soir"]
    assert "Un document a été mis à jour" in lire(patient, "/notifications/").texte

    envoyer(client, page.liens()["Je sors des archives"])
    assert len(lire(client, LISTE).documents()) == 2


@pytest.mark.regle("R-DOC-12", "R-MAS-11")
def test_je_depose_une_nouvelle_version_depuis_la_page_du_document():
    scene = dossier("pdf")
    client = scene.professionnel()
    page = lire(client, lire(client, scene.url_ps("pdf")).liens()["Je dépose une nouvelle version"])
    assert page.champ("titre").get("value") == "Consultation du soir"
    lire(scene.patient(), scene.url("pdf"))
    champs = {
        "type_code": scenes.COMPTE_RENDU,
        "titre": "Consultation du soir, corrigée",
        "date_document": "2026-03-01",
    }
    refus = Page(
        client.post(
            scene.url_ps("pdf", "remplacer/"),
            {**champs, "fichier": fichier(), "invisible_patient": "on"},
        )
    )
    assert refus.statut == 422
    assert "Le patient a déjà consulté le document" in refus.texte
    accuse = envoyer(client, scene.url_ps("pdf", "remplacer/"), fichier=fichier(), **champs)
    assert "Il remplace la version précédente." in accuse.texte
    assert lire(client, LISTE).documents() == ["Consultation du soir, corrigée"]
    ancien = lire(client, scene.url_ps("pdf"))
    assert "Ce document a été remplacé" in ancien.titres(2)
    for geste in ("Je dépose une nouvelle version", "J'archive"):
        assert geste not in ancien.liens()


@pytest.mark.regle("R-DOC-11", "R-DOC-12", "R-PS-31")
def test_seul_l_auteur_voit_les_gestes_et_les_autres_sont_refuses():
    scene = dossier("confrere", "annonce")
    ailleurs = s.creer_structure("990009045", "Hôpital DÉMO")
    client = scene.professionnel()
    page = lire(client, scene.url_ps("confrere"))
    for geste in ("J'archive", "Je retire du dossier", "Ce n'est pas le bon patient"):
        assert geste not in page.liens()
    for geste in ("archiver/", "desarchiver/", "mauvais-patient/", "montrer-au-patient/"):
        adresse = scene.url_ps("confrere", geste)
        assert client.get(adresse).status_code == 403
        assert client.post(adresse).status_code == 403
    scene.changer("confrere", structure_id=ailleurs.pk)
    assert client.get(scene.url_ps("confrere", "remplacer/")).status_code == 403
    assert client.post(scene.url_ps("confrere", "remplacer/")).status_code == 403
    patient = scene.patient()
    assert "Je le montre au patient" not in lire(patient, "/documents/").html


# --- Wrong record --------------------------------------------------------------------------------


@pytest.mark.regle("R-PS-31")
def test_le_mauvais_patient_se_declare_et_mene_au_bon():
    scene = dossier("pdf", "hostile")
    lecteur = confrere(scene)
    lire(lecteur, scene.url_ps("pdf"))
    client = scene.professionnel()
    question = lire(
        client, lire(client, scene.url_ps("pdf")).liens()["Ce n'est pas le bon patient"]
    )
    assert question.titres(1) == ["Ce document n'est pas à ce patient ?"]
    page = envoyer(client, scene.url_ps("pdf", "mauvais-patient/"))
    assert "Je dépose dans le bon dossier" in page.boutons()
    page = envoyer(client, "/ps/dossier/fermer/")
    assert page.titres(1) == ["Je cherche un patient"]

    for travail in Travail.objects.filter(nature="dossier.annoncer_mise_a_l_ecart"):
        assert travaux.faire(travail.pk)
    avis = lire(lecteur, "/ps/avis/")
    assert "Un document du dossier de Alex DEMO-UN" in avis.texte
    assert "Consultation du soir" not in avis.html
    assert "Avis (1)" in lire(lecteur, "/ps/patients/").html
    assert "Vous en avez pris connaissance." in envoyer(lecteur, "/ps/avis/").texte
    assert "Avis (1)" not in lire(lecteur, "/ps/patients/").html
    assert lecteur.get(scene.url_ps("pdf")).status_code == 404

    patient = scene.patient()
    for adresse in ("/documents/", "/accueil/", "/historique/", "/notifications/"):
        assert "Consultation du soir" not in lire(patient, adresse).html, adresse
    assert "a écarté, comme déposé dans le mauvais dossier" in lire(patient, "/historique/").texte
    assert patient.get(scene.url("pdf")).status_code == 404


# --- Secret of a minor, through the doors --------------------------------------------------------


def parent_de(espace: EspaceSante) -> Client:
    compte = s.creer_compte("alex", s.creer_espace("alex"))
    Gestion.objects.create(espace=espace, compte_id=compte.pk, qualite=Qualite.REPRESENTANT)
    client = Client()
    session = connecter_usager(client, compte)
    session["espace_id"] = str(espace.pk)
    session.save()
    return client


@pytest.mark.regle("R-PRO-07", "R-PRO-09", "R-MAS-17", "R-NOT-09")
def test_aucune_page_du_parent_ne_dit_ce_qui_est_fait_en_connexion_secrete():
    s.poser_matrice({("10", scenes.COMPTE_RENDU): True})
    ines = s.creer_espace("ines")
    parent = parent_de(ines)
    medecin = Client()
    connecter_professionnel(medecin, s.creer_exercice("medecin"))
    scenes.chercher(medecin, "ines")
    declaration = scenes.DECLARATION | {"secrete": "on"}
    assert medecin.post("/ps/patients/declaration/", declaration).status_code == 302
    assert Ouverture.objects.get().secrete
    accuse = envoyer(
        medecin,
        "/ps/depot/",
        fichier=fichier(),
        type_code=scenes.COMPTE_RENDU,
        titre="Contraception",
        date_document="2026-03-01",
    )
    for nature in ("dossier.analyser", "dossier.annoncer_depot"):
        assert travaux.faire(Travail.objects.get(nature=nature).pk)
    adresse = accuse.liens()["Je vois ce document"]
    page = lire(medecin, adresse)
    assert "Les représentants légaux ne voient pas ce document" in page.titres(2)

    for page_du_parent in (
        "/accueil/",
        "/documents/",
        "/documents/?q=contraception",
        "/historique/",
        "/notifications/",
    ):
        html = lire(parent, page_du_parent).html
        assert "Contraception" not in html, page_du_parent
        assert "DEMO-MEDECIN" not in html, page_du_parent
    assert parent.get(adresse.removeprefix("/ps/dossier")).status_code == 404
    liste = lire(parent, "/documents/")
    assert liste.documents() == []

    montrer = page.liens()["Je le montre aux représentants légaux"]
    page = envoyer(medecin, montrer)
    assert "Les représentants légaux voient maintenant ce document." in page.html
    assert lire(parent, "/documents/").documents() == ["Contraception"]
    assert "a agi sous le secret, levé depuis" in lire(parent, "/historique/").texte
    assert "Un document a été ajouté" in lire(parent, "/notifications/").texte


@pytest.mark.regle("R-PRO-11", "R-PRO-10")
def test_le_titulaire_majeur_leve_le_secret_depuis_son_document():
    scene = dossier("pdf")
    scene.changer("pdf", masques=[Masque.INVISIBLE_REPRESENTANTS_LEGAUX])
    client = scene.patient()
    page = lire(client, scene.url("pdf"))
    assert "Mes représentants légaux ou mes aidants ne voient pas ce document." in page.texte
    question = lire(client, page.liens()["Je le leur montre"])
    verifier_structure(question, "montrer-a-mes-proches/")
    assert question.liens()["Je le garde pour moi"] == scene.url("pdf")
    page = envoyer(client, scene.url("pdf", "montrer-a-mes-proches/"))
    assert "ne voient pas ce document" not in page.texte
    assert s.document_en_base(scene.documents["pdf"]).masques == []


@pytest.mark.regle("R-MAS-10")
def test_la_page_de_l_auteur_dit_le_jour_ou_le_patient_verra_sans_geste():
    scene = dossier("annonce")
    client = scene.professionnel()
    page = lire(client, scene.url_ps("annonce"))
    assert "Sans geste de votre part, il lui sera montré" in page.texte
    page = envoyer(client, page.liens()["Je le montre au patient"])
    assert "Le patient voit maintenant ce document." in page.html
    assert "Le patient ne voit pas encore ce document" not in page.titres(2)
    assert lire(scene.patient(), "/documents/").documents() == ["Résultat à expliquer"]


@pytest.mark.regle("R-MAS-16")
def test_masquer_previent_que_ce_qui_est_deja_parti_n_est_pas_repris():
    page = lire(dossier().patient(), "/documents/confidentialite/")
    assert "Ce qui a déjà été envoyé par messagerie" in page.texte
