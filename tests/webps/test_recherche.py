"""Finding a patient: « Mes patients », a code, a carte Vitale; never a name alone (R-PS-23)."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from habilitations.actions.accords import creer_code_ouverture, retirer_acces_professionnel
from habilitations.models import Ouverture
from habilitations.portes import ESPACE_TROUVE
from journal.models import LigneSecurite
from mes.portails import PS
from tests import situations as s
from tests.accueil.lecture import Page, envoyer, lire
from tests.comptes.outils import connecter_professionnel, session_de
from tests.securite.scene import exercice_de_secretaire
from tests.webps import outils
from webps.vitale import LectureImpossible, lire_reponse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gabarits_stricts")]

PATIENTS = "/ps/patients/mes-patients/"


@pytest.fixture
def alex():
    return s.creer_espace("alex")


# --- Mes patients --------------------------------------------------------------------------------


def _noms(page: Page) -> list[str]:
    return page.titres(2)


@pytest.mark.regle("R-PS-23")
def test_mes_patients_sont_ceux_que_cet_exercice_a_ouverts_et_eux_seuls(alex):
    s.creer_espace("camille")
    client = outils.navigateur("medecin")
    assert "Aucun dossier ouvert ces derniers mois." in lire(client, PATIENTS).texte

    outils.dans("autre_medecin", "camille")
    outils.dans("medecin")
    page = lire(client, PATIENTS)
    assert _noms(page) == ["Alex DEMO-UN"]
    assert "DEMO-DEUX" not in page.html
    assert s.PERSONNES["alex"]["matricule"] not in page.racine.find(".//main").text_content()


@pytest.mark.regle("R-PS-23")
def test_un_dossier_ouvert_il_y_a_plus_d_un_an_n_est_plus_dans_mes_patients(alex, settings):
    client = outils.dans("medecin")
    Ouverture.objects.update(ouverte_le=timezone.now() - timedelta(days=366))
    assert _noms(lire(client, PATIENTS)) == []
    assert client.post(PATIENTS, {"espace": str(alex.pk)}).status_code == 404
    settings.MES_PATIENTS_MOIS = 24
    assert _noms(lire(client, PATIENTS)) == ["Alex DEMO-UN"]


@pytest.mark.regle("R-PS-23", "R-PS-04")
def test_rouvrir_un_dossier_de_mes_patients_repasse_par_la_declaration(alex):
    client = outils.dans("medecin", **outils.CONSENTEMENT)
    client.post("/ps/dossier/fermer/")
    assert client.get("/ps/dossier/").status_code == 403
    reponse = client.post(PATIENTS, {"espace": str(alex.pk)})
    assert reponse.headers["Location"] == outils.DECLARATION
    assert client.get("/ps/dossier/").status_code == 403
    assert client.post(outils.DECLARATION, outils.CONSENTEMENT).status_code == 302
    assert client.get("/ps/dossier/").status_code == 200


@pytest.mark.regle("R-PS-23", "R-SEC-04")
def test_on_ne_choisit_pas_un_dossier_que_l_on_n_a_jamais_ouvert(alex):
    client = outils.navigateur("medecin")
    for demande in (str(alex.pk), "pas-un-identifiant", ""):
        assert client.post(PATIENTS, {"espace": demande}).status_code == 404
    assert ESPACE_TROUVE not in session_de(client, PS)


@pytest.mark.regle("R-PS-16", "R-PS-23", "R-PS-10")
def test_mes_patients_disent_si_l_accord_tient_encore(alex):
    compte = s.creer_compte("alex", alex)
    client = outils.dans("medecin")
    assert "Consentement donné à votre équipe" in lire(client, PATIENTS).texte
    outils.gerer(
        alex,
        compte,
        retirer_acces_professionnel,
        professionnel_id=outils.professionnel_id("medecin"),
    )
    assert "Le patient a retiré son accord" in lire(client, PATIENTS).texte


def test_mes_patients_se_lisent_par_pages_pour_le_meme_nombre_de_requetes(alex):
    client = outils.dans("medecin")
    acteur = s.acteur_ps("medecin")
    s.autoriser(acteur, alex)
    lire(client, PATIENTS)
    with CaptureQueriesContext(connection) as pour_un:
        lire(client, PATIENTS)
    s.autoriser(acteur, s.creer_espace("camille"))
    s.autoriser(acteur, s.creer_espace("ines"))
    with CaptureQueriesContext(connection) as pour_trois:
        page = lire(client, PATIENTS)
    assert len(_noms(page)) == 3
    assert len(pour_trois) == len(pour_un)


def test_la_seconde_page_de_mes_patients_suit_la_premiere(alex, monkeypatch):
    monkeypatch.setattr("webps.patientele.TAILLE_PAGE", 1)
    acteur = s.acteur_ps("medecin")
    s.autoriser(acteur, s.creer_espace("camille"))
    s.autoriser(acteur, alex)
    client = outils.navigateur("medecin")
    assert _noms(lire(client, PATIENTS)) == ["Alex DEMO-UN"]
    assert _noms(lire(client, f"{PATIENTS}?page=2")) == ["Camille DEMO-DEUX"]


@pytest.mark.regle("R-PS-08", "R-PS-29")
def test_une_secretaire_n_a_ni_mes_patients_ni_code_ni_declaration(alex):
    client = Client()
    connecter_professionnel(client, exercice_de_secretaire())
    outils.chercher(client)
    for adresse in (PATIENTS, "/ps/patients/code/", outils.DECLARATION, "/ps/patients/refus/"):
        reponse = client.get(adresse)
        assert reponse.status_code == 403
        assert "pas de les consulter" in reponse.content.decode()
    page = lire(client, "/ps/patients/")
    assert "Je vois mes patients" not in page.liens()
    assert "Mes patients" not in page.html


# --- A code of the patient ------------------------------------------------------------------------


@pytest.fixture
def code(alex) -> str:
    compte = s.creer_compte("alex", alex)
    donne, _ligne = outils.gerer(alex, compte, creer_code_ouverture)
    return donne


@pytest.mark.regle("R-PS-04", "R-PS-16")
def test_un_code_du_patient_donne_son_accord_sans_case_a_cocher(alex, code):
    client = outils.navigateur("medecin")
    dicte = f"{code[:5]} {code[5:].lower()}"
    page = envoyer(client, "/ps/patients/code/", code=dicte, date_naissance="1985-04-12")
    assert "Alex DEMO-UN" in page.titres(1)[0]
    assert "avec l'accord que le patient m'a donné, jusqu'à" in page.texte
    assert page.champ("base").get("value") == "consentement"
    assert client.post(outils.DECLARATION, outils.CONSENTEMENT).status_code == 302
    ouverture = outils.ouverture_de("medecin")
    assert ouverture is not None
    assert ouverture.autorisation is not None


@pytest.mark.regle("R-SEC-04")
def test_un_code_faux_une_date_fausse_et_un_code_deja_utilise_se_disent_pareil(alex, code):
    client = outils.navigateur("medecin")
    juste = {"code": code, "date_naissance": "1985-04-12"}
    textes = set()
    for faux in ({"code": "A" * 10}, {"date_naissance": "1985-04-13"}):
        reponse = client.post("/ps/patients/code/", juste | faux)
        assert reponse.status_code == 422
        textes.add(_erreurs(reponse))
    assert client.post("/ps/patients/code/", juste).status_code == 302
    reponse = outils.navigateur("autre_medecin").post("/ps/patients/code/", juste)
    assert reponse.status_code == 422
    textes.add(_erreurs(reponse))
    assert len(textes) == 1
    assert LigneSecurite.objects.filter(motif="CODE_OUVERTURE").count() == 3


def _erreurs(reponse: Any) -> str:
    page = Page(reponse)
    return page.mots(page.racine.get_element_by_id("erreurs-formulaire"))


# --- A carte Vitale -------------------------------------------------------------------------------


class _Lecteur(BaseHTTPRequestHandler):
    reponse: ClassVar[tuple[int, bytes]] = (404, b"{}")

    def do_GET(self) -> None:
        statut, octets = self.reponse
        self.send_response(statut)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(octets)))
        self.end_headers()
        self.wfile.write(octets)

    def log_message(self, *args: object) -> None:
        return


CARTE = {
    "nir": "185049900000162",
    "nom": "DEMO-UN",
    "prenom": "ALEX",
    "date_naissance": "1985-04-12",
    "rang": 1,
}


@pytest.fixture
def lecteur(settings) -> Iterator[type[_Lecteur]]:
    """A reader beside us, that answers what the test puts in it."""
    serveur = HTTPServer(("127.0.0.1", 0), _Lecteur)
    fil = threading.Thread(target=serveur.serve_forever)
    fil.start()
    settings.MES_LECTEUR_VITALE = f"http://127.0.0.1:{serveur.server_port}/lecture"
    _Lecteur.reponse = (200, json.dumps(CARTE).encode())
    yield _Lecteur
    serveur.shutdown()
    fil.join()
    serveur.server_close()


@pytest.mark.regle("R-PS-23")
def test_la_carte_vitale_mene_a_la_declaration_et_n_ouvre_rien(alex, lecteur):
    client = outils.navigateur("medecin")
    assert "Je lis la carte Vitale" in lire(client, "/ps/patients/").boutons()
    reponse = client.post("/ps/patients/vitale/")
    assert reponse.headers["Location"] == outils.DECLARATION
    assert client.get("/ps/dossier/").status_code == 403


@pytest.mark.regle("R-PS-23")
def test_sans_lecteur_il_n_y_a_pas_de_bouton(alex, settings):
    settings.MES_LECTEUR_VITALE = ""
    client = outils.navigateur("medecin")
    assert "Je lis la carte Vitale" not in lire(client, "/ps/patients/").boutons()
    assert client.post("/ps/patients/vitale/").headers["Location"] == "/ps/patients/"
    assert ESPACE_TROUVE not in session_de(client, PS)


@pytest.mark.regle("R-PS-23")
def test_la_carte_de_quelqu_un_sans_dossier_remplit_la_recherche(alex, lecteur):
    lecteur.reponse = (200, json.dumps(CARTE | {"date_naissance": "1985-04-11"}).encode())
    page = Page(outils.navigateur("medecin").post("/ps/patients/vitale/"))
    assert page.statut == 422
    assert page.champ("matricule").get("value") == "185049900000162"
    assert "Aucun dossier ne correspond" in page.texte


@pytest.mark.parametrize(
    ("reponse", "phrase"),
    [
        ((404, b"{}"), "Aucune carte dans le lecteur."),
        ((500, b"{}"), "Cette carte n'a pas pu être lue."),
        ((302, b""), "Cette carte n'a pas pu être lue."),
        ((200, b"<html>"), "Cette carte n'a pas pu être lue."),
        ((200, b" " * 5000), "Cette carte n'a pas pu être lue."),
    ],
)
def test_un_lecteur_qui_ne_lit_rien_de_juste_est_dit(alex, lecteur, reponse, phrase):
    lecteur.reponse = reponse
    page = envoyer(outils.navigateur("medecin"), "/ps/patients/vitale/")
    assert phrase in page.texte


def test_un_lecteur_absent_est_dit(alex, settings):
    settings.MES_LECTEUR_VITALE = "http://127.0.0.1:9/lecture"
    page = envoyer(outils.navigateur("medecin"), "/ps/patients/vitale/")
    assert "Le lecteur de carte ne répond pas." in page.texte


@pytest.mark.parametrize(
    "ecart",
    [
        {"nir": "185049900000163"},
        {"nir": 185049900000162},
        {"nom": ""},
        {"nom": "demo-un"},
        {"nom": "<script>"},
        {"prenom": None},
        {"date_naissance": "12/04/1985"},
        {"date_naissance": "1985-02-30"},
        {"rang": "1"},
        {"rang": True},
        {"rang": 0},
    ],
)
def test_une_carte_qui_ne_dit_pas_ce_qu_il_faut_est_refusee(ecart):
    with pytest.raises(LectureImpossible):
        lire_reponse(json.dumps(CARTE | ecart).encode())
    assert lire_reponse(json.dumps(CARTE).encode()).nir == CARTE["nir"]


def test_une_carte_incomplete_ou_qui_n_est_pas_un_objet_est_refusee():
    for octets in (b"[]", b"null", b"{}", b"\xff", b"[" * 3000, b'{"nir": NaN}'):
        with pytest.raises(LectureImpossible):
            lire_reponse(octets)
