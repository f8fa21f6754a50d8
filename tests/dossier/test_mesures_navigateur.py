"""Measures in a real browser: a journey by keyboard only on a phone, every page in both themes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from tests import situations as s
from tests.accueil import scenes
from tests.accueil.scenes import Scene
from tests.accueil.test_pages_navigateur import Ouvrir, defauts, navigateur, ouvrir
from tests.comptes.outils import connecter_usager

__all__ = ["navigateur", "ouvrir"]

pytestmark = [pytest.mark.navigateur, pytest.mark.usefixtures("gabarits_stricts")]

POIDS = "/mesures/type/poids/"


def atteindre(page: Page, cible: Locator) -> None:
    """Presses Tab until the focus is there."""
    for _ in range(80):
        if cible.evaluate("e => e === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"inatteignable au clavier : {cible}")


def suivre(page: Page, cible: Locator) -> None:
    atteindre(page, cible)
    page.keyboard.press("Enter")
    page.wait_for_load_state()


def remplie(*, jours: int = 40) -> Scene:
    scene = scenes.dossier()
    titulaire = s.acteur_titulaire(scene.compte)
    maintenant = timezone.now()
    for rang in range(0, jours, 4):
        le = maintenant - timedelta(days=jours - rang)
        s.mesurer(titulaire, scene.espace, "WEIGHT", str(70 + rang % 7), le=le)
        s.mesurer(
            titulaire,
            scene.espace,
            "BLOOD_PRESSURE",
            str(118 + rang % 9),
            str(75 + rang % 5),
            le=le,
        )
        s.mesurer(titulaire, scene.espace, "GLYCATED_HEMOGLOBIN", str(7 + rang % 3), le=le)
    s.mesurer(titulaire, scene.espace, "HEIGHT", "175", commentaire="Chez le médecin")
    s.mesurer(titulaire, scene.espace, "STEPS_BY_DAY", "10000")
    return scene


@pytest.mark.regle("R-MES-04", "R-MES-06", "R-MES-09")
def test_au_clavier_sur_un_telephone_on_ajoute_on_corrige_et_on_retablit(ouvrir: Ouvrir) -> None:
    scene = scenes.dossier()
    page = ouvrir(scene.patient(), largeur=320)
    page.goto("/accueil/")
    suivre(page, page.get_by_role("link", name="Voir et ajouter mes mesures"))
    suivre(page, page.get_by_role("link", name="J'ajoute mon poids"))
    valeur = page.get_by_label("Valeur, en kg")
    atteindre(page, valeur)
    page.keyboard.type("720")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Saisissez une valeur entre 0 et 600")
    atteindre(page, valeur)
    page.keyboard.press("Control+A")
    page.keyboard.type("72,5")
    suivre(page, page.get_by_role("button", name="J'enregistre la mesure"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Poids")
    expect(page.get_by_role("row").filter(has_text="72,5")).to_have_count(1)

    suivre(page, page.get_by_role("link", name="Corriger"))
    atteindre(page, valeur)
    page.keyboard.press("Control+A")
    page.keyboard.type("73")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("La mesure est corrigée.")
    suivre(page, page.get_by_role("button", name="Supprimer"))
    expect(page.get_by_text("Vous n'avez pas encore de valeur ici.")).to_be_visible()
    assert defauts(page, [page.url], 320) == []
    suivre(page, page.get_by_role("button", name="J'annule la suppression"))
    expect(page.get_by_role("row").filter(has_text="73")).to_have_count(1)

    page.goto("/mesures/organiser/")
    suivre(page, page.get_by_role("button", name="Masquer"))
    expect(page.get_by_role("status")).to_contain_text("est masquée. Ses valeurs sont gardées.")


@pytest.mark.parametrize(("theme", "largeur"), [("dark", 320), ("light", 1280)])
def test_les_pages_des_mesures_sont_accessibles(ouvrir: Ouvrir, theme: str, largeur: int) -> None:
    scene = remplie()
    client = scene.patient()
    client.post("/mesures/organiser/", {"code": "STEPS_BY_DAY", "geste": "masquer"})
    hba1c = "/mesures/type/hemoglobine-glyquee-hba1c/"
    client.post(hba1c + "objectif/", {"objectif": "6,5"})
    page = ouvrir(client, theme=theme, largeur=largeur)
    adresses = [
        *("/mesures/", POIDS, POIDS + "?periode=mois", POIDS + "ajouter/", hba1c),
        *("/mesures/type/tension-arterielle/", "/mesures/type/tension-arterielle/ajouter/"),
        *("/mesures/type/indice-de-masse-corporelle-imc/", hba1c + "objectif/"),
        *("/mesures/type/glycemie/", "/mesures/type/glycemie/ajouter/", "/mesures/organiser/"),
        *("/mesures/type/taille/", "/mesures/exporter/", "/accueil/"),
    ]
    assert defauts(page, adresses, largeur) == []
    vide = ouvrir(_sans_mesure(), theme=theme, largeur=largeur)
    assert defauts(vide, ["/mesures/", POIDS, "/mesures/organiser/"], largeur) == []


def _sans_mesure() -> Client:
    client = Client()
    connecter_usager(client, s.creer_compte("camille", s.creer_espace("camille")))
    return client


@pytest.mark.parametrize("javascript", [True, False])
def test_la_courbe_se_dessine_avec_ou_sans_javascript(ouvrir: Ouvrir, javascript: bool) -> None:
    page = ouvrir(remplie().patient(), largeur=320, java_script_enabled=javascript)
    page.goto(POIDS)
    dessin = page.get_by_role("img", name="Courbe : Poids")
    expect(dessin).to_be_visible()
    cadre = dessin.bounding_box()
    assert cadre is not None
    assert cadre["width"] > 150
    assert cadre["height"] > 150
