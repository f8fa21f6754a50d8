"""The Web PS in a real browser: a journey, then every page of this portal, accessible and in width."""

from __future__ import annotations

import pytest

from habilitations.actions.accords import retirer_acces_professionnel
from mes.portails import PS
from tests import situations as s
from tests.accueil.test_pages_navigateur import (
    HAUTEUR,
    Ouvrir,
    combinaisons,
    defauts,
    navigateur,
    ouvrir,
)
from tests.webps import outils

pytestmark = [
    pytest.mark.navigateur,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("gabarits_stricts"),
]

__all__ = ["navigateur", "ouvrir"]

HORS_DOSSIER = [
    "/ps/patients/",
    "/ps/patients/mes-patients/",
    "/ps/patients/code/",
    "/ps/patients/refus/",
    outils.DECLARATION,
]
DANS_LE_DOSSIER = [
    "/ps/dossier/historique/",
    "/ps/dossier/historique/?depuis=2026-03-02&jusqua=2026-03-01",
    "/ps/dossier/historique/tous/",
    "/ps/dossier/administration/",
    "/ps/dossier/blocage/",
    "/ps/dossier/confrere/",
    "/ps/dossier/confrere/?nom=demo-pharm",
    "/ps/dossier/confrere/?nom=x",
]


@pytest.mark.parametrize(("theme", "largeur"), combinaisons("dark", 320))
def test_les_pages_du_web_ps_sont_accessibles(ouvrir: Ouvrir, theme: str, largeur: int) -> None:
    outils.tout_ouvrir()
    alex = s.creer_espace("alex")
    ines = s.creer_espace("ines")
    outils.nommer(alex, "medecin")
    pharmacien = s.creer_exercice("pharmacien").professionnel_id
    outils.dans("autre_medecin")
    client = outils.dans("medecin")

    page = ouvrir(client, PS, theme=theme, largeur=largeur, hauteur=HAUTEUR)
    designes = [
        f"/ps/dossier/{page_}/?professionnel={pharmacien}" for page_ in ("confrere", "blocage")
    ]
    assert defauts(page, [*HORS_DOSSIER, *DANS_LE_DOSSIER, *designes], largeur) == []

    # A minor; then somebody who took her agreement back; an occupational physician; the public page.
    mineur = ouvrir(
        outils.devant("medecin", "ines"), PS, theme=theme, largeur=largeur, hauteur=HAUTEUR
    )
    assert defauts(mineur, [outils.DECLARATION], largeur) == []
    compte = s.creer_compte("ines", ines)
    outils.gerer(
        ines,
        compte,
        retirer_acces_professionnel,
        professionnel_id=outils.professionnel_id("medecin"),
    )
    assert defauts(mineur, [outils.DECLARATION], largeur) == []
    travail = ouvrir(
        outils.devant("medecin_du_travail"), PS, theme=theme, largeur=largeur, hauteur=HAUTEUR
    )
    assert defauts(travail, [outils.DECLARATION], largeur) == []
    visiteur = ouvrir(theme=theme, largeur=largeur, hauteur=HAUTEUR)
    assert defauts(visiteur, ["/ps/connexion/"], largeur) == []


@pytest.mark.regle("R-PS-22", "R-PS-02", "R-PS-06")
def test_un_medecin_ouvre_un_dossier_puis_un_autre_puis_entend_un_refus(ouvrir: Ouvrir) -> None:
    outils.tout_ouvrir()
    s.creer_espace("alex")
    s.creer_espace("camille")
    outils.dans("medecin", "camille", **outils.CONSENTEMENT)
    page = ouvrir(outils.navigateur("medecin"), PS)

    page.goto("/ps/patients/")
    page.get_by_label("Matricule INS").fill(s.PERSONNES["alex"]["matricule"])
    page.get_by_label("Nom de naissance").fill("demo-un")
    page.get_by_label("Date de naissance").fill("1985-04-12")
    page.get_by_role("button", name="Je cherche").click()
    page.get_by_label("en tant que membre de l'équipe").check()
    page.get_by_label("Le patient, informé, a donné").check()
    page.get_by_label("sur papier").check()
    page.get_by_label("J'ai pris connaissance du rappel").check()
    page.get_by_role("button", name="J'ouvre le dossier").click()
    page.get_by_role("button", name="Je ferme l'autre dossier et j'ouvre celui-ci").click()
    page.wait_for_url("**/ps/dossier/")
    bandeau = page.get_by_role("region", name="Dossier ouvert")
    assert "Alex DEMO-UN" in bandeau.inner_text()

    page.get_by_role("link", name="Mes accès").click()
    assert "a ouvert le dossier" in page.locator("main").inner_text()
    page.get_by_role("link", name="Mes patients").click()
    page.get_by_role("button", name="J'ouvre le dossier de Camille DEMO-DEUX").click()
    page.get_by_role("link", name="Le patient refuse que je consulte").click()
    page.get_by_role("button", name="Il refuse que je consulte, moi").click()
    page.get_by_role("heading", name="Le patient a retiré son accord").wait_for()
    page.get_by_role("button", name="Fermer le dossier").click()
    page.get_by_text("Le dossier est fermé.").wait_for()
