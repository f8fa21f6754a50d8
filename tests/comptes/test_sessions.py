"""Sessions: sealed, one by portal, limited, announced, extended; nothing written is lost."""

from __future__ import annotations

import json
import re
from base64 import b64encode

import pytest
from django.contrib.auth import login
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from comptes import actions, sessions
from comptes.authentification import BACKEND
from comptes.models import JetonsPSC
from comptes.moteur_sessions import SessionStore, empreinte
from comptes.sessions import Fin, Limites, SerialiseurScelle, fin_atteinte, reste
from mes.portails import PATIENT, PS
from mes.socle.trousseau import trousseau
from tests.comptes.conftest import Navigateur, code_recu
from tests.comptes.outils import (
    connecter_professionnel,
    connecter_usager,
    est_connecte,
    est_connecte_ps,
    session_de,
)
from tests.situations import creer_exercice

pytestmark = pytest.mark.django_db

TEXTE = "Bonjour docteur, voici ce que je voulais vous dire depuis longtemps."


def vieillir(client: Client, secondes: int, *, portail=PATIENT, ouverture: bool = False) -> None:
    """As if nothing had been done for that long (`ouverture`: as if opened that long ago too)."""
    session = session_de(client, portail)
    session["_active_le"] -= secondes
    if ouverture:
        session["_ouverte_le"] -= secondes
    session.save()


# --- Sealed ------------------------------------------------------------------------------------


def test_une_session_est_scellee_en_base(navigateur, alex):
    connecter_usager(navigateur, alex)
    with connection.cursor() as curseur:
        curseur.execute("SELECT session_data FROM django_session")
        gardee = curseur.fetchone()[0]
    for mot in ("_auth_user_id", str(alex.pk), "comptes.authentification"):
        assert mot not in gardee
        assert b64encode(mot.encode()).decode().rstrip("=")[:-1] not in gardee
    assert est_connecte(navigateur)


def test_une_session_d_un_autre_trousseau_est_vide(navigateur, alex, settings):
    connecter_usager(navigateur, alex)
    settings.MES_CLES = "2:" + b64encode(bytes(reversed(range(32)))).decode()
    trousseau.cache_clear()
    try:
        assert not est_connecte(navigateur)
    finally:
        trousseau.cache_clear()


@pytest.mark.parametrize("forge", [b"", b"{}", json.dumps({"_auth_user_id": "1"}).encode()])
def test_une_valeur_qui_n_est_pas_scellee_n_est_pas_lue(forge):
    with pytest.raises(ValueError, match="illisible"):
        SerialiseurScelle().loads(forge)


# --- One cookie by portal ----------------------------------------------------------------------


def test_chaque_portail_a_son_temoin(navigateur, alex):
    navigateur.taper_code(navigateur.jusqu_au_code())
    temoin = navigateur.cookies["mes_session"]
    assert (temoin["path"], temoin["httponly"], temoin["samesite"]) == ("/", True, "Lax")
    assert not temoin["max-age"]
    navigateur.get("/ps/connexion/?next=/ps/patients/")
    client = Client()
    connecter_professionnel(client, creer_exercice("medecin"))
    reponse = client.post("/ps/session/prolonger/", HTTP_ACCEPT="application/json")
    assert reponse.cookies == {} or reponse.cookies["mes_session_ps"]["path"] == "/ps/"


def test_le_temoin_est_reserve_au_https_quand_le_site_l_est(navigateur, settings):
    settings.SESSION_COOKIE_SECURE = True
    navigateur.get("/connexion/")
    assert navigateur.cookies["mes_session"]["secure"]


def test_une_session_de_patient_n_ouvre_pas_le_web_ps(navigateur, alex):
    session = connecter_usager(navigateur, alex)
    navigateur.cookies[PS.temoin] = session.session_key
    assert navigateur.get("/ps/session/reprise/").headers["Location"].startswith("/ps/connexion/")
    # What was presented at the wrong door is destroyed.
    assert not Session.objects.filter(session_key=empreinte(session.session_key)).exists()


def test_une_session_de_professionnel_n_ouvre_pas_l_espace_des_patients(client):
    session = connecter_professionnel(client, creer_exercice("medecin"))
    assert est_connecte_ps(client)
    client.cookies[PATIENT.temoin] = session.session_key
    assert not est_connecte(client)


def test_un_compte_de_professionnel_n_entre_pas_chez_les_patients_meme_avec_un_code(client):
    compte = actions.compte_du_professionnel(
        id_national="899700900014", prenom="CLAUDE", nom="DEMO-GENERALISTE"
    )
    connecter_usager(client, compte)
    assert not est_connecte(client)


@pytest.mark.regle("R-AUT-01")
def test_une_session_sans_second_facteur_n_est_pas_admise(navigateur, alex):
    request = RequestFactory().get("/")
    request.session, request.user = SessionStore(), AnonymousUser()
    sessions.ouvrir_session(request, alex, portail="patient")
    request.session.save()
    navigateur.cookies[PATIENT.temoin] = request.session.session_key
    assert not est_connecte(navigateur)


def test_une_session_ouverte_hors_de_la_porte_n_est_pas_admise(navigateur, alex):
    request = RequestFactory().get("/")
    request.session, request.user = SessionStore(), AnonymousUser()
    login(request, alex, backend=BACKEND)
    request.session.save()
    navigateur.cookies[PATIENT.temoin] = request.session.session_key
    assert not est_connecte(navigateur)


@pytest.mark.regle("R-PS-07")
def test_une_session_de_professionnel_sans_pro_sante_connect_n_est_pas_admise(client):
    connecter_professionnel(client, creer_exercice("medecin"))
    assert est_connecte_ps(client)
    JetonsPSC.objects.all().delete()
    session = session_de(client, PS)
    session["psc_verifier_le"] = 0
    session.save()
    reponse = client.get("/ps/session/reprise/")
    assert "fin=psc" in reponse.headers["Location"]


def test_un_changement_de_mot_de_passe_ferme_les_autres_sessions(navigateur, alex):
    connecter_usager(navigateur, alex)
    alex.set_password("Un-autre-1234!")
    alex.save()
    assert not est_connecte(navigateur)


# --- Limits ------------------------------------------------------------------------------------


@pytest.mark.regle("R-AUT-08")
@pytest.mark.parametrize(
    ("depuis_activite", "depuis_ouverture", "fin", "secondes"),
    [
        (0, 0, None, 900),
        (899, 899, None, 1),
        (900, 900, Fin.INACTIVITE, 0),
        (0, 43199, None, 1),
        (0, 43200, Fin.DUREE, 0),
        (899, 43200, Fin.DUREE, 0),
    ],
)
def test_une_session_finit_par_inactivite_ou_par_duree(
    depuis_activite, depuis_ouverture, fin, secondes
):
    session = SessionStore()
    maintenant = 1_800_000_000
    session["_auth_user_id"] = "x"
    session["_ouverte_le"] = maintenant - depuis_ouverture
    session["_active_le"] = maintenant - depuis_activite
    bornes = Limites(inactivite=900, maximum=43200)
    assert fin_atteinte(session, bornes, maintenant) is fin
    assert reste(session, bornes, maintenant) == secondes


@pytest.mark.regle("R-AUT-08")
@pytest.mark.parametrize(
    ("secondes", "ouverture", "fin", "phrase"),
    [(901, False, "inactivite", "faute d’activité"), (43201, True, "duree", "durée maximale")],
)
def test_une_session_finie_renvoie_a_la_connexion_et_dit_pourquoi(
    navigateur, alex, secondes, ouverture, fin, phrase
):
    session = connecter_usager(navigateur, alex)
    vieillir(navigateur, secondes, ouverture=ouverture)
    reponse = navigateur.get("/historique/")
    assert reponse.headers["Location"] == f"/connexion/?next=%2Fhistorique%2F&fin={fin}"
    assert not Session.objects.filter(session_key=empreinte(session.session_key)).exists()
    assert phrase in navigateur.get(reponse.headers["Location"]).content.decode()


@pytest.mark.regle("R-AUT-08")
def test_une_session_finie_n_a_plus_de_nom_sur_aucune_page(navigateur, alex):
    connecter_usager(navigateur, alex)
    vieillir(navigateur, 901)
    page = navigateur.get("/une-page-qui-n-existe-pas/")
    assert page.status_code == 404
    assert "Je me déconnecte" not in page.content.decode()
    assert not est_connecte(navigateur)


@pytest.mark.regle("R-AUT-08")
def test_le_web_ps_a_ses_propres_durees(client):
    connecter_professionnel(client, creer_exercice("medecin"))
    vieillir(client, 901, portail=PS)
    assert est_connecte_ps(client)
    vieillir(client, 1801, portail=PS)
    assert not est_connecte_ps(client)


def test_une_phrase_de_fin_ne_vient_que_de_la_liste(db):
    page = Client().get("/connexion/?fin=<b>piege</b>").content.decode()
    assert "piege" not in page


@pytest.mark.regle("R-AUT-08")
def test_l_activite_repousse_la_fin_et_la_question_du_script_non(navigateur, alex):
    connecter_usager(navigateur, alex)
    vieillir(navigateur, 600)
    assert navigateur.get("/session/etat/").json()["reste"] <= 300
    assert navigateur.get("/session/etat/").json()["reste"] <= 300
    navigateur.get("/session/reprise/")
    assert navigateur.get("/session/etat/").json()["reste"] >= 898


@pytest.mark.regle("R-AUT-08")
def test_je_reste_connecte_repousse_la_fin_avec_ou_sans_script(navigateur, alex):
    connecter_usager(navigateur, alex)
    vieillir(navigateur, 20)
    reponse = navigateur.post("/session/prolonger/", HTTP_ACCEPT="application/json")
    assert reponse.json()["reste"] >= 898
    reponse = navigateur.post("/session/prolonger/", {"next": "/historique/"})
    assert reponse.headers["Location"] == "/historique/"
    reponse = navigateur.post("/session/prolonger/", {"next": "//mechant.example"})
    assert reponse.headers["Location"] == "/"


@pytest.mark.regle("R-AUT-08")
def test_demander_ou_prolonger_trop_tard_ne_fait_pas_perdre_ce_qu_on_ecrit(alex):
    navigateur = Navigateur(enforce_csrf_checks=True)
    connecter_usager(navigateur, alex)
    page = navigateur.get("/reglages/").content.decode()
    jeton = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    vieillir(navigateur, 901)
    assert navigateur.get("/session/etat/").json()["reste"] == 0
    reponse = navigateur.post(
        "/session/prolonger/", {"csrfmiddlewaretoken": jeton}, HTTP_ACCEPT="application/json"
    )
    assert reponse.json()["reste"] == 0
    reponse = navigateur.post("/reglages/", {"csrfmiddlewaretoken": jeton, "message": TEXTE})
    assert reponse.headers["Location"] == "/connexion/?fin=inactivite"
    assert session_de(navigateur)["_brouillon"]["champs"] == [["message", TEXTE]]


@pytest.mark.regle("R-AUT-08")
def test_la_duree_maximale_ne_se_prolonge_pas(navigateur, alex):
    connecter_usager(navigateur, alex)
    vieillir(navigateur, 43100, ouverture=True)
    session = session_de(navigateur)
    session["_active_le"] += 43100
    session.save()
    reponse = navigateur.post("/session/prolonger/", HTTP_ACCEPT="application/json")
    assert 0 < reponse.json()["reste"] <= 100


def test_l_activite_n_est_ecrite_que_toutes_les_trente_secondes(navigateur, alex):
    connecter_usager(navigateur, alex)

    def ecritures() -> list[str]:
        with CaptureQueriesContext(connection) as requetes:
            navigateur.get("/session/reprise/")
        return [r["sql"] for r in requetes if r["sql"].startswith('UPDATE "django_session"')]

    assert ecritures() == []
    vieillir(navigateur, 31)
    assert len(ecritures()) == 1


# --- What was being written --------------------------------------------------------------------


def reconnecter(navigateur: Navigateur) -> str:
    navigateur.taper_mot_de_passe()
    navigateur.demander_code()
    return navigateur.taper_code(code_recu()).headers["Location"]


def envoyer_trop_tard(navigateur: Navigateur) -> None:
    vieillir(navigateur, 901)
    reponse = navigateur.post("/reglages/", {"message": TEXTE, "objet": "42"})
    assert reponse.headers["Location"] == "/connexion/?fin=inactivite"


@pytest.mark.regle("R-AUT-08")
def test_un_formulaire_envoye_trop_tard_est_rendu_apres_la_connexion(navigateur, alex):
    connecter_usager(navigateur, alex)
    envoyer_trop_tard(navigateur)
    assert not est_connecte(navigateur)
    assert reconnecter(navigateur) == "/session/reprise/"
    page = navigateur.get("/session/reprise/").content.decode()
    assert TEXTE in page
    assert 'action="/reglages/"' in page
    assert '<input type="hidden" name="objet" value="42">' in page


def test_le_brouillon_renvoye_est_oublie(navigateur, alex):
    connecter_usager(navigateur, alex)
    envoyer_trop_tard(navigateur)
    reconnecter(navigateur)
    navigateur.post("/reglages/", {"message": TEXTE, "objet": "42", "_brouillon": "1"})
    assert navigateur.get("/session/reprise/").status_code == 302


def test_le_brouillon_abandonne_est_oublie(navigateur, alex):
    connecter_usager(navigateur, alex)
    envoyer_trop_tard(navigateur)
    reconnecter(navigateur)
    navigateur.post("/session/reprise/")
    assert navigateur.get("/session/reprise/").status_code == 302


def test_un_brouillon_n_est_rendu_qu_a_son_auteur(navigateur, alex):
    connecter_usager(navigateur, alex)
    envoyer_trop_tard(navigateur)
    camille = actions.creer_compte(
        population="usager",
        identifiant="camille.demo",
        mot_de_passe="Bonjour-1234!",
        courriel="camille@mes.test",
    )
    assert camille.pk != alex.pk
    navigateur.taper_mot_de_passe(identifiant="camille.demo")
    navigateur.demander_code()
    assert navigateur.taper_code(code_recu()).headers["Location"] == "/accueil/"
    assert TEXTE not in navigateur.get("/session/reprise/", follow=True).content.decode()
    assert "_brouillon" not in session_de(navigateur)


def test_un_brouillon_est_scelle_en_attendant(navigateur, alex):
    connecter_usager(navigateur, alex)
    envoyer_trop_tard(navigateur)
    with connection.cursor() as curseur:
        curseur.execute("SELECT string_agg(session_data, ' ') FROM django_session")
        assert "docteur" not in curseur.fetchone()[0]


@pytest.mark.parametrize(
    "champs",
    [
        {"objet": "42"},
        {"message": TEXTE, "mot_de_passe": "secret"},
        {"message": TEXTE * 2000},
    ],
    ids=["rien de rédigé", "un secret", "trop long"],
)
def test_ce_qui_ne_doit_pas_etre_garde_ne_l_est_pas(navigateur, alex, champs):
    connecter_usager(navigateur, alex)
    vieillir(navigateur, 901)
    navigateur.post("/reglages/", champs)
    assert reconnecter(navigateur) == "/accueil/"


def test_un_formulaire_d_un_autre_site_ne_devient_pas_un_brouillon(alex):
    navigateur = Navigateur(enforce_csrf_checks=True)
    connecter_usager(navigateur, alex)
    vieillir(navigateur, 901)
    reponse = navigateur.post("/reglages/", {"message": TEXTE})
    assert reponse.status_code == 403
    assert "_brouillon" not in (
        session_de(navigateur) if navigateur.cookies[PATIENT.temoin].value else {}
    )


# --- Headers -----------------------------------------------------------------------------------


def test_une_page_connectee_n_est_gardee_par_aucun_cache(navigateur, alex):
    connecter_usager(navigateur, alex)
    assert navigateur.get("/session/etat/").headers["Cache-Control"] == "no-store"


def test_la_politique_de_contenu_est_stricte(client, db):
    politique = client.get("/connexion/").headers["Content-Security-Policy"]
    assert "unsafe" not in politique
    for directive in ("default-src 'self'", "object-src 'none'", "base-uri 'none'"):
        assert directive in politique
    assert "frame-ancestors 'none'" in politique


@pytest.mark.parametrize("adresse", ["/connexion/", "/ps/connexion/"])
def test_les_pages_de_connexion_n_ont_ni_script_ni_style_en_ligne(client, db, adresse):
    page = client.get(adresse).content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick" not in page
    assert page.count("<script") == page.count("<script src=")


def test_la_deconnexion_exige_le_jeton_csrf(alex):
    navigateur = Navigateur(enforce_csrf_checks=True)
    connecter_usager(navigateur, alex)
    assert navigateur.post("/deconnexion/").status_code == 403
    assert est_connecte(navigateur)


# --- Sweeping ----------------------------------------------------------------------------------


def test_la_purge_emporte_les_sessions_finies_et_elles_seules(navigateur, alex):
    connecter_usager(navigateur, alex)
    client = Client()
    connecter_usager(client, alex)
    Session.objects.filter(session_key=empreinte(session_de(client).session_key)).update(
        expire_date="2026-01-01T00:00:00Z"
    )
    assert actions.purger() == 1
    assert est_connecte(navigateur)
    assert actions.purger() == 0


@pytest.mark.django_db
def test_la_base_ne_connait_d_une_session_que_l_empreinte_de_sa_cle():
    session = SessionStore()
    session["trace"] = "oui"
    session.save()
    cle = str(session.session_key)
    assert Session.objects.get().session_key == empreinte(cle) != cle
    assert SessionStore(cle)["trace"] == "oui"
    assert SessionStore(empreinte(cle)).get("trace") is None
    session.delete()
    assert not Session.objects.exists()
