"""Who may open which screen of the console, and what the menu shows of it."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path, resolve, reverse

from comptes.models import RoleAgent
from journal.models import LigneSecurite
from mes.urls import urlpatterns as adresses_du_produit
from support.menu import ECRANS, ecrans_de
from support.roles import TOUS, role_requis, roles_requis
from tests.support.outils import creer_agent, navigateur_de

pytestmark = [pytest.mark.django_db, pytest.mark.regle("R-SUP-05")]


@role_requis(RoleAgent.SUPERVISEUR)
def _reservee(request: HttpRequest) -> HttpResponse:
    return HttpResponse("vu")


@role_requis(RoleAgent.SUPERVISEUR, RoleAgent.ADMINISTRATEUR)
def _partagee(request: HttpRequest) -> HttpResponse:
    return HttpResponse("vu")


urlpatterns = [
    path("support/essai/reservee/", _reservee),
    path("support/essai/partagee/", _partagee),
    *adresses_du_produit,
]

ATTENDUS = {
    "reservee": {"teleconseiller": 403, "superviseur": 200, "administrateur": 403},
    "partagee": {"teleconseiller": 403, "superviseur": 200, "administrateur": 200},
}


@pytest.mark.parametrize("page", ATTENDUS)
@pytest.mark.parametrize("role", RoleAgent.values)
def test_une_page_ne_s_ouvre_qu_aux_roles_qu_elle_nomme(settings, page, role):
    settings.ROOT_URLCONF = "tests.support.test_roles"
    client = navigateur_de(creer_agent(role))
    assert client.get(f"/support/essai/{page}/").status_code == ATTENDUS[page][role]


def test_un_refus_dit_a_qui_demander_et_s_inscrit(settings, console, agent):
    settings.ROOT_URLCONF = "tests.support.test_roles"
    page = console.get("/support/essai/partagee/").content.decode()
    assert "réservée aux superviseurs et aux administrateurs" in page
    ligne = LigneSecurite.objects.get()
    assert (ligne.fait, ligne.motif, ligne.acteur_id) == ("refus", "ROLE_REQUIS", agent.pk)


@pytest.mark.parametrize("role", ["", "inconnu"])
def test_un_compte_sans_role_connu_n_ouvre_aucune_page(role):
    client = navigateur_de(creer_agent(role))
    assert client.get("/support/").status_code == 403


def test_sans_session_la_page_mene_a_la_connexion(client, settings):
    settings.ROOT_URLCONF = "tests.support.test_roles"
    adresse = client.get("/support/essai/reservee/").headers["Location"]
    assert adresse.startswith("/support/connexion/")


@pytest.mark.parametrize("role", RoleAgent.values)
def test_l_accueil_et_le_menu_montrent_ce_que_l_agent_peut_ouvrir(role, gabarits_stricts):
    client = navigateur_de(creer_agent(role))
    page = client.get("/support/").content.decode()
    montres = {ecran.nom for ecran, _ in ecrans_de(role)}
    for ecran in ECRANS:
        adresse = reverse(f"support:{ecran.nom}")
        assert (ecran.nom in montres) == (page.count(f'href="{adresse}"') == 2), ecran.nom
        assert client.get(adresse).status_code == (200 if ecran.nom in montres else 403)


def test_chaque_ecran_du_menu_nomme_ses_roles():
    for ecran in ECRANS:
        assert roles_requis(resolve(reverse(f"support:{ecran.nom}")).func) <= TOUS
        assert roles_requis(resolve(reverse(f"support:{ecran.nom}")).func)
