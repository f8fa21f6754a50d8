"""SC-09 in a real browser: the call to the SAMU, the refusal, the masks, the trace; every page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from comptes.models import RoleAgent
from habilitations.models import Role, RoleDeclare
from habilitations.politique import Masque
from mes.portails import PS, SUPPORT
from tests import situations as s
from tests.accueil.test_galerie import HAUTEUR, violations
from tests.accueil.test_pages_navigateur import (  # noqa: F401  # fixtures are asked for by name
    combinaisons,
    defauts,
    navigateur,
    ouvrir,
)
from tests.comptes.outils import connecter_usager
from tests.support.outils import creer_agent, navigateur_de
from tests.urgence import outils
from tests.urgence.outils import BRIS, DOSSIER, SAMU, faire_les_travaux, regler
from urgence.actions import marquer_les_acces_dus
from urgence.models import ReferentStructure, RevueAcces
from usagers.models import EspaceSante

pytestmark = [pytest.mark.navigateur, pytest.mark.usefixtures("gabarits_stricts")]

Ouvrir = Callable[..., Page]


@pytest.fixture
def alex() -> EspaceSante:
    outils.tout_est_lisible()
    espace = s.creer_espace("alex")
    jour = timezone.localdate()
    for titre, type_code, il_y_a, masques in (
        ("Synthèse de votre médecin", "60591-5", 40, frozenset()),
        ("Personne de confiance et contacts", "EXPPAT_1", 300, frozenset()),
        ("Directives anticipées", "EXPPAT_3", 310, frozenset()),
        ("Consultation de cardiologie", "11488-4", 5, frozenset()),
        ("Suivi confidentiel", "11488-4", 2, frozenset({Masque.MASQUE_PS})),
    ):
        s.deposer(
            s.acteur_ps("autre_medecin"),
            espace,
            titre=titre,
            type_code=type_code,
            date_document=jour - timedelta(days=il_y_a),
            masques=masques,
        )
    return espace


def decrire_alex(page: Page) -> None:
    page.get_by_label("Nom de naissance").fill("Demo-Un")
    page.get_by_label("Premier prénom").fill("Alex")
    page.get_by_label("Date de naissance").fill("1985-04-12")


@pytest.mark.regle("R-URG-01", "R-URG-02", "R-URG-03", "R-URG-08", "R-URG-10", "R-NOT-06")
def test_le_centre_15_ouvre_le_dossier_sauf_refus_et_le_patient_le_sait(
    ouvrir: Ouvrir,  # noqa: F811
    alex: EspaceSante,
) -> None:
    compte = s.creer_compte("alex", alex)
    page = ouvrir(outils.navigateur(regulateur=True), PS, largeur=320)
    page.goto("/ps/patients/")
    page.get_by_role("navigation", name="Menu").get_by_role("link", name="Urgence").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("SAMU-Centre 15")
    expect(page.get_by_label("Justification")).to_have_count(0)
    decrire_alex(page)
    page.get_by_role("button", name="J'ouvre le dossier en urgence").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Accès d'urgence")
    expect(page.get_by_text("Encore 60 minutes")).to_be_visible()
    expect(page.get_by_role("link", name="Consultation de cardiologie")).to_be_visible()
    expect(page.get_by_text("Suivi confidentiel")).to_have_count(0)

    # The patient lets emergencies see what she masks: the same page, asked again, shows it.
    regler(alex, masques_en_urgence=True)
    page.reload()
    expect(page.get_by_role("link", name="Suivi confidentiel")).to_be_visible()

    # She refuses the SAMU: the record closes under the physician's eyes, and stays closed.
    regler(alex, opposition_samu=True)
    refuse = page.request.get(DOSSIER)
    assert refuse.status == 403
    assert "opposé à l’accès du SAMU-Centre 15" in refuse.text()
    assert outils.navigateur(regulateur=True).post(SAMU, outils.personne()).status_code == 403

    faire_les_travaux()
    patient = Client()
    connecter_usager(patient, compte)
    chez_elle = ouvrir(patient)
    chez_elle.goto("/notifications/")
    expect(chez_elle.get_by_role("main")).to_contain_text("Accès en urgence à votre dossier")
    chez_elle.goto("/historique/")
    expect(chez_elle.get_by_role("main")).to_contain_text("en urgence (SAMU-Centre 15)")


@pytest.mark.regle("R-URG-05", "R-URG-07", "R-PS-19")
def test_sans_javascript_un_bris_de_glace_se_justifie_s_ouvre_et_se_ferme(
    ouvrir: Ouvrir,  # noqa: F811
    alex: EspaceSante,
) -> None:
    page = ouvrir(outils.navigateur(), PS, largeur=320, java_script_enabled=False)
    page.goto(BRIS)
    decrire_alex(page)
    page.get_by_role("button", name="en urgence").click()
    resume = page.get_by_role("alert")
    expect(resume).to_contain_text("Écrivez pourquoi vous ouvrez ce dossier.")
    expect(resume).to_contain_text("Cochez cette case")

    page.get_by_label("Il est inconscient").check()
    page.get_by_label("Justification").fill("Malaise sur la voie publique, ne répond pas.")
    page.get_by_label("J'atteste que la personne").check()
    page.get_by_label("Premier prénom").fill("Alexis")
    page.get_by_role("button", name="en urgence").click()
    expect(page.get_by_role("alert")).to_contain_text("ne désignent pas une personne, et une seule")
    expect(page.get_by_label("Sexe")).to_be_visible()

    page.get_by_label("Premier prénom").fill("Alex")
    page.get_by_role("button", name="en urgence").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Accès d'urgence")
    page.get_by_role("button", name="Fermer l'accès d'urgence").click()
    expect(page.get_by_role("status")).to_contain_text("Le dossier est fermé.")


def test_sur_papier_l_urgence_garde_le_patient_et_les_documents(
    ouvrir: Ouvrir,  # noqa: F811
    alex: EspaceSante,
) -> None:
    client = outils.navigateur()
    client.post(BRIS, outils.demande())
    page = ouvrir(client, PS, theme="dark")
    page.goto(DOSSIER)
    page.emulate_media(media="print")
    expect(page.get_by_text("Alex DEMO-UN")).to_be_visible()
    expect(page.get_by_text("Consultation de cardiologie")).to_be_visible()
    expect(page.get_by_role("button", name="J'imprime")).to_be_hidden()
    expect(page.get_by_role("button", name="Fermer l'accès d'urgence")).to_be_hidden()


def pages(alex: EspaceSante) -> tuple[Client, list[str]]:
    """A browser for whom every page of this app has something to show."""
    exercice = s.creer_exercice("medecin")
    ReferentStructure.objects.create(
        structure=exercice.structure, professionnel=exercice.professionnel
    )
    RoleDeclare.objects.create(
        espace=alex,
        professionnel=exercice.professionnel,
        role=Role.MEDECIN_TRAITANT,
        debut_le=timezone.now() - timedelta(days=9),
    )
    outils.navigateur("autre_medecin").post(BRIS, outils.demande())
    RevueAcces.objects.update(a_marquer_le=timezone.now())
    marquer_les_acces_dus()
    client = outils.navigateur(regulateur=True)
    client.post(BRIS, outils.demande())
    adresses = [
        BRIS,
        SAMU,
        DOSSIER,
        "/ps/dossier/",
        "/ps/urgences/",
        "/ps/structure/urgences/",
        "/ps/structure/urgences/?etat=conforme",
    ]
    return client, adresses


@pytest.mark.parametrize(
    ("theme", "largeur"),
    [*combinaisons("light", 1280), ("dark", 320)],
)
def test_chaque_page_de_l_urgence_est_accessible(
    ouvrir: Ouvrir,  # noqa: F811
    alex: EspaceSante,
    theme: str,
    largeur: int,
) -> None:
    client, adresses = pages(alex)
    page = ouvrir(client, PS, theme=theme, largeur=largeur, hauteur=HAUTEUR)
    assert defauts(page, adresses, largeur) == []

    page.goto(BRIS)
    page.get_by_role("button", name="en urgence").click()
    assert violations(page) == []

    superviseur = navigateur_de(creer_agent(RoleAgent.SUPERVISEUR))
    console = ouvrir(superviseur, SUPPORT, theme=theme, largeur=largeur, hauteur=HAUTEUR)
    assert defauts(console, ["/support/urgences/"], largeur) == []
