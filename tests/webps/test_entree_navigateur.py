"""Coming in by Pro Santé Connect in a real browser: e-CPS on a phone, card, FIDO; and out again."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from demo.federations.pilote import CODE_PORTEUR
from tests.accueil.test_galerie import violations
from tests.accueil.test_pages_navigateur import Ouvrir, navigateur, ouvrir
from tests.comptes.test_psc import GENERALISTE, client_neuf, federation, inscrire_au_repertoire
from tests.demo.test_federations import Federation, processus

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

__all__ = ["client_neuf", "federation", "navigateur", "ouvrir", "processus"]


@pytest.fixture
def porte(federation: Federation, client_neuf: None, settings: Any, live_server: Any) -> Federation:
    """The stand-in knows the address of this very server, and one professional is in the directory."""
    settings.MES_URL = live_server.url
    federation.ordonner(
        "clients",
        client_id=federation.fiche["client_id"],
        client_secret=federation.fiche["client_secret"],
        redirections=[f"{live_server.url}/ps/connexion/retour/"],
        redirections_deconnexion=[f"{live_server.url}/ps/"],
    )
    inscrire_au_repertoire(GENERALISTE, "990009011")
    return federation


def _choisir(page: Page, moyen: str) -> None:
    page.goto("/ps/connexion/")
    page.get_by_role("link", name="Je m’identifie avec Pro Santé Connect").click()
    page.get_by_label("DEMO-GENERALISTE").check()
    page.get_by_label(moyen).check()
    page.get_by_role("button", name="Continuer").click()


@pytest.mark.regle("R-PS-07")
def test_le_code_est_le_meme_des_deux_cotes_et_l_ecran_avance_seul(
    ouvrir: Ouvrir, porte: Federation
) -> None:
    page = ouvrir(largeur=320)
    _choisir(page, "e-CPS")
    code = page.locator(".code").inner_text()
    assert "secondes pour répondre" in page.locator("main").inner_text()
    assert violations(page) == []
    with page.expect_popup() as onglet:
        page.get_by_role("link", name="Ouvrir le mobile simulé").click()
    mobile = onglet.value
    expect(mobile.locator(".code")).to_have_text(code)
    assert violations(mobile) == []
    mobile.get_by_role("button", name="Approuver").click()
    page.wait_for_url("**/ps/patients/")
    assert "DEMO-GENERALISTE" in page.locator("header").inner_text()


@pytest.mark.regle("R-PS-07")
def test_sans_reponse_du_mobile_l_ecran_dit_que_le_delai_est_passe_et_on_recommence(
    ouvrir: Ouvrir, porte: Federation
) -> None:
    porte.ordonner("delai-ecps", secondes=0)
    page = ouvrir()
    _choisir(page, "e-CPS")
    expect(page.get_by_role("heading", name="La demande a expiré")).to_be_visible()
    assert violations(page) == []
    porte.ordonner("delai-ecps", secondes=120)
    page.get_by_role("button", name="Recommencer").click()
    expect(page.get_by_role("heading", name="Validez sur votre mobile")).to_be_visible()


@pytest.mark.regle("R-PS-07")
def test_la_carte_et_la_cle_fido_ont_leur_page(ouvrir: Ouvrir, porte: Federation) -> None:
    page = ouvrir(theme="dark", largeur=320)
    _choisir(page, "Carte CPS")
    assert violations(page) == []
    page.get_by_label("Code à 4 chiffres").fill(CODE_PORTEUR)
    page.get_by_role("button", name="Valider le code").click()
    page.wait_for_url("**/ps/patients/")

    autre = ouvrir(theme="dark", largeur=320)
    _choisir(autre, "Clé FIDO")
    assert violations(autre) == []
    autre.get_by_role("button", name="Je touche la clé").click()
    autre.wait_for_url("**/ps/patients/")


@pytest.mark.regle("R-PS-23")
def test_le_lecteur_simule_se_manipule_au_clavier_comme_a_la_souris(
    ouvrir: Ouvrir, porte: Federation
) -> None:
    page = ouvrir(largeur=320)
    page.goto(f"{porte.adresse}/vitale/")
    page.get_by_label("CAMILLE DEMO-DEUX").check()
    page.get_by_role("button", name="J'insère cette carte").click()
    expect(page.get_by_role("status")).to_have_text("Carte insérée : CAMILLE DEMO-DEUX.")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
