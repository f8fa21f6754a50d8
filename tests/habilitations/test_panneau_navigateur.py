"""The control panel in a real browser: both themes, phone and wide screen, keyboard, no JavaScript."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from habilitations.actions import accords, choix
from habilitations.actions.demandes import demander_explication
from habilitations.models import AbonnementAlerte, Blocage, DemandeSurAcces, Role
from habilitations.politique import Action
from mes.portails import PS
from professionnels.models import Professionnel
from tests import situations as s
from tests.accueil.conftest import gabarits_stricts  # noqa: F401  # asked for by name
from tests.accueil.scenes import Scene, dossier
from tests.accueil.test_galerie import HAUTEUR
from tests.accueil.test_pages_navigateur import (
    combinaisons,
    defauts,
    navigateur,  # noqa: F401  # asked for by name
    ouvrir,  # noqa: F401  # asked for by name
)

pytestmark = [pytest.mark.navigateur, pytest.mark.usefixtures("gabarits_stricts")]

Ouvrir = Callable[..., Page]


def decider_de_tout() -> Scene:
    """A panel with something in each of its parts."""
    scene = dossier("pdf", "confrere", "masque", "image")
    kine, opticien, pharmacien = (s.acteur_ps(q) for q in ("kine", "opticien", "pharmacien"))
    hopital = s.creer_structure("990009037", "Hôpital DÉMO")
    laboratoire = s.creer_structure("990009060", "Laboratoire DÉMO")
    titulaire = s.acteur_titulaire(scene.compte)
    scene.professionnel()
    with s.espace_ouvert(titulaire, scene.espace.pk, Action.BLOQUER) as acces:
        accords.autoriser_professionnel(acces=acces, professionnel_id=scene.medecin.id, jours=90)
        choix.nommer_administrateur(acces=acces, professionnel_id=scene.medecin.id)
        for qui, role in (
            (scene.medecin, Role.MEDECIN_TRAITANT),
            (pharmacien, Role.PHARMACIEN_CORRESPONDANT),
        ):
            choix.declarer_role(acces=acces, professionnel_id=qui.id, role=role)
        choix.bloquer_professionnel(acces=acces, professionnel_id=kine.id)
        choix.bloquer_structure(acces=acces, structure_id=laboratoire.pk)
        accords.retirer_acces_professionnel(acces=acces, professionnel_id=opticien.id)
        accords.autoriser_structure(acces=acces, structure_id=hopital.pk, jours=365)
        demander_explication(
            acces=acces,
            professionnel=Professionnel.objects.get(pk=scene.medecin.id),
            texte="Pourquoi avez-vous ouvert mon dossier ?",
        )
    AbonnementAlerte.objects.create(
        espace=scene.espace,
        exercice_id=scene.medecin.exercice_id,
        rythme="chaque",
        canal="courriel",
    )
    return scene


@pytest.mark.parametrize(("theme", "largeur"), combinaisons("dark", 320))
def test_les_pages_du_panneau_sont_accessibles(
    ouvrir: Ouvrir,  # noqa: F811
    theme: str,
    largeur: int,
) -> None:
    scene = decider_de_tout()
    medecin = f"/acces/professionnels/{scene.medecin.id}/"
    structure = f"/acces/structures/{s.creer_structure('990009037').pk}/"
    page = ouvrir(scene.patient(), theme=theme, largeur=largeur, hauteur=HAUTEUR)
    adresses = [
        "/acces/",
        "/acces/chercher/",
        "/acces/chercher-structure/",
        "/acces/code/",
        "/acces/demandes/",
        "/acces/simulation/",
        "/acces/simulation/?metier=21",
        "/acces/simulation/?metier=21&specialite=SM04",
        medecin,
        f"{medecin}autoriser/",
        f"{medecin}bloquer/",
        f"{medecin}demander/",
        f"{medecin}signaler/",
        structure,
        f"{structure}retirer/",
        "/que-voit-un-professionnel/?metier=21",
    ]
    # The browser counts a refused form as an error: that page is looked at, its status is 422.
    fautes = [f for f in defauts(page, adresses, largeur) if "statut 422" not in f]
    assert fautes == []
    page.goto("/acces/chercher/")
    page.get_by_label("Nom", exact=True).fill("demo")
    page.get_by_role("button", name="Je cherche").click()
    expect(page.get_by_role("heading", name="Résultats")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= largeur

    demande = DemandeSurAcces.objects.get()
    web_ps = ouvrir(
        scene.professionnel(ouvert=False), PS, theme=theme, largeur=largeur, hauteur=HAUTEUR
    )
    assert defauts(web_ps, ["/ps/demandes/", f"/ps/demandes/{demande.pk}/"], largeur) == []

    visiteur = ouvrir(theme=theme, largeur=largeur, hauteur=HAUTEUR)
    publiques = ["/que-voit-un-professionnel/", "/que-voit-un-professionnel/?metier=28"]
    assert defauts(visiteur, publiques, largeur) == []


def test_au_clavier_je_trouve_quelqu_un_je_le_bloque_puis_je_change_d_avis(
    ouvrir: Ouvrir,  # noqa: F811
) -> None:
    scene = dossier("pdf")
    page = ouvrir(scene.patient(), largeur=320)
    page.goto("/acces/")
    page.get_by_role("link", name="Je cherche un professionnel").first.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Nom", exact=True).focus()
    page.keyboard.type("demo-medecin")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Dominique DEMO-MEDECIN").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Je bloque : Dominique DEMO-MEDECIN").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Je bloque Dominique DEMO-MEDECIN ?")
    expect(page.get_by_text("Il ne voit plus rien de votre dossier")).to_be_visible()
    page.get_by_role("button", name="Je bloque").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("est bloqué")
    assert Blocage.objects.filter(leve_le=None).count() == 1
    page.get_by_role("link", name="Je débloque").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Je débloque").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("n'est plus bloqué")
    assert not Blocage.objects.filter(leve_le=None).exists()


def test_sans_javascript_je_cree_un_code_et_il_ne_se_montre_plus(
    ouvrir: Ouvrir,  # noqa: F811
) -> None:
    scene = dossier()
    page = ouvrir(scene.patient(), largeur=320, java_script_enabled=False)
    page.goto("/acces/")
    page.get_by_role("link", name="Je donne un code d'ouverture").click()
    page.get_by_role("button", name="Je crée un code").click()
    code = page.locator(".code-ouverture__code [aria-hidden]").inner_text()
    assert len(code.replace(" ", "")) == accords.LONGUEUR_CODE
    dessin = page.locator(".code-qr svg").bounding_box()
    assert dessin is not None
    assert dessin["width"] == dessin["height"] > 150
    page.get_by_role("link", name="J'ai terminé").click()
    page.get_by_role("link", name="Je donne un code d'ouverture").click()
    expect(page.get_by_text("Un code attend d'être utilisé")).to_be_visible()
    assert code not in page.content()
    page.get_by_role("button", name="J'annule ce code").click()
    expect(page.get_by_role("status")).to_contain_text("n'ouvre plus rien")
