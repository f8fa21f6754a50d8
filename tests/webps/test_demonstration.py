"""The stand-ins that the Web PS is shown with: card, FIDO key, e-CPS, carte Vitale reader."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
from django.utils import timezone

from demo.federations.pilote import DELAI, Pilote
from demo.federations.psc.personnes import professionnels
from habilitations.models import Ouverture
from habilitations.politique import Base, Mode
from tests import situations as s
from tests.comptes.test_psc import Medecin, client_neuf, federation, inscrire_au_repertoire
from tests.demo.test_federations import (
    GENERALISTE,
    Federation,
    Service,
    processus,
    psc,
    retour_de,
    service,
    sur_l_attente,
)
from webps.vitale import lire_reponse

__all__ = ["client_neuf", "federation", "processus", "psc", "service"]


def _sur_la_preuve(service: Service, moyen: str) -> Pilote:
    pilote = Pilote()
    assert pilote.aller(service.adresse()) is None
    assert pilote.designer(GENERALISTE, moyen) is None
    return pilote


@pytest.mark.regle("R-PS-07")
def test_la_carte_demande_son_code_et_se_bloque_apres_trois_faux(service):
    pilote = _sur_la_preuve(service, "carte")
    assert 'name="code_porteur"' in pilote.page.text
    for reste in ("2 essais", "1 essai"):
        assert pilote.prouver("0000") is None
        assert pilote.page.status_code == 422
        assert f"Il vous reste {reste}." in pilote.page.text
    assert pilote.prouver("0000") is None
    assert "La carte est bloquée" in pilote.page.text
    assert pilote.prouver() is None  # the right code comes too late
    assert retour_de(pilote.annuler())["error"] == "access_denied"


@pytest.mark.regle("R-PS-07")
def test_le_bon_code_de_la_carte_connecte(service):
    pilote = _sur_la_preuve(service, "carte")
    assert pilote.prouver("1111") is None
    jetons = service.echanger(service.code(pilote.prouver())).json()
    assert service.lire(jetons["id_token"])["SubjectNameID"] == f"8{GENERALISTE}"


@pytest.mark.regle("R-PS-07")
def test_la_cle_fido_attend_qu_on_la_touche(service):
    pilote = _sur_la_preuve(service, "fido")
    assert "Touchez votre clé FIDO" in pilote.page.text
    assert 'name="code_porteur"' not in pilote.page.text
    assert "code=" in (pilote.prouver() or "")


def test_la_preuve_ne_se_demande_pas_sans_avoir_choisi_qui_l_on_est(service, psc):
    pilote = Pilote()
    pilote.aller(service.adresse())
    assert pilote.aller(f"{pilote.page.url}/preuve") is None
    assert pilote.page.status_code == 400


@pytest.mark.regle("R-PS-07")
def test_l_attente_de_l_e_cps_dit_le_code_le_delai_et_avance_sans_script(service):
    pilote = sur_l_attente(service)
    assert "secondes pour répondre" in pilote.page.text
    pilote.repondre_sur_mobile("approuver")
    pilote.aller(f"{pilote.page.url}")
    assert "Votre mobile a répondu" in pilote.page.text
    assert "code=" in (pilote.continuer() or "")


def test_la_remplacante_et_le_biologiste_peuvent_se_connecter():
    assert {"99700900188", "99700900196"} <= set(professionnels())


# --- Carte Vitale ---------------------------------------------------------------------------------


def _manipuler(psc: Federation, **champs: str) -> str:
    pilote = Pilote()
    pilote.aller(f"{psc.adresse}/vitale/")
    pilote.soumettre(pilote.page, **champs)
    return pilote.page.text


def _lecture(psc: Federation) -> requests.Response:
    return requests.get(f"{psc.adresse}/vitale/lecture", timeout=DELAI)


@pytest.mark.regle("R-PS-23")
def test_le_lecteur_simule_rend_la_carte_inseree_dans_la_forme_attendue(psc):
    texte = _manipuler(psc, action="inserer", carte="287099900000290")
    assert "Carte insérée : <strong>CAMILLE DEMO-DEUX</strong>" in texte
    carte = lire_reponse(_lecture(psc).content)
    assert (carte.nom, carte.date_naissance.isoformat()) == ("DEMO-DEUX", "1987-09-03")
    assert "Le lecteur est vide." in _manipuler(psc, action="retirer")
    assert _lecture(psc).status_code == 404


def test_une_carte_que_le_lecteur_ne_connait_pas_ne_change_rien(psc):
    _manipuler(psc, action="inserer", carte="185049900000162")
    avant = _lecture(psc).content
    _manipuler(psc, action="inserer", carte="n-importe-quoi")
    assert _lecture(psc).content == avant


# --- The end of a session -------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.regle("R-PS-04", "R-SEC-05")
def test_un_dossier_reste_ouvert_d_une_session_passee_se_ferme_a_la_connexion(federation):
    (exercice,) = inscrire_au_repertoire(GENERALISTE, "990009011")
    laisse = Ouverture.objects.create(
        espace=s.creer_espace("alex"),
        exercice=exercice,
        mode=Mode.NORMAL,
        base=Base.CONSENTEMENT,
        expire_le=timezone.now() + timedelta(hours=1),
    )
    medecin = Medecin()
    assert medecin.entrer().status_code == 302
    laisse.refresh_from_db()
    assert laisse.fermee_le is not None
    assert medecin.client.get("/ps/dossier/").status_code == 403
