"""The console's role in PostgreSQL: held during every view, left before anything needs accounts."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings as reglages
from django.contrib.auth.decorators import login_not_required
from django.contrib.sessions.models import Session
from django.db import DatabaseError, ProgrammingError, connection
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import get_resolver, path, reverse
from django.utils import timezone

from comptes.models import Compte, DispositifTOTP
from dossier.models import Document
from habilitations.acces import AccesRefuse, ActeurAcces
from habilitations.politique import Acteur, Action, Decision, Motif
from journal.faits import ActeurTrace, Fait, GenreActeur
from journal.inscription import Inscription, inscrire
from journal.models import AlerteSecurite, Ligne, LigneSecurite, RegleAlerte
from mes.urls import urlpatterns as adresses_du_produit
from support.roles import roles_requis
from tests import situations as s
from tests.comptes.outils import faits_du_journal
from tests.support.intergiciel import observer

pytestmark = [pytest.mark.django_db, pytest.mark.regle("R-SUP-05")]

HORS_TRANSACTION = {"support:connexion", "support:connexion_code", "support:deconnexion"}
"""Log-in and log-out: they need accounts, hence manage their own transactions without the role."""
SANS_AGENT = HORS_TRANSACTION | {"support:session_etat", "support:prolonger"}


def _routes() -> dict[str, Any]:
    espace = next(
        r for r in get_resolver().url_patterns if getattr(r, "namespace", "") == "support"
    )
    trouvees: dict[str, Any] = {}

    def parcourir(motifs: Any) -> None:
        for motif in motifs:
            if hasattr(motif, "url_patterns"):
                parcourir(motif.url_patterns)
            else:
                trouvees[f"support:{motif.name}"] = motif.callback

    parcourir(espace.url_patterns)
    return trouvees


ROUTES = _routes()


@pytest.fixture
def observee(settings):
    settings.MIDDLEWARE = [*reglages.MIDDLEWARE, "tests.support.intergiciel.Observateur"]


def adresse_de(nom: str) -> str:
    """The address of a route of the console; of a real alert, for the page of one."""
    if nom != "support:alerte":
        return reverse(nom)
    alerte = AlerteSecurite.objects.create(
        regle=RegleAlerte.RAFALE_REFUS,
        jour=timezone.localdate(),
        sujet="nom:00",
        nombre=20,
        levee_le=timezone.now(),
    )
    return reverse(nom, args=[alerte.pk])


def role_present() -> str:
    with connection.cursor() as curseur:
        curseur.execute("SELECT current_user")
        return str(curseur.fetchone()[0])


@pytest.mark.usefixtures("observee")
@pytest.mark.parametrize("methode", ["get", "post"])
@pytest.mark.parametrize("nom", sorted(set(ROUTES) - HORS_TRANSACTION))
def test_chaque_vue_de_la_console_tourne_sous_mes_support(superviseur, nom, methode):
    adresse = adresse_de(nom)
    with observer() as observation:
        reponse = getattr(superviseur, methode)(adresse)
    assert reponse.status_code < 500
    assert observation.vues == [nom]
    assert {role for role, _ in observation.roles} == {"mes_support"}, observation.roles
    assert [quand for _, quand in observation.roles][-1] == "RESET ROLE"
    assert role_present() == "mes_app"


def test_seules_la_connexion_et_la_deconnexion_gerent_leurs_transactions():
    assert {n for n, vue in ROUTES.items() if hasattr(vue, "hors_transaction")} == HORS_TRANSACTION


def test_chaque_vue_de_la_console_dit_pour_quels_roles_elle_est():
    assert {nom for nom, vue in ROUTES.items() if not roles_requis(vue)} == SANS_AGENT


# --- Views that try what no view of the console does ---------------------------------------------


def _lire(modele: Any) -> Any:
    def vue(request: HttpRequest) -> HttpResponse:
        return HttpResponse(str(modele.objects.count()))

    return vue


def _lire_au_rendu(request: HttpRequest) -> HttpResponse:
    reponse = TemplateResponse(request, "support/connexion/verrouillee.html", {"heures": 1})
    reponse.context_data = {"heures": lambda: Document.objects.count()}
    return reponse


def _inscrire(request: HttpRequest) -> HttpResponse:
    from usagers.models import EspaceSante

    acteur = ActeurTrace(GenreActeur.AGENT, None, "Assistance")
    inscrire(EspaceSante.objects.get().pk, Inscription(Fait.IDENTITE_VERIFIEE, acteur))
    return HttpResponse(role_present())


def _inscrire_puis_tomber(request: HttpRequest) -> HttpResponse:
    _inscrire(request)
    raise RuntimeError("panne")


def _refuser(request: HttpRequest) -> HttpResponse:
    acteur = ActeurAcces(Acteur.AGENT, None, ActeurTrace(GenreActeur.AGENT, None, "Assistance"))
    raise AccesRefuse(
        Decision(False, Motif.AGENT_SUPPORT, "R-SUP-05"),
        acteur=acteur,
        espace_id=None,
        action=Action.LIRE,
        statut=403,
    )


urlpatterns = [
    path("support/essai/documents/", _lire(Document)),
    path("support/essai/comptes/", _lire(Compte)),
    path("support/essai/applications/", _lire(DispositifTOTP)),
    path("support/essai/sessions/", _lire(Session)),
    path("support/essai/historique/", _lire(Ligne)),
    path("support/essai/rendu/", _lire_au_rendu),
    path("support/essai/ouverte/", login_not_required(_lire(Compte))),
    path("support/essai/inscrire/", _inscrire),
    path("support/essai/panne/", _inscrire_puis_tomber),
    path("support/essai/refus/", _refuser),
    *adresses_du_produit,
]
handler500 = "mes.erreurs.panne"


@pytest.fixture
def essais(settings):
    settings.ROOT_URLCONF = "tests.support.test_role_base"


@pytest.mark.usefixtures("essais")
@pytest.mark.parametrize(
    "page",
    ["documents", "comptes", "applications", "sessions", "historique", "rendu", "ouverte"],
)
def test_une_vue_qui_lirait_le_dossier_ou_les_comptes_est_une_panne(superviseur, page):
    with pytest.raises((ProgrammingError, DatabaseError), match="permission denied"):
        superviseur.get(f"/support/essai/{page}/")
    assert role_present() == "mes_app"


@pytest.mark.usefixtures("essais")
@pytest.mark.regle("R-SUP-10")
def test_la_console_inscrit_au_journal_d_un_espace_sous_son_role(superviseur):
    espace = s.creer_espace("alex")
    reponse = superviseur.get("/support/essai/inscrire/")
    assert reponse.content.decode() == "mes_support"
    assert faits_du_journal(espace.pk)[-1] is Fait.IDENTITE_VERIFIEE


@pytest.mark.usefixtures("essais")
def test_une_panne_n_inscrit_rien_et_rend_le_role(superviseur):
    espace = s.creer_espace("alex")
    superviseur.raise_request_exception = False
    assert superviseur.get("/support/essai/panne/").status_code == 500
    assert Fait.IDENTITE_VERIFIEE not in faits_du_journal(espace.pk)
    assert role_present() == "mes_app"
    assert superviseur.get("/support/").status_code == 200


@pytest.mark.usefixtures("essais")
def test_un_refus_s_inscrit_au_journal_de_securite_et_rend_le_role(superviseur):
    reponse = superviseur.get("/support/essai/refus/")
    assert reponse.status_code == 403
    assert "jamais accès au contenu" in reponse.content.decode()
    assert LigneSecurite.objects.get().motif == "AGENT_SUPPORT"
    assert role_present() == "mes_app"


@pytest.mark.django_db(transaction=True)
def test_hors_des_essais_aussi_la_connexion_rendue_est_celle_de_l_application(superviseur):
    """Each request commits for good here: the pool must get back a connection with its own role."""
    assert superviseur.get("/support/").status_code == 200
    assert role_present() == "mes_app"
    assert superviseur.get("/support/").status_code == 200
