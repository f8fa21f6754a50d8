"""In a real browser: the end of the session is announced, extended by a click, and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect, sync_playwright

from comptes.moteur_sessions import SessionStore
from mes.portails import PATIENT
from tests.accueil.test_galerie import CHROMIUM, DRAPEAUX
from tests.comptes.conftest import MOT_DE_PASSE, code_recu
from tests.comptes.outils import connecter_usager

pytestmark = [pytest.mark.navigateur, pytest.mark.django_db(transaction=True)]

TITRE = "Ce que je voulais dire à ma cardiologue"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as outil:
        lance = outil.chromium.launch(executable_path=CHROMIUM, args=DRAPEAUX)
        yield lance
        lance.close()


@pytest.fixture
def page(chromium: Browser, live_server: Any) -> Iterator[Page]:
    """A page whose console says nothing: not even a refusal by our own content policy."""
    contexte = chromium.new_context(base_url=live_server.url, locale="fr-FR")
    ouverte = contexte.new_page()
    plaintes: list[str] = []
    ouverte.on("pageerror", lambda erreur: plaintes.append(str(erreur)))
    ouverte.on(
        "console", lambda m: plaintes.append(m.text) if m.type in ("error", "warning") else None
    )
    yield ouverte
    contexte.close()
    assert plaintes == []


def connecter(page: Page, compte: Any, adresse: str) -> SessionStore:
    """The browser inside the portal, its clock in our hands."""
    session = connecter_usager(Client(), compte)
    page.context.add_cookies(
        [{"name": PATIENT.temoin, "value": str(session.session_key), "url": adresse}]
    )
    page.clock.install()
    return session


def passer(page: Page, session: SessionStore, secondes: int) -> None:
    """That many seconds without doing anything, for the server and for the page."""
    relue = SessionStore(session.session_key)
    relue["_active_le"] -= secondes
    relue.save()
    page.clock.fast_forward(secondes * 1000)


@pytest.mark.regle("R-AUT-08")
def test_la_fin_de_session_est_annoncee_et_repoussee_par_un_clic(page, alex, live_server):
    session = connecter(page, alex, live_server.url)
    page.goto("/reglages/")
    annonce = page.get_by_role("dialog", name="Votre session va prendre fin")
    expect(annonce).to_be_hidden()
    passer(page, session, 800)
    expect(annonce).to_be_visible()
    page.clock.run_for(1000)
    expect(annonce.locator("[data-compte]")).to_have_text("2 minutes")
    annonce.get_by_role("button", name="Je reste connecté").click()
    expect(annonce).to_be_hidden()
    assert SessionStore(session.session_key)["_active_le"] >= session["_active_le"]


@pytest.mark.regle("R-AUT-08")
def test_une_session_prolongee_dans_un_autre_onglet_n_est_pas_annoncee(page, alex, live_server):
    connecter(page, alex, live_server.url)
    page.goto("/reglages/")
    with page.expect_response("**/session/etat/"):
        page.clock.fast_forward(800_000)
    expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.regle("R-AUT-08")
def test_ce_qu_on_ecrivait_est_rendu_apres_la_fin_de_la_session(page, alex, live_server):
    session = connecter(page, alex, live_server.url)
    page.goto("/documents/ajouter/")
    page.get_by_label("Titre").fill(TITRE)
    passer(page, session, 800)
    expect(page.get_by_role("dialog")).to_be_visible()
    passer(page, session, 120)
    page.clock.run_for(1000)
    fin = page.get_by_role("dialog", name="Votre session a pris fin")
    fin.get_by_role("button", name="Je me reconnecte").click()
    expect(page.get_by_text("Votre session a pris fin, faute d’activité")).to_be_visible()
    page.get_by_label("Identifiant").fill("alex.demo")
    page.locator("input[type=password]").fill(MOT_DE_PASSE)
    page.get_by_role("button", name="Je continue").click()
    page.get_by_role("button", name="J’envoie le code").click()
    page.get_by_label("Code à 6 chiffres").fill(code_recu())
    page.get_by_role("button", name="Je me connecte").click()
    expect(page.get_by_role("heading", name="Rien n’est perdu")).to_be_visible()
    expect(page.locator("textarea")).to_have_value(TITRE)


@pytest.mark.regle("R-AUT-02")
def test_le_lien_du_courriel_remplit_le_code_et_disparait_de_l_adresse(page, alex, live_server):
    page.goto("/connexion/")
    page.get_by_label("Identifiant").fill("alex.demo")
    page.locator("input[type=password]").fill(MOT_DE_PASSE)
    page.get_by_role("button", name="Je continue").click()
    page.get_by_role("button", name="J’envoie le code").click()
    page.goto("/connexion/moyen/")
    page.goto(f"/connexion/code/#{code_recu()}")
    expect(page.get_by_label("Code à 6 chiffres")).to_have_value(code_recu())
    assert "#" not in page.url
    page.get_by_role("button", name="Je me connecte").click()
    page.wait_for_url("**/accueil/")
