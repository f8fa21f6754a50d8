"""The console's pages in a real browser: accessible in both themes, on a phone, by the keyboard."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Page

from comptes.models import RoleAgent
from journal.actions import traiter_alerte
from journal.models import SuiteAlerte
from mes.portails import SUPPORT
from tests import situations as s
from tests.accueil.test_galerie import HAUTEUR, deplier, violations
from tests.accueil.test_pages_navigateur import (
    Ouvrir,
    defauts,
    navigateur,
    ouvrir,
)
from tests.support.outils import MOT_DE_PASSE, code_affiche, creer_agent, navigateur_de
from tests.support.test_alertes import lever, refuser

__all__ = ["navigateur", "ouvrir"]

pytestmark = [pytest.mark.navigateur, pytest.mark.usefixtures("gabarits_stricts")]

PAGES = ["/support/", "/support/expliquer/", "/support/alertes/", "/support/alertes/?etat=traitees"]
PAGES_OUVERTES = ["/support/connexion/", "/support/connexion/?fin=inactivite"]


def alertes() -> tuple[UUID, UUID]:
    """One concluded, one to be looked at with its facts."""
    medecin = s.acteur_ps("medecin").id
    assert medecin is not None
    refuser(medecin)
    traitee = lever(None, "adresse:ab12").pk
    traiter_alerte(alerte_id=traitee, par=uuid4(), suite=SuiteAlerte.ECARTEE)
    return traitee, lever(medecin).pk


def expliquer(page: Page, largeur: int) -> None:
    """The answer to a question, and a form sent back with its errors."""
    s.poser_matrice({("10", "11488-4"): True})
    s.creer_espace("alex")
    page.goto("/support/expliquer/")
    page.get_by_role("button", name="J’explique").click()
    assert page.get_by_role("alert").is_visible()
    assert violations(page) == []
    page.get_by_label("Numéro RPPS du professionnel").fill(s.RPPS["medecin"][0])
    page.get_by_label("Matricule INS de l’usager").fill(s.PERSONNES["alex"]["matricule"])
    page.get_by_label("Type de document").select_option("11488-4")
    page.get_by_role("button", name="J’explique").click()
    deplier(page)
    assert page.get_by_text("c’est cette ligne qui décide").is_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= largeur


@pytest.mark.parametrize(("theme", "largeur"), [("dark", 320), ("light", 1280)])
def test_les_pages_de_la_console_sont_accessibles(ouvrir: Ouvrir, theme: str, largeur: int) -> None:
    client = navigateur_de(creer_agent(RoleAgent.SUPERVISEUR))
    page = ouvrir(client, SUPPORT, theme=theme, largeur=largeur, hauteur=HAUTEUR)
    traitee, a_traiter = alertes()
    adresses = [*PAGES, f"/support/alertes/{traitee}/", f"/support/alertes/{a_traiter}/"]
    assert defauts(page, adresses, largeur) == []
    expliquer(page, largeur)
    visiteur = ouvrir(theme=theme, largeur=largeur, hauteur=HAUTEUR)
    assert defauts(visiteur, PAGES_OUVERTES, largeur) == []


def test_on_se_connecte_au_clavier_et_sans_javascript(ouvrir: Ouvrir) -> None:
    agent = creer_agent()
    page: Any = ouvrir(java_script_enabled=False)
    page.goto("/support/")
    page.get_by_label("Identifiant d’agent").press_sequentially("agent.demo")
    page.keyboard.press("Tab")
    page.keyboard.type(MOT_DE_PASSE)
    page.keyboard.press("Enter")
    page.get_by_label("Code à 6 chiffres").press_sequentially(code_affiche(agent))
    page.keyboard.press("Enter")
    page.wait_for_url("**/support/")
    assert page.get_by_role("heading", level=1).inner_text() == "Console d’assistance"
    page.get_by_role("button", name="Je me déconnecte").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/support/connexion/**")
    assert "Vous êtes déconnecté" in page.get_by_role("status").first.inner_text()
