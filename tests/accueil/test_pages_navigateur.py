"""Every page in a real browser: accessible in both themes, on a phone and on a wide screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from mes.portails import PATIENT, PS, Portail
from tests.accueil import scenes
from tests.accueil.lecture import fichier, pages_du_patient, pages_du_professionnel
from tests.accueil.scenes import Scene, dossier
from tests.accueil.test_galerie import (
    CHROMIUM,
    DRAPEAUX,
    HAUTEUR,
    LARGEURS,
    THEMES,
    deplier,
    violations,
)

pytestmark = [pytest.mark.navigateur, pytest.mark.usefixtures("gabarits_stricts")]

Ouvrir = Callable[..., Page]


@pytest.fixture(scope="module")
def navigateur() -> Iterator[Browser]:
    with sync_playwright() as outil:
        chromium = outil.chromium.launch(executable_path=CHROMIUM, args=DRAPEAUX)
        yield chromium
        chromium.close()


@pytest.fixture
def ouvrir(navigateur: Browser, live_server: Any) -> Iterator[Ouvrir]:
    """Opens an empty page with the session of a client; any complaint of the console is a failure."""
    contextes: list[BrowserContext] = []
    plaintes: list[str] = []

    def noter(page: Page, message: ConsoleMessage) -> None:
        # A refused form answers 422, which the browser counts as an error.
        if message.type in ("error", "warning") and "status of 422" not in message.text:
            plaintes.append(f"{page.url} : {message.text}")

    def ouvrir(
        client: Client | None = None,
        portail: Portail = PATIENT,
        *,
        theme: str = "light",
        largeur: int = 1280,
        hauteur: int = 900,
        **options: Any,
    ) -> Page:
        contexte = navigateur.new_context(
            viewport={"width": largeur, "height": hauteur},
            color_scheme=theme,
            locale="fr-FR",
            base_url=live_server.url,
            **options,
        )
        contextes.append(contexte)
        if client is not None:
            contexte.add_cookies(
                [
                    {
                        "name": portail.temoin,
                        "value": client.cookies[portail.temoin].value,
                        "url": live_server.url + portail.prefixe,
                    }
                ]
            )
        page = contexte.new_page()
        page.on("console", lambda m: noter(page, m))
        page.on("pageerror", lambda erreur: plaintes.append(f"{page.url} : {erreur}"))
        return page

    yield ouvrir
    for contexte in contextes:
        contexte.close()
    assert plaintes == []


def defauts(page: Page, adresses: list[str], largeur: int) -> list[str]:
    """What is wrong with each page: refused, too wide, or against a rule of axe or ours."""
    trouves: list[str] = []
    for adresse in adresses:
        reponse = page.goto(adresse)
        if reponse is None or reponse.status != 200:
            trouves.append(f"{adresse} : statut {reponse and reponse.status}")
            continue
        deplier(page)
        trouves += [f"{adresse} : {faute}" for faute in violations(page)]
        vue = page.evaluate("document.documentElement.scrollWidth")
        if vue > largeur:
            trouves.append(f"{adresse} : {vue} px de large")
        petites = page.locator("main :is(a.fr-btn, button, summary, .option, .arbre a, .onglets a)")
        trouves += [
            f"{adresse} : moins de 44 px, {cible}"
            for cible in petites.evaluate_all(
                """cibles => cibles
                    .filter((c) => c.checkVisibility() && c.getBoundingClientRect().height < 43.9)
                    .map((c) => c.outerHTML.slice(0, 120))"""
            )
        ]
    return trouves


def combinaisons(theme: str, largeur: int) -> list[Any]:
    """This pair at every run, the three others in the long rounds."""
    paires = list(product(THEMES, LARGEURS))
    return [
        paire if paire == (theme, largeur) else pytest.param(*paire, marks=pytest.mark.long)
        for paire in paires
    ]


@pytest.mark.parametrize(("theme", "largeur"), combinaisons("dark", 320))
def test_les_pages_du_patient_sont_accessibles(ouvrir: Ouvrir, theme: str, largeur: int) -> None:
    scene = scenes.dossier_complet()
    page = ouvrir(scene.patient(), theme=theme, largeur=largeur, hauteur=HAUTEUR)
    assert defauts(page, pages_du_patient(scene), largeur) == []

    visiteur = ouvrir(theme=theme, largeur=largeur, hauteur=HAUTEUR)
    assert defauts(visiteur, ["/"], largeur) == []


@pytest.mark.parametrize(("theme", "largeur"), combinaisons("light", 1280))
def test_les_pages_du_professionnel_sont_accessibles(
    ouvrir: Ouvrir, theme: str, largeur: int
) -> None:
    scene = scenes.dossier_complet()
    client = scene.professionnel()
    client.post(
        "/ps/depot/",
        {
            "fichier": fichier(),
            "type_code": scenes.COMPTE_RENDU,
            "titre": "Compte rendu",
            "date_document": "2026-03-01",
        },
    )
    page = ouvrir(client, PS, theme=theme, largeur=largeur, hauteur=HAUTEUR)
    adresses = [*pages_du_professionnel(scene), "/ps/depot/accuse/"]
    assert defauts(page, adresses, largeur) == []


def test_sans_javascript_j_ajoute_un_document_je_me_trompe_puis_je_le_masque(
    ouvrir: Ouvrir,
) -> None:
    scene = dossier()
    page = ouvrir(scene.patient(), largeur=320, java_script_enabled=False)
    page.goto("/accueil/")
    page.get_by_role("link", name="J'ajoute un document").first.click()
    page.get_by_label("Titre du document").fill("Prise de sang ?")
    page.get_by_label("Catégorie").select_option("DOCPAT05")
    page.get_by_role("button", name="J'ajoute le document").click()

    resume = page.get_by_role("alert")
    expect(resume).to_contain_text("Choisissez le fichier à ajouter.")
    resume.get_by_role("link", name="Fichier").click()
    expect(page.get_by_label("Titre du document")).to_have_value("Prise de sang ?")
    piece = fichier()
    page.get_by_label("Fichier").set_input_files(
        {"name": "analyse.pdf", "mimeType": "application/pdf", "buffer": piece.read()}
    )
    page.get_by_role("button", name="J'ajoute le document").click()
    expect(page.get_by_role("alert")).to_contain_text("?")

    page.get_by_label("Titre du document").fill("Prise de sang")
    page.get_by_label("Fichier").set_input_files(
        {"name": "analyse.pdf", "mimeType": "application/pdf", "buffer": piece.open().read()}
    )
    page.get_by_role("button", name="J'ajoute le document").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Prise de sang")

    page.get_by_label("Masqué aux professionnels").check()
    page.get_by_role("button", name="J'enregistre").click()
    expect(page.get_by_role("status")).to_contain_text("masqué aux professionnels")
    expect(page.get_by_label("Masqué aux professionnels")).to_be_checked()


def test_au_clavier_un_tableau_trop_large_defile_et_un_document_se_masque(ouvrir: Ouvrir) -> None:
    scene = dossier("cda")
    page = ouvrir(scene.patient(), largeur=320)
    page.goto(scene.url("cda"))

    cadre = page.locator(".cda-tableau")
    cadre.focus()
    page.keyboard.press("ArrowRight")
    # Asked from outside: a function of the page would be compiled there, which its policy forbids.
    expect(cadre).not_to_have_js_property("scrollLeft", 0)

    page.get_by_label("Visible par les professionnels autorisés").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_label("Masqué aux professionnels")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="J'enregistre")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("masqué aux professionnels")


def test_l_apercu_d_un_pdf_s_affiche_dans_sa_page(ouvrir: Ouvrir) -> None:
    scene = dossier("pdf", "image")
    page = ouvrir(scene.patient())
    with page.expect_response(lambda r: "/contenu/" in r.url) as recue:
        page.goto(scene.url("pdf"))
    assert recue.value.status == 200
    assert recue.value.headers["content-type"] == "application/pdf"
    # A frame that the content policy refuses ends on an error page of the browser.
    (cadre,) = page.main_frame.child_frames
    assert "/contenu/" in cadre.url

    page.goto(scene.url("image"))
    assert page.locator("main img").evaluate("i => i.complete && i.naturalWidth > 100")


def test_sur_papier_un_document_dit_de_qui_il_est_et_garde_son_texte(ouvrir: Ouvrir) -> None:
    scene = dossier("cda")
    page = ouvrir(scene.patient(), theme="dark")
    page.goto(scene.url("cda"))
    page.emulate_media(media="print")

    expect(page.get_by_text("Espace de santé de Alex DEMO-UN")).to_be_visible()
    expect(page.get_by_role("cell", name="0,92 g/L")).to_be_visible()
    expect(
        page.get_by_text("Visible par les professionnels autorisés.", exact=True)
    ).to_be_visible()
    expect(page.get_by_role("heading", name="Ce que je peux faire")).to_be_hidden()
    expect(page.get_by_role("button", name="J'enregistre")).to_be_hidden()
    assert page.locator(".feuille").evaluate("f => getComputedStyle(f).color") == "rgb(0, 0, 0)"


def test_le_professionnel_va_du_recapitulatif_au_document_par_l_arbre(ouvrir: Ouvrir) -> None:
    scene: Scene = dossier("pdf", "confrere", "ancien")
    page = ouvrir(scene.professionnel(), PS)
    page.goto("/ps/dossier/")
    page.get_by_role("link", name="Documents", exact=True).click()
    page.get_by_role("link", name="Tout", exact=True).click()
    page.locator("summary", has_text="Comptes-rendus").click()
    page.get_by_role("link", name="Lettre de liaison à la sortie").click()
    expect(page.get_by_role("listitem").filter(has_text="Consultation du soir")).to_have_count(0)
    page.get_by_role("link", name="Lettre de sortie").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lettre de sortie")
    page.get_by_role("button", name="Fermer le dossier").click()
    expect(page.get_by_role("status")).to_contain_text("Le dossier est fermé.")
