"""On an open record: consent for a colleague, administrators, who accessed it (R-PS-05, R-ADM, R-TRA)."""

from __future__ import annotations

import pytest

from habilitations.acces import lignes_propres
from habilitations.models import Autorisation, Blocage, Origine
from habilitations.politique import Action, Masque
from journal.lecture import FiltreHistorique
from journal.models import Ligne
from tests import situations as s
from tests.accueil.lecture import Page, envoyer, lire
from tests.webps import outils
from tests.webps.outils import CONSENTEMENT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gabarits_stricts")]

CONFRERE = "/ps/dossier/confrere/"
BLOCAGE = "/ps/dossier/blocage/"
HISTORIQUE = "/ps/dossier/historique/"
TOUS = "/ps/dossier/historique/tous/"


@pytest.fixture
def alex():
    outils.tout_ouvrir()
    return s.creer_espace("alex")


# --- Gathering for a colleague --------------------------------------------------------------------


@pytest.mark.regle("R-PS-05")
def test_un_membre_de_l_equipe_recueille_l_accord_pour_un_confrere_qu_il_designe(alex):
    s.creer_exercice("pharmacien")
    client = outils.dans("medecin")
    page = lire(client, f"{CONFRERE}?nom=demo-pharm")
    adresse = CONFRERE + page.liens()["Dominique DEMO-PHARMACIEN"]
    assert "Pharmacien" in page.texte

    page = lire(client, adresse)
    assert page.titres(1) == ["Accord du patient pour Dominique DEMO-PHARMACIEN"]
    designe = page.champ("professionnel").get("value")
    page = Page(client.post(CONFRERE, {"professionnel": designe}))
    assert page.statut == 422
    assert "Indiquez comment le patient a été informé par écrit." in page.texte
    assert not Autorisation.objects.exists()

    page = envoyer(client, CONFRERE, professionnel=designe, information="papier")
    assert "L'accord du patient pour Dominique DEMO-PHARMACIEN est enregistré" in page.texte
    accord = Autorisation.objects.get()
    assert accord.origine == Origine.CONFRERE
    assert accord.recueillie_par_id == s.creer_exercice("medecin").pk
    assert (
        "avec l'accord que le patient m'a donné"
        in lire(outils.devant("pharmacien"), outils.DECLARATION).texte
    )


@pytest.mark.regle("R-PS-05")
def test_hors_de_l_equipe_on_ne_recueille_pour_personne(alex):
    s.creer_exercice("pharmacien")
    client = outils.dans("medecin", **CONSENTEMENT)
    page = lire(client, f"{CONFRERE}?professionnel={outils.professionnel_id('pharmacien')}")
    assert "Réservé à l'équipe de soins" in page.titres(2)
    champs = {"professionnel": outils.professionnel_id("pharmacien"), "information": "papier"}
    client.post(CONFRERE, champs)
    assert not Autorisation.objects.exists()


@pytest.mark.regle("R-PS-05", "R-PS-10")
def test_on_ne_recueille_pas_pour_quelqu_un_que_le_patient_a_bloque_et_rien_ne_le_dit(alex):
    s.creer_exercice("pharmacien")
    Blocage.objects.create(espace=alex, professionnel_id=outils.professionnel_id("pharmacien"))
    client = outils.dans("medecin")
    page = Page(
        client.post(
            CONFRERE,
            {
                "professionnel": outils.professionnel_id("pharmacien"),
                "information": "papier",
            },
        )
    )
    assert page.statut == 422
    assert "le patient doit le donner lui-même" in page.texte
    assert "bloqu" not in page.texte


def test_une_recherche_dans_l_annuaire_mal_dite_l_est(alex):
    client = outils.dans("medecin")
    assert "Saisissez au moins 2 lettres du nom." in lire(client, f"{CONFRERE}?nom=x").texte
    assert "Personne à ce nom" in lire(client, f"{CONFRERE}?nom=introuvable").texte
    page = lire(client, f"{CONFRERE}?professionnel=pas-un-identifiant")
    assert "Je recueille l'accord du patient pour un confrère" in page.titres(1)


# --- Administrators -------------------------------------------------------------------------------


@pytest.mark.regle("R-ADM-02", "R-ADM-03")
def test_qui_n_est_pas_administrateur_ne_bloque_ni_ne_voit_tous_les_acces(alex):
    client = outils.dans("medecin")
    for adresse in (BLOCAGE, TOUS, "/ps/dossier/administration/"):
        reponse = client.get(adresse)
        assert reponse.status_code == 403
        assert "administrateurs de son dossier" in reponse.content.decode()
    designe = outils.professionnel_id("pharmacien")
    champs = {"professionnel": designe, "demande_du_patient": "on"}
    assert client.post(BLOCAGE, champs).status_code == 403
    assert not Blocage.objects.exists()
    assert "Administration" not in lire(client, "/ps/dossier/").html


@pytest.mark.regle("R-ADM-02")
def test_un_administrateur_bloque_a_la_demande_du_patient(alex):
    outils.nommer(alex, "medecin")
    vise = outils.dans("autre_medecin")
    client = outils.dans("medecin")
    page = lire(client, "/ps/dossier/administration/")
    assert page.titres(2) == [
        "Voir les documents masqués",
        "Masquer un document",
        "Bloquer un professionnel",
        "Voir tous les accès",
    ]
    rpps = s.RPPS["autre_medecin"][0]
    page = lire(client, f"{BLOCAGE}?rpps={rpps}")
    page = lire(client, BLOCAGE + page.liens()["Dominique DEMO-AUTRE_MEDECIN"])
    designe = page.champ("professionnel").get("value")

    page = Page(client.post(BLOCAGE, {"professionnel": designe}))
    assert page.statut == 422
    assert vise.get("/ps/dossier/").status_code == 200
    page = envoyer(client, BLOCAGE, professionnel=designe, demande_du_patient="on")
    assert "Dominique DEMO-AUTRE_MEDECIN ne peut plus consulter ce dossier." in page.texte
    assert vise.get("/ps/dossier/").status_code == 403


def test_un_administrateur_ne_se_bloque_pas_lui_meme(alex):
    acteur = outils.nommer(alex, "medecin")
    client = outils.dans("medecin")
    page = Page(client.post(BLOCAGE, {"professionnel": acteur.id, "demande_du_patient": "on"}))
    assert page.statut == 422
    assert not Blocage.objects.exists()


# --- Who accessed the record ----------------------------------------------------------------------


def _lignes(page: Page) -> list[str]:
    return [page.mots(fait) for fait in page.racine.xpath('//ul[@class="faits"]/li/p')]


@pytest.mark.regle("R-TRA-05")
def test_un_professionnel_ne_voit_que_ses_propres_acces(alex):
    s.deposer(s.acteur_ps("autre_medecin"), alex, titre="Compte rendu du confrère")
    outils.dans("autre_medecin")
    client = outils.dans("medecin")
    lignes = _lignes(lire(client, HISTORIQUE))
    assert lignes
    assert all(ligne.startswith("Dominique DEMO-MEDECIN") for ligne in lignes)
    assert any("a ouvert le dossier" in ligne for ligne in lignes)


@pytest.mark.regle("R-TRA-05", "R-ADM-02")
def test_un_administrateur_voit_tous_les_acces_par_groupe(alex):
    compte = s.creer_compte("alex", alex)
    s.deposer(s.acteur_titulaire(compte), alex, titre="Mes notes", type_code="EXPPAT_2")
    outils.nommer(alex, "medecin")
    outils.dans("autre_medecin")
    client = outils.dans("medecin")
    tout = " ".join(_lignes(lire(client, TOUS)))
    assert "Dominique DEMO-AUTRE_MEDECIN" in tout
    assert "Alex DEMO-UN a ajouté le document « Mes notes »" in tout
    patient = _lignes(lire(client, f"{TOUS}?groupe=mes-activites"))
    assert patient
    assert all(ligne.startswith("Alex DEMO-UN") for ligne in patient)


@pytest.mark.regle("R-PRO-09", "R-TRA-05")
def test_l_acces_secret_d_un_confrere_n_est_pas_dans_l_historique_d_un_administrateur():
    outils.tout_ouvrir()
    ines = s.creer_espace("ines")
    outils.nommer(ines, "medecin")
    secret = outils.dans("autre_medecin", "ines", **CONSENTEMENT, secrete="on")
    lu = lire(secret, HISTORIQUE)
    assert "Tenu secret des représentants" in lu.texte
    assert any("a ouvert le dossier" in ligne for ligne in _lignes(lu))

    client = outils.dans("medecin", "ines", **CONSENTEMENT)
    assert "DEMO-AUTRE_MEDECIN" not in lire(client, TOUS).texte
    assert "DEMO-AUTRE_MEDECIN" not in lire(client, HISTORIQUE).texte


@pytest.mark.regle("R-TRA-05", "R-MAS-02")
def test_l_historique_ne_dit_pas_le_titre_d_un_document_que_l_on_ne_voit_pas(alex):
    depose = s.deposer(s.acteur_ps("autre_medecin"), alex, titre="Suivi très personnel")
    client = outils.dans("medecin")
    assert client.get(f"/ps/dossier/documents/{depose.id}/").status_code == 200
    assert any("« Suivi très personnel »" in ligne for ligne in _lignes(lire(client, HISTORIQUE)))

    outils.masquer(depose, Masque.MASQUE_PS)
    page = lire(client, HISTORIQUE)
    assert "Suivi très personnel" not in page.html
    assert any("(qui ne vous est pas ouvert)" in ligne for ligne in _lignes(page))


def test_l_historique_se_lit_par_pages_et_par_periode(alex, monkeypatch):
    monkeypatch.setattr("webps.views.historique.TAILLE_PAGE", 2)
    client = outils.dans("medecin")
    for _ in range(3):
        client.get("/ps/dossier/documents/")
    premiere = lire(client, HISTORIQUE)
    assert premiere.liens()["Suivante"] == "?page=2"
    assert lire(client, f"{HISTORIQUE}?page=2").titres(1) == ["Mes accès à ce dossier"]
    vide = lire(client, f"{HISTORIQUE}?jusqua=2020-01-01")
    assert "Personne n'a agi dans ces limites." in vide.texte
    faux = lire(client, f"{HISTORIQUE}?depuis=2026-02-30")
    assert "Un point est à corriger" in faux.texte
    inverse = lire(client, f"{HISTORIQUE}?depuis=2026-03-02&jusqua=2026-03-01")
    assert "Cette date vient avant la première" in inverse.texte
    assert lire(client, f"{HISTORIQUE}?page=abc&groupe=inconnu").titres(1)


@pytest.mark.regle("R-TRA-05")
def test_ses_propres_lignes_lues_le_journal_se_referme(alex):
    outils.dans("autre_medecin")
    outils.dans("medecin")
    with s.espace_ouvert(s.acteur_ps("medecin"), alex.pk, Action.LISTER) as acces:
        propres = lignes_propres(acces, FiltreHistorique(), slice(0, 10))
        assert {ligne.acteur for ligne in propres} == {"Dominique DEMO-MEDECIN"}
        assert not Ligne.objects.exists()


def test_qui_n_est_pas_un_professionnel_n_a_pas_de_lignes_propres_par_cette_porte(alex):
    compte = s.creer_compte("alex", alex)
    with s.espace_ouvert(s.acteur_titulaire(compte), alex.pk, Action.LISTER) as acces:
        assert lignes_propres(acces, FiltreHistorique(), slice(0, 10)) == []
