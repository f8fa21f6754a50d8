"""The parts of an opened record beside the documents: vaccinations, volontés, carnet, histoire (§5).

Each shows the documents that exist today of its types, through the same list and the same rights.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from dossier import selection
from dossier.types_suivis import (
    DIRECTIVES,
    EXAMENS_DE_L_ENFANT,
    REMBOURSEMENTS,
)
from dossier.types_suivis import VACCINATIONS as TYPES_DE_VACCINATION
from dossier.types_suivis import VOLONTES as TYPES_DE_VOLONTES
from dossier.views.ps import bandeau
from habilitations.acces import Acces
from habilitations.politique import Acteur, Action
from habilitations.portes import acces_professionnel
from journal.faits import Fait


@dataclass(frozen=True, slots=True)
class Rubrique:
    """A part of the record: which documents it shows and what is said when there is none."""

    titre: str
    chapo: str
    types: frozenset[str]
    vide: str
    suite: str
    """What to know, or to do, when there is none."""
    a_deposer: str = ""
    """Type proposed for a deposit from here."""
    depot: str = ""
    """The words of this deposit."""


VACCINATIONS = Rubrique(
    titre="Vaccinations",
    chapo="Historiques et notes de vaccination déposés, quelle que soit leur date.",
    types=TYPES_DE_VACCINATION,
    vide="Aucun document de vaccination ne vous est ouvert.",
    suite="Le carnet de vaccination saisi ligne à ligne n'existe pas encore ici.",
    a_deposer="87273-9",
    depot="Je dépose une note de vaccination",
)
VOLONTES = Rubrique(
    titre="Directives et volontés",
    chapo="Directives anticipées, volontés et droits du patient.",
    types=TYPES_DE_VOLONTES,
    vide="Aucune directive ni volonté ne vous est ouverte.",
    suite="Le patient n'en a peut-être pas écrit, ou les a masquées : parlez-en avec lui.",
    a_deposer=DIRECTIVES,
    depot="Je dépose des directives pour le patient",
)
CARNET = Rubrique(
    titre="Carnet de l'enfant",
    chapo="Examens et bilans de santé de l'enfant.",
    types=EXAMENS_DE_L_ENFANT,
    vide="Aucun examen de l'enfant ne vous est ouvert.",
    suite="Les vaccinations ont leur propre page. Les courbes de croissance n'existent pas encore ici.",
    a_deposer="59283-2",
    depot="Je dépose un examen de l'enfant",
)
HISTOIRE = Rubrique(
    titre="Histoire de soins",
    chapo="Soins remboursés, transmis par l'assurance maladie. Lecture seule.",
    types=REMBOURSEMENTS,
    vide="Aucune donnée de remboursement ne vous est ouverte.",
    suite="Ce dossier n'en a pas reçu de l'assurance maladie, ou elles ne concernent pas votre "
    "profession.",
)


def _peut_deposer(acces: Acces, rubrique: Rubrique) -> bool:
    """Directives are an adult's (R-DA-01)."""
    return (
        acces.acteur.genre is Acteur.PROFESSIONNEL
        and bool(rubrique.a_deposer)
        and not (rubrique.a_deposer == DIRECTIVES and acces.situation.mineur)
    )


def _montrer(request: HttpRequest, rubrique: Rubrique) -> HttpResponse:
    acces = acces_professionnel(request, Action.LISTER)
    demande = request.GET.get("page", "1")[:6]
    numero = int(demande) if demande.isascii() and demande.isdigit() else 1
    page = selection.page(acces, selection.Criteres(types=rubrique.types), numero)
    acces.noter(Fait.LISTE_CONSULTEE)
    return TemplateResponse(
        request,
        "ps/dossier/rubrique.html",
        {
            "dossier_ouvert": bandeau(acces),
            "rubrique": rubrique,
            "page": page,
            "peut_deposer": _peut_deposer(acces, rubrique),
        },
    )


@require_safe
def vaccinations(request: HttpRequest) -> HttpResponse:
    """R-VAC-02, by documents; the two-year limit does not apply (R-PS-24)."""
    return _montrer(request, VACCINATIONS)


@require_safe
def volontes(request: HttpRequest) -> HttpResponse:
    """R-DA-07: read, and deposited for an adult patient."""
    return _montrer(request, VOLONTES)


@require_safe
def carnet(request: HttpRequest) -> HttpResponse:
    """R-PRO-14, by documents."""
    return _montrer(request, CARNET)


@require_safe
def histoire(request: HttpRequest) -> HttpResponse:
    """R-HIS-02, by documents."""
    return _montrer(request, HISTOIRE)
