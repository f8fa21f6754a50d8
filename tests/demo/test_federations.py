"""The stand-in of Pro Santé Connect, as a service meets it: real process, real HTTP.

What it must refuse is proven here, so that the product's own tests may rely on it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import select
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import KeySet

from demo.federations.cles import JetonInvalide, Trousseau
from demo.federations.pilote import Pilote
from demo.federations.psc.moyens import Moyen, acr_rendu
from demo.federations.psc.personnes import professionnels, revendications
from demo.federations.scenarios import Scenario

RACINE = Path(__file__).resolve().parents[2]
RETOUR = "http://localhost:8000/ps/connexion/retour/"
RETOUR_DECONNEXION = "http://localhost:8000/ps/"
GENERALISTE = "99700900014"
HOSPITALIER = "99700900022"
REGULATEUR = "99700900097"
RADIEE = "99700900162"
SECRETAIRE = "99700900154"
DELAI = 10
DEMARRAGE = 30


@dataclass
class Federation:
    """A running process, and what a service has to know of it."""

    processus: subprocess.Popen[str]
    adresse: str
    fiche: dict[str, str]
    decouverte: dict[str, Any] = field(default_factory=dict)

    @property
    def client(self) -> tuple[str, str]:
        return self.fiche["client_id"], self.fiche["client_secret"]

    def ordonner(self, ordre: str, **corps: Any) -> dict[str, Any]:
        reponse = requests.post(f"{self.adresse}/psc/controle/{ordre}", json=corps, timeout=DELAI)
        assert reponse.status_code == 200, reponse.text
        return reponse.json()

    def arreter(self) -> int:
        self.processus.terminate()
        self.processus.communicate(timeout=DELAI)
        return self.processus.returncode


def lire_pret(processus: subprocess.Popen[str]) -> str:
    """The line that says the process is ready: waits for it, within a limit."""
    assert processus.stdout is not None
    prets, _, _ = select.select([processus.stdout], [], [], DEMARRAGE)
    ligne = processus.stdout.readline() if prets else ""
    assert ligne.startswith("prêt"), f"pas prêt : {ligne!r}, code {processus.poll()}"
    return ligne


def lancer(donnees: Path, *options: str) -> Federation:
    processus = subprocess.Popen(
        [sys.executable, "-m", "demo.federations", "--donnees", str(donnees), *options],
        cwd=RACINE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={c: v for c, v in os.environ.items() if not c.startswith(("MES_", "DJANGO_"))},
    )
    try:
        lire_pret(processus)
        fiche = json.loads((donnees / "psc.json").read_text(encoding="utf-8"))
        emetteur = urlsplit(fiche["emetteur"])
        federation = Federation(processus, f"{emetteur.scheme}://{emetteur.netloc}", fiche)
        federation.decouverte = requests.get(
            f"{fiche['emetteur']}/.well-known/{fiche['decouverte']}", timeout=DELAI
        ).json()
    except BaseException:
        processus.kill()
        processus.communicate()
        raise
    return federation


@pytest.fixture(scope="module")
def processus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Federation]:
    federation = lancer(tmp_path_factory.mktemp("federations"), "--port", "0")
    yield federation
    assert federation.arreter() == 0


@pytest.fixture
def psc(processus: Federation) -> Iterator[Federation]:
    """The process shared by the module, its switches put back afterwards."""
    yield processus
    processus.ordonner("scenario", scenario=None)
    processus.ordonner("delai-ecps", secondes=120)


@dataclass
class Service:
    """What a service does: sends somebody, gets them back, trades the code, reads the claims."""

    federation: Federation
    verifieur: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=secrets.token_urlsafe)
    nonce: str = field(default_factory=secrets.token_urlsafe)

    def adresse(self, **changements: str | None) -> str:
        """The authorization address; a None change takes the parameter out."""
        condensat = hashlib.sha256(self.verifieur.encode()).digest()
        parametres: dict[str, str | None] = {
            "response_type": "code",
            "client_id": self.federation.fiche["client_id"],
            "redirect_uri": RETOUR,
            "scope": "openid scope_all",
            "acr_values": "eidas1",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": base64.urlsafe_b64encode(condensat).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            **changements,
        }
        gardes = {cle: valeur for cle, valeur in parametres.items() if valeur is not None}
        return f"{self.federation.decouverte['authorization_endpoint']}?{urlencode(gardes)}"

    def code(self, retour: str | None) -> str:
        recu = retour_de(retour)
        assert "error" not in recu, recu
        assert recu["state"] == self.state
        return recu["code"]

    def echanger(self, code: str, **changements: str) -> requests.Response:
        donnees = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": RETOUR,
            "code_verifier": self.verifieur,
            **changements,
        }
        return self.poster("token_endpoint", donnees)

    def rafraichir(self, jeton: str) -> requests.Response:
        return self.poster(
            "token_endpoint", {"grant_type": "refresh_token", "refresh_token": jeton}
        )

    def introspecter(self, jeton: str) -> dict[str, Any]:
        return self.poster("introspection_endpoint", {"token": jeton}).json()

    def poster(self, point: str, donnees: dict[str, str]) -> requests.Response:
        return requests.post(
            self.federation.decouverte[point],
            data=donnees,
            auth=self.federation.client,
            timeout=DELAI,
        )

    def userinfo(self, jeton: str) -> requests.Response:
        return requests.get(
            self.federation.decouverte["userinfo_endpoint"],
            headers={"Authorization": f"Bearer {jeton}"},
            timeout=DELAI,
        )

    def jetons(
        self, personne: str = GENERALISTE, moyen: str = "carte", **changements: str
    ) -> dict[str, Any]:
        """A complete journey, up to the tokens."""
        retour = Pilote().se_connecter(self.adresse(**changements), personne, moyen)
        reponse = self.echanger(self.code(retour))
        assert reponse.status_code == 200, reponse.text
        return reponse.json()

    def cles(self) -> KeySet:
        return KeySet.import_key_set(
            requests.get(self.federation.decouverte["jwks_uri"], timeout=DELAI).json()
        )

    def lire(self, jeton: str) -> dict[str, Any]:
        """The claims of a correctly signed token."""
        return jwt.decode(jeton, self.cles(), algorithms=["RS256"]).claims


@pytest.fixture
def service(psc: Federation) -> Service:
    return Service(psc)


def retour_de(adresse: str | None) -> dict[str, str]:
    """The parameters with which the browser comes back to the service."""
    assert adresse is not None
    morceaux = urlsplit(adresse)
    assert adresse.startswith(RETOUR)
    return {cle: valeurs[0] for cle, valeurs in parse_qs(morceaux.query).items()}


def charge_de(jeton: str) -> dict[str, Any]:
    """The claims of a token, unverified."""
    corps = jeton.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(corps + "=" * (-len(corps) % 4)))


# --- Discovery --------------------------------------------------------------------------------


def test_la_decouverte_est_a_son_adresse_particuliere_et_a_aucune_autre(psc):
    assert psc.decouverte["issuer"] == psc.fiche["emetteur"]
    assert psc.decouverte["issuer"].endswith("/psc/auth/realms/esante-wallet")
    assert psc.decouverte["token_endpoint"].endswith("/protocol/openid-connect/token")
    habituelle = f"{psc.fiche['emetteur']}/.well-known/openid-configuration"
    assert requests.get(habituelle, timeout=DELAI).status_code == 404


def test_les_cles_publiees_ne_contiennent_rien_de_prive(psc):
    cles = requests.get(psc.decouverte["jwks_uri"], timeout=DELAI).json()["keys"]
    assert cles
    for cle in cles:
        assert cle["kty"] == "RSA"
        assert cle["alg"] == "RS256"
        assert cle["use"] == "sig"
        assert not {"d", "p", "q", "dp", "dq", "qi"} & cle.keys()


# --- The whole journey ------------------------------------------------------------------------


def test_un_parcours_complet_avec_la_bibliotheque_du_produit(psc):
    client_id, client_secret = psc.client
    session = OAuth2Session(
        client_id,
        client_secret,
        scope="openid scope_all",
        redirect_uri=RETOUR,
        code_challenge_method="S256",
        token_endpoint_auth_method="client_secret_basic",
    )
    adresse, state = session.create_authorization_url(
        psc.decouverte["authorization_endpoint"],
        nonce="un-nonce-du-service",
        acr_values="eidas1",
        code_verifier="v" * 64,
    )
    retour = Pilote().se_connecter(adresse, GENERALISTE)
    jetons = session.fetch_token(
        psc.decouverte["token_endpoint"],
        authorization_response=retour,
        state=state,
        code_verifier="v" * 64,
    )
    assert jetons["token_type"] == "Bearer"
    assert jetons["expires_in"] == 120
    assert jetons["refresh_expires_in"] == 1800
    lu = session.get(psc.decouverte["userinfo_endpoint"]).json()
    assert lu["SubjectNameID"] == f"8{GENERALISTE}"


def test_le_jeton_d_identite_dit_qui_pour_qui_et_comment(service, psc):
    jetons = service.jetons()
    entete = jws.extract_compact(jetons["id_token"].encode()).headers()
    assert entete["alg"] == "RS256"
    assert entete["kid"] in {cle.kid for cle in service.cles().keys}
    lu = service.lire(jetons["id_token"])
    condensat = hashlib.sha256(jetons["access_token"].encode()).digest()[:16]
    assert lu["iss"] == psc.fiche["emetteur"]
    assert lu["aud"] == lu["azp"] == psc.fiche["client_id"]
    assert lu["nonce"] == service.nonce
    assert lu["acr"] == "eidas1"
    assert lu["exp"] - lu["iat"] == 120
    assert lu["auth_time"] <= lu["iat"]
    assert lu["at_hash"] == base64.urlsafe_b64encode(condensat).rstrip(b"=").decode()
    assert lu["sub"] == service.userinfo(jetons["access_token"]).json()["sub"]


def test_les_revendications_ont_la_forme_de_celles_du_vrai_service(service):
    lu = service.userinfo(service.jetons(HOSPITALIER)["access_token"]).json()
    prefixe, fournisseur, national = lu["sub"].split(":")
    assert (prefixe, national) == ("f", f"8{HOSPITALIER}")
    assert len(fournisseur) == 36
    assert lu["SubjectNameID"] == lu["preferred_username"] == f"8{HOSPITALIER}"
    assert lu["otherIds"] == [{"identifiant": HOSPITALIER, "origine": "RPPS", "qualite": 1}]
    assert lu["SubjectRole"] == ["10^1.2.250.1.213.1.1.5.5"]
    assert lu["Secteur_Activite"] == "SA01^1.2.250.1.71.4.2.4"
    assert lu["Acces_Regulation_Medicale"] == "FAUX"
    exercices = lu["SubjectRefPro"]["exercices"]
    assert [exercice["codeSavoirFaire"] for exercice in exercices] == ["SM18", "SM26"]
    hopital = exercices[0]["activities"][0]
    assert hopital["numeroFinessSite"] == "990009045"
    assert hopital["numeroFinessetablissementJuridique"] == "990009037"
    assert hopital["codeModeExercice"] == "S"
    assert hopital["numeroSiretSite"] == ""  # blank, not absent, as in the real one


def test_le_regulateur_le_radie_et_la_secretaire_se_distinguent(service, psc):
    regulateur = service.userinfo(service.jetons(REGULATEUR)["access_token"]).json()
    assert regulateur["Acces_Regulation_Medicale"] == "VRAI"
    radiee = Service(psc)
    lu = radiee.userinfo(radiee.jetons(RADIEE)["access_token"]).json()
    assert lu["SubjectRefPro"]["exercices"] == []
    assert lu["SubjectRole"] == []
    secretaire = Service(psc)
    lu = secretaire.userinfo(secretaire.jetons(SECRETAIRE)["access_token"]).json()
    (exercice,) = lu["SubjectRefPro"]["exercices"]
    assert exercice["codeProfession"] == "99"
    assert exercice["activities"][0]["codeRole"] == "331"


def test_le_palier_dit_par_quel_moyen_on_s_est_identifie(psc):
    paliers = {}
    for moyen in Moyen:
        service = Service(psc)
        lu = service.userinfo(service.jetons(GENERALISTE, moyen)["access_token"]).json()
        paliers[moyen] = lu["Palier_Authentification"]
    assert paliers[Moyen.CARTE] == "APPPRIP3^1.2.250.1.213.1.5.1.1.1"
    assert len(set(paliers.values())) == len(Moyen)


def test_le_niveau_demande_limite_les_moyens_proposes(service):
    pilote = Pilote()
    assert pilote.aller(service.adresse(acr_values="eidas3")) is None
    assert 'value="carte"' in pilote.page.text
    assert 'value="ecps"' not in pilote.page.text
    assert pilote.choisir(GENERALISTE, "ecps") is None
    assert "proposé" in pilote.page.text
    retour = pilote.choisir(GENERALISTE, "carte")
    jetons = service.echanger(service.code(retour)).json()
    assert service.lire(jetons["id_token"])["acr"] == "eidas3"


@pytest.mark.parametrize(
    ("demande", "moyen", "rendu"),
    [
        ("", Moyen.FIDO, "eidas1"),
        ("eidas3 eidas1", Moyen.ECPS, "eidas1"),
        ("eidas3", Moyen.ECPS, None),
        ("eidas9", Moyen.CARTE, None),
    ],
)
def test_le_niveau_rendu_est_le_premier_demande_que_le_moyen_atteint(demande, moyen, rendu):
    assert acr_rendu(demande, moyen) == rendu


# --- The people -------------------------------------------------------------------------------


def luhn(numero: str) -> bool:
    total = 0
    for rang, chiffre in enumerate(reversed(numero)):
        valeur = int(chiffre) * (1 + rang % 2)
        total += valeur - 9 if valeur > 9 else valeur
    return total % 10 == 0


def test_toutes_les_identites_sont_dans_les_plages_fictives():
    for personne in professionnels().values():
        assert personne.rpps.startswith("997")
        assert len(personne.rpps) == 11
        assert luhn(personne.rpps), personne.rpps
        assert personne.nom.startswith("DEMO-")
        for exercice in personne.exercices:
            assert exercice["nomDexercice"] == personne.nom
            for activite in exercice["activities"]:
                assert "DÉMO" in activite["raisonSocialeSite"]
                finess = activite["numeroFinessSite"]
                assert not finess or (finess.startswith("99") and luhn(finess)), finess
                assert activite["telephone"].startswith("019900") or not activite["telephone"]


def test_les_situations_a_montrer_existent():
    tous = {
        (exercice["codeProfession"], activite["codeRole"])
        for personne in professionnels().values()
        for exercice in personne.exercices
        for activite in exercice["activities"]
    }
    assert {"10", "21", "28", "35", "40", "50", "60", "70", "91", "99"} == {p for p, _ in tous}
    assert {("99", "330"), ("99", "331")} <= tous
    kine = professionnels()["99700900089"]
    assert [len(e["activities"]) for e in kine.exercices] == [2]


# --- What the authorization endpoint refuses ----------------------------------------------------


@pytest.mark.parametrize(
    ("changements", "erreur"),
    [
        ({"state": None}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "trop-court"}, "invalid_request"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"scope": "openid scope_all admin"}, "invalid_scope"),
        ({"acr_values": "eidas9"}, "invalid_request"),
        ({"response_type": "token"}, "unauthorized_client"),
        ({"prompt": "none"}, "login_required"),
        ({"scenario": "nimporte"}, "invalid_request"),
    ],
)
def test_une_demande_incomplete_revient_au_service_avec_son_motif(service, changements, erreur):
    recu = retour_de(Pilote().aller(service.adresse(**changements)))
    assert recu["error"] == erreur
    assert "code" not in recu
    assert recu.get("state") == (None if "state" in changements else service.state)


@pytest.mark.parametrize(
    "changements",
    [
        {"redirect_uri": "http://localhost:8000/ps/connexion/retour"},
        {"redirect_uri": "http://localhost:8000/ps/connexion/retour/?suite=1"},
        {"redirect_uri": "http://127.0.0.1:9/ps/connexion/retour/"},
        {"redirect_uri": "http://malveillant.example/"},
        {"redirect_uri": None},
        {"client_id": "inconnu"},
    ],
)
def test_une_adresse_de_retour_inexacte_n_est_jamais_suivie(service, changements):
    pilote = Pilote()
    assert pilote.aller(service.adresse(**changements)) is None
    assert pilote.page.status_code == 400
    assert "Demande refusée" in pilote.page.text
    assert 'name="personne"' not in pilote.page.text


def test_une_adresse_de_retour_en_127_0_0_1_ne_change_pas_de_port(service, psc):
    """RFC 8252 would let a native application do so; Pro Santé Connect compares as a whole."""
    psc.ordonner(
        "clients",
        client_id="en-boucle",
        client_secret="son-secret",
        redirections=["http://127.0.0.1:4444/retour"],
    )
    pilote = Pilote()
    adresse = service.adresse(client_id="en-boucle", redirect_uri="http://127.0.0.1:4445/retour")
    assert pilote.aller(adresse) is None
    assert pilote.page.status_code == 400


def test_annuler_revient_au_service_avec_access_denied(service):
    pilote = Pilote()
    pilote.aller(service.adresse())
    recu = retour_de(pilote.annuler())
    assert recu == {
        "error": "access_denied",
        "error_description": recu["error_description"],
        "state": service.state,
    }


def test_on_ne_se_connecte_pas_depuis_un_formulaire_d_un_autre_site(service):
    pilote = Pilote()
    pilote.aller(service.adresse())
    reponse = pilote.navigateur.post(
        pilote.page.url,
        data={"personne": GENERALISTE, "moyen": "carte", "action": "continuer"},
        allow_redirects=False,
        timeout=DELAI,
    )
    assert reponse.status_code == 403


def test_un_autre_navigateur_ne_reprend_pas_la_demande(service):
    pilote = Pilote()
    pilote.aller(service.adresse())
    autre = Pilote()
    assert autre.aller(pilote.page.url) is None
    assert autre.page.status_code == 400


# --- What the token endpoint refuses ------------------------------------------------------------


def test_un_code_ne_sert_qu_une_fois(service):
    code = service.code(Pilote().se_connecter(service.adresse(), GENERALISTE))
    assert service.echanger(code).status_code == 200
    rejeu = service.echanger(code)
    assert rejeu.status_code == 400
    assert rejeu.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "changements",
    [
        {"code_verifier": "x" * 64},
        {"code_verifier": ""},
        {"redirect_uri": RETOUR + "?a=1"},
        {"code": "invente"},
        {"grant_type": "password"},
        {"grant_type": "client_credentials"},
    ],
)
def test_un_echange_inexact_est_refuse(service, changements):
    code = service.code(Pilote().se_connecter(service.adresse(), GENERALISTE))
    reponse = service.echanger(**{"code": code, **changements})
    assert reponse.status_code == 400
    assert "access_token" not in reponse.json()


def test_un_service_qui_ne_sait_pas_son_secret_n_a_pas_de_jeton(service, psc):
    code = service.code(Pilote().se_connecter(service.adresse(), GENERALISTE))
    reponse = requests.post(
        psc.decouverte["token_endpoint"],
        data={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": RETOUR,
            "code_verifier": service.verifieur,
        },
        auth=(psc.fiche["client_id"], "faux"),
        timeout=DELAI,
    )
    assert reponse.status_code == 401
    assert reponse.json()["error"] == "invalid_client"


def test_un_code_perime_est_refuse(service, psc):
    code = service.code(Pilote().se_connecter(service.adresse(), GENERALISTE))
    psc.ordonner("vieillir", secondes=61)
    assert service.echanger(code).json()["error"] == "invalid_grant"


# --- Life of the tokens -------------------------------------------------------------------------


def test_le_jeton_d_acces_vit_deux_minutes_et_se_rafraichit(service, psc):
    jetons = service.jetons()
    psc.ordonner("vieillir", secondes=119)
    assert service.userinfo(jetons["access_token"]).status_code == 200
    psc.ordonner("vieillir", secondes=2)
    perime = service.userinfo(jetons["access_token"])
    assert perime.status_code == 401
    assert perime.headers["WWW-Authenticate"].startswith("Bearer")
    neufs = service.rafraichir(jetons["refresh_token"]).json()
    assert neufs["expires_in"] == 120
    assert service.userinfo(neufs["access_token"]).json()["SubjectNameID"] == f"8{GENERALISTE}"
    assert service.lire(neufs["id_token"])["nonce"] == service.nonce


def test_un_jeton_de_rafraichissement_ne_sert_qu_une_fois(service):
    jetons = service.jetons()
    assert service.rafraichir(jetons["refresh_token"]).status_code == 200
    rejeu = service.rafraichir(jetons["refresh_token"])
    assert rejeu.status_code == 400
    assert rejeu.json()["error"] == "invalid_grant"


def test_sans_nouvelles_pendant_trente_minutes_il_faut_se_reconnecter(service, psc):
    jetons = service.jetons()
    psc.ordonner("vieillir", secondes=1801)
    assert service.rafraichir(jetons["refresh_token"]).json()["error"] == "invalid_grant"


def test_au_bout_de_quatre_heures_il_faut_se_reconnecter(service, psc):
    jetons = service.jetons()
    for _ in range(9):  # 4 h less 9 min, by steps shorter than the inactivity
        psc.ordonner("vieillir", secondes=1540)
        reponse = service.rafraichir(jetons["refresh_token"])
        assert reponse.status_code == 200
        jetons = reponse.json()
    assert 0 < jetons["refresh_expires_in"] <= 540
    psc.ordonner("vieillir", secondes=541)
    assert service.rafraichir(jetons["refresh_token"]).json()["error"] == "invalid_grant"


def test_le_navigateur_reste_connecte_le_temps_de_la_session(service, psc):
    pilote = Pilote()
    service.code(pilote.se_connecter(service.adresse(), GENERALISTE))
    encore = Service(psc)
    assert encore.code(pilote.aller(encore.adresse()))
    muet = Service(psc)
    assert muet.code(pilote.aller(muet.adresse(prompt="none")))
    assert pilote.aller(service.adresse(prompt="login")) is None
    assert 'name="personne"' in pilote.page.text
    psc.ordonner("vieillir", secondes=1801)
    assert pilote.aller(service.adresse()) is None


def test_changer_de_professionnel_ouvre_une_autre_session(service, psc):
    pilote = Pilote()
    premier = service.echanger(service.code(pilote.se_connecter(service.adresse(), GENERALISTE)))
    second = Service(psc)
    pilote.aller(second.adresse(prompt="login"))
    jetons = second.echanger(second.code(pilote.choisir(HOSPITALIER, "fido"))).json()
    assert second.lire(jetons["id_token"])["SubjectNameID"] == f"8{HOSPITALIER}"
    assert jetons["session_state"] != premier.json()["session_state"]


# --- Introspection and logout -------------------------------------------------------------------


def test_l_introspection_dit_ce_que_vaut_un_jeton(service, psc):
    jetons = service.jetons()
    acces = service.introspecter(jetons["access_token"])
    assert acces["active"] is True
    assert acces["typ"] == "Bearer"
    assert acces["iss"] == psc.fiche["emetteur"]
    assert acces["azp"] == psc.fiche["client_id"]
    assert acces["nonce"] == service.nonce
    assert acces["acr"] == "eidas1"
    assert acces["SubjectNameID"] == f"8{GENERALISTE}"
    assert {"exp", "iat", "auth_time", "jti", "sub"} <= acces.keys()
    frais = service.introspecter(jetons["refresh_token"])
    assert frais["active"] is True
    assert frais["typ"] == "Refresh"
    assert "SubjectNameID" not in frais
    assert service.introspecter(jetons["id_token"]) == {"active": False}
    assert service.introspecter("nimporte") == {"active": False}
    psc.ordonner("vieillir", secondes=121)
    assert service.introspecter(jetons["access_token"]) == {"active": False}
    assert service.introspecter(jetons["refresh_token"])["active"] is True


def test_l_introspection_exige_le_secret_du_service_en_basic(service, psc):
    jeton = service.jetons()["access_token"]
    client_id, client_secret = psc.client
    dans_le_corps = {"client_id": client_id, "client_secret": client_secret}
    for donnees, auth in (
        ({}, None),
        ({}, (client_id, "faux")),
        (dans_le_corps, None),  # enough for the token endpoint, not here
    ):
        reponse = requests.post(
            psc.decouverte["introspection_endpoint"],
            data={"token": jeton, **donnees},
            auth=auth,
            timeout=DELAI,
        )
        assert reponse.status_code == 401
        assert "active" not in reponse.json()


def test_la_deconnexion_du_service_ferme_la_session(service, psc):
    pilote = Pilote()
    code = service.code(pilote.se_connecter(service.adresse(), GENERALISTE))
    jetons = service.echanger(code).json()
    parametres = {
        "id_token_hint": jetons["id_token"],
        "post_logout_redirect_uri": RETOUR_DECONNEXION,
        "state": "au-revoir",
    }
    retour = pilote.aller(f"{psc.decouverte['end_session_endpoint']}?{urlencode(parametres)}")
    assert retour == f"{RETOUR_DECONNEXION}?state=au-revoir"
    assert service.userinfo(jetons["access_token"]).status_code == 401
    assert service.introspecter(jetons["access_token"]) == {"active": False}
    assert service.rafraichir(jetons["refresh_token"]).json()["error"] == "invalid_grant"
    assert pilote.aller(service.adresse()) is None  # the login screen again


@pytest.mark.parametrize(
    "changements",
    [
        {"id_token_hint": "faux"},
        {"post_logout_redirect_uri": "http://malveillant.example/"},
        {"post_logout_redirect_uri": RETOUR_DECONNEXION + "ailleurs"},
    ],
)
def test_une_deconnexion_inexacte_ne_ferme_rien(service, psc, changements):
    pilote = Pilote()
    code = service.code(pilote.se_connecter(service.adresse(), GENERALISTE))
    jetons = service.echanger(code).json()
    parametres = {
        "id_token_hint": jetons["id_token"],
        "post_logout_redirect_uri": RETOUR_DECONNEXION,
        **changements,
    }
    adresse = f"{psc.decouverte['end_session_endpoint']}?{urlencode(parametres)}"
    assert pilote.aller(adresse) is None
    assert pilote.page.status_code == 400
    assert service.userinfo(jetons["access_token"]).status_code == 200


def test_fermer_sa_session_chez_pro_sante_connect_eteint_les_jetons(service, psc):
    pilote = Pilote()
    code = service.code(pilote.se_connecter(service.adresse(), GENERALISTE))
    jetons = service.echanger(code).json()
    pilote.aller(f"{psc.adresse}/psc/session")
    assert "DEMO-GENERALISTE" in pilote.page.text
    pilote.soumettre(pilote.page)
    assert "Aucune session" in pilote.page.text
    assert service.rafraichir(jetons["refresh_token"]).json()["error"] == "invalid_grant"


def test_une_session_fermee_d_ailleurs_ne_se_rafraichit_plus(service, psc):
    jetons = service.jetons(REGULATEUR)
    psc.ordonner("fermer-sessions", personne=REGULATEUR)
    assert service.userinfo(jetons["access_token"]).status_code == 401
    assert service.rafraichir(jetons["refresh_token"]).json()["error"] == "invalid_grant"


# --- e-CPS --------------------------------------------------------------------------------------


def sur_l_attente(service: Service) -> Pilote:
    pilote = Pilote()
    pilote.aller(service.adresse())
    assert pilote.choisir(GENERALISTE, "ecps") is None
    assert "Validez sur votre mobile" in pilote.page.text
    return pilote


def test_valider_sur_le_mobile_connecte(service):
    pilote = sur_l_attente(service)
    assert len(pilote.code) == 2
    assert "approuvé" in pilote.repondre_sur_mobile("approuver")
    jetons = service.echanger(service.code(pilote.continuer())).json()
    assert service.lire(jetons["id_token"])["authMode"] == "MOBILE"


def test_continuer_sans_avoir_valide_ne_connecte_pas(service):
    pilote = sur_l_attente(service)
    assert pilote.continuer() is None
    assert "pas encore arrivée" in pilote.page.text
    etat = requests.get(f"{pilote.page.url.partition('?')[0]}/etat", timeout=DELAI)
    assert etat.json() == {"etat": "en_attente"}


def test_refuser_sur_le_mobile_revient_au_service_avec_access_denied(service):
    pilote = sur_l_attente(service)
    assert "refusé" in pilote.repondre_sur_mobile("refuser")
    assert retour_de(pilote.continuer())["error"] == "access_denied"


def test_valider_trop_tard_ne_connecte_pas_et_on_peut_recommencer(service, psc):
    pilote = sur_l_attente(service)
    attente = pilote.page
    mobile = Pilote()
    mobile.aller(psc.adresse + lien_du_mobile(attente))
    psc.ordonner("vieillir", secondes=121)
    mobile.soumettre(mobile.page, action="approuver")
    assert "expiré" in mobile.page.text
    assert pilote.continuer() is None
    assert "La demande a expiré" in pilote.page.text
    assert pilote.continuer("recommencer") is None
    assert lien_du_mobile(pilote.page) != lien_du_mobile(attente)
    pilote.repondre_sur_mobile("approuver")
    assert service.code(pilote.continuer())


def test_le_delai_du_mobile_se_regle(service, psc):
    psc.ordonner("delai-ecps", secondes=0)
    pilote = Pilote()
    pilote.aller(service.adresse())
    pilote.choisir(GENERALISTE, "ecps")
    assert "La demande a expiré" in pilote.page.text
    assert retour_de(pilote.annuler())["error"] == "access_denied"


def test_une_reponse_du_mobile_est_definitive(service, psc):
    pilote = sur_l_attente(service)
    mobile = Pilote()
    mobile.aller(psc.adresse + lien_du_mobile(pilote.page))
    formulaire = mobile.page
    mobile.soumettre(formulaire, action="refuser")
    mobile.soumettre(formulaire, action="approuver")
    assert "refusé" in mobile.page.text
    assert retour_de(pilote.continuer())["error"] == "access_denied"


def test_une_validation_ne_connecte_qu_un_navigateur(service):
    pilote = sur_l_attente(service)
    pilote.repondre_sur_mobile("approuver")
    autre = Pilote()
    assert autre.aller(pilote.page.url) is None
    assert autre.page.status_code == 400


def test_la_validation_d_un_autre_ne_sert_pas_dans_sa_propre_demande(service, psc):
    victime = sur_l_attente(service)
    victime.repondre_sur_mobile("approuver")
    autre = sur_l_attente(Service(psc))
    demande = autre.page.text.split('name="demande" value="')[1].split('"')[0]
    assert autre.soumettre(autre.page, action="", demande=demande) is None  # her own page
    retour = autre.aller(
        victime.page.url.partition("?")[0],
        "POST",
        data={
            "csrfmiddlewaretoken": autre.page.text.split('token" value="')[1].split('"')[0],
            "demande": demande,
            "action": "continuer",
        },
    )
    assert retour is None
    assert autre.page.status_code == 400
    assert service.code(victime.continuer())


def test_une_validation_ne_sert_qu_une_fois(service):
    pilote = sur_l_attente(service)
    pilote.repondre_sur_mobile("approuver")
    formulaire = pilote.page
    envoi = {
        "csrfmiddlewaretoken": formulaire.text.split('token" value="')[1].split('"')[0],
        "demande": formulaire.text.split('name="demande" value="')[1].split('"')[0],
        "action": "continuer",
    }
    adresse = formulaire.url.partition("?")[0]
    premier = pilote.navigateur.post(adresse, data=envoi, allow_redirects=False, timeout=DELAI)
    assert premier.status_code == 302
    rejeu = pilote.navigateur.post(adresse, data=envoi, allow_redirects=False, timeout=DELAI)
    assert rejeu.status_code == 200
    assert "a déjà servi" in rejeu.text


def lien_du_mobile(page: requests.Response) -> str:
    return page.text.split('href="/psc/mobile/')[1].split('"')[0].join(["/psc/mobile/", ""])


# --- Lies ---------------------------------------------------------------------------------------

FAUSSES_REVENDICATIONS = {
    "nonce_faux": lambda lu, s: lu["nonce"] != s.nonce,
    "nonce_absent": lambda lu, s: "nonce" not in lu,
    "aud_faux": lambda lu, s: lu["aud"] != s.federation.fiche["client_id"],
    "azp_faux": lambda lu, s: lu["azp"] != s.federation.fiche["client_id"],
    "iss_faux": lambda lu, s: lu["iss"] != s.federation.fiche["emetteur"],
    "at_hash_faux": lambda lu, s: lu["at_hash"] == "AAAAAAAAAAAAAAAAAAAAAA",
    "acr_inferieur": lambda lu, s: lu["acr"] == "0",
    "acr_absent": lambda lu, s: "acr" not in lu,
    "acr_superieur": lambda lu, s: lu["acr"] == "eidas3",
}


@pytest.mark.parametrize("scenario", FAUSSES_REVENDICATIONS)
def test_un_jeton_bien_signe_peut_dire_autre_chose(service, scenario):
    lu = service.lire(service.jetons(scenario=scenario)["id_token"])
    assert FAUSSES_REVENDICATIONS[scenario](lu, service)


@pytest.mark.parametrize("scenario", FAUSSES_REVENDICATIONS)
def test_sans_scenario_le_jeton_dit_vrai(service, scenario):
    lu = service.lire(service.jetons()["id_token"])
    assert not FAUSSES_REVENDICATIONS[scenario](lu, service)


def test_un_jeton_peut_etre_deja_perime_ou_pas_encore_emis(psc):
    reference = Service(psc)
    juste = reference.lire(reference.jetons()["id_token"])
    passe = Service(psc)
    lu = passe.lire(passe.jetons(scenario="expire")["id_token"])
    assert lu["exp"] < juste["iat"]
    futur = Service(psc)
    lu = futur.lire(futur.jetons(scenario="emis_dans_le_futur")["id_token"])
    assert lu["iat"] > juste["exp"]


@pytest.mark.parametrize(
    ("scenario", "alg"),
    [
        ("cle_inconnue", "RS256"),
        ("signature_fausse", "RS256"),
        ("alg_none", "none"),
        ("alg_hs256", "HS256"),
    ],
)
def test_un_jeton_peut_etre_mal_signe(service, scenario, alg):
    jeton = service.jetons(scenario=scenario)["id_token"]
    debut = jeton.split(".")[0]
    entete = json.loads(base64.urlsafe_b64decode(debut + "=" * (-len(debut) % 4)))
    assert entete["alg"] == alg
    assert charge_de(jeton)["nonce"] == service.nonce  # everything else is true
    connues = {cle.kid for cle in service.cles().keys}
    if scenario == "cle_inconnue":
        assert entete["kid"] not in connues
    elif scenario == "signature_fausse":
        assert entete["kid"] in connues
        with pytest.raises(BadSignatureError):
            service.lire(jeton)
    with pytest.raises((JoseError, ValueError)):
        service.lire(jeton)


def test_la_confusion_de_cles_tromperait_un_verificateur_naif(service):
    """The published key, taken as a shared secret, really does verify the forged token."""
    import hmac

    jeton = service.jetons(scenario="alg_hs256")["id_token"]
    corps, _, signature = jeton.rpartition(".")
    secret = service.cles().keys[0].as_pem(private=False)
    attendue = hmac.digest(secret, corps.encode(), "sha256")
    assert base64.urlsafe_b64decode(signature + "=") == attendue


def test_le_state_rendu_peut_etre_faux(service):
    recu = retour_de(Pilote().se_connecter(service.adresse(scenario="state_faux"), GENERALISTE))
    assert recu["state"] != service.state
    assert recu["code"]


def test_les_informations_peuvent_parler_de_quelqu_un_d_autre(service):
    jetons = service.jetons(scenario="sub_different")
    lu = service.userinfo(jetons["access_token"]).json()
    assert lu["sub"] != service.lire(jetons["id_token"])["sub"]


def test_le_jeton_ou_les_informations_peuvent_manquer(psc):
    sans_jeton = Service(psc)
    retour = Pilote().se_connecter(sans_jeton.adresse(scenario="jeton_indisponible"), GENERALISTE)
    assert sans_jeton.echanger(sans_jeton.code(retour)).status_code == 503
    sans_info = Service(psc)
    jetons = sans_info.jetons(scenario="userinfo_indisponible")
    assert sans_info.userinfo(jetons["access_token"]).status_code == 503


def test_la_federation_peut_etre_indisponible_puis_revenir(service, psc):
    psc.ordonner("scenario", scenario="indisponible")
    assert requests.get(psc.decouverte["jwks_uri"], timeout=DELAI).status_code == 503
    assert requests.get(service.adresse(), timeout=DELAI).status_code == 503
    assert service.rafraichir("x").status_code == 503
    psc.ordonner("scenario", scenario="indisponible", fois=1)
    assert requests.get(psc.decouverte["jwks_uri"], timeout=DELAI).status_code == 503
    assert requests.get(psc.decouverte["jwks_uri"], timeout=DELAI).status_code == 200


def test_un_scenario_se_regle_pour_les_prochaines_connexions(psc):
    psc.ordonner("scenario", scenario="acr_inferieur", fois=1)
    menteur = Service(psc)
    assert menteur.lire(menteur.jetons()["id_token"])["acr"] == "0"
    honnete = Service(psc)
    assert honnete.lire(honnete.jetons()["id_token"])["acr"] == "eidas1"


def test_chaque_scenario_est_connu_du_controle(psc):
    etat = requests.get(f"{psc.adresse}/psc/controle", timeout=DELAI).json()
    assert set(etat["scenarios"]) == set(Scenario)


@pytest.mark.parametrize(
    ("ordre", "corps"),
    [
        ("scenario", {"scenario": "nimporte"}),
        ("scenario", {"scenario": "expire", "fois": 0}),
        ("scenario", {}),
        ("vieillir", {"secondes": "beaucoup"}),
        ("clients", {"client_id": "x"}),
    ],
)
def test_un_ordre_mal_dit_est_refuse(psc, ordre, corps):
    reponse = requests.post(f"{psc.adresse}/psc/controle/{ordre}", json=corps, timeout=DELAI)
    assert reponse.status_code == 400
    assert requests.get(f"{psc.adresse}/psc/controle", timeout=DELAI).json()["scenario"] is None


def test_une_page_d_un_autre_site_ne_commande_rien(psc):
    ordre = f"{psc.adresse}/psc/controle/scenario"
    reponse = requests.post(ordre, data='{"scenario": "expire"}', timeout=DELAI)
    assert reponse.status_code == 415
    controle = requests.options(ordre, headers={"Origin": "http://ailleurs.example"}, timeout=DELAI)
    assert "Access-Control-Allow-Origin" not in controle.headers


# --- Keys, clients, restart ---------------------------------------------------------------------


def test_la_rotation_garde_puis_retire_les_anciennes_cles(service, psc):
    avant = service.jetons()
    psc.ordonner("cles", retirer=False)
    suivant = Service(psc)
    apres = suivant.jetons()
    kid = {
        n: jws.extract_compact(j["id_token"].encode()).headers()["kid"]
        for n, j in (("avant", avant), ("apres", apres))
    }
    assert kid["avant"] != kid["apres"]
    assert service.lire(avant["id_token"])["nonce"] == service.nonce
    assert suivant.lire(apres["id_token"])["nonce"] == suivant.nonce
    psc.ordonner("cles", retirer=True)
    with pytest.raises((JoseError, ValueError)):
        service.lire(apres["id_token"])


def test_un_service_se_declare_avec_ses_propres_adresses(psc):
    psc.ordonner(
        "clients",
        client_id="autre",
        client_secret="son-secret",
        redirections=["http://localhost:4444/retour"],
    )
    service = Service(psc)
    adresse = service.adresse(client_id="autre", redirect_uri="http://localhost:4444/retour")
    retour = Pilote().se_connecter(adresse, GENERALISTE)
    assert retour.startswith("http://localhost:4444/retour?code=")
    code = parse_qs(urlsplit(retour).query)["code"][0]
    volee = service.echanger(code, redirect_uri="http://localhost:4444/retour")
    assert volee.json()["error"] == "invalid_grant"  # another service's code


def test_un_redemarrage_garde_les_cles_les_secrets_et_les_sessions(tmp_path):
    premiere = lancer(tmp_path, "--port", "0")
    try:
        service = Service(premiere)
        jetons = service.jetons()
        cles = service.cles().as_dict()
    finally:
        assert premiere.arreter() == 0
    seconde = lancer(tmp_path, "--port", str(urlsplit(premiere.adresse).port))
    try:
        assert seconde.fiche == premiere.fiche
        service.federation = seconde
        assert service.cles().as_dict() == cles
        assert service.userinfo(jetons["access_token"]).status_code == 200
        assert service.rafraichir(jetons["refresh_token"]).status_code == 200
    finally:
        assert seconde.arreter() == 0


def test_ses_fichiers_ne_se_lisent_que_par_leur_proprietaire(tmp_path):
    donnees = tmp_path / "a-creer"
    federation = lancer(donnees, "--port", "0")
    try:
        assert {f.stat().st_mode & 0o077 for f in (donnees, *donnees.iterdir())} == {0}
    finally:
        federation.arreter()


def test_le_secret_du_service_vient_de_l_environnement(tmp_path, monkeypatch):
    fichier = tmp_path / "secret"
    fichier.write_text("secret-venu-d-un-fichier\n", encoding="utf-8")
    processus = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "demo.federations",
            "--port",
            "0",
            "--donnees",
            str(tmp_path / "d"),
            "--retour",
            RETOUR,
        ],
        cwd=RACINE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={
            **os.environ,
            "MES_PSC_CLIENT_ID": "le-web-ps",
            "MES_PSC_CLIENT_SECRET_FILE": str(fichier),
        },
    )
    try:
        lire_pret(processus)
        fiche = json.loads((tmp_path / "d" / "psc.json").read_text(encoding="utf-8"))
        assert (fiche["client_id"], fiche["client_secret"]) == (
            "le-web-ps",
            "secret-venu-d-un-fichier",
        )
    finally:
        processus.terminate()
        processus.communicate(timeout=DELAI)


# --- Pure parts ---------------------------------------------------------------------------------


def test_un_trousseau_ne_reconnait_que_ses_propres_signatures(tmp_path):
    ici = Trousseau(tmp_path / "ici.json")
    ailleurs = Trousseau(tmp_path / "ailleurs.json")
    jeton = ici.signer({"sub": "x"})
    assert ici.verifier(jeton) == {"sub": "x"}
    assert Trousseau(tmp_path / "ici.json").verifier(jeton) == {"sub": "x"}
    with pytest.raises(JetonInvalide):
        ailleurs.verifier(jeton)
    for mauvais in ("", "a.b.c", jeton[:-4], "é.è.à"):
        with pytest.raises(JetonInvalide):
            ici.verifier(mauvais)


def test_les_pages_sont_en_francais_sans_script_ni_style_en_ligne(service, psc):
    pilote = Pilote()
    pilote.aller(service.adresse())
    pages = [pilote.page]
    pilote.choisir(GENERALISTE, "ecps")
    pages.append(pilote.page)
    telephone = Pilote()
    telephone.aller(psc.adresse + lien_du_mobile(pilote.page))
    pages.append(telephone.page)
    telephone.aller(f"{psc.adresse}/psc/session")
    pages.append(telephone.page)
    telephone.aller(f"{psc.adresse}/")
    pages.append(telephone.page)
    for page in pages:
        assert page.status_code == 200
        assert '<html lang="fr">' in page.text
        assert page.text.count("<h1") == 1
        assert "<script>" not in page.text
        assert "style=" not in page.text
        assert " on" + "click" not in page.text
        politique = page.headers["Content-Security-Policy"]
        assert "unsafe" not in politique
        assert "default-src 'none'" in politique
    assert "form-action 'self' http://localhost:8000" in pages[0].headers["Content-Security-Policy"]


def test_le_cookie_porte_son_propre_nom(service):
    pilote = Pilote()
    pilote.aller(service.adresse())
    assert [cookie.name for cookie in pilote.navigateur.cookies] == ["federations_session"]


def test_chaque_professionnel_a_ses_revendications_par_chaque_moyen():
    for personne in professionnels().values():
        for moyen in Moyen:
            lu = revendications(personne, moyen)
            assert json.loads(json.dumps(lu)) == lu
            assert lu["SubjectNameID"] == f"8{personne.rpps}"
