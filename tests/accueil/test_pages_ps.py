"""The Web PS's pages as a browser without script receives them: what is needed is there, and works."""

from __future__ import annotations

import pytest

from tests import situations as s
from tests.accueil import scenes
from tests.accueil.lecture import (
    Page,
    envoyer,
    fichier,
    lire,
    pages_du_professionnel,
    verifier_liens,
    verifier_structure,
)
from tests.accueil.scenes import dossier

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gabarits_stricts")]


def test_chaque_page_du_professionnel_a_sa_structure_et_ses_liens_menent_quelque_part():
    scene = scenes.dossier_complet()
    client = scene.professionnel()
    for adresse in pages_du_professionnel(scene):
        page = lire(client, adresse)
        verifier_structure(page, adresse)
        verifier_liens(page, adresse)


# --- Web PS: finding, declaring ------------------------------------------------------------------


@pytest.mark.regle("R-PS-23")
def test_chercher_un_patient_demande_son_ins_et_ses_traits_et_garde_ce_qui_est_tape():
    scene = dossier()
    client = scene.professionnel(ouvert=False)
    page = lire(client, "/ps/patients/")
    assert "Chaque ouverture et chaque lecture est enregistrée" in page.texte
    assert "Une recherche qui ne trouve personne l'est aussi." in page.texte

    page = Page(client.post("/ps/patients/", {"nom_naissance": "DEMO-UN"}))
    assert page.statut == 422
    assert page.champ("nom_naissance").get("value") == "DEMO-UN"
    liens = page.racine.get_element_by_id("erreurs-formulaire").iter("a")
    assert [lien.get("href") for lien in liens] == ["#id_matricule", "#id_date_naissance"]

    page = Page(client.post("/ps/patients/", scenes.recherche() | {"nom_naissance": "AUTRE"}))
    assert page.statut == 422
    assert "Aucun dossier ne correspond à ces informations." in page.texte
    assert client.post("/ps/patients/", scenes.recherche()).headers["Location"] == (
        "/ps/patients/declaration/"
    )


@pytest.mark.regle("R-PS-19", "R-PS-02")
def test_la_declaration_rappelle_la_loi_et_ne_s_envoie_pas_sans_elle():
    scene = dossier()
    client = scene.professionnel(ouvert=False)
    scenes.chercher(client)
    page = lire(client, "/ps/patients/declaration/")

    assert "Alex DEMO-UN" in page.titres(1)[0]
    assert "185049900000162" in page.bloc("Identité du patient")
    assert "5 ans d'emprisonnement et de 150 000 € d'amende" in page.texte

    page = Page(client.post("/ps/patients/declaration/", {"base": "consentement"}))
    assert page.statut == 422
    assert page.champ("base").get("value") == "consentement"
    assert "Cochez cette case pour ouvrir le dossier." in page.texte
    assert client.get("/ps/dossier/").status_code == 403

    page = Page(client.post("/ps/patients/declaration/", scenes.DECLARATION | {"base": "equipe"}))
    assert page.statut == 422
    (lien,) = page.racine.get_element_by_id("erreurs-formulaire").iter("a")
    assert lien.get("href") == "#id_consentement_initial"

    page = envoyer(
        client,
        "/ps/patients/declaration/",
        **scenes.DECLARATION | {"base": "equipe", "consentement_initial": "on"},
    )
    assert page.titres(1) == ["Récapitulatif du dossier"]
    assert "en tant que membre de l'équipe de soins" in page.texte
    again = lire(client, "/ps/patients/declaration/")
    assert "Le patient a déjà donné son consentement à votre équipe de soins." in again.texte


@pytest.mark.regle("R-PS-22")
def test_ouvrir_un_autre_dossier_previent_que_le_premier_se_ferme():
    scene = dossier()
    s.creer_espace("camille")
    client = scene.professionnel()
    assert lire(client, "/ps/patients/").liens()["Je reviens au dossier ouvert"] == "/ps/dossier/"

    scenes.chercher(client, "camille")
    page = lire(client, "/ps/patients/declaration/")
    assert "Un autre dossier est ouvert" in page.titres(2)

    page = Page(client.post("/ps/patients/declaration/", scenes.DECLARATION))
    assert page.titres(1) == ["Je ferme l'autre dossier et j'ouvre celui-ci ?"]
    assert "Je ferme le dossier de Alex DEMO-UN" in page.texte
    assert "J'ouvre le dossier de Camille DEMO-DEUX" in page.texte
    assert lire(client, "/ps/dossier/").titres(1) == ["Récapitulatif du dossier"]
    champs = {c.get("name"): c.get("value") for c in page.racine.xpath("//main//input")}
    assert client.post("/ps/patients/declaration/", champs).headers["Location"] == "/ps/dossier/"
    bandeau = lire(client, "/ps/dossier/").racine.xpath('//section[@aria-label="Dossier ouvert"]')[
        0
    ]
    assert "Camille DEMO-DEUX" in bandeau.text_content()


# --- Web PS: the record --------------------------------------------------------------------------


@pytest.mark.regle("R-DOC-17")
def test_le_recapitulatif_compte_par_categorie_puis_par_type():
    scene = dossier("pdf", "confrere", "ancien", "cda")
    client = scene.professionnel()
    page = lire(client, "/ps/dossier/")

    assert page.bloc("Comptes-rendus 3").startswith("Comptes-rendus 3")
    assert "CR ou fiche de consultation ou de visite 2" in page.bloc("Comptes-rendus 3")
    assert "Bilan sanguin" in page.bloc("Derniers documents")
    assert page.liens()["Voir les 4 documents"] == "/ps/dossier/documents/?periode=tout"
    adresse = page.liens()["CR ou fiche de consultation ou de visite"]
    assert lire(client, adresse).documents() == [
        "Consultation de cardiologie",
        "Consultation du soir",
    ]


@pytest.mark.regle("R-PS-24", "R-DOC-17")
def test_la_liste_commence_aux_deux_dernieres_annees_et_s_etend_a_tout():
    scene = dossier("pdf", "ancien")
    client = scene.professionnel()

    recents = lire(client, "/ps/dossier/documents/")
    assert recents.documents() == ["Consultation du soir"]
    periode = '//nav[@aria-label="Période"]//a[@aria-current]'
    assert [recents.mots(a) for a in recents.racine.xpath(periode)] == ["2 dernières années"]
    tout = lire(client, "/ps/dossier/documents/?periode=tout")
    assert tout.documents() == ["Consultation du soir", "Lettre de sortie"]

    arbre = '//nav[@aria-label="Catégories et types"]'
    choisi = lire(client, "/ps/dossier/documents/?periode=tout&type=11490-0")
    assert choisi.documents() == ["Lettre de sortie"]
    assert len(choisi.racine.xpath(f"{arbre}//details[@open]")) == 1
    (courant,) = choisi.racine.xpath(f"{arbre}//a[@aria-current]")
    assert "Lettre de liaison à la sortie d'un établissement de soins" in choisi.mots(courant)
    recherche = choisi.racine.xpath("//search/form")[0]
    assert recherche.xpath('.//input[@name="periode"]/@value') == ["tout"]
    assert recherche.xpath('.//input[@name="type"]/@value') == ["11490-0"]


def test_un_dossier_ou_rien_n_est_ouvert_le_dit():
    client = dossier().professionnel()
    assert "Aucun document de ce dossier ne vous est ouvert." in lire(client, "/ps/dossier/").texte
    page = lire(client, "/ps/dossier/documents/")
    assert page.liens()["Je cherche dans tout le dossier"] == "/ps/dossier/documents/?periode=tout"


@pytest.mark.regle("R-DOC-11", "R-MAS-07")
def test_l_auteur_masque_et_retire_son_document_un_autre_ne_le_peut_pas():
    scene = dossier("pdf", "confrere")
    client = scene.professionnel()

    autre = lire(client, scene.url_ps("confrere"))
    assert "Je retire du dossier" not in autre.liens()
    assert not autre.racine.xpath('//form[contains(@action, "confidentialite")]')
    assert client.get(scene.url_ps("confrere", "supprimer/")).status_code == 403

    mien = lire(client, scene.url_ps("pdf"))
    assert "Je le masque, à la demande du patient" in mien.boutons()
    mien = envoyer(client, scene.url_ps("pdf", "confidentialite/"), confidentialite="masque")
    assert "Ce document est masqué aux autres professionnels." in mien.texte
    assert "Je le rends visible" in mien.boutons()

    question = lire(client, mien.liens()["Je retire du dossier"])
    assert question.titres(1) == ["Je retire ce document du dossier ?"]
    assert question.liens()["Je le laisse"] == scene.url_ps("pdf")
    page = envoyer(client, scene.url_ps("pdf", "supprimer/"))
    assert "Le document est retiré du dossier." in page.texte
    assert page.documents() == ["Consultation de cardiologie"]


@pytest.mark.regle("R-MAS-02")
def test_l_auteur_ne_demasque_ce_que_le_patient_a_masque_qu_a_sa_demande():
    scene = dossier("pdf")
    envoyer(scene.patient(), scene.url("pdf", "confidentialite/"), confidentialite="masque")
    client = scene.professionnel()
    page = lire(client, scene.url_ps("pdf"))
    assert page.champ("demande_du_patient").get("checked") is None
    assert "Le patient me demande de le rendre visible" in page.texte

    adresse = scene.url_ps("pdf", "confidentialite/")
    assert client.post(adresse, {"confidentialite": "visible"}).status_code == 403
    page = envoyer(client, adresse, confidentialite="visible", demande_du_patient="oui")
    assert "Le document est visible par les professionnels autorisés." in page.texte


@pytest.mark.regle("R-MAS-09")
def test_un_document_en_attente_d_annonce_le_dit_a_son_auteur():
    scene = dossier("annonce")
    page = lire(scene.professionnel(), scene.url_ps("annonce"))
    assert "Le patient ne voit pas encore ce document" in page.titres(2)


@pytest.mark.regle("R-ALI-05", "R-ALI-07")
def test_je_depose_avec_trois_cases_independantes_et_je_recois_un_accuse():
    scene = dossier()
    client = scene.professionnel()
    page = lire(client, "/ps/depot/")
    cases = ("masque_ps", "invisible_patient", "invisible_representants")
    assert [page.champ(nom).get("type") for nom in cases] == ["checkbox"] * 3
    assert all(page.champ(nom).get("checked") is None for nom in cases)

    accuse = envoyer(
        client,
        "/ps/depot/",
        fichier=fichier(),
        type_code=scenes.COMPTE_RENDU,
        titre="Consultation d'annonce",
        date_document="2026-03-01",
        masque_ps="on",
        invisible_patient="on",
    )
    assert accuse.titres(1) == ["Accusé de dépôt"]
    assert "Votre document est déposé." in accuse.texte
    assert "Alex DEMO-UN" in accuse.bloc("Reçu")
    document = lire(client, accuse.liens()["Je vois ce document"])
    assert document.titres(1) == ["Consultation d'annonce"]
    assert "Le patient ne voit pas encore ce document" in document.titres(2)
    assert "Ce document est masqué aux autres professionnels." in document.texte
    assert "Consultation d'annonce" not in lire(scene.patient(), "/documents/").texte


@pytest.mark.regle("R-DOC-18")
def test_le_meme_document_depose_deux_fois_le_dit_sur_l_accuse():
    client = dossier().professionnel()
    champs = {"type_code": "", "titre": "", "date_document": ""}
    for _ in range(2):
        accuse = envoyer(client, "/ps/depot/", fichier=fichier("bio.xml", scenes.cda()), **champs)
    assert "Ce document était déjà dans le dossier" in accuse.texte


@pytest.mark.regle("R-ALI-10", "R-ALI-08")
def test_un_depot_refuse_dit_pourquoi_et_garde_ce_qui_est_tape():
    client = dossier().professionnel()
    page = Page(
        client.post(
            "/ps/depot/",
            {
                "fichier": fichier("bio.xml", scenes.cda(matricule="287099900000290")),
                "titre": "Bilan",
                "invisible_representants": "on",
            },
        )
    )
    assert page.statut == 422
    assert "Ce document concerne une autre personne" in page.texte
    assert page.champ("titre").get("value") == "Bilan"
    assert page.champ("invisible_representants").get("checked") is not None
    assert page.champ("masque_ps").get("checked") is None


@pytest.mark.regle("R-PS-08", "R-STA-08")
def test_qui_depose_sans_dossier_ouvert_ne_voit_aucun_chemin_vers_la_lecture():
    scene = dossier("pdf")
    client = scene.professionnel(ouvert=False)
    scenes.chercher(client)
    page = lire(client, "/ps/depot/")

    assert [
        page.mots(a) for a in page.racine.xpath('//nav[@aria-label="Dossier du patient"]//a')
    ] == ["Déposer un document"]
    accuse = envoyer(
        client,
        "/ps/depot/",
        fichier=fichier(),
        type_code=scenes.COMPTE_RENDU,
        titre="Compte rendu",
        date_document="2026-03-01",
    )
    assert "Je vois ce document" not in accuse.liens()
    assert "Consultation du soir" not in accuse.html
