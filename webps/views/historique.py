"""Who opened this record: one's own accesses, or all of them for an administrator (R-TRA-05)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from dossier import selection
from dossier.views.ps import bandeau
from habilitations.acces import Acces, lignes_propres
from habilitations.politique import Action
from habilitations.portes import acces_professionnel
from journal.faits import Chaine, Fait
from journal.lecture import GROUPES, LigneLue, en_francais, lignes
from professionnels.models import Professionnel, Structure
from webps.forms import FormulaireHistorique, numero_de_page

TAILLE_PAGE = 25
_PAGES_MAX = 100_000


@dataclass(frozen=True, slots=True)
class LigneMontree:
    """A line without the title of what its reader may not see."""

    ligne: LigneLue
    titre: str
    est_reservee: bool


@require_safe
def historique(request: HttpRequest) -> HttpResponse:
    """« Mes accès à ce dossier »: his own lines, those of a connexion secrète included."""
    acces = acces_professionnel(request, Action.LISTER)
    formulaire = FormulaireHistorique(request.GET)
    filtre = replace(formulaire.filtre(), groupe="")
    numero, tranche = _tranche(request)
    return _page(request, acces, formulaire, lignes_propres(acces, filtre, tranche), numero)


@require_safe
def tous(request: HttpRequest) -> HttpResponse:
    """« Tous les accès », for an administrator: the visible chain, never the réservée one."""
    acces = acces_professionnel(request, Action.VOIR_HISTORIQUE_COMPLET)
    formulaire = FormulaireHistorique(request.GET)
    numero, tranche = _tranche(request)
    visibles = lignes(acces.espace_id, formulaire.filtre())[tranche]
    lues = [en_francais(ligne, acces.cle_journal) for ligne in visibles]
    return _page(request, acces, formulaire, lues, numero, complet=True)


def _tranche(request: HttpRequest) -> tuple[int, slice]:
    numero = numero_de_page(request.GET.get("page", "1"), maximum=_PAGES_MAX)
    debut = (numero - 1) * TAILLE_PAGE
    return numero, slice(debut, debut + TAILLE_PAGE + 1)


def _page(
    request: HttpRequest,
    acces: Acces,
    formulaire: FormulaireHistorique,
    lues: list[LigneLue],
    numero: int,
    *,
    complet: bool = False,
) -> HttpResponse:
    acces.noter(Fait.HISTORIQUE_CONSULTE)
    return TemplateResponse(
        request,
        "ps/historique.html",
        {
            "dossier_ouvert": bandeau(acces),
            "lignes": _montrer(acces, lues[:TAILLE_PAGE]),
            "formulaire": formulaire,
            "filtre": formulaire.filtre(),
            "groupes": GROUPES,
            "complet": complet,
            "est_administrateur": acces.situation.administrateur,
            "numero": numero,
            "suivante": numero + 1 if len(lues) > TAILLE_PAGE else None,
            "precedente": numero - 1 if numero > 1 else None,
        },
    )


def _montrer(acces: Acces, lues: Iterable[LigneLue]) -> list[LigneMontree]:
    """Closed by default: a title is shown of a document that its reader may see, and of a person or
    a structure; of anything else, only that something was done."""
    lues = list(lues)
    objets = {ligne.objet_id for ligne in lues if ligne.titre and ligne.objet_id}
    connus = _connus(acces, objets) if objets else set()
    return [
        LigneMontree(
            ligne=ligne,
            titre=ligne.titre if ligne.objet_id in connus else "",
            est_reservee=ligne.chaine == Chaine.RESERVEE,
        )
        for ligne in lues
    ]


def _connus(acces: Acces, objets: set[UUID]) -> set[UUID]:
    return {
        *selection.visibles_par(acces).filter(pk__in=objets).values_list("pk", flat=True),
        *Professionnel.objects.filter(pk__in=objets).values_list("pk", flat=True),
        *Structure.objects.filter(pk__in=objets).values_list("pk", flat=True),
    }
