"""The declaration: what is asked of whom, what is refused, what the patient takes back (R-PS)."""

from __future__ import annotations

import pytest

from habilitations.actions.accords import (
    autoriser_professionnel,
    autoriser_structure,
    retirer_acces_professionnel,
)
from habilitations.actions.choix import bloquer_professionnel
from habilitations.models import ConsentementInitial, EpisodeSoins, RetraitAcces
from journal.faits import Fait
from mes.socle.nomenclatures import professions
from tests import situations as s
from tests.accueil.lecture import Page, envoyer, lire
from tests.comptes.outils import connecter_usager, faits_du_journal, motifs_de_securite
from tests.webps import outils
from tests.webps.outils import CONSENTEMENT, DECLARATION, EQUIPE

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gabarits_stricts")]


@pytest.fixture
def alex():
    return s.creer_espace("alex")


def _noms_des_champs(page: Page) -> set[str]:
    return {champ.get("name") for champ in page.racine.xpath("//main//input[@name]")}


# --- Care team ------------------------------------------------------------------------------------


@pytest.mark.regle("R-PS-02", "R-PS-03")
def test_le_premier_acces_de_l_equipe_demande_consentement_et_information_ecrite(alex):
    client = outils.devant("medecin")
    page = Page(client.post(DECLARATION, {"base": "equipe", "rappel_lu": "on"}))
    assert page.statut == 422
    liens = page.racine.get_element_by_id("erreurs-formulaire").iter("a")
    assert [lien.get("href") for lien in liens] == [
        "#id_consentement_initial",
        "#id_information",
    ]
    assert not ConsentementInitial.objects.exists()

    assert client.post(DECLARATION, EQUIPE).status_code == 302
    assert ConsentementInitial.objects.get().information == "papier"
    episode = EpisodeSoins.objects.get()
    assert (episode.information, episode.fin_le) == ("papier", None)


@pytest.mark.regle("R-PS-02", "R-PS-03")
def test_le_consentement_connu_et_l_episode_en_cours_ne_se_redemandent_pas(alex):
    outils.dans("autre_medecin")
    client = outils.devant("medecin")
    page = lire(client, DECLARATION)
    assert "Le patient a déjà donné son consentement à votre équipe de soins." in page.texte
    assert "Épisode de soins en cours, commencé le" in page.texte
    assert "consentement_initial" not in _noms_des_champs(page)
    assert client.post(DECLARATION, {"base": "equipe", "rappel_lu": "on"}).status_code == 302
    assert EpisodeSoins.objects.count() == 1


@pytest.mark.regle("R-PS-03")
def test_un_nouvel_episode_demande_une_nouvelle_information_ecrite(alex):
    client = outils.dans("medecin")
    nouveau = {"base": "equipe", "nouvel_episode": "on", "rappel_lu": "on"}
    page = Page(client.post(DECLARATION, nouveau))
    assert page.statut == 422
    assert "Indiquez comment le patient a été informé." in page.texte
    reponse = client.post(DECLARATION, nouveau | {"information": "numerique"})
    assert reponse.status_code == 302
    ancien, courant = EpisodeSoins.objects.order_by("debut_le")
    assert ancien.fin_le is not None
    assert (courant.information, courant.fin_le) == ("numerique", None)


# --- Express consent ------------------------------------------------------------------------------


@pytest.mark.regle("R-PS-04")
def test_l_accord_expres_vaut_pour_une_consultation_et_se_redeclare(alex):
    client = outils.dans("medecin", **CONSENTEMENT)
    assert client.get("/ps/dossier/").status_code == 200
    assert not ConsentementInitial.objects.exists()
    client.post("/ps/dossier/fermer/")
    outils.chercher(client)
    assert client.get("/ps/dossier/").status_code == 403
    page = lire(client, DECLARATION)
    assert "avec l'accord que le patient me donne pour cette consultation" in page.texte


@pytest.mark.regle("R-PS-17", "R-PS-18")
def test_l_autorisation_du_patient_est_dite_avec_sa_fin_et_choisie_d_avance(alex):
    compte = s.creer_compte("alex", alex)
    outils.gerer(
        alex,
        compte,
        autoriser_professionnel,
        professionnel_id=outils.professionnel_id("medecin"),
        jours=7,
    )
    client = outils.devant("medecin")
    page = lire(client, DECLARATION)
    assert "avec l'accord que le patient m'a donné, jusqu'au" in page.texte
    assert page.champ("base").get("value") == "consentement"
    assert client.post(DECLARATION, CONSENTEMENT).status_code == 302


@pytest.mark.regle("R-PS-20")
def test_un_medecin_du_travail_ne_declare_que_l_accord_expres_et_informe_des_restrictions(alex):
    client = outils.devant("medecin_du_travail")
    page = lire(client, DECLARATION)
    assert _noms_des_champs(page) == {
        "csrfmiddlewaretoken",
        "base",
        "informe_restrictions",
        "rappel_lu",
    }
    assert page.champ("base").get("value") == "consentement"
    assert page.champ("base").get("type") == "hidden"
    assert "Un médecin du travail ne consulte qu'avec l'accord exprès" in page.texte

    assert client.post(DECLARATION, EQUIPE | {"informe_restrictions": "on"}).status_code == 422
    page = Page(client.post(DECLARATION, CONSENTEMENT))
    assert page.statut == 422
    assert "Informez d'abord le patient, puis cochez cette case." in page.texte
    reponse = client.post(DECLARATION, CONSENTEMENT | {"informe_restrictions": "on"})
    assert reponse.status_code == 302


@pytest.mark.regle("R-PS-21")
def test_ni_assureur_ni_mutuelle_ni_employeur_n_a_de_role_qui_lit():
    interdits = ("assur", "mutuel", "banque", "employeur", "recruteur")
    lecteurs = [p.libelle.lower() for p in professions().values() if p.peut_lire_dmp]
    assert lecteurs
    assert [libelle for libelle in lecteurs if any(mot in libelle for mot in interdits)] == []


@pytest.mark.regle("R-PS-21")
def test_la_page_publique_dit_qui_n_entre_jamais(client):
    texte = lire(client, "/ps/connexion/").texte
    assert "Jamais les assureurs, les mutuelles, les banques ni les employeurs" in texte


# --- A minor's secret -----------------------------------------------------------------------------


@pytest.mark.regle("R-PRO-09")
def test_la_connexion_secrete_n_est_proposee_que_pour_un_mineur(alex):
    s.creer_espace("ines")
    assert "secrete" not in _noms_des_champs(lire(outils.devant("medecin"), DECLARATION))
    page = lire(outils.devant("medecin", "ines"), DECLARATION)
    assert "secrete" in _noms_des_champs(page)
    assert "Ses parents ou représentants ne verront ni cet accès" in page.texte

    client = outils.devant("medecin")
    assert client.post(DECLARATION, CONSENTEMENT | {"secrete": "on"}).status_code == 302
    ouverture = outils.ouverture_de("medecin")
    assert ouverture is not None
    assert not ouverture.secrete


@pytest.mark.regle("R-PRO-09")
def test_un_acces_secret_ne_laisse_rien_dans_la_chaine_que_lisent_les_representants():
    ines = s.creer_espace("ines")
    avant = faits_du_journal(ines.pk)
    client = outils.dans("medecin", "ines", **CONSENTEMENT, secrete="on")
    assert client.get("/ps/dossier/").status_code == 200
    client.post("/ps/dossier/fermer/")
    assert faits_du_journal(ines.pk) == avant


# --- What the patient takes back -----------------------------------------------------------------


@pytest.mark.regle("R-PS-12", "R-PS-16")
def test_apres_un_retrait_la_page_dit_que_seul_le_patient_rend_l_acces(alex):
    compte = s.creer_compte("alex", alex)
    client = outils.dans("medecin")
    assert client.get("/ps/dossier/").status_code == 200
    outils.gerer(
        alex,
        compte,
        retirer_acces_professionnel,
        professionnel_id=outils.professionnel_id("medecin"),
    )
    assert client.get("/ps/dossier/").status_code == 403

    page = lire(client, DECLARATION)
    assert "Le patient a retiré son accord" in page.titres(2)
    assert "Lui seul peut vous rendre l'accès" in page.texte
    assert page.liens()["j'ai un code du patient"] == "/ps/patients/code/"
    assert "J'ouvre le dossier" not in page.boutons()
    for declaration in (EQUIPE, CONSENTEMENT, {}):
        assert client.post(DECLARATION, declaration).status_code == 403
    assert motifs_de_securite()[-1] == "CONSENTEMENT_REQUIS"

    outils.gerer(
        alex,
        compte,
        autoriser_professionnel,
        professionnel_id=outils.professionnel_id("medecin"),
        jours=7,
    )
    assert client.post(DECLARATION, CONSENTEMENT).status_code == 302


@pytest.mark.regle("R-PS-10", "R-PS-11")
def test_un_professionnel_bloque_l_apprend_et_peut_deposer(alex):
    compte = s.creer_compte("alex", alex)
    outils.gerer(
        alex, compte, bloquer_professionnel, professionnel_id=outils.professionnel_id("medecin")
    )
    client = outils.devant("medecin")
    page = lire(client, DECLARATION)
    assert "Le patient a bloqué votre accès" in page.titres(2)
    assert page.liens()["Je dépose sans consulter"] == "/ps/depot/"
    assert client.post(DECLARATION, EQUIPE).status_code == 403
    assert motifs_de_securite()[-1] == "PROFESSIONNEL_BLOQUE"


@pytest.mark.regle("R-PS-06")
def test_le_patient_refuse_en_deux_clics_et_sans_motif(alex):
    client = outils.dans("medecin")
    page = lire(client, DECLARATION)
    page = lire(client, page.liens()["Le patient refuse que je consulte"])
    assert _noms_des_champs(page) == {"csrfmiddlewaretoken"}
    assert page.boutons() == ["Il refuse que je consulte, moi", "Il refuse toute mon équipe"]

    page = envoyer(client, "/ps/patients/refus/", portee="moi")
    assert "Le patient a retiré son accord" in page.titres(2)
    assert client.get("/ps/dossier/").status_code == 403
    retrait = RetraitAcces.objects.get()
    assert (str(retrait.professionnel_id), retrait.structure_id) == (
        str(outils.professionnel_id("medecin")),
        None,
    )
    assert faits_du_journal(alex.pk)[-1] == Fait.REFUS_CONSULTATION
    # A colleague of the same team is not concerned.
    assert outils.dans("autre_medecin").get("/ps/dossier/").status_code == 200


@pytest.mark.regle("R-PS-06", "R-PS-02")
def test_le_refus_de_toute_l_equipe_la_ferme_a_chacun_jusqu_a_ce_que_le_patient_revienne(alex):
    compte = s.creer_compte("alex", alex)
    client = outils.dans("medecin")
    envoyer(client, "/ps/patients/refus/", portee="equipe")
    confrere = outils.devant("autre_medecin")
    assert "Le patient a retiré son accord" in lire(confrere, DECLARATION).titres(2)
    assert confrere.post(DECLARATION, EQUIPE).status_code == 403
    outils.gerer(alex, compte, autoriser_structure, structure_id=s.creer_structure().pk, jours=30)
    assert confrere.post(DECLARATION, EQUIPE).status_code == 302


def test_un_refus_mal_dit_n_enregistre_rien(alex):
    client = outils.devant("medecin")
    for portee in ("", "tous"):
        assert client.post("/ps/patients/refus/", {"portee": portee}).status_code == 200
    assert not RetraitAcces.objects.exists()


# --- One at a time, and the end ------------------------------------------------------------------


@pytest.mark.regle("R-PS-22")
def test_ouvrir_un_second_dossier_se_confirme_d_abord(alex):
    camille = s.creer_espace("camille")
    client = outils.dans("medecin")
    outils.chercher(client, "camille")
    page = Page(client.post(DECLARATION, EQUIPE))
    assert page.statut == 200
    assert "Je ferme le dossier de Alex DEMO-UN" in page.texte
    ouverture = outils.ouverture_de("medecin")
    assert ouverture is not None
    assert ouverture.espace_id == alex.pk

    champs = {c.get("name"): c.get("value") for c in page.racine.xpath("//main//form//input")}
    assert client.post(DECLARATION, champs).status_code == 302
    ouverture = outils.ouverture_de("medecin")
    assert ouverture is not None
    assert ouverture.espace_id == camille.pk
    assert faits_du_journal(alex.pk)[-1] == Fait.ACCES_REFERME


@pytest.mark.regle("R-PS-22")
def test_le_dossier_ouvert_est_dit_sur_chaque_page_avec_de_quoi_le_fermer(alex):
    client = outils.dans("medecin")
    for adresse in (
        "/ps/patients/",
        "/ps/patients/mes-patients/",
        "/ps/patients/code/",
        "/ps/patients/refus/",
        DECLARATION,
        "/ps/dossier/",
        "/ps/dossier/historique/",
        "/ps/dossier/confrere/",
    ):
        page = lire(client, adresse)
        (bandeau,) = page.racine.xpath('//section[@aria-label="Dossier ouvert"]')
        assert "Alex DEMO-UN" in page.mots(bandeau), adresse
        assert bandeau.xpath('.//form[@action="/ps/dossier/fermer/"]'), adresse
    page = envoyer(client, "/ps/dossier/fermer/")
    assert "Le dossier est fermé." in page.texte
    assert not page.racine.xpath('//section[@aria-label="Dossier ouvert"]')


@pytest.mark.regle("R-SEC-05", "R-PS-04")
def test_se_deconnecter_ferme_le_dossier(alex):
    client = outils.dans("medecin")
    client.post("/ps/deconnexion/")
    assert outils.ouverture_de("medecin") is None
    assert faits_du_journal(alex.pk)[-1] == Fait.ACCES_REFERME


@pytest.mark.regle("R-SEC-05", "R-PS-04")
def test_changer_d_exercice_ferme_le_dossier(alex):
    client = outils.dans("medecin")
    client.post("/ps/exercice/changer/")
    assert outils.ouverture_de("medecin") is None


@pytest.mark.regle("R-PS-01", "R-STA-04")
def test_un_espace_ferme_depuis_la_recherche_est_refuse_des_la_declaration(alex):
    client = outils.devant("medecin")
    alex.statut = "CLOTURE"
    alex.save(update_fields=["statut"])
    reponse = client.get(DECLARATION)
    assert reponse.status_code == 403
    assert "Cet espace n’est pas ouvert" in reponse.content.decode()


def test_une_session_de_patient_ne_voit_rien_du_web_ps(alex, client):
    connecter_usager(client, s.creer_compte("alex", alex))
    for adresse in ("/ps/patients/mes-patients/", DECLARATION, "/ps/dossier/historique/"):
        assert client.get(adresse).headers["Location"].startswith("/ps/connexion/")


@pytest.mark.regle("R-PRO-09")
def test_une_connexion_secrete_ne_recueille_pas_le_consentement_de_l_equipe():
    ines = s.creer_espace("ines")
    client = outils.devant("medecin", "ines")
    reponse = client.post(DECLARATION, outils.EQUIPE | {"secrete": "on"})
    assert reponse.status_code == 422
    assert "accord exprès" in reponse.content.decode()
    assert not ConsentementInitial.objects.filter(espace=ines).exists()
