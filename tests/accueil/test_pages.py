"""The patient's pages as a browser without script receives them: what is needed is there, and works.

Every page is rendered strictly (`gabarits_stricts`); test_pages_navigateur shows them to a browser.
"""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from habilitations.politique import Masque
from habilitations.portes import ESPACE_CHOISI
from notifications.models import Notification
from tests import situations as s
from tests.accueil import scenes
from tests.accueil.lecture import (
    INSECABLE,
    Page,
    envoyer,
    fichier,
    lire,
    pages_du_patient,
    verifier_liens,
    verifier_structure,
)
from tests.accueil.scenes import dossier
from tests.comptes.outils import session_de
from usagers.models import Gestion, Qualite

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gabarits_stricts")]

# --- Every page ---------------------------------------------------------------------------------


def test_chaque_page_du_patient_a_sa_structure_et_ses_liens_menent_quelque_part():
    scene = scenes.dossier_complet()
    client = scene.patient()
    for adresse in pages_du_patient(scene):
        page = lire(client, adresse)
        verifier_structure(page, adresse)
        verifier_liens(page, adresse)


def test_un_titre_ne_peut_pas_injecter_de_html():
    scene = dossier("hostile")
    client, pro = scene.patient(), scene.professionnel()
    adresses = ["/accueil/", "/documents/", scene.url("hostile"), "/historique/"]
    adresses += [scene.url("hostile", page) for page in ("qui-peut-voir/", "avant-telechargement/")]
    for navigateur, adresse in [
        *((client, adresse) for adresse in adresses),
        (pro, "/ps/dossier/documents/"),
        (pro, scene.url_ps("hostile", "supprimer/")),
    ]:
        html = navigateur.get(adresse).content.decode()
        assert "Note &amp; suites" in html, adresse
        assert "Note & suites" not in html, adresse
        assert "&amp;amp;" not in html, adresse


# --- Public home ---------------------------------------------------------------------------------


@pytest.mark.regle("R-ACC-05", "R-PS-21")
def test_la_page_d_accueil_dit_a_quoi_sert_l_espace_et_montre_les_deux_portes(client):
    page = lire(client, "/")

    assert page.liens()["Je me connecte"] == "/connexion/"
    assert page.liens()["Je suis professionnel de santé"] == "/ps/connexion/"
    assert "Employeurs, assureurs, mutuelles Rien, jamais." in page.texte
    for aide in ("3422", "langue des signes", "France services", "médiateur numérique"):
        assert aide in page.texte
    verifier_structure(page, "/")


def test_qui_est_deja_connecte_arrive_chez_soi():
    assert dossier().patient().get("/").headers["Location"] == "/accueil/"


# --- The patient's home --------------------------------------------------------------------------


@pytest.mark.regle("R-ACC-01", "R-DOC-15")
def test_l_accueil_salue_et_montre_documents_recents_epingles_et_lecteurs():
    scene = scenes.dossier_complet()
    page = lire(scene.patient(), "/accueil/")

    assert page.titres(1) == ["Bonjour Alex"]
    assert "Ordonnance corrigée" in page.bloc("Documents récents")
    assert "Bilan sanguin" in page.bloc("Documents épinglés")
    assert "Dominique DEMO-MEDECIN" in page.bloc("Qui a consulté mes documents ?")
    liens = page.liens()
    assert liens["Voir tous mes documents"] == "/documents/"
    assert liens["Voir tous mes documents épinglés"] == "/documents/?epingles=oui"
    assert liens["Voir tout l'historique"] == "/historique/"


def test_un_espace_vide_dit_quoi_faire():
    client = dossier().patient()
    accueil = lire(client, "/accueil/")
    assert "Vous n'avez pas encore de document." in accueil.texte
    assert accueil.liens()["J'ajoute un document"] == "/documents/ajouter/"
    assert "Aucun document épinglé" in accueil.texte
    assert "Aucun professionnel n'a consulté vos documents" in accueil.texte

    documents = lire(client, "/documents/")
    assert "Vous n'avez pas encore de document." in documents.texte
    assert "Rechercher dans mes documents" not in documents.texte

    notifications = lire(client, "/notifications/")
    assert "Vous n'avez pas de notification." in notifications.texte
    assert notifications.liens()["Je règle mes notifications"] == "/reglages/#notifications"

    assert (
        "Rien à montrer ici."
        in lire(client, "/historique/?groupe=services&depuis=2030-01-01").texte
    )


def test_le_menu_dit_ou_l_on_est_et_de_qui_est_l_espace():
    scene = dossier("pdf")
    page = lire(scene.patient(), scene.url("pdf"))

    courants = [page.mots(a) for a in page.racine.xpath('//nav[@id="menu"]//a[@aria-current]')]
    assert courants == ["Documents"]
    assert page.racine.xpath('//details[contains(., "Alex DEMO-UN")]')


def test_la_cloche_compte_les_notifications_non_lues_de_l_espace_ouvert():
    scene = dossier("pdf")
    scene.annoncer("pdf")
    Notification.objects.create(
        espace_id=s.creer_espace("ines").pk,
        compte_id=scene.compte.pk,
        evenement_id=scene.espace.pk,
        code="AJOUT_DOCUMENT",
    )
    page = lire(scene.patient(), "/accueil/")
    assert page.mots(page.racine.xpath('//a[@href="/notifications/"]')[0]) == (
        "Notifications, 1 non lue"
    )


def test_l_espace_d_un_autre_se_voit_sur_chaque_page():
    scene = dossier()
    client = scene.patient()
    enfant = s.creer_espace("ines")
    Gestion.objects.create(espace=enfant, compte_id=scene.compte.pk, qualite=Qualite.REPRESENTANT)
    session = session_de(client)
    session[ESPACE_CHOISI] = str(enfant.pk)
    session.save()
    for adresse in ("/accueil/", "/documents/", "/historique/", "/notifications/", "/reglages/"):
        page = lire(client, adresse)
        (bandeau,) = page.racine.xpath('//*[@class="bandeau-autrui"]')
        assert page.mots(bandeau) == "Vous consultez l'espace de Ines DEMO-UN", adresse


# --- The list of documents -----------------------------------------------------------------------


@pytest.mark.regle("R-DOC-16", "R-DOC-01")
def test_la_liste_montre_les_categories_avec_leur_compte():
    scene = dossier("pdf", "confrere", "cda", "ordonnance")
    page = lire(scene.patient(), "/documents/")

    cartes = {
        page.mots(carte).rpartition(" ")[0].rpartition(" ")[0]: page.mots(carte)
        for carte in page.racine.xpath('//section[@aria-labelledby="categories"]//li')
    }
    assert cartes["Tous les documents"].endswith("4 documents")
    assert cartes["Comptes rendus"].endswith("2 documents")
    assert cartes["Résultats de biologie"].endswith("1 document")
    assert len(page.documents()) == 4

    choisie = lire(scene.patient(), "/documents/?categorie=CPT_REND")
    assert choisie.documents() == ["Consultation de cardiologie", "Consultation du soir"]
    assert "Comptes rendus" in choisie.titres(2)
    courante = choisie.racine.xpath('//section[@aria-labelledby="categories"]//a[@aria-current]')
    assert [choisie.mots(lien) for lien in courante] == ["Comptes rendus"]


@pytest.mark.regle("R-DOC-16", "R-DOC-23")
def test_la_liste_se_trie_se_filtre_et_le_dit():
    scene = dossier("confrere", "pdf", "image")
    client = scene.patient()

    trie = lire(client, "/documents/?tri=titre")
    assert trie.documents() == [
        "Consultation de cardiologie",
        "Consultation du soir",
        "Ordonnance de lunettes",
    ]
    assert trie.racine.xpath('//select[@name="tri"]/option[@selected]/@value') == ["titre"]
    assert trie.racine.xpath('//details[contains(@class, "filtre")]/@open')

    miens = lire(client, "/documents/?deposant=patient")
    assert miens.documents() == ["Ordonnance de lunettes"]
    assert len(lire(client, "/documents/?deposant=ps").documents()) == 2
    assert lire(client, "/documents/?epingles=oui").documents() == []


def test_la_recherche_garde_le_tri_et_dit_quand_elle_ne_trouve_rien():
    client = dossier("pdf", "image").patient()

    page = lire(client, "/documents/?q=LUNETTES&tri=titre")
    assert page.documents() == ["Ordonnance de lunettes"]
    assert "Résultats pour « LUNETTES »" in page.titres(2)
    recherche = page.racine.xpath("//search/form")[0]
    assert recherche.xpath('.//input[@name="q"]/@value') == ["LUNETTES"]
    assert recherche.xpath('.//input[@name="tri"]/@value') == ["titre"]

    rien = lire(client, "/documents/?q=zzz")
    assert "Aucun document ne répond à cette recherche." in rien.texte
    assert rien.liens()["Je vois tous mes documents"] == "/documents/"


def test_la_liste_a_des_pages_qui_gardent_les_choix():
    scene = dossier()
    scene.remplir(21)
    page = lire(scene.patient(), "/documents/?categorie=ORD_SOIN")

    assert len(page.documents()) == 20
    assert "21 documents" in page.texte
    (suivante,) = page.racine.xpath('//a[@rel="next"]/@href')
    assert suivante == "?categorie=ORD_SOIN&page=2"
    assert len(lire(scene.patient(), f"/documents/{suivante}").documents()) == 1


@pytest.mark.regle("R-TRA-02")
def test_la_liste_dit_qui_a_consulte_mes_documents():
    scene = dossier("pdf")
    scene.professionnel().get(scene.url_ps("pdf"))
    page = lire(scene.patient(), "/documents/")

    bloc = page.bloc("Qui a consulté mes documents ?")
    assert "Dominique DEMO-MEDECIN" in bloc
    assert "a consulté le document « Consultation du soir » aujourd'hui à" in bloc
    liens = page.liens()
    assert liens["Voir toutes les consultations"] == "/historique/?groupe=professionnels"
    assert liens["Qui peut consulter ces documents ?"] == "/documents/confidentialite/#qui"


@pytest.mark.regle("R-MAS-09")
def test_un_document_en_attente_d_annonce_ne_parait_nulle_part():
    scene = dossier("pdf", "annonce")
    client = scene.patient()
    for adresse in (
        "/accueil/",
        "/documents/",
        "/documents/?q=expliquer",
        "/historique/",
        "/notifications/",
    ):
        assert "Résultat à expliquer" not in client.get(adresse).content.decode(), adresse
    assert client.get(scene.url("annonce")).status_code == 404


# --- One document --------------------------------------------------------------------------------


def test_la_page_d_un_document_dit_ce_qu_il_est_et_d_ou_il_vient():
    scene = dossier("pdf")
    page = lire(scene.patient(), scene.url("pdf"))

    assert page.titres(1) == ["Consultation du soir"]
    renseignements = page.bloc("Renseignements")
    assert "Type CR ou fiche de consultation ou de visite" in renseignements
    assert "Ajouté par Dominique DEMO-MEDECIN Médecin" in renseignements
    assert "Cabinet de groupe DÉMO" in renseignements
    assert "document.pdf" in renseignements
    assert "Comptes rendus" in page.texte


@pytest.mark.regle("R-DOC-21")
@pytest.mark.parametrize(
    ("nom", "chemin", "attribut", "dit"),
    [
        ("pdf", "//iframe", "title", "Aperçu du document « Consultation du soir »"),
        ("texte", "//iframe", "title", "Aperçu du document « Mes notes de tension »"),
        ("image", "//main//img", "alt", "Image du document « Ordonnance de lunettes »"),
    ],
)
def test_un_pdf_un_texte_une_image_ont_un_apercu(nom, chemin, attribut, dit):
    scene = dossier(nom)
    client = scene.patient()
    page = lire(client, scene.url(nom))

    (apercu,) = page.racine.xpath(chemin)
    assert apercu.get(attribut).replace(INSECABLE, " ") == dit
    adresse = urlsplit(apercu.get("src")).path
    assert adresse == scene.url(nom, "contenu/")
    contenu = client.get(adresse)
    assert contenu.status_code == 200
    assert contenu.headers["Content-Disposition"].startswith("inline")


@pytest.mark.regle("R-DOC-21")
def test_un_format_sans_apercu_se_telecharge():
    scene = dossier("rtf")
    page = lire(scene.patient(), scene.url("rtf"))

    assert "Ce format n'a pas d'aperçu." in page.texte
    assert page.liens()["Je télécharge le document"] == scene.url("rtf", "avant-telechargement/")
    assert not page.racine.xpath("//iframe")


def test_un_document_structure_se_lit_dans_la_page_avec_son_en_tete():
    scene = dossier("cda")
    page = lire(scene.patient(), scene.url("cda"))

    (tableau,) = page.racine.xpath('//div[@class="feuille"]//table')
    cellules = [page.mots(cellule) for cellule in tableau.iter("td")]
    assert cellules[:3] == ["Glycémie à jeun", "0,92 g/L", "0,70 à 1,10"]
    (cadre,) = page.racine.xpath('//div[@class="cda-tableau"]')
    assert cadre.get("tabindex") == "0"
    renseignements = page.bloc("Renseignements")
    assert "Établi le 12 mars 2026 à 10 h 30" in renseignements
    assert "Rédigé par Daniel DEMO-HOSPITALIER" in renseignements
    assert "Conservé par LABORATOIRE DÉMO" in renseignements
    assert "J'imprime" in page.boutons()


@pytest.mark.regle("R-DOC-25")
def test_un_document_structure_qui_porte_un_pdf_montre_d_abord_le_pdf():
    scene = dossier()
    corps = (
        b'<component><nonXMLBody><text mediaType="application/pdf" representation="B64">'
        + base64.b64encode(s.pdf("Compte rendu signe"))
        + b"</text></nonXMLBody></component>"
    )
    octets = re.sub(
        rb"<component><structuredBody>.*</structuredBody></component>",
        lambda _: corps,
        scenes.cda("1.2.250.1.999.1.8"),
        flags=re.DOTALL,
    )
    scene.documents["cda_pdf"] = s.deposer(
        scene.medecin, scene.espace, octets=octets, nom_fichier="cr.xml", type_code="", titre=""
    )
    page = lire(scene.patient(), scene.url("cda_pdf"))

    assert len(page.racine.xpath("//iframe")) == 1
    assert not page.racine.xpath('//div[@class="feuille"]')
    assert "Rédigé par Daniel DEMO-HOSPITALIER" in page.bloc("Renseignements")


@pytest.mark.regle("R-DOC-26")
def test_un_document_pas_encore_analyse_ou_illisible_le_dit_et_ne_se_sert_pas():
    scene = dossier("en_analyse", "echec")
    client = scene.patient()

    attente = lire(client, scene.url("en_analyse"))
    assert "Analyse en cours" in attente.titres(3)
    assert "actualisez cette page" in attente.texte
    echec = lire(client, scene.url("echec"))
    assert "Ce document ne peut pas être affiché" in echec.titres(3)
    assert "demandez-lui de le déposer à nouveau" in echec.texte
    for nom, page in (("en_analyse", attente), ("echec", echec)):
        assert not page.racine.xpath("//iframe | //main//img")
        assert "Je télécharge" not in page.liens()
        avertissement = lire(client, scene.url(nom, "avant-telechargement/"))
        assert "n'est pas encore disponible" in avertissement.texte
        assert client.get(scene.url(nom, "telecharger/")).status_code == 404


@pytest.mark.regle("R-MAS-02", "R-MAS-05")
def test_je_masque_un_document_et_la_page_le_dit():
    scene = dossier("confrere")
    client = scene.patient()
    page = lire(client, scene.url("confrere"))
    assert page.champ("confidentialite").get("value") == "visible"
    assert "Vous et la personne qui l'a ajouté le voyez toujours." in page.texte
    assert page.liens()["Qui a accès à ce document ?"] == scene.url("confrere", "qui-peut-voir/")

    page = envoyer(client, scene.url("confrere", "confidentialite/"), confidentialite="masque")
    assert "Le document est masqué aux professionnels de santé." in page.texte
    assert page.champ("confidentialite").get("value") == "masque"
    assert "Masqué aux professionnels" in lire(client, "/documents/").texte
    assert scene.professionnel().get(scene.url_ps("confrere")).status_code == 404

    page = envoyer(client, scene.url("confrere", "confidentialite/"), confidentialite="visible")
    assert page.champ("confidentialite").get("value") == "visible"


@pytest.mark.regle("R-DOC-15")
def test_j_epingle_un_document_puis_je_le_retire_de_l_accueil():
    scene = dossier("pdf")
    client = scene.patient()
    assert "J'épingle à l'accueil" in lire(client, scene.url("pdf")).boutons()

    page = envoyer(client, scene.url("pdf", "epingler/"), epingle="oui")
    assert "Je retire de l'accueil" in page.boutons()
    assert lire(client, "/documents/?epingles=oui").documents() == ["Consultation du soir"]

    page = envoyer(client, scene.url("pdf", "epingler/"), epingle="non")
    assert "J'épingle à l'accueil" in page.boutons()


@pytest.mark.regle("R-DOC-20")
def test_avant_de_telecharger_je_sais_ce_que_je_risque():
    scene = dossier("pdf")
    client = scene.patient()
    page = lire(client, lire(client, scene.url("pdf")).liens()["Je télécharge"])

    assert "n'est plus protégé par votre espace" in page.texte
    adresse = page.liens()["Je télécharge le document"]
    assert page.liens()["Je reviens au document"] == scene.url("pdf")
    fichier_recu = client.get(adresse)
    assert fichier_recu.content.startswith(b"%PDF")
    assert fichier_recu.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.regle("R-DOC-07", "R-DOC-08")
def test_je_supprime_mes_documents_apres_avoir_confirme_et_pas_ceux_des_autres():
    scene = dossier("pdf", "image")
    client = scene.patient()

    autre = lire(client, scene.url("pdf"))
    assert "Je supprime" not in autre.liens()
    assert (
        "Vous ne pouvez pas supprimer ce document, ajouté par Dominique DEMO-MEDECIN" in autre.texte
    )
    assert client.get(scene.url("pdf", "supprimer/")).status_code == 403

    mien = lire(client, scene.url("image"))
    question = lire(client, mien.liens()["Je supprime"])
    assert question.titres(1) == ["Je supprime ce document ?"]
    assert "Vous ne pourrez pas le récupérer" in question.texte
    assert question.liens()["Je le garde"] == scene.url("image")
    assert len(lire(client, "/documents/").documents()) == 2  # asking deletes nothing

    page = envoyer(client, scene.url("image", "supprimer/"))
    assert "Le document est supprimé." in page.texte
    assert page.documents() == ["Consultation du soir"]


@pytest.mark.regle("R-DOC-12")
def test_une_version_remplacee_mene_a_la_version_actuelle():
    scene = dossier("ordonnance", "ordonnance_corrigee")
    client = scene.patient()

    ancienne = lire(client, scene.url("ordonnance"))
    assert "Ce document a été remplacé" in ancienne.titres(2)
    assert ancienne.liens()["Je lis la version actuelle"] == scene.url("ordonnance_corrigee")
    actuelle = lire(client, scene.url("ordonnance_corrigee"))
    assert "Ce document a été remplacé" not in actuelle.texte
    assert "Version remplacée, ajoutée le" in actuelle.bloc("Autres versions")
    assert lire(client, "/documents/").documents() == ["Ordonnance corrigée"]


@pytest.mark.regle("R-TRA-02")
def test_la_page_d_un_document_dit_qui_l_a_lu():
    scene = dossier("pdf", "confrere")
    client = scene.patient()
    assert "Aucun professionnel ne l'a consulté." in lire(client, scene.url("confrere")).texte

    scene.professionnel().get(scene.url_ps("confrere"))
    page = lire(client, scene.url("confrere"))
    assert "Dominique DEMO-MEDECIN" in page.bloc("Qui a consulté ce document ?")
    assert "Aucun professionnel ne l'a consulté." in lire(client, scene.url("pdf")).texte
    adresse = f"/historique/?document={scene.documents['confrere'].id}"
    assert page.liens()["Voir son historique"] == adresse
    assert "a consulté le document « Consultation de cardiologie »" in lire(client, adresse).texte


# --- Who sees what -------------------------------------------------------------------------------


def lignes(page: Page, identifiant: str) -> list[list[str]]:
    """Rows of the table whose caption has this id."""
    (tableau,) = page.racine.xpath(f'//*[@id="{identifiant}-legende"]/ancestor::table')
    return [[page.mots(c) for c in ligne] for ligne in tableau.xpath(".//tbody/tr")]


def metiers(page: Page, rang: int) -> list[str]:
    """The professions of a row of the table."""
    listes = page.racine.xpath('//ul[@class="metiers"]')
    return [page.mots(metier) for metier in listes[rang]]


@pytest.mark.regle("R-MAS-05", "R-HAB-05")
def test_qui_peut_voir_ce_document_repond_par_metier_et_dit_pourquoi():
    scene = dossier("confrere")
    client = scene.patient()
    page = lire(client, scene.url("confrere", "qui-peut-voir/"))

    oui, non = lignes(page, "metiers")
    assert oui[0] == "Oui"
    assert {"Médecin", "Pharmacien"} <= set(metiers(page, 0))
    assert oui[2] == "Ce type de document leur est ouvert, avec votre accord."
    assert non[0] == "Non"
    assert "Opticien-Lunetier" in metiers(page, 1)
    (auteur,) = lignes(page, "personnes")
    assert auteur[0] == "Dominique DEMO-AUTRE_MEDECIN (a ajouté ce document)"
    assert auteur[1] == "Oui"

    envoyer(client, scene.url("confrere", "confidentialite/"), confidentialite="masque")
    page = lire(client, scene.url("confrere", "qui-peut-voir/"))
    assert {ligne[0] for ligne in lignes(page, "metiers")} == {"Non"}
    assert lignes(page, "metiers")[0][2] == "Ce document est masqué aux professionnels."
    assert lignes(page, "personnes")[0][1] == "Oui"


@pytest.mark.regle("R-MAS-03")
def test_je_masque_tout_en_un_geste_apres_avoir_lu_ce_que_cela_change():
    scene = dossier("pdf", "confrere")
    client = scene.patient()
    page = lire(client, "/documents/confidentialite/")
    assert page.champ("choix").get("value") == "montrer"
    assert "Il vaut aussi pour ceux qui seront ajoutés plus tard" in page.texte
    assert page.liens()["J'annule"] == "/documents/"

    page = envoyer(client, "/documents/confidentialite/", choix="masquer")
    assert "Vos documents sont masqués aux professionnels de santé" in page.texte
    assert "Vos nouveaux documents sont masqués aux professionnels de santé." in page.texte
    assert page.texte.count("Masqué aux professionnels") == 2
    assert lire(client, "/documents/confidentialite/").champ("choix").get("value") == "masquer"
    assert lire(client, "/documents/ajouter/").champ("confidentialite").get("value") == "masque"


# --- Adding a document ---------------------------------------------------------------------------


@pytest.mark.regle("R-DOC-04", "R-DOC-05")
def test_ajouter_un_document_commence_par_la_categorie_et_la_date_du_jour():
    page = lire(dossier().patient(), "/documents/ajouter/")

    (premier,) = page.racine.xpath('//select[@name="type_code"]/optgroup[1]')
    assert premier.get("label") == "Catégorie"
    assert "Ordonnances et soins" in [page.mots(option) for option in premier]
    assert page.champ("date_document").get("value") == timezone.localdate().isoformat()
    assert page.champ("confidentialite").get("value") == "visible"
    aide = page.racine.get_element_by_id("id_titre_helptext")
    assert page.champ("titre").get("aria-describedby") == "id_titre_helptext"
    assert "@ < > ?" in page.mots(aide)


def test_j_ajoute_un_document_et_j_arrive_sur_sa_page():
    client = dossier().patient()
    page = envoyer(
        client,
        "/documents/ajouter/",
        fichier=fichier(),
        titre="Ma prise de sang",
        type_code="DOCPAT05",
        date_document="2026-03-01",
        confidentialite="masque",
    )

    assert page.titres(1) == ["Ma prise de sang"]
    assert "Le document est ajouté." in page.texte
    assert "Résultats de biologie" in page.texte
    assert page.champ("confidentialite").get("value") == "masque"


@pytest.mark.regle("R-DOC-02", "R-DOC-04")
def test_un_ajout_refuse_dit_quoi_corriger_et_garde_ce_qui_est_tape():
    client = dossier().patient()
    reponse = client.post(
        "/documents/ajouter/",
        {
            "fichier": fichier("programme.pdf", b"MZ\x90\x00" + b"\0" * 200),
            "titre": "Prise de sang",
            "type_code": "DOCPAT05",
            "date_document": "2026-03-01",
            "confidentialite": "masque",
        },
    )
    page = Page(reponse)
    assert page.statut == 422
    resume = page.racine.get_element_by_id("erreurs-formulaire")
    assert resume.get("role") == "alert"
    (lien,) = resume.iter("a")
    assert lien.get("href") == "#id_fichier"
    assert page.champ("fichier").get("aria-invalid") == "true"
    assert "id_fichier_error" in page.champ("fichier").get("aria-describedby")
    assert page.champ("titre").get("value") == "Prise de sang"
    assert page.racine.xpath('//select[@name="type_code"]//option[@selected]/@value') == [
        "DOCPAT05"
    ]
    assert page.champ("confidentialite").get("value") == "masque"
    assert "choisissez-le de nouveau" in page.texte
    assert page.mots(page.racine.find(".//title")).startswith("Erreur")

    page = Page(client.post("/documents/ajouter/", {"titre": "Prise de sang ?"}))
    assert page.statut == 422
    assert {
        lien.get("href") for lien in page.racine.get_element_by_id("erreurs-formulaire").iter("a")
    } == {
        "#id_fichier",
        "#id_type_code",
        "#id_date_document",
        "#id_confidentialite",
    }
    assert lire(client, "/documents/").documents() == []


# --- History -------------------------------------------------------------------------------------


@pytest.mark.regle("R-TRA-02", "R-TRA-03")
def test_l_historique_se_lit_en_phrases_par_jour_et_par_groupe():
    scene = dossier("pdf")
    scene.professionnel().get(scene.url_ps("pdf"))
    client = scene.patient()
    client.get(scene.url("pdf"))
    page = lire(client, "/historique/")

    assert page.titres(2)[0].startswith("Aujourd'hui, ")
    assert "Dominique DEMO-MEDECIN (Médecin" in page.texte
    assert "a ouvert le dossier avec l'accord exprès du patient" in page.texte
    assert "Alex DEMO-UN a consulté le document « Consultation du soir »" in page.texte

    pro = lire(client, page.liens()["Professionnels de santé"].join(("/historique/", "")))
    assert "Alex DEMO-UN a consulté" not in pro.texte
    assert "Dominique DEMO-MEDECIN" in pro.texte
    assert [
        pro.mots(a) for a in pro.racine.xpath('//nav[@aria-label="Qui a agi"]//a[@aria-current]')
    ] == ["Professionnels de santé"]
    miens = lire(client, "/historique/?groupe=mes-activites")
    assert "Dominique DEMO-MEDECIN" not in miens.texte


def test_le_meme_geste_repete_dans_la_minute_est_dit_une_fois_avec_son_compte():
    scene = dossier("pdf")
    client = scene.patient()
    for _ in range(3):
        client.get(scene.url("pdf"))
    page = lire(client, "/historique/?groupe=mes-activites")
    trouves = re.findall(
        r"a consulté le document « Consultation du soir »(?: \((\d) fois\))?", page.texte
    )
    # The clock may turn to the next minute in between: then the count is shared.
    assert sum(int(nombre or 1) for nombre in trouves) == 3


@pytest.mark.regle("R-TRA-03")
def test_l_historique_se_limite_a_une_periode_et_une_date_fausse_se_corrige():
    scene = dossier("pdf")
    client = scene.patient()
    demain = (timezone.localdate() + timedelta(days=1)).isoformat()

    assert (
        "Personne n'a agi sur votre espace dans ces limites."
        in lire(client, f"/historique/?depuis={demain}").texte
    )
    page = lire(client, f"/historique/?depuis={timezone.localdate().isoformat()}")
    assert "a ajouté le document « Consultation du soir »" in page.texte

    fausse = lire(client, "/historique/?depuis=2026-02-30&groupe=professionnels")
    assert fausse.racine.get_element_by_id("erreurs-formulaire") is not None
    assert fausse.racine.xpath('//details[contains(@class, "filtre")]/@open')
    assert fausse.racine.xpath('//form//input[@type="hidden"][@name="groupe"]/@value') == [
        "professionnels"
    ]
    inversees = lire(client, "/historique/?depuis=2026-03-02&jusqua=2026-03-01")
    assert "Cette date vient avant la première" in inversees.texte


def test_l_historique_a_des_pages():
    scene = dossier("pdf")
    client = scene.patient()
    for _ in range(30):
        client.get("/reglages/")
        client.get("/documents/")
    page = lire(client, "/historique/")
    (suivante,) = page.racine.xpath('//a[@rel="next"]/@href')
    assert (
        "a ajouté le document « Consultation du soir »"
        in lire(client, f"/historique/{suivante}").texte
    )


# --- Notifications -------------------------------------------------------------------------------


@pytest.mark.regle("R-NOT-07")
def test_une_notification_mene_au_document_se_lit_et_se_supprime():
    scene = dossier("pdf", "confrere")
    scene.annoncer("pdf", "confrere")
    client = scene.patient()
    page = lire(client, "/notifications/")

    lien = "Un document a été ajouté : Consultation du soir"
    assert page.liens()[lien] == scene.url("pdf")
    assert page.texte.count("Non lue") == 2
    (basculer, *_) = page.racine.xpath('//form[contains(@action, "/lue/")]/@action')
    page = envoyer(client, basculer, lue="oui")
    assert page.texte.count("Non lue") == 1
    assert "Marquer non lue : Un document a été ajouté, aujourd'hui" in " ".join(page.boutons())

    page = envoyer(client, "/notifications/tout-lire/")
    assert "Toutes les notifications sont marquées comme lues." in page.texte
    assert "Je marque tout comme lu" not in page.boutons()

    (supprimer, *_) = page.racine.xpath('//form[contains(@action, "/supprimer/")]/@action')
    page = envoyer(client, supprimer)
    assert len(page.racine.xpath('//ul[@aria-label="Notifications"]/li')) == 1


@pytest.mark.regle("R-MAS-17")
def test_une_notification_ne_mene_pas_a_un_document_que_je_ne_vois_plus():
    scene = dossier("pdf")
    scene.annoncer("pdf")
    scene.changer("pdf", masques=[Masque.INVISIBLE_PATIENT])
    page = lire(scene.patient(), "/notifications/")

    assert "Un document a été ajouté" in page.titres(2)
    assert "Consultation du soir" not in page.html
    assert str(scene.documents["pdf"].id) not in page.html


# --- Settings ------------------------------------------------------------------------------------


def test_les_reglages_disent_mon_identite_et_gardent_mon_choix_de_courriel():
    client = dossier().patient()
    page = lire(client, "/reglages/")
    identite = page.bloc("Mon identité")
    for mots in (
        "DEMO-UN",
        "ALEX",
        "12 avril 1985",
        "Masculin",
        "185049900000162",
        "Identité vérifiée",
    ):
        assert mots in identite
    assert "c'est elle qui les corrige" in identite
    assert page.champ("courriel_document").get("checked") is not None

    page = envoyer(client, "/reglages/")
    assert "Vos préférences sont enregistrées." in page.texte
    assert page.champ("courriel_document").get("checked") is None
    page = envoyer(client, "/reglages/", courriel_document="oui")
    assert page.champ("courriel_document").get("checked") is not None
