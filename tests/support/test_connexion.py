"""The agent's log-in over HTTP: two factors each time, nothing said to a stranger."""

from __future__ import annotations

import json
import time

import pytest
from axes.models import AccessAttempt
from django.test import Client

from comptes.models import Compte, DispositifTOTP
from comptes.moteur_sessions import SessionStore
from journal.models import LigneSecurite
from mes.portails import PATIENT, PS, SUPPORT
from tests import situations as s
from tests.comptes.outils import connecter_usager, motifs_de_securite, session_de
from tests.support.outils import (
    MOT_DE_PASSE,
    Navigateur,
    autre_code,
    code_affiche,
    creer_agent,
    est_dans_la_console,
    navigateur_de,
)

pytestmark = pytest.mark.django_db

REFUS = "L’identifiant ou le mot de passe n’est pas le bon."


def faits_de_securite() -> list[str]:
    return list(LigneSecurite.objects.order_by("jour", "numero").values_list("fait", flat=True))


# --- Two factors, each time ----------------------------------------------------------------------


def test_le_mot_de_passe_puis_le_code_ouvrent_la_console(navigateur, agent):
    reponse = navigateur.taper_mot_de_passe()
    assert reponse.headers["Location"] == "/support/connexion/code/"
    assert not est_dans_la_console(navigateur)
    assert navigateur.get("/support/").headers["Location"].startswith("/support/connexion/")
    assert navigateur.taper_code(code_affiche(agent)).headers["Location"] == "/support/"
    assert est_dans_la_console(navigateur)
    assert navigateur.get("/support/").status_code == 200
    assert faits_de_securite() == ["connexion_agent"]


def test_la_page_demandee_est_retrouvee_si_elle_est_de_la_console(navigateur, agent):
    navigateur.taper_mot_de_passe(next="/support/session/reprise/")
    reponse = navigateur.taper_code(code_affiche(agent))
    assert reponse.headers["Location"] == "/support/session/reprise/"


@pytest.mark.parametrize("ailleurs", ["https://ailleurs.example/", "/documents/", "//x/support/"])
def test_la_connexion_ne_mene_pas_hors_de_la_console(navigateur, agent, ailleurs):
    navigateur.taper_mot_de_passe(next=ailleurs)
    assert navigateur.taper_code(code_affiche(agent)).headers["Location"] == "/support/"


def test_le_code_seul_ne_mene_nulle_part(navigateur, agent):
    reponse = navigateur.taper_code(code_affiche(agent))
    assert reponse.headers["Location"] == "/support/connexion/"
    assert not est_dans_la_console(navigateur)


def test_la_cle_de_session_change_a_chaque_etape(navigateur, agent):
    navigateur.get("/support/connexion/")
    cles = []
    navigateur.taper_mot_de_passe()
    cles.append(navigateur.cookies[SUPPORT.temoin].value)
    navigateur.taper_code(code_affiche(agent))
    cles.append(navigateur.cookies[SUPPORT.temoin].value)
    assert len(set(cles)) == 2
    assert not SessionStore().exists(cles[0])


def test_un_code_deja_servi_est_refuse_dans_un_autre_navigateur(navigateur, agent):
    code = code_affiche(agent)
    navigateur.taper_mot_de_passe()
    navigateur.taper_code(code)
    autre = Navigateur()
    autre.taper_mot_de_passe()
    reponse = autre.taper_code(code)
    assert reponse.status_code == 422
    assert "a déjà servi" in reponse.content.decode()
    assert not est_dans_la_console(autre)


@pytest.mark.regle("R-AUT-04")
def test_apres_cinq_codes_faux_le_bon_est_refuse_et_l_echec_survit_au_refus(navigateur, agent):
    faux = autre_code(code_affiche(agent))
    navigateur.taper_mot_de_passe()
    for restants in (4, 3, 2, 1):
        reponse = navigateur.taper_code(faux)
        assert f"il vous reste {restants} essai" in reponse.content.decode()
        assert faux not in reponse.content.decode()
    assert "bloquée pendant 15 minutes" in navigateur.taper_code(faux).content.decode()
    assert "bloquée" in navigateur.taper_code(code_affiche(agent)).content.decode()
    assert not est_dans_la_console(navigateur)
    assert motifs_de_securite() == ["CODE_FAUX"] * 4 + ["CODE_BLOQUE"] * 2


@pytest.mark.parametrize("saisie", ["", "12345", "1234567", "abcdef"])
def test_une_saisie_qui_n_est_pas_un_code_ne_coute_pas_d_essai(navigateur, saisie):
    navigateur.taper_mot_de_passe()
    assert navigateur.taper_code(saisie).status_code == 422
    assert DispositifTOTP.objects.get().essais == 0


def test_l_attente_entre_les_deux_etapes_ne_dure_que_dix_minutes(navigateur, agent):
    navigateur.taper_mot_de_passe()
    session = session_de(navigateur, SUPPORT)
    session["connexion"] = {**session["connexion"], "le": int(time.time()) - 601}
    session.save()
    reponse = navigateur.taper_code(code_affiche(agent))
    assert reponse.headers["Location"] == "/support/connexion/"


def test_un_compte_ferme_entre_les_deux_etapes_ne_s_ouvre_pas(navigateur, agent):
    navigateur.taper_mot_de_passe()
    Compte.objects.filter(pk=agent.pk).update(is_active=False)
    reponse = navigateur.taper_code(code_affiche(agent))
    assert reponse.headers["Location"] == "/support/connexion/"


def test_un_compte_ferme_pendant_la_session_n_est_plus_dans_la_console(console, agent):
    Compte.objects.filter(pk=agent.pk).update(is_active=False)
    assert console.get("/support/").status_code == 302


# --- Nothing said to a stranger (R-SEC-04) -------------------------------------------------------


@pytest.mark.regle("R-SEC-04")
def test_la_reponse_est_la_meme_pour_un_inconnu_un_mot_de_passe_faux_ou_un_usager(navigateur):
    s.creer_compte("alex", s.creer_espace("alex"))
    creer_agent(identifiant="sans.application", totp=False)
    pages = set()
    for identifiant, mot_de_passe in (
        ("agent.demo", "pas-le-bon"),
        ("personne", MOT_DE_PASSE),
        ("alex.demo", MOT_DE_PASSE),
        ("sans.application", MOT_DE_PASSE),
    ):
        reponse = navigateur.taper_mot_de_passe(mot_de_passe, identifiant)
        assert reponse.status_code == 422
        page = reponse.content.decode().replace(identifiant, "")
        assert REFUS in page
        pages.add(page.partition("<main")[2].partition('name="csrfmiddlewaretoken"')[0])
    assert len(pages) == 1
    assert motifs_de_securite() == ["IDENTIFIANTS"] * 3 + ["SANS_APPLICATION"]


@pytest.mark.regle("R-AUT-04")
def test_apres_cinq_mots_de_passe_faux_le_bon_est_refuse_aussi(navigateur):
    for _ in range(5):
        derniere = navigateur.taper_mot_de_passe("pas-le-bon")
    assert derniere.status_code == 429
    assert "Console d’assistance" in derniere.content.decode()
    assert navigateur.taper_mot_de_passe().status_code == 429
    assert not est_dans_la_console(navigateur)
    assert AccessAttempt.objects.get().username != "agent.demo"


@pytest.mark.regle("R-AUT-04")
def test_les_essais_d_un_agent_ne_verrouillent_pas_l_usager_du_meme_identifiant(navigateur):
    s.creer_compte("alex", s.creer_espace("alex"))
    creer_agent(identifiant="alex.demo")
    for _ in range(5):
        navigateur.taper_mot_de_passe("pas-le-bon", "alex.demo")
    reponse = Client().post(
        "/connexion/", {"identifiant": "alex.demo", "mot_de_passe": "Bonjour-1234!"}
    )
    assert reponse.headers["Location"] == "/connexion/moyen/"


@pytest.mark.regle("R-AUT-04")
def test_une_connexion_reussie_efface_les_essais_manques(navigateur, agent):
    for _ in range(4):
        navigateur.taper_mot_de_passe("pas-le-bon")
    navigateur.taper_mot_de_passe()
    assert AccessAttempt.objects.count() == 1
    navigateur.taper_code(code_affiche(agent))
    assert AccessAttempt.objects.count() == 0


# --- One door by population ----------------------------------------------------------------------


@pytest.mark.regle("R-SUP-05")
def test_un_usager_n_entre_pas_dans_la_console(db):
    compte = s.creer_compte("alex", s.creer_espace("alex"))
    client = Client()
    client.cookies[SUPPORT.temoin] = connecter_usager(client, compte).session_key
    assert client.get("/support/").headers["Location"].startswith("/support/connexion/")


@pytest.mark.regle("R-SUP-05")
@pytest.mark.parametrize(("portail", "adresse"), [(PATIENT, "/documents/"), (PS, "/ps/patients/")])
def test_la_session_d_un_agent_n_ouvre_aucune_autre_porte(console, portail, adresse):
    console.cookies[portail.temoin] = console.cookies[SUPPORT.temoin].value
    assert "/connexion/" in console.get(adresse).headers["Location"]


def test_le_second_facteur_d_un_usager_ne_vaut_pas_pour_un_agent(agent):
    """A session whose second factor was a code by e-mail is none of the console's."""
    client = Client()
    client.cookies[SUPPORT.temoin] = connecter_usager(client, agent).session_key
    assert client.get("/support/").status_code == 302


def test_une_application_retiree_ferme_la_session(console):
    assert console.get("/support/").status_code == 200
    DispositifTOTP.objects.all().delete()
    assert console.get("/support/").status_code == 302


def test_le_temoin_ne_va_qu_a_la_console(navigateur, agent):
    navigateur.taper_mot_de_passe()
    temoin = navigateur.cookies[SUPPORT.temoin]
    assert temoin["path"] == "/support/"
    assert temoin["httponly"]
    assert temoin["samesite"] == "Lax"


# --- The end -------------------------------------------------------------------------------------


def test_la_fin_de_session_est_annoncee_et_se_prolonge(console):
    page = console.get("/support/").content.decode()
    assert 'data-etat="/support/session/etat/"' in page
    assert 'action="/support/session/prolonger/"' in page
    assert console.post("/support/session/prolonger/").headers["Location"] == "/support/"


def test_une_session_sans_activite_prend_fin_et_le_dit(console, settings):
    session = session_de(console, SUPPORT)
    bornes = settings.MES_SESSIONS["support"]
    session["_active_le"] -= bornes["inactivite"] + 1
    session.save()
    reponse = console.get("/support/", follow=True)
    assert "faute d’activité" in reponse.content.decode()
    assert not est_dans_la_console(console)


def test_la_deconnexion_ferme_la_session_et_s_inscrit(console):
    cle = console.cookies[SUPPORT.temoin].value
    reponse = console.post("/support/deconnexion/")
    assert reponse.headers["Location"] == "/support/connexion/?fin=deconnexion"
    assert not SessionStore().exists(cle)
    assert faits_de_securite() == ["deconnexion_agent"]


def test_la_console_dit_qui_est_connecte_et_dans_quel_role(agent):
    page = navigateur_de(agent).get("/support/").content.decode()
    assert "Lise DEMO-AGENT" in page
    assert "Téléconseiller" in page


def test_rien_de_l_agent_n_est_en_clair_dans_le_journal_de_securite(navigateur, agent):
    navigateur.taper_mot_de_passe("pas-le-bon")
    navigateur.taper_mot_de_passe()
    navigateur.taper_code(code_affiche(agent))
    lignes = json.dumps(list(LigneSecurite.objects.values()), default=str)
    assert "agent.demo" not in lignes
    assert "DEMO-AGENT" not in lignes
