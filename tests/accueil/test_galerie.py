"""The design system: every component in its states, in a real browser, in both themes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import brotli
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from accueil.views.galerie import COQUES, PAGES
from mes.socle.nomenclatures import categories

RACINE = Path(__file__).resolve().parents[2]
GABARITS = RACINE / "templates"
COMPOSANTS = sorted((GABARITS / "composants").glob("*.html"))
# E-mails are read outside the site: what they may carry is another question.
PAGES_DU_SITE = [g for g in sorted(GABARITS.rglob("*.html")) if "courriels" not in g.parts]
GALERIE = "/essai/galerie/"
THEMES = ("light", "dark")
LARGEURS = (1280, 320)
CHROMIUM = "/usr/bin/chromium"
DRAPEAUX = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A page is measured at its full height: a bar that sticks to the screen would hide what it covers.
HAUTEUR = 20_000

Ouvrir = Callable[..., Page]


@pytest.fixture(autouse=True)
def _adresses(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.accueil.urls_galerie"


@pytest.fixture(scope="module")
def navigateur() -> Iterator[Browser]:
    with sync_playwright() as outil:
        chromium = outil.chromium.launch(executable_path=CHROMIUM, args=DRAPEAUX)
        yield chromium
        chromium.close()


@pytest.fixture
def ouvrir(navigateur: Browser, live_server: Any) -> Iterator[Ouvrir]:
    """Opens a page of the gallery in a new context; whatever the console says is a failure."""
    contextes: list[BrowserContext] = []
    plaintes: list[str] = []

    def ouvrir(
        requete: str = "",
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
            **options,
        )
        contextes.append(contexte)
        page = contexte.new_page()
        page.on(
            "console",
            lambda m: plaintes.append(m.text) if m.type in ("error", "warning") else None,
        )
        page.on("pageerror", lambda erreur: plaintes.append(str(erreur)))
        page.on("requestfailed", lambda r: plaintes.append(f"non reçu : {r.url}"))
        page.goto(live_server.url + GALERIE + requete)
        return page

    yield ouvrir
    for contexte in contextes:
        contexte.close()
    assert plaintes == []


# Our texts reach 7:1 (AAA): axe asks 4.5:1 by default.
REGLES_AXE = {"rules": {"color-contrast-enhanced": {"enabled": True}}}


def violations(page: Page) -> list[str]:
    """What axe finds, one line a node."""
    # Without `preload`, axe does not fetch the style sheets again, which the page did not ask for.
    reponse = Axe().run(page, options={"preload": False, **REGLES_AXE}).response
    assert "color-contrast-enhanced" in {regle["id"] for regle in reponse["passes"]}
    return [
        f"{faute['id']} : {noeud['html'][:150]}"
        for faute in reponse["violations"]
        for noeud in faute["nodes"]
    ]


def deplier(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")


# --- Accessibility ------------------------------------------------------------------------------


@pytest.mark.navigateur
@pytest.mark.parametrize("largeur", LARGEURS)
@pytest.mark.parametrize("theme", THEMES)
def test_chaque_composant_est_accessible(ouvrir: Ouvrir, theme: str, largeur: int) -> None:
    page = ouvrir("?coque=patient", theme=theme, largeur=largeur, hauteur=HAUTEUR)
    deplier(page)

    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= largeur


@pytest.mark.navigateur
@pytest.mark.parametrize("largeur", LARGEURS)
@pytest.mark.parametrize("theme", THEMES)
def test_chaque_coque_est_accessible_menus_fermes_ou_ouverts(
    ouvrir: Ouvrir, theme: str, largeur: int
) -> None:
    for coque in COQUES:
        page = ouvrir(
            f"?page=confirmation&coque={coque}", theme=theme, largeur=largeur, hauteur=HAUTEUR
        )
        assert violations(page) == [], coque
        deplier(page)
        assert violations(page) == [], coque
        assert page.evaluate("document.documentElement.scrollWidth") <= largeur, coque


@pytest.mark.navigateur
@pytest.mark.parametrize("theme", THEMES)
def test_les_pages_d_erreur_et_de_confirmation_sont_accessibles(ouvrir: Ouvrir, theme: str) -> None:
    for nom in PAGES:
        page = ouvrir(f"?page={nom}", theme=theme, largeur=320, hauteur=HAUTEUR)
        assert violations(page) == [], nom
        assert page.locator("h1").count() == 1, nom
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, nom


@pytest.mark.navigateur
def test_ce_qui_se_touche_mesure_au_moins_44_pixels(ouvrir: Ouvrir) -> None:
    page = ouvrir("?coque=patient", largeur=320, hauteur=HAUTEUR)
    deplier(page)
    cibles = page.locator(
        ".fr-btn, .entree, .bouton-entete, .barre__entree, summary, .option, .fr-input, .fr-select,"
        " .fr-upload, .pagination a, .onglets a, .carte__pied a, .theme label, .entete__marque"
    )
    petites = cibles.evaluate_all(
        """cibles => cibles
            .filter((c) => c.checkVisibility() && c.getBoundingClientRect().height < 44)
            .map((c) => c.outerHTML.slice(0, 120))"""
    )

    assert cibles.count() > 60
    assert petites == []


@pytest.mark.navigateur
def test_le_texte_courant_est_lisible(ouvrir: Ouvrir) -> None:
    page = ouvrir("?coque=publique")
    paragraphe = page.locator("main section > p").first

    assert paragraphe.evaluate("p => getComputedStyle(p).fontSize") == "18px"
    assert paragraphe.evaluate("p => getComputedStyle(p).lineHeight") == "28.8px"
    # The longest line, counted in characters of this machine's font.
    signes = paragraphe.evaluate(
        """p => {
            const plage = document.createRange();
            const lignes = new Map();
            const noeuds = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
            while (noeuds.nextNode()) {
              for (let i = 0; i < noeuds.currentNode.length; i++) {
                plage.setStart(noeuds.currentNode, i);
                plage.setEnd(noeuds.currentNode, i + 1);
                const haut = Math.round(plage.getBoundingClientRect().bottom / 10);
                lignes.set(haut, (lignes.get(haut) ?? 0) + 1);
              }
            }
            return Math.max(...lignes.values());
        }"""
    )
    assert 40 < signes <= 70


# --- Keyboard, without JavaScript, themes, paper ------------------------------------------------


@pytest.mark.navigateur
def test_au_clavier_on_saute_au_contenu_et_on_referme_les_menus(ouvrir: Ouvrir) -> None:
    page = ouvrir("?coque=patient&page=confirmation")

    page.keyboard.press("Tab")
    evitement = page.get_by_role("link", name="Aller au contenu")
    expect(evitement).to_be_focused()
    expect(evitement).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#contenu")).to_be_focused()

    bouton = page.locator(".entete .menu-depliant > summary")
    bouton.focus()
    page.keyboard.press("Enter")
    deconnexion = page.get_by_role("button", name="Je me déconnecte")
    expect(deconnexion).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(deconnexion).to_be_hidden()
    expect(bouton).to_be_focused()


@pytest.mark.navigateur
def test_le_focus_se_voit_sur_chaque_controle(ouvrir: Ouvrir) -> None:
    page = ouvrir("?coque=ps&page=confirmation")
    vus = 0
    for _ in range(30):
        page.keyboard.press("Tab")
        epaisseur, style = page.evaluate(
            """() => {
                const e = document.activeElement;
                const boite = e.type === "radio" ? e.closest("label") : e;
                const style = getComputedStyle(boite);
                return e === document.body ? [null, null] : [style.outlineWidth, style.outlineStyle];
            }"""
        )
        if epaisseur is None:
            break
        vus += 1
        assert (epaisseur, style) == ("3px", "solid")
    assert vus >= 10


@pytest.mark.navigateur
def test_sans_javascript_les_menus_s_ouvrent_et_rien_de_mort_n_est_montre(
    ouvrir: Ouvrir,
) -> None:
    page = ouvrir("?coque=patient", largeur=320, java_script_enabled=False)

    page.locator(".barre summary").click()
    expect(page.locator(".barre").get_by_role("link", name="Agenda")).to_be_visible()
    expect(page.locator("#choix-theme")).to_be_hidden()
    expect(page.get_by_role("button", name="Afficher ce que je tape").first).to_be_hidden()
    expect(page.get_by_role("button", name="J'imprime")).to_be_hidden()
    # The dark theme of the system needs no script either.
    sombre = ouvrir("", theme="dark", java_script_enabled=False)
    fond = sombre.evaluate("getComputedStyle(document.body).backgroundColor")
    assert fond == "rgb(14, 22, 36)"


@pytest.mark.navigateur
def test_le_theme_choisi_est_garde_et_l_automatique_suit_le_systeme(ouvrir: Ouvrir) -> None:
    page = ouvrir("?page=confirmation", theme="light")

    def fond() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    clair = fond()
    page.get_by_label("Sombre").check()
    sombre = fond()
    assert sombre != clair
    page.reload()
    assert fond() == sombre
    expect(page.get_by_label("Sombre")).to_be_checked()
    page.get_by_label("Claire").check()
    page.emulate_media(color_scheme="dark")
    assert fond() == clair
    page.get_by_label("Automatique").check()
    assert fond() == sombre


@pytest.mark.navigateur
def test_le_mot_de_passe_se_montre_et_se_cache(ouvrir: Ouvrir) -> None:
    page = ouvrir()
    champ = page.locator("#id_mot_de_passe")
    bouton = page.locator("button[data-reveler='id_mot_de_passe']")

    expect(champ).to_have_attribute("type", "password")
    bouton.click()
    expect(champ).to_have_attribute("type", "text")
    expect(bouton).to_have_attribute("aria-pressed", "true")
    bouton.click()
    expect(champ).to_have_attribute("type", "password")


@pytest.mark.navigateur
def test_la_lecture_commence_par_les_erreurs_et_chacune_mene_a_son_champ(
    ouvrir: Ouvrir,
) -> None:
    page = ouvrir()
    resume = page.locator("#erreurs-formulaire")

    expect(resume).to_be_focused()
    for lien in resume.get_by_role("link").all():
        cible = lien.get_attribute("href")
        assert cible
        assert page.locator(cible).count() == 1
        lien.click()
        expect(page.locator(cible)).to_be_focused()


@pytest.mark.navigateur
def test_sur_papier_il_reste_le_contenu_en_clair_sur_blanc(ouvrir: Ouvrir) -> None:
    page = ouvrir("?coque=patient", theme="dark")
    page.get_by_label("Sombre").check()
    page.emulate_media(media="print")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    for cache in (".bandeau-fictif", ".colonne", ".entete__actions", ".pied", ".actions"):
        expect(page.locator(cache).first).to_be_hidden()
    expect(page.get_by_role("heading", name="Bilan sanguin annuel")).to_be_visible()
    expect(page.locator(".tableau table").first).to_be_visible()


# --- Network ------------------------------------------------------------------------------------


@pytest.mark.navigateur
@pytest.mark.parametrize("coque", COQUES)
def test_rien_ne_vient_d_ailleurs_ni_police_reservee_et_la_page_est_legere(
    ouvrir: Ouvrir, navigateur: Browser, live_server: Any, coque: str
) -> None:
    contexte = navigateur.new_context()
    try:
        page = contexte.new_page()
        recus: dict[str, int] = {}

        def peser(reponse: Any) -> None:
            texte = reponse.headers.get("content-type", "").startswith(
                ("text/", "application/j", "application/manifest", "image/svg")
            )
            corps = reponse.body()
            recus[reponse.url] = len(brotli.compress(corps, quality=5) if texte else corps)

        demandes: list[str] = []
        page.on("request", lambda requete: demandes.append(requete.url))
        page.on("response", peser)
        page.goto(f"{live_server.url}{GALERIE}?coque={coque}", wait_until="networkidle")
        page.evaluate("document.fonts.ready")
    finally:
        contexte.close()

    assert any("core.main.min.css" in adresse for adresse in recus)
    origines = {urlsplit(adresse)[:2] for adresse in demandes}
    assert origines == {urlsplit(live_server.url)[:2]}
    assert [
        a for a in recus if re.search(r"\.(woff2?|ttf|otf|eot)|/fonts/|marianne", a, re.I)
    ] == []
    assert sum(recus.values()) < 300_000
    # Later pages: the static files are in the cache of the browser.
    assert sum(poids for adresse, poids in recus.items() if "/static/" not in adresse) < 60_000


@pytest.mark.navigateur
def test_la_police_est_celle_du_systeme_partout(ouvrir: Ouvrir) -> None:
    page = ouvrir("?coque=patient")
    deplier(page)
    familles = page.evaluate(
        "[...new Set([...document.querySelectorAll('body, body *')]"
        ".map((e) => getComputedStyle(e).fontFamily))]"
    )

    assert len(familles) == 1
    assert familles[0].startswith("system-ui")


# --- What the server sends ----------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("coque", COQUES)
def test_aucun_titre_ne_peut_injecter_de_html(client: Client, coque: str) -> None:
    html = client.get(GALERIE, {"coque": coque}).content.decode()

    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;" in html
    assert "&quot;&gt;&lt;img src=x&gt;" in html
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "<b>Personne" not in html


@pytest.mark.django_db
def test_les_pages_gardent_les_filtres_de_l_adresse(client: Client) -> None:
    html = client.get(GALERIE, {"coque": "patient", "q": "a&b"}).content.decode()

    assert 'rel="prev" href="?coque=patient&amp;q=a%26b&amp;page=4"' in html
    assert 'rel="next" href="?coque=patient&amp;q=a%26b&amp;page=6"' in html
    assert 'href="?coque=patient&amp;q=a%26b&amp;page=9"' in html


@pytest.mark.django_db
def test_un_champ_en_erreur_est_decrit_par_son_aide_et_son_erreur(client: Client) -> None:
    html = client.get(GALERIE).content.decode()

    assert 'aria-describedby="refuse_titre_helptext refuse_titre_error"' in html
    assert html.count('id="refuse_titre_helptext"') == html.count('id="refuse_titre_error"') == 1
    assert 'id="refuse_confidentialite_error"' in html
    assert re.search(
        r'<fieldset[^>]*id="refuse_confidentialite"[^>]*aria-describedby="refuse_confidentialite_error"',
        html,
    )


@pytest.mark.django_db
def test_les_dates_se_lisent_comme_on_les_dit(client: Client) -> None:
    html = re.sub(r"\s+", " ", client.get(GALERIE).content.decode())

    assert re.search(r'<time datetime="2026-04-01"> ?1er avril 2026 ?</time>', html)
    assert re.search(
        r'<time datetime="2026-01-04T14:05:00\+01:00"> ?4 janvier 2026 à 14 h 05 ?</time>', html
    )
    assert re.search(r'<time datetime="2021-03"> ?mars 2021 ?</time>', html)


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_aucune_page_ne_porte_les_signes_de_l_etat(client: Client, page: str) -> None:
    html = client.get(GALERIE, {"page": page}).content.decode().lower()

    for reserve in ("république", "gouv.fr", "marianne", "fr-logo", "mon espace santé officiel"):
        assert reserve not in html


@pytest.mark.django_db
def test_la_galerie_n_existe_pas_en_production(client: Client, settings: Any) -> None:
    assert client.get(GALERIE).status_code == 200
    settings.MES_ENVIRONNEMENT = "production"
    assert client.get(GALERIE).status_code == 404


@pytest.mark.django_db
def test_le_bandeau_dit_que_les_donnees_sont_fictives(client: Client) -> None:
    assert "données fictives" in client.get("/n-existe-pas/").content.decode()


@pytest.mark.django_db
def test_une_page_introuvable_ne_repete_pas_l_adresse_demandee(client: Client) -> None:
    reponse = client.get("/documents-de-quelqu-un/")

    assert reponse.status_code == 404
    assert "Cette page est introuvable" in reponse.content.decode()
    assert "quelqu-un" not in reponse.content.decode()


@pytest.mark.django_db
def test_une_panne_a_sa_page(client: Client) -> None:
    client.raise_request_exception = False
    reponse = client.get("/essai/panne/")

    assert reponse.status_code == 500
    assert "Une erreur est survenue de notre côté" in reponse.content.decode()
    assert "RuntimeError" not in reponse.content.decode()


@pytest.mark.django_db
def test_un_formulaire_sans_jeton_recoit_la_page_expiree() -> None:
    reponse = Client(enforce_csrf_checks=True).post(GALERIE, {"titre": "essai"})

    assert reponse.status_code == 403
    assert "Cette page a expiré" in reponse.content.decode()


@pytest.mark.django_db
def test_un_refus_dit_pourquoi_et_quoi_faire(client: Client) -> None:
    html = client.get(GALERIE, {"page": "refus"}).content.decode()

    assert "Le titulaire a bloqué votre accès à son dossier." in html
    assert "Je reviens à l'accueil" in html


# --- The files ----------------------------------------------------------------------------------


def test_chaque_composant_ouvre_par_son_contrat_et_se_voit_quelque_part() -> None:
    """In the gallery; or in a page, for what only stored data can show."""
    composants = {composant.stem: composant for composant in COMPOSANTS}

    def vus(gabarits: list[Path]) -> set[str]:
        """Components that these templates call, directly or through others."""
        trouves: set[str] = set()
        a_lire = gabarits
        while a_lire:
            textes = "".join(gabarit.read_text(encoding="utf-8") for gabarit in a_lire)
            nouveaux = set(re.findall(r"<c-([a-z_]+)", textes)) - {"vars", "slot"} - trouves
            trouves |= nouveaux
            a_lire = [composants[nom] for nom in nouveaux]
        return trouves

    bases = [GABARITS / "base.html", GABARITS / "patient/base.html", GABARITS / "ps/base.html"]
    galerie = vus([*bases, *(GABARITS / "galerie").glob("*.html")])
    pages = vus([g for g in PAGES_DU_SITE if g.parent != GABARITS / "composants"])

    assert len(galerie) >= 35
    assert composants.keys() - pages == set()
    for nom in composants.keys() - galerie:
        # A shape without data has no reason to be missing from the gallery.
        contrat = composants[nom].read_text(encoding="utf-8")
        assert re.search(
            r"\b(dossier|habilitations|journal|notifications|professionnels)\.[a-z_]+", contrat
        ), nom
    for nom, composant in composants.items():
        assert composant.read_text(encoding="utf-8").startswith("{# "), nom


EN_LIGNE = re.compile(
    r"<style|\sstyle=|\son(click|change|error|focus|input|key\w+|load|mouse\w+|submit|toggle)="
)


@pytest.mark.parametrize("gabarit", PAGES_DU_SITE, ids=lambda g: str(g.relative_to(GABARITS)))
def test_aucun_script_ni_style_dans_les_pages(gabarit: Path) -> None:
    texte = gabarit.read_text(encoding="utf-8")

    assert not EN_LIGNE.search(texte)
    assert not re.search(r"<script(?![^>]*\ssrc=)", texte)
    # Attributes passed through by django-cotton are printed without being escaped.
    assert "{{ attrs" not in texte
    assert "|safe" not in texte
    assert "autoescape off" not in texte


def test_chaque_icone_nommee_existe_et_chaque_categorie_a_la_sienne() -> None:
    sprite = (RACINE / "static" / "icones.svg").read_text(encoding="utf-8")
    dessins = set(re.findall(r'<symbol id="([^"]+)"', sprite))
    feuille = (RACINE / "static" / "css" / "mes.css").read_text(encoding="utf-8")
    nommees: set[str] = set()
    for gabarit in PAGES_DU_SITE:
        texte = gabarit.read_text(encoding="utf-8")
        nommees |= set(re.findall(r'<c-icone[^>]*\snom="([a-z-]+)"', texte))
        nommees |= set(re.findall(r'\sicone="([a-z-]+)"', texte))
    codes = {code for code in categories() if code}

    assert len(nommees) > 20
    assert nommees <= dessins
    assert {f"categorie-{code}" for code in codes} <= dessins
    for code in codes:
        assert f'[data-categorie="{code}"]' in feuille


def test_le_theme_sombre_choisi_est_celui_du_systeme() -> None:
    feuille = (RACINE / "static" / "css" / "mes.css").read_text(encoding="utf-8")
    choisi = re.search(r':root\[data-fr-theme="dark"\] \{([^}]*)\}', feuille)
    suivi = re.search(r':root:not\(\[data-fr-theme="light"\]\) \{([^}]*)\}', feuille)
    clair = re.search(r":root \{\s*color-scheme: light;([^}]*)\}", feuille)

    assert choisi
    assert suivi
    assert clair

    def jetons(bloc: str) -> dict[str, str]:
        return dict(re.findall(r"(--[a-z-]+): ([^;]+);", bloc))

    assert jetons(choisi[1]) == jetons(suivi[1])
    assert jetons(choisi[1]).keys() == jetons(clair[1]).keys()
