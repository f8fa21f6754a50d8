"""The professional's log-in against the real stand-in of Pro Santé Connect, lies included."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import F
from django.test import Client
from django.utils import timezone

from comptes import psc
from comptes.models import Compte, JetonsPSC
from comptes.psc import MotifPSC
from demo.federations.pilote import Pilote
from demo.federations.scenarios import Scenario
from habilitations.portes import EXERCICE_CHOISI, REGULATION_MEDICALE
from mes.portails import PS
from professionnels.models import Exercice, Professionnel
from tests.comptes.outils import est_connecte_ps, motifs_de_securite, session_de
from tests.demo.test_federations import Federation, lancer
from tests.situations import creer_structure

pytestmark = pytest.mark.django_db

GENERALISTE = "99700900014"
REGULATEUR = "99700900097"
RADIEE = "99700900162"
ETUDIANT = "99700900170"
SECRETAIRE = "99700900154"


@pytest.fixture(scope="module")
def processus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    federation = lancer(tmp_path_factory.mktemp("federations"), "--port", "0")
    yield federation
    assert federation.arreter() == 0


@pytest.fixture
def federation(processus: Federation, settings: Any) -> Iterator[Federation]:
    """The stand-in telling the truth, and the product set to believe it."""
    fiche = processus.fiche
    settings.MES_PSC = {
        "emetteur": fiche["emetteur"],
        "decouverte": fiche["decouverte"],
        "client_id": fiche["client_id"],
        "client_secret": fiche["client_secret"],
        "acr": "eidas1",
        "portee": "openid scope_all",
    }
    processus.ordonner("scenario", scenario=None)
    yield processus
    processus.ordonner("scenario", scenario=None)


@pytest.fixture
def client_neuf() -> Iterator[None]:
    """Nothing remembered of the federation: neither addresses nor keys."""
    psc._client.cache_clear()
    yield
    psc._client.cache_clear()


def inscrire_au_repertoire(rpps: str, *lieux: str, **champs: Any) -> list[Exercice]:
    """The professional in the national directory, one exercice by place."""
    professionnel, _ = Professionnel.objects.get_or_create(
        rpps=rpps, defaults={"nom": "DEMO-GENERALISTE", "prenom": "CLAUDE"}
    )
    return [
        Exercice.objects.create(
            professionnel=professionnel,
            structure=creer_structure(lieu, f"STRUCTURE {lieu} DÉMO"),
            cle_annuaire=f"{rpps}|{lieu}|{champs}",
            **{"profession": "10", "specialite": "SM26", **champs},
        )
        for lieu in lieux
    ]


class Medecin:
    """A browser, and whoever is in front of it."""

    def __init__(self, **options: Any) -> None:
        self.client = Client(**options)
        self.pilote = Pilote()
        self.retour = ""

    def partir(self, suite: str = "") -> str:
        """The address of the federation where the door leads."""
        reponse = self.client.get("/ps/connexion/psc/", {"next": suite} if suite else {})
        assert reponse.status_code == 302, reponse.content.decode()
        return reponse.headers["Location"]

    def prouver(self, rpps: str = GENERALISTE, moyen: str = "carte", suite: str = "") -> str:
        self.retour = self.pilote.se_connecter(self.partir(suite), rpps, moyen)
        return self.retour

    def revenir(self, adresse: str = "") -> Any:
        lue = urlsplit(adresse or self.retour)
        return self.client.get(f"{lue.path}?{lue.query}")

    def entrer(self, rpps: str = GENERALISTE, **comment: Any) -> Any:
        self.prouver(rpps, **comment)
        return self.revenir()

    @property
    def session(self) -> Any:
        return session_de(self.client, PS)


def rien_n_est_ecrit() -> bool:
    return not Compte.objects.exists() and not JetonsPSC.objects.exists()


# --- The true story ----------------------------------------------------------------------------


@pytest.mark.regle("R-PS-07", "R-PS-09")
def test_un_seul_exercice_ouvre_la_session_dans_cet_exercice(federation):
    (exercice,) = inscrire_au_repertoire(GENERALISTE, "990009011")
    medecin = Medecin()
    reponse = medecin.entrer()
    assert (reponse.status_code, reponse.headers["Location"]) == (302, "/ps/patients/")
    assert est_connecte_ps(medecin.client)
    assert medecin.session[EXERCICE_CHOISI] == str(exercice.pk)
    compte = Compte.objects.get()
    assert compte.fiche()["identifiant"] == f"8{GENERALISTE}"
    assert not compte.has_usable_password()
    assert Professionnel.objects.get().compte_id == compte.pk
    assert motifs_de_securite() == []


def test_la_demande_porte_tout_ce_que_la_federation_exige(federation):
    demande = parse_qs(urlsplit(Medecin().partir()).query)
    assert demande["response_type"] == ["code"]
    assert demande["code_challenge_method"] == ["S256"]
    assert demande["scope"] == ["openid scope_all"]
    assert demande["acr_values"] == ["eidas1"]
    assert demande["redirect_uri"] == ["http://localhost:8000/ps/connexion/retour/"]
    for secret in ("state", "nonce", "code_challenge"):
        assert len(demande[secret][0]) >= 43
    autre = parse_qs(urlsplit(Medecin().partir()).query)
    assert demande["state"] != autre["state"]
    assert demande["nonce"] != autre["nonce"]


@pytest.mark.parametrize(
    ("moyen", "dit"), [("carte", "carte"), ("ecps", "e-CPS"), ("fido", "FIDO")]
)
def test_le_moyen_d_identification_est_reconnu(federation, moyen, dit):
    inscrire_au_repertoire(GENERALISTE, "990009011")
    medecin = Medecin()
    medecin.entrer(moyen=moyen)
    assert medecin.session["moyen"] == dit
    assert medecin.session["palier"].startswith("APP")


@pytest.mark.regle("R-PS-09")
def test_plusieurs_exercices_donnent_le_choix(federation):
    _, second = inscrire_au_repertoire(GENERALISTE, "990009011", "990009045")
    medecin = Medecin()
    assert medecin.entrer().headers["Location"] == "/ps/connexion/exercice/"
    assert not est_connecte_ps(medecin.client)
    page = medecin.client.get("/ps/connexion/exercice/").content.decode()
    assert "STRUCTURE 990009011 DÉMO" in page
    assert "STRUCTURE 990009045 DÉMO" in page
    assert medecin.client.post("/ps/connexion/exercice/").status_code == 422
    reponse = medecin.client.post("/ps/connexion/exercice/", {"exercice": second.pk})
    assert reponse.headers["Location"] == "/ps/patients/"
    assert medecin.session[EXERCICE_CHOISI] == str(second.pk)


@pytest.mark.regle("R-PS-09")
def test_on_ne_choisit_pas_l_exercice_d_un_autre_ni_un_exercice_clos(federation):
    _, clos = inscrire_au_repertoire(GENERALISTE, "990009011", "990009045")
    inscrire_au_repertoire(GENERALISTE, "990009052")
    (autrui,) = inscrire_au_repertoire(REGULATEUR, "990009011")
    medecin = Medecin()
    medecin.entrer()
    Exercice.objects.filter(pk=clos.pk).update(fin_le=timezone.now())
    for interdit in (clos, autrui):
        reponse = medecin.client.post("/ps/connexion/exercice/", {"exercice": interdit.pk})
        assert reponse.status_code == 422
    assert not est_connecte_ps(medecin.client)


def test_l_annuaire_relu_entre_les_deux_ecrans_peut_fermer_la_porte(federation):
    inscrire_au_repertoire(GENERALISTE, "990009011", "990009045")
    medecin = Medecin()
    medecin.entrer()
    Exercice.objects.update(fin_le=timezone.now())
    assert medecin.client.get("/ps/connexion/exercice/").status_code == 403
    assert not est_connecte_ps(medecin.client)


@pytest.mark.regle("R-URG-03")
@pytest.mark.parametrize(
    ("rpps", "profession", "attendu"),
    [(REGULATEUR, "10", True), (REGULATEUR, "60", False), (GENERALISTE, "10", False)],
)
def test_seul_un_medecin_annonce_regulateur_l_est(federation, rpps, profession, attendu):
    inscrire_au_repertoire(rpps, "990009045", profession=profession)
    medecin = Medecin()
    medecin.entrer(rpps)
    assert medecin.session[REGULATION_MEDICALE] is attendu


@pytest.mark.regle("R-PS-08")
def test_une_secretaire_entre_sans_profession_de_sante(federation):
    inscrire_au_repertoire(
        SECRETAIRE, "990009011", profession="99", specialite="", role="331", categorie=""
    )
    medecin = Medecin()
    assert medecin.entrer(SECRETAIRE).headers["Location"] == "/ps/patients/"
    assert est_connecte_ps(medecin.client)
    assert "Secrétaire" in medecin.session["exercice_affiche"]["profession"]


def test_apres_l_identification_on_arrive_a_la_page_demandee(federation):
    inscrire_au_repertoire(GENERALISTE, "990009011")
    assert Medecin().entrer(suite="/ps/depot/").headers["Location"] == "/ps/depot/"
    assert Medecin().entrer(suite="//mechant.example/").headers["Location"] == "/ps/patients/"
    assert Medecin().entrer(suite="/accueil/").headers["Location"] == "/ps/patients/"


def test_la_cle_de_session_change_a_l_entree(federation):
    inscrire_au_repertoire(GENERALISTE, "990009011")
    medecin = Medecin()
    medecin.prouver()
    avant = medecin.session.session_key
    medecin.revenir()
    assert medecin.session.session_key != avant
    assert not Session.objects.filter(session_key=avant).exists()


def test_une_deuxieme_connexion_retrouve_le_meme_compte(federation):
    inscrire_au_repertoire(GENERALISTE, "990009011")
    Medecin().entrer()
    Medecin().entrer()
    assert Compte.objects.count() == 1


def test_deja_connecte_la_porte_mene_a_la_recherche(federation):
    inscrire_au_repertoire(GENERALISTE, "990009011")
    medecin = Medecin()
    medecin.entrer()
    for adresse in ("/ps/connexion/", "/ps/connexion/retour/", "/ps/connexion/exercice/"):
        assert medecin.client.get(adresse).headers["Location"] == "/ps/patients/"


def test_les_jetons_ne_sont_lisibles_ni_dans_la_session_ni_en_base(federation):
    inscrire_au_repertoire(GENERALISTE, "990009011")
    medecin = Medecin()
    medecin.entrer()
    jetons = JetonsPSC.objects.get().contenu()
    with connection.cursor() as curseur:
        for table in ("comptes_jetonspsc", "django_session"):
            curseur.execute(f"SELECT t::text FROM {table} t")
            for (ligne,) in curseur.fetchall():
                for jeton in (jetons["acces"], jetons["rafraichissement"], jetons["identite"]):
                    assert jeton not in ligne
                    assert jeton.encode().hex() not in ligne


# --- Nobody to act as --------------------------------------------------------------------------


@pytest.mark.regle("R-PS-09")
@pytest.mark.parametrize("connu", [False, True])
def test_sans_exercice_actif_l_acces_est_refuse_et_explique(federation, connu):
    if connu:
        inscrire_au_repertoire(RADIEE, "990009011", fin_le=timezone.now())
    medecin = Medecin()
    reponse = medecin.entrer(RADIEE)
    assert reponse.status_code == 403
    page = reponse.content.decode()
    assert "répertoire national" in page
    assert "session Pro Santé Connect" in page
    assert not est_connecte_ps(medecin.client)
    assert rien_n_est_ecrit()
    assert motifs_de_securite() == ["EXERCICE_INACTIF"]


@pytest.mark.regle("R-PS-09")
def test_un_etudiant_n_a_pas_d_acces_en_son_nom(federation):
    inscrire_au_repertoire(ETUDIANT, "990009045", categorie="E")
    medecin = Medecin()
    reponse = medecin.entrer(ETUDIANT)
    assert reponse.status_code == 403
    assert "étudiant" in reponse.content.decode()
    assert rien_n_est_ecrit()
    assert motifs_de_securite() == ["EXERCICE_ETUDIANT"]


# --- Lies (identites_federes.md §6) ------------------------------------------------------------


@pytest.mark.regle("R-PS-07")
@pytest.mark.parametrize(
    ("scenario", "motif"),
    [
        (Scenario.STATE_FAUX, MotifPSC.STATE),
        (Scenario.NONCE_FAUX, MotifPSC.NONCE),
        (Scenario.NONCE_ABSENT, MotifPSC.NONCE),
        (Scenario.AUD_FAUX, MotifPSC.AUDIENCE),
        (Scenario.AZP_FAUX, MotifPSC.AZP),
        (Scenario.ISS_FAUX, MotifPSC.EMETTEUR),
        (Scenario.EXPIRE, MotifPSC.EXPIRE),
        (Scenario.EMIS_DANS_LE_FUTUR, MotifPSC.IAT),
        (Scenario.AT_HASH_FAUX, MotifPSC.AT_HASH),
        (Scenario.ACR_INFERIEUR, MotifPSC.ACR),
        (Scenario.ACR_ABSENT, MotifPSC.ACR),
        (Scenario.CLE_INCONNUE, MotifPSC.CLE_INCONNUE),
        (Scenario.SIGNATURE_FAUSSE, MotifPSC.SIGNATURE),
        (Scenario.ALG_NONE, MotifPSC.ALGORITHME),
        (Scenario.ALG_HS256, MotifPSC.ALGORITHME),
        (Scenario.SUB_DIFFERENT, MotifPSC.SUB),
    ],
)
def test_un_mensonge_de_la_federation_n_ouvre_rien(federation, scenario, motif):
    inscrire_au_repertoire(GENERALISTE, "990009011")
    federation.ordonner("scenario", scenario=scenario, fois=1)
    medecin = Medecin()
    reponse = medecin.entrer()
    assert reponse.status_code == 403
    assert str(motif) in reponse.content.decode()
    assert not est_connecte_ps(medecin.client)
    assert rien_n_est_ecrit()
    assert motifs_de_securite() == [motif]
    assert medecin.entrer().status_code == 302  # the truth, told next, is believed


def test_tous_les_mensonges_connus_de_la_federation_sont_essayes():
    pannes = {Scenario.INDISPONIBLE, Scenario.JETON_INDISPONIBLE, Scenario.USERINFO_INDISPONIBLE}
    marque = next(
        m
        for m in test_un_mensonge_de_la_federation_n_ouvre_rien.pytestmark
        if m.name == "parametrize"
    )
    essayes = {scenario for scenario, _ in marque.args[1]}
    assert essayes | pannes | {Scenario.ACR_SUPERIEUR} == set(Scenario)


@pytest.mark.regle("R-PS-07")
def test_une_reponse_ne_s_entend_qu_une_fois(federation):
    inscrire_au_repertoire(GENERALISTE, "990009011", "990009045")
    medecin = Medecin()
    medecin.entrer()
    reponse = medecin.revenir()
    assert reponse.status_code == 403
    assert motifs_de_securite() == [MotifPSC.DEMANDE_INCONNUE]


@pytest.mark.regle("R-PS-07")
def test_le_code_d_un_autre_navigateur_est_refuse(federation):
    inscrire_au_repertoire(GENERALISTE, "990009011")
    victime, voleur = Medecin(), Medecin()
    victime.prouver()
    voleur.partir()
    assert voleur.revenir(victime.retour).status_code == 403
    assert motifs_de_securite() == [MotifPSC.STATE]
    # With a state of its own, PKCE and the nonce are what stops the stolen code.
    autre = Medecin()
    state = parse_qs(urlsplit(autre.partir()).query)["state"][0]
    code = parse_qs(urlsplit(victime.retour).query)["code"][0]
    reponse = autre.client.get("/ps/connexion/retour/", {"code": code, "state": state})
    assert reponse.status_code == 403
    assert motifs_de_securite()[-1] == MotifPSC.CODE
    assert rien_n_est_ecrit()


@pytest.mark.regle("R-PS-07")
def test_un_code_deja_echange_est_refuse(federation):
    inscrire_au_repertoire(GENERALISTE, "990009011")
    medecin = Medecin()
    medecin.prouver()
    demande = medecin.session["psc_demande"]
    medecin.revenir()
    medecin.client.post("/ps/deconnexion/")
    medecin.client.get("/ps/connexion/psc/")
    session = medecin.session
    session["psc_demande"] = demande
    session.save()
    assert medecin.revenir().status_code == 403
    assert motifs_de_securite() == [MotifPSC.CODE]


@pytest.mark.regle("R-PS-07")
def test_un_retour_sans_demande_est_refuse(federation, db):
    reponse = Client().get("/ps/connexion/retour/", {"code": "x", "state": "y"})
    assert reponse.status_code == 403
    assert "a expiré ou a déjà servi" in reponse.content.decode()


@pytest.mark.regle("R-PS-07")
def test_une_demande_trop_ancienne_est_refusee(federation):
    medecin = Medecin()
    medecin.prouver()
    session = medecin.session
    session["psc_demande"] = {**session["psc_demande"], "le": session["psc_demande"]["le"] - 901}
    session.save()
    assert medecin.revenir().status_code == 403


def test_le_retour_d_un_autre_emetteur_est_refuse(federation):
    medecin = Medecin()
    medecin.prouver()
    assert medecin.revenir(f"{medecin.retour}&iss=https://autre.example").status_code == 403
    assert motifs_de_securite() == [MotifPSC.EMETTEUR]


def test_un_renoncement_est_dit_sans_reproche(federation):
    medecin = Medecin()
    medecin.pilote.aller(medecin.partir())
    reponse = medecin.revenir(medecin.pilote.annuler())
    assert reponse.status_code == 403
    assert "Vous avez renoncé" in reponse.content.decode()
    assert motifs_de_securite() == [MotifPSC.RENONCEMENT]


def test_un_niveau_superieur_a_celui_demande_suffit_et_un_inferieur_non(federation):
    inscrire_au_repertoire(GENERALISTE, "990009011")
    federation.ordonner("scenario", scenario=Scenario.ACR_SUPERIEUR, fois=1)
    assert Medecin().entrer().status_code == 302
    assert psc._niveau_suffisant("eidas3", "eidas2")
    assert not psc._niveau_suffisant("eidas1", "eidas2")
    assert not psc._niveau_suffisant("EIDAS3", "eidas2")


# --- Out of order ------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario", [Scenario.JETON_INDISPONIBLE, Scenario.USERINFO_INDISPONIBLE])
def test_une_panne_a_l_echange_est_dite_et_n_ecrit_rien(federation, scenario):
    inscrire_au_repertoire(GENERALISTE, "990009011")
    federation.ordonner("scenario", scenario=scenario, fois=1)
    reponse = Medecin().entrer()
    assert reponse.status_code == 503
    assert "ne répond pas" in reponse.content.decode()
    assert rien_n_est_ecrit()
    assert motifs_de_securite() == [MotifPSC.INDISPONIBLE]


def test_une_federation_en_panne_le_dit_a_la_porte(federation, client_neuf):
    federation.ordonner("scenario", scenario=Scenario.INDISPONIBLE)
    reponse = Client().get("/ps/connexion/psc/")
    assert reponse.status_code == 503
    assert "ne répond pas" in reponse.content.decode()
    federation.ordonner("scenario", scenario=None)
    assert Client().get("/ps/connexion/psc/").status_code == 302


def test_une_federation_injoignable_le_dit_a_la_porte(federation, settings):
    settings.MES_PSC = {**settings.MES_PSC, "emetteur": "http://127.0.0.1:9/realms/esante-wallet"}
    assert Client().get("/ps/connexion/psc/").status_code == 503


def test_le_document_de_decouverte_d_un_autre_emetteur_est_refuse(federation, settings):
    autre = settings.MES_PSC["emetteur"].replace("127.0.0.1", "localhost")
    settings.MES_PSC = {**settings.MES_PSC, "emetteur": autre}
    assert Client().get("/ps/connexion/psc/").status_code == 403
    assert motifs_de_securite() == [MotifPSC.DECOUVERTE]


def test_le_nom_du_document_de_decouverte_est_un_reglage(federation, settings):
    settings.MES_PSC = {**settings.MES_PSC, "decouverte": "openid-configuration"}
    assert Client().get("/ps/connexion/psc/").status_code == 403


@pytest.mark.parametrize("retirer", [False, True])
def test_une_rotation_des_cles_est_suivie(federation, retirer):
    inscrire_au_repertoire(GENERALISTE, "990009011")
    assert Medecin().entrer().status_code == 302
    federation.ordonner("cles", retirer=retirer)
    assert Medecin().entrer().status_code == 302
    assert motifs_de_securite() == []


# --- Two-minute tokens (R-SEC-05) --------------------------------------------------------------


def vieillir(medecin: Medecin, **duree: float) -> None:
    """As if everything received had been received that much earlier."""
    ecart = timedelta(**duree)
    JetonsPSC.objects.update(
        a_rafraichir_le=F("a_rafraichir_le") - ecart, fin_le=F("fin_le") - ecart
    )
    session = medecin.session
    session["psc_verifier_le"] = 0
    session.save()


@pytest.mark.regle("R-SEC-05")
def test_le_jeton_d_acces_est_renouvele_apres_deux_minutes_et_pas_avant(federation):
    inscrire_au_repertoire(GENERALISTE, "990009011")
    medecin = Medecin()
    medecin.entrer()
    avant = JetonsPSC.objects.get().contenu()
    assert est_connecte_ps(medecin.client)
    vieillir(medecin, seconds=100)
    assert est_connecte_ps(medecin.client)
    assert JetonsPSC.objects.get().contenu() == avant
    vieillir(medecin, seconds=30)
    assert est_connecte_ps(medecin.client)
    apres = JetonsPSC.objects.get().contenu()
    assert apres["acces"] != avant["acces"]
    assert apres["rafraichissement"] != avant["rafraichissement"]
    assert apres["sub"] == avant["sub"]
    # And once more, with the tokens of the renewal.
    vieillir(medecin, seconds=130)
    assert est_connecte_ps(medecin.client)


@pytest.mark.regle("R-SEC-05")
def test_une_session_fermee_chez_pro_sante_connect_se_ferme_ici_et_le_dit(federation):
    inscrire_au_repertoire(GENERALISTE, "990009011")
    medecin = Medecin()
    medecin.entrer()
    federation.ordonner("fermer-sessions", personne=GENERALISTE)
    assert est_connecte_ps(medecin.client)  # until the access token ends
    vieillir(medecin, seconds=130)
    reponse = medecin.client.get("/ps/depot/")
    assert reponse.headers["Location"] == "/ps/connexion/?next=%2Fps%2Fdepot%2F&fin=psc"
    page = medecin.client.get(reponse.headers["Location"]).content.decode()
    assert "Pro Santé Connect a mis fin à votre session" in page
    assert not JetonsPSC.objects.exists()
    assert motifs_de_securite() == [MotifPSC.RAFRAICHISSEMENT_REFUSE]


@pytest.mark.regle("R-SEC-05")
def test_une_panne_passagere_ne_ferme_pas_la_session_mais_une_longue_oui(federation):
    inscrire_au_repertoire(GENERALISTE, "990009011")
    medecin = Medecin()
    medecin.entrer()
    federation.ordonner("scenario", scenario=Scenario.INDISPONIBLE)
    vieillir(medecin, seconds=130)
    assert est_connecte_ps(medecin.client)
    vieillir(medecin, minutes=31)
    assert not est_connecte_ps(medecin.client)


@pytest.mark.regle("R-SEC-05")
def test_un_jeton_renouvele_est_verifie_comme_le_premier(federation):
    inscrire_au_repertoire(GENERALISTE, "990009011")
    federation.ordonner("scenario", scenario=None)
    medecin = Medecin()
    medecin.entrer()
    ligne = JetonsPSC.objects.get()
    ligne.poser_contenu({**ligne.contenu(), "sub": "f:autre:899700900022"})
    ligne.save()
    vieillir(medecin, seconds=130)
    assert not est_connecte_ps(medecin.client)
    assert motifs_de_securite() == [MotifPSC.SUB]


# --- The end -----------------------------------------------------------------------------------


def test_la_deconnexion_ferme_aussi_la_session_de_pro_sante_connect(federation):
    inscrire_au_repertoire(GENERALISTE, "990009011")
    medecin = Medecin()
    medecin.entrer()
    assert medecin.client.get("/ps/deconnexion/").status_code == 405
    reponse = medecin.client.post("/ps/deconnexion/")
    assert not est_connecte_ps(medecin.client)
    assert not JetonsPSC.objects.exists()
    adresse = reponse.headers["Refresh"].removeprefix("0; url=")
    assert reponse.content.decode().count('href="http://127.0.0.1') == 1
    assert medecin.pilote.aller(adresse) == "http://localhost:8000/ps/"
    # The federation asks again who is there: no session was left open.
    assert medecin.pilote.aller(medecin.partir()) is None


def test_changer_d_exercice_ouvre_une_nouvelle_session(federation):
    premier, second = inscrire_au_repertoire(GENERALISTE, "990009011", "990009045")
    medecin = Medecin()
    medecin.entrer()
    medecin.client.post("/ps/connexion/exercice/", {"exercice": premier.pk})
    cle = medecin.session.session_key
    reponse = medecin.client.post("/ps/exercice/changer/")
    assert reponse.headers["Refresh"] == "0; url=/ps/connexion/psc/"
    assert not Session.objects.filter(session_key=cle).exists()
    assert medecin.entrer().headers["Location"] == "/ps/connexion/exercice/"
    medecin.client.post("/ps/connexion/exercice/", {"exercice": second.pk})
    assert medecin.session[EXERCICE_CHOISI] == str(second.pk)
