"""A page as its reader perceives it, and the addresses of every page."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import lxml.html
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve

from tests import situations as s
from tests.accueil.scenes import Scene

INSECABLE = "\u00a0"


class Page:
    """What a reader perceives of an answer: words, headings, links, controls."""

    def __init__(self, reponse: HttpResponse) -> None:
        self.statut = reponse.status_code
        self.html = reponse.content.decode()
        self.racine = lxml.html.document_fromstring(self.html)

    def mots(self, element: Any) -> str:
        """The text read aloud, spaces made single and breakable."""
        return " ".join(element.text_content().replace(INSECABLE, " ").split())

    @property
    def texte(self) -> str:
        return self.mots(self.racine.find(".//main"))

    def titres(self, niveau: int) -> list[str]:
        principal = self.racine.find(".//main")
        return [self.mots(titre) for titre in principal.iter(f"h{niveau}")]

    def liens(self) -> dict[str, str]:
        """Words → address of the links of the page's content."""
        principal = self.racine.find(".//main")
        return {self.mots(lien): lien.get("href") for lien in principal.iter("a")}

    def boutons(self) -> list[str]:
        return [self.mots(bouton) for bouton in self.racine.find(".//main").iter("button")]

    def champ(self, nom: str) -> Any:
        """The control of this name (the chosen one of radio buttons)."""
        trouves = self.racine.xpath(f'//main//*[@name="{nom}"]')
        assert trouves, f"{nom} absent de {self.titres(1)}"
        return next((c for c in trouves if c.get("checked") is not None), trouves[0])

    def bloc(self, titre: str) -> str:
        """The words of the section that this heading opens."""
        for candidat in self.racine.xpath("//main//*[self::h2 or self::h3]"):
            if self.mots(candidat) == titre:
                return self.mots(next(candidat.iterancestors("section")))
        raise AssertionError(f"pas de bloc « {titre} »")

    def documents(self) -> list[str]:
        """Titles of the documents of the list."""
        return [
            self.mots(titre)
            for titre in self.racine.xpath('//ul[@aria-label="Documents"]//*[self::h2 or self::h3]')
        ]


def lire(client: Client, adresse: str, **options: Any) -> Page:
    reponse = client.get(adresse, **options)
    assert reponse.status_code == 200, (adresse, reponse.status_code)
    return Page(reponse)


def envoyer(client: Client, adresse: str, **champs: Any) -> Page:
    """Posts and follows."""
    return Page(client.post(adresse, champs, follow=True))


def fichier(nom: str = "analyse.pdf", octets: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(nom, s.pdf("Une analyse") if octets is None else octets)


def pages_du_patient(scene: Scene) -> list[str]:
    documents = [scene.url(nom) for nom in scene.documents if nom != "annonce"]
    return [
        "/accueil/",
        "/documents/",
        "/documents/?q=introuvable",
        "/documents/?categorie=BIOLOGIE&tri=titre",
        "/documents/ajouter/",
        "/documents/confidentialite/",
        *documents,
        scene.url("pdf", "qui-peut-voir/"),
        scene.url("pdf", "avant-telechargement/"),
        scene.url("image", "supprimer/"),
        "/historique/",
        "/historique/?depuis=2026-03-02&jusqua=2026-03-01",
        "/verifier-un-historique/",
        "/notifications/",
        "/reglages/",
    ]


def pages_du_professionnel(scene: Scene) -> list[str]:
    return [
        "/ps/patients/",
        "/ps/patients/declaration/",
        "/ps/dossier/",
        "/ps/dossier/documents/",
        "/ps/dossier/documents/?periode=tout&type=11490-0",
        *(scene.url_ps(nom) for nom in scene.documents),
        scene.url_ps("pdf", "supprimer/"),
        "/ps/depot/",
    ]


def verifier_structure(page: Page, adresse: str) -> None:
    """What assistive tools rely on; axe says the rest in test_pages_navigateur."""
    assert len(page.titres(1)) == 1, adresse
    rangs = [int(e.tag[1]) for e in page.racine.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    assert all(suivant <= rang + 1 for rang, suivant in pairwise(rangs)), (
        adresse,
        rangs,
    )
    identifiants = page.racine.xpath("//@id")
    assert len(identifiants) == len(set(identifiants)), adresse
    for reference in page.racine.xpath("//@aria-labelledby | //@for"):
        assert set(reference.split()) <= set(identifiants), (adresse, reference)
    for tableau in page.racine.xpath('//table[not(ancestor::*[@class="feuille"])]'):
        assert tableau.find("caption") is not None, adresse
        assert all(th.get("scope") for th in tableau.iter("th")), adresse


def verifier_liens(page: Page, adresse: str) -> None:
    """No link nor form leads nowhere."""
    adresses = page.racine.xpath("//a/@href | //form/@action | //iframe/@src | //main//img/@src")
    for cible in adresses:
        chemin = urlsplit(cible).path
        if cible.startswith(("tel:", "data:", "/static/")) or not chemin:
            continue
        assert resolve(chemin), (adresse, cible)
    for ancre in page.racine.xpath("//a[starts-with(@href, '#')]/@href"):
        assert page.racine.xpath("//@id[. = $nom]", nom=ancre[1:]), (adresse, ancre)
