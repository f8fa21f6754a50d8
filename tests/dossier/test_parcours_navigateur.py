"""Journeys of the rules in a real browser: consultation d'annonce (SC-07), a minor's secret (SC-08)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from dossier.models import Document
from habilitations.acces import ouvrir_pour_le_systeme
from mes.portails import PS
from mes.socle import travaux
from mes.socle.models import Travail
from notifications.models import Notification
from tests import situations as s
from tests.accueil import scenes
from tests.accueil.test_pages_navigateur import Ouvrir, defauts, navigateur, ouvrir
from tests.comptes.outils import connecter_professionnel, connecter_usager
from usagers.models import EspaceSante, Gestion, Qualite

__all__ = ["navigateur", "ouvrir"]

pytestmark = [pytest.mark.navigateur, pytest.mark.usefixtures("gabarits_stricts")]


def travailler(*natures: str) -> None:
    """What the worker does, in order."""
    for nature in natures:
        for travail in Travail.objects.filter(nature=nature, etat="a_faire"):
            assert travaux.faire(travail.pk), nature


def deposer(page: Page, titre: str, *cases: str) -> None:
    """Deposits from the Web PS's form."""
    page.goto("/ps/depot/")
    page.get_by_label("Fichier").set_input_files(
        {"name": "resultat.pdf", "mimeType": "application/pdf", "buffer": s.pdf(titre)}
    )
    page.get_by_label("Type de document").select_option(scenes.COMPTE_RENDU)
    page.get_by_label("Titre du document").fill(titre)
    for case in cases:
        page.get_by_label(case).check()
    page.get_by_role("button", name="Je dépose le document").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Accusé de dépôt")
    travailler("dossier.analyser", "dossier.annoncer_depot")


ANNONCE = "Ne pas montrer au patient avant la consultation d'annonce"


@pytest.mark.regle("R-MAS-09", "R-MAS-10", "R-MAS-11")
def test_un_resultat_grave_attend_la_consultation_d_annonce(ouvrir: Ouvrir) -> None:
    scene = scenes.dossier()
    medecin = ouvrir(scene.professionnel(), PS)
    deposer(medecin, "Résultat grave", ANNONCE)
    patient = ouvrir(scene.patient(), largeur=320)
    patient.goto("/documents/")
    expect(patient.get_by_text("Résultat grave")).to_have_count(0)
    patient.goto("/notifications/")
    expect(patient.get_by_text("Un document a été ajouté")).to_have_count(0)

    medecin.get_by_role("link", name="Je vois ce document").click()
    expect(
        medecin.get_by_role("heading", name="Le patient ne voit pas encore ce document")
    ).to_be_visible()
    medecin.get_by_role("link", name="Je le montre au patient").click()
    assert defauts(medecin, [medecin.url], 1280) == []
    medecin.get_by_role("button", name="Je le montre au patient").click()
    expect(medecin.get_by_role("status")).to_contain_text("Le patient voit maintenant ce document")

    patient.goto("/notifications/")
    expect(patient.get_by_text("Un document a été ajouté").first).to_be_visible()
    patient.goto("/documents/")
    patient.get_by_role("link", name="Résultat grave").click()
    expect(patient.get_by_role("heading", level=1)).to_have_text("Résultat grave")


@pytest.mark.regle("R-MAS-10", "R-NOT-08")
def test_sans_consultation_d_annonce_le_resultat_est_montre_au_terme_du_delai(
    ouvrir: Ouvrir,
) -> None:
    scene = scenes.dossier()
    deposer(ouvrir(scene.professionnel(), PS), "Résultat grave", ANNONCE)
    hier = timezone.now() - timedelta(days=1)
    Travail.objects.filter(nature="dossier.remettre_visible").update(pas_avant=hier)
    with transaction.atomic(), ouvrir_pour_le_systeme(scene.espace.pk):
        Document.objects.update(annonce_avant_le=hier)
    travailler("dossier.remettre_visible")

    patient = ouvrir(scene.patient(), largeur=320)
    patient.goto("/notifications/")
    expect(patient.get_by_text("Un document est maintenant visible").first).to_be_visible()
    patient.get_by_role("link", name="Résultat grave").click()
    expect(patient.get_by_role("heading", level=1)).to_have_text("Résultat grave")
    patient.goto("/historique/")
    expect(patient.get_by_text("au terme du délai d'annonce")).to_be_visible()
    assert defauts(patient, ["/historique/", "/notifications/"], 320) == []


@pytest.mark.regle("R-PRO-07", "R-PRO-09", "R-PRO-11", "R-MAS-17", "R-NOT-09")
def test_une_mineure_consulte_sans_que_ses_parents_le_sachent_et_voit_tout_adulte(
    ouvrir: Ouvrir,
) -> None:
    s.poser_matrice({("10", scenes.COMPTE_RENDU): True})
    ines = s.creer_espace("ines")
    compte = s.creer_compte("alex", s.creer_espace("alex"))
    Gestion.objects.create(espace=ines, compte_id=compte.pk, qualite=Qualite.REPRESENTANT)
    navigateur_du_parent = _dans_l_espace_de(ines, compte)
    parent = ouvrir(navigateur_du_parent, largeur=320)
    navigateur_ps = Client()
    connecter_professionnel(navigateur_ps, s.creer_exercice("medecin"))
    scenes.chercher(navigateur_ps, "ines")
    declaration = scenes.DECLARATION | {"secrete": "on"}
    assert navigateur_ps.post("/ps/patients/declaration/", declaration).status_code == 302
    medecin = ouvrir(navigateur_ps, PS)
    deposer(medecin, "Contraception")
    medecin.get_by_role("link", name="Je vois ce document").click()
    expect(
        medecin.get_by_role("heading", name="Les représentants légaux ne voient pas ce document")
    ).to_be_visible()
    assert defauts(medecin, [medecin.url, "/ps/dossier/carnet-enfant/"], 1280) == []

    for adresse in ("/accueil/", "/documents/?q=contraception", "/historique/", "/notifications/"):
        parent.goto(adresse)
        expect(parent.locator("main").get_by_text("Contraception", exact=True)).to_have_count(0)
        expect(parent.get_by_text("DEMO-MEDECIN")).to_have_count(0)
    assert not Notification.objects.filter(compte_id=compte.pk, objet_id__isnull=False).exists()

    # Eighteen: she opens her own account, her parents' access ends.
    EspaceSante.objects.filter(pk=ines.pk).update(majeur_le=timezone.localdate())
    adulte = ouvrir(_connecte(s.creer_compte("ines", ines)), largeur=320)
    assert navigateur_du_parent.get("/documents/").status_code == 403
    adulte.goto("/historique/")
    expect(adulte.get_by_text("DEMO-MEDECIN").first).to_be_visible()
    adulte.goto("/documents/")
    adulte.get_by_role("link", name="Contraception").click()
    expect(adulte.get_by_text("ne voient pas ce document")).to_be_visible()
    assert defauts(adulte, [adulte.url], 320) == []
    adulte.get_by_role("link", name="Je le leur montre").click()
    assert defauts(adulte, [adulte.url], 320) == []
    adulte.get_by_role("button", name="Je le leur montre").click()
    expect(adulte.get_by_role("status")).to_contain_text("voient ce document")


def _connecte(compte: Any) -> Client:
    client = Client()
    connecter_usager(client, compte)
    return client


def _dans_l_espace_de(espace: EspaceSante, compte: Any) -> Client:
    client = Client()
    session = connecter_usager(client, compte)
    session["espace_id"] = str(espace.pk)
    session.save()
    return client


@pytest.mark.parametrize(("theme", "largeur"), [("light", 1280), ("dark", 320)])
def test_les_pages_des_documents_du_professionnel_sont_accessibles(
    ouvrir: Ouvrir, theme: str, largeur: int
) -> None:
    scene = scenes.dossier("pdf", "confrere", "annonce", "masque")
    client = scene.professionnel()
    gestes = ("remplacer/", "archiver/", "mauvais-patient/", "supprimer/")
    page = ouvrir(client, PS, theme=theme, largeur=largeur, hauteur=900)
    adresses = [
        "/ps/dossier/",
        "/ps/dossier/documents/",
        "/ps/dossier/documents/?etat=archives",
        "/ps/dossier/vaccinations/",
        "/ps/dossier/volontes/",
        "/ps/dossier/histoire-de-soins/",
        "/ps/dossier/mauvais-patient/",
        "/ps/avis/",
        *(scene.url_ps("pdf", geste) for geste in gestes),
        *(scene.url_ps(nom) for nom in scene.documents),
    ]
    assert defauts(page, adresses, largeur) == []
