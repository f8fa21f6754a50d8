"""« Expliquer une décision »: an agent is told why, the patient is told who asked."""

from __future__ import annotations

import json

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from habilitations.models import Blocage
from habilitations.politique import Masque
from journal.faits import Fait, GenreActeur
from journal.lecture import FiltreHistorique, en_francais, lignes
from journal.models import LigneSecurite
from mes.socle import coffres, mur
from mes.socle.models import CleJournal
from tests import situations as s
from tests.accueil.lecture import Page, verifier_liens, verifier_structure
from tests.comptes.outils import connecter_usager, faits_du_journal
from usagers.models import EspaceSante

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gabarits_stricts")]

ADRESSE = "/support/expliquer/"
TYPE = "11488-4"
TITRE = "Compte rendu à ne pas montrer"


@pytest.fixture
def espace() -> EspaceSante:
    s.poser_matrice({("10", TYPE): True})
    s.creer_exercice("medecin")
    return s.creer_espace("alex")


def demander(
    client: Client, *, qui="medecin", patient="alex", type_document=TYPE, **champs
) -> Page:
    demande = {
        "rpps": s.RPPS[qui][0],
        "ins": s.PERSONNES[patient]["matricule"],
        "type_document": type_document,
        "mode": "normal",
    }
    return Page(client.post(ADRESSE, demande | champs))


def historique(espace: EspaceSante) -> list:
    """What the patient reads of her visible history, latest first."""
    with transaction.atomic(), mur.ouvrir(journal_lu=[espace.pk]):
        cle = coffres.coffre(CleJournal, espace.pk)
        filtre = FiltreHistorique(groupe="services")
        return [en_francais(ligne, cle) for ligne in lignes(espace.pk, filtre)]


def test_un_refus_est_explique_avec_sa_ligne_et_ce_qui_le_changerait(console, espace):
    page = demander(console)
    assert page.statut == 200
    assert "Refusé" in page.texte
    assert "Ligne 6a de la table de décision, règle R-PS-01" in page.texte
    assert "Si le patient donnait son accord à ce professionnel" in page.texte
    verifier_structure(page, ADRESSE)
    verifier_liens(page, ADRESSE)


def test_un_acces_accorde_est_explique_aussi(console, espace):
    s.autoriser(s.acteur_ps("medecin"), espace)
    page = demander(console)
    assert "Accordé" in page.texte
    assert "Ligne 9 de la table de décision" in page.texte


def test_un_blocage_se_lit_dans_l_explication(console, espace):
    Blocage.objects.create(espace=espace, professionnel_id=s.acteur_ps("medecin").id)
    assert "Ligne 3 de la table de décision" in demander(console).texte


def test_sans_type_c_est_l_acces_au_dossier_qui_est_explique(console, espace):
    assert "Pour l’accès au dossier" in demander(console, type_document="").texte


@pytest.mark.regle("R-SUP-10")
def test_la_recherche_de_l_agent_est_dans_l_historique_de_la_personne(console, agent, espace):
    demander(console)
    ligne = historique(espace)[0]
    assert ligne.acteur == "Assistance"
    assert ligne.phrase == "a vérifié, sans rien lire du dossier, les droits de"
    assert ligne.titre == "Dominique DEMO-MEDECIN"
    with transaction.atomic(), mur.ouvrir(journal_lu=[espace.pk]):
        brute = lignes(espace.pk, FiltreHistorique())[0]
        assert (brute.acteur_genre, brute.acteur_id) == (GenreActeur.AGENT, agent.pk)


@pytest.mark.regle("R-SUP-10")
def test_le_patient_lit_assistance_et_jamais_le_nom_de_l_agent(console, espace):
    compte = s.creer_compte("alex", espace)
    demander(console)
    client = Client()
    connecter_usager(client, compte)
    page = Page(client.get("/historique/"))
    assert "Assistance" in page.texte
    assert "les droits de « Dominique DEMO-MEDECIN »" in page.texte
    for secret in ("DEMO-AGENT", "Lise", "lise.demo-agent@mes.test", "agent.demo"):
        assert secret not in page.html


@pytest.mark.regle("R-SUP-10")
def test_une_recherche_qui_n_aboutit_pas_est_tracee_aussi(console, espace):
    page = demander(console, qui="kine")  # nobody of the directory bears this number yet
    assert page.statut == 422
    assert "Aucun professionnel" in page.texte
    assert faits_du_journal(espace.pk)[-1] is Fait.DECISION_EXPLIQUEE
    assert historique(espace)[0].titre == "un professionnel inconnu"


@pytest.mark.regle("R-SUP-10")
def test_chercher_une_personne_inconnue_s_inscrit_au_journal_de_securite(console, agent, espace):
    assert demander(console, patient="camille").statut == 422
    ligne = LigneSecurite.objects.get()
    assert (ligne.fait, ligne.acteur_id) == ("recherche_sans_resultat", agent.pk)
    assert faits_du_journal(espace.pk)[-1] is not Fait.DECISION_EXPLIQUEE


def test_une_saisie_fausse_ne_cherche_personne(console, espace):
    avant = faits_du_journal(espace.pk)
    for champs in ({"rpps": "123"}, {"ins": "18504"}, {"type_document": "x"}, {"mode": "x"}):
        page = demander(console, **champs)
        assert page.statut == 422
        assert "à corriger" in page.texte
    assert faits_du_journal(espace.pk) == avant


@pytest.mark.regle("R-SUP-05")
def test_l_explication_ne_montre_aucun_document_ni_le_nom_de_l_usager(console, espace):
    autre = s.acteur_ps("autre_medecin")
    s.deposer(autre, espace, titre=TITRE)
    s.deposer(autre, espace, titre=TITRE + " bis", masques=frozenset({Masque.MASQUE_PS}))
    page = demander(console)
    for interdit in ("ne pas montrer", "DEMO-UN", "Alex", "ALEX", "DEMO-AUTRE_MEDECIN"):
        assert interdit not in page.html, interdit


@pytest.mark.regle("R-SUP-05")
def test_l_explication_ne_touche_aucune_table_medicale(console, espace):
    with CaptureQueriesContext(connection) as requetes:
        demander(console)
    lues = json.dumps([requete["sql"] for requete in requetes])
    assert "habilitations_" in lues
    assert "dossier_" not in lues
    assert "socle_clemedicale" not in lues


def test_rien_de_la_personne_n_est_dans_une_adresse(console, espace):
    page = demander(console)
    matricule = s.PERSONNES["alex"]["matricule"]
    adresses = page.racine.xpath("//@href | //@action | //@src")
    assert not any(matricule in adresse for adresse in adresses)
    avant = faits_du_journal(espace.pk)
    reponse = console.get(ADRESSE, {"ins": matricule, "rpps": s.RPPS["medecin"][0]})
    assert "Ligne" not in Page(reponse).texte
    assert faits_du_journal(espace.pk) == avant
