"""« Alertes de sécurité »: a supervisor looks, concludes once, and never about herself."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comptes.models import RoleAgent
from journal.actions import traiter_alerte
from journal.faits import FaitSecurite, GenreActeur
from journal.inscription import inscrire_securite
from journal.models import AlerteSecurite, LigneSecurite, RegleAlerte, SuiteAlerte
from tests import situations as s
from tests.accueil.lecture import Page, envoyer, lire, verifier_liens, verifier_structure
from tests.support.outils import creer_agent, navigateur_de

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("gabarits_stricts")]

LISTE = "/support/alertes/"


def lever(acteur_id: UUID | None = None, sujet: str = "", **champs) -> AlerteSecurite:
    valeurs = {
        "regle": RegleAlerte.RAFALE_REFUS,
        "jour": timezone.now().date(),
        "sujet": sujet or f"acteur:{acteur_id}",
        "acteur_id": acteur_id,
        "nombre": 23,
        "levee_le": timezone.now(),
    }
    return AlerteSecurite.objects.create(**(valeurs | champs))


def refuser(acteur_id: UUID, espace_id: UUID | None = None) -> None:
    inscrire_securite(
        FaitSecurite.REFUS,
        motif="CONSENTEMENT_REQUIS",
        acteur_genre=GenreActeur.PROFESSIONNEL,
        acteur_id=acteur_id,
        espace_id=espace_id,
    )


@pytest.fixture
def alerte() -> AlerteSecurite:
    """About a physician who was refused three times, on two espaces."""
    medecin = s.acteur_ps("medecin").id
    espaces = (uuid4(), uuid4())
    for espace_id in (*espaces, espaces[0]):
        refuser(medecin, espace_id)
    return lever(medecin)


def url(alerte: AlerteSecurite) -> str:
    return f"{LISTE}{alerte.pk}/"


def test_le_superviseur_voit_qui_et_combien(superviseur, alerte):
    page = lire(superviseur, LISTE)
    assert "Refus en rafale" in page.titres(2)
    assert "Dominique DEMO-MEDECIN, RPPS 99700900014" in page.texte
    assert "23" in page.texte
    verifier_structure(page, LISTE)
    verifier_liens(page, LISTE)


def test_la_page_d_une_alerte_montre_les_faits_du_jour_sans_nommer_d_usager(superviseur, alerte):
    page = lire(superviseur, url(alerte))
    assert page.texte.count("CONSENTEMENT_REQUIS") == 3
    assert "Espaces concernés 2" in page.texte
    verifier_structure(page, url(alerte))
    verifier_liens(page, url(alerte))


@pytest.mark.parametrize("suite", SuiteAlerte.values)
def test_une_alerte_se_traite_et_passe_aux_traitees(superviseur, alerte, suite):
    page = envoyer(superviseur, url(alerte), suite=suite)
    assert "L’alerte est traitée." in page.texte
    assert "Aucune alerte n’attend." in page.texte
    alerte.refresh_from_db()
    assert (alerte.suite, alerte.traitee_le is None) == (suite, False)
    traitees = lire(superviseur, f"{LISTE}?etat=traitees")
    assert alerte.get_suite_display()[1:] in traitees.texte
    assert LigneSecurite.objects.latest("numero").fait == FaitSecurite.ALERTE_TRAITEE


def test_une_alerte_ne_se_traite_qu_une_fois(superviseur, alerte):
    traiter_alerte(alerte_id=alerte.pk, par=uuid4(), suite=SuiteAlerte.ECARTEE)
    page = envoyer(superviseur, url(alerte), suite=SuiteAlerte.CONFIRMEE)
    assert "avait déjà été traitée" in page.texte
    alerte.refresh_from_db()
    assert alerte.suite == SuiteAlerte.ECARTEE
    assert "Je conclus" not in lire(superviseur, url(alerte)).texte


def test_sans_conclusion_rien_n_est_traite(superviseur, alerte):
    page = Page(superviseur.post(url(alerte)))
    assert page.statut == 422
    assert "Choisissez votre conclusion." in page.texte
    alerte.refresh_from_db()
    assert alerte.traitee_le is None


@pytest.mark.regle("R-SUP-05")
def test_un_superviseur_ne_traite_pas_l_alerte_qui_porte_sur_lui():
    agent = creer_agent(RoleAgent.SUPERVISEUR)
    client = navigateur_de(agent)
    alerte = lever(agent.pk)
    assert "une autre personne doit la traiter" in lire(client, url(alerte)).texte
    assert client.post(url(alerte), {"suite": SuiteAlerte.ECARTEE}).status_code == 422
    alerte.refresh_from_db()
    assert alerte.traitee_le is None


@pytest.mark.parametrize(
    ("sujet", "dit"),
    [("nom:ab12", "un même identifiant saisi"), ("adresse:ab12", "une même adresse")],
)
def test_une_alerte_sur_personne_de_connu_dit_ce_qui_la_rassemble(superviseur, sujet, dit):
    alerte = lever(None, sujet, regle=RegleAlerte.CONNEXIONS_REFUSEES)
    page = lire(superviseur, url(alerte))
    assert dit in page.texte
    assert "ab12" not in page.html


@pytest.mark.regle("R-SUP-05")
def test_un_usager_n_est_jamais_nomme(superviseur):
    compte = s.creer_compte("alex", s.creer_espace("alex"))
    page = lire(superviseur, url(lever(compte.pk)))
    assert "Un compte d’usager ou d’agent" in page.texte
    assert "DEMO-UN" not in page.html


def test_une_alerte_inconnue_est_introuvable(superviseur):
    assert superviseur.get(f"{LISTE}{uuid4()}/").status_code == 404


def test_la_liste_ne_coute_pas_plus_cher_a_vingt_alertes(superviseur):
    def cout() -> int:
        with CaptureQueriesContext(connection) as requetes:
            superviseur.get(LISTE)
        return len(requetes)

    lever(s.acteur_ps("medecin").id)
    cout()  # the first page of a session also keeps its form token
    une = cout()
    for rang in range(19):
        lever(None, f"nom:{rang}")
    assert cout() == une


def test_la_liste_a_des_pages(superviseur):
    for rang in range(21):
        lever(None, f"nom:{rang}")
    assert len(lire(superviseur, LISTE).titres(2)) == 20
    assert len(lire(superviseur, f"{LISTE}?page=2").titres(2)) == 1
