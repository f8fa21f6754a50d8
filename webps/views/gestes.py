"""Acts on an open record that concern another professional: gathering a consent, blocking."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from dossier.views.ps import bandeau
from habilitations.acces import Acces
from habilitations.actions.accords import AccordImpossible, recueillir_pour_un_confrere
from habilitations.actions.choix import bloquer_professionnel
from habilitations.actions.dossiers import DeclarationInvalide
from habilitations.politique import Action, Base
from habilitations.portes import acces_professionnel
from mes.socle.dates import formater_jour, jour_a_paris
from professionnels.models import Professionnel
from professionnels.recherche import Page, RechercheInvalide, chercher, exercices_actifs
from webps.forms import (
    FormulaireAnnuaire,
    FormulaireBlocage,
    FormulaireInformation,
    numero_de_page,
)


@require_http_methods(["GET", "HEAD", "POST"])
def confrere(request: HttpRequest) -> HttpResponse:
    """A team member gathers the patient's consent for a colleague he names (R-PS-05)."""
    acces = acces_professionnel(request, Action.LISTER)
    membre = acces.situation.base is Base.EQUIPE
    designe = _designe(request) if membre else None
    formulaire = FormulaireInformation(request.POST if request.method == "POST" else None)
    if designe is not None and formulaire.is_valid():
        try:
            autorisation = recueillir_pour_un_confrere(
                acces=acces,
                professionnel_id=designe.pk,
                information=formulaire.cleaned_data["information"],
            )
        except (AccordImpossible, DeclarationInvalide) as erreur:
            formulaire.add_error(None, str(erreur))
        else:
            fin = formater_jour(jour_a_paris(autorisation.fin_le))
            messages.success(
                request,
                f"L'accord du patient pour {designe} est enregistré, jusqu'au {fin}. Le patient "
                "peut le retirer quand il veut.",
            )
            return redirect("webps:confrere")
    return _page(request, acces, "ps/confrere", designe, formulaire, membre=membre)


@require_http_methods(["GET", "HEAD", "POST"])
def blocage(request: HttpRequest) -> HttpResponse:
    """An administrator blocks somebody, at the patient's request (R-ADM-02)."""
    acces = acces_professionnel(request, Action.BLOQUER)
    designe = _designe(request)
    formulaire = FormulaireBlocage(request.POST if request.method == "POST" else None)
    if designe is not None and formulaire.is_valid():
        if designe.pk == acces.acteur.id:
            formulaire.add_error(
                None,
                "Vous ne pouvez pas vous bloquer vous-même : le patient le fait sur son écran.",
            )
        else:
            bloquer_professionnel(acces=acces, professionnel_id=designe.pk)
            messages.success(request, f"{designe} ne peut plus consulter ce dossier.")
            return redirect("webps:administration")
    return _page(request, acces, "ps/blocage", designe, formulaire)


@require_safe
def administration(request: HttpRequest) -> HttpResponse:
    """What being administrator of this record adds (R-ADM-02); refused to who is not."""
    acces = acces_professionnel(request, Action.VOIR_HISTORIQUE_COMPLET)
    return TemplateResponse(
        request, "ps/blocage_administration.html", {"dossier_ouvert": bandeau(acces)}
    )


def _designe(request: HttpRequest) -> Professionnel | None:
    """The professional chosen among the results, if any."""
    demande = request.POST.get("professionnel") or request.GET.get("professionnel", "")
    try:
        identifiant = UUID(demande)
    except ValueError:
        return None
    return Professionnel.objects.avec_activite().filter(pk=identifiant).first()


def _page(
    request: HttpRequest,
    acces: Acces,
    gabarit: str,
    designe: Professionnel | None,
    formulaire: forms.Form,
    **plus: Any,
) -> HttpResponse:
    """The confirmation for the professional who was chosen, else the search in the directory."""
    contexte: dict[str, Any] = {
        "dossier_ouvert": bandeau(acces),
        "formulaire": formulaire,
        **plus,
    }
    if designe is not None:
        contexte |= {"designe": designe, "exercices": list(exercices_actifs(designe))}
        statut = 422 if formulaire.is_bound else 200
        return TemplateResponse(request, f"{gabarit}_confirmer.html", contexte, status=statut)
    annuaire = FormulaireAnnuaire(request.GET if _cherche(request) else None)
    contexte |= {"annuaire": annuaire, "trouves": _chercher(request, annuaire)}
    return TemplateResponse(request, f"{gabarit}.html", contexte)


def _cherche(request: HttpRequest) -> bool:
    return any(request.GET.get(nom, "").strip() for nom in ("nom", "prenom", "rpps"))


def _chercher(request: HttpRequest, annuaire: FormulaireAnnuaire) -> Page | None:
    """A page of the directory; None before a search, or when it can't be done."""
    if not annuaire.is_valid():
        return None
    try:
        return chercher(annuaire.criteres(), page=numero_de_page(request.GET.get("page", "1")))
    except RechercheInvalide as erreur:
        annuaire.add_error(None, str(erreur))
        return None
