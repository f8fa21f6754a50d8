"""« Mesures »: tiles, history with its curve, adding, correcting, export (the patient's side)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dossier.mesures import actions, selection
from dossier.mesures.courbe import tracer
from dossier.mesures.effets import DELAI_ANNULATION
from dossier.mesures.export import en_csv
from dossier.mesures.forms import FormulaireMesure, FormulaireObjectif
from dossier.mesures.referentiel import TypeMesure, types_mesures, types_par_slug
from dossier.mesures.regles import (
    LIBELLES_PERIODES,
    MesureRefusee,
    Periode,
    bornes,
    ecrire_mesure,
    ecrire_valeur,
    voisins,
)
from dossier.mesures.selection import Releve
from habilitations.acces import Acces
from habilitations.politique import Action
from habilitations.portes import acces_usager
from journal.faits import Fait
from mes.socle.dates import MOIS, formater_jour, jour_a_paris

PAR_PAGE = 50


def _type_ou_404(slug: str) -> TypeMesure:
    type_mesure = types_par_slug().get(slug)
    if type_mesure is None:
        raise Http404
    return type_mesure


@require_safe
def mesures(request: HttpRequest) -> HttpResponse:
    """The tiles, in their order, and what else may be followed (R-MES-01, 06)."""
    acces = acces_usager(request, Action.LISTER)
    page = selection.mesures(acces)
    acces.noter(Fait.MESURES_CONSULTEES)
    return TemplateResponse(request, "patient/mesures/mesures.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def organiser(request: HttpRequest) -> HttpResponse:
    """« J'affiche ou je masque les mesures de mon choix » (R-MES-06)."""
    acces = acces_usager(request, Action.LIRE if request.method == "POST" else Action.LISTER)
    page = selection.mesures(acces)
    if request.method == "POST":
        code, geste = request.POST.get("code", ""), request.POST.get("geste", "")
        affichees = [tuile.type_mesure.code for tuile in page.tuiles]
        try:
            actions.ranger_tuiles(acces=acces, code=code, geste=geste, affichees=affichees)
        except MesureRefusee:
            messages.error(request, "Ce choix n'a pas été compris : recommencez.")
        else:
            messages.success(request, _range(types_mesures()[code], geste))
        return redirect("accueil:mesures_organiser")
    return TemplateResponse(request, "patient/mesures/organiser.html", {"page": page})


def _range(type_mesure: TypeMesure, geste: str) -> str:
    suites = {
        "montrer": "est affichée",
        "masquer": "est masquée. Ses valeurs sont gardées",
        "monter": "remonte d'une place",
        "descendre": "descend d'une place",
    }
    return f"La mesure « {type_mesure.libelle} » {suites[geste]}."


@dataclass(frozen=True, slots=True)
class Onglet:
    """What <c-onglets> writes."""

    url: str
    libelle: str
    actif: bool
    compte: int | None = None


def _jour_demande(texte: str, releves: Sequence[Releve]) -> date:
    """The day asked for, else that of the last measure: a period opens on something."""
    try:
        return date.fromisoformat(texte)
    except ValueError:
        return jour_a_paris(releves[0].le) if releves else timezone.localdate()


def _periode(texte: str) -> Periode:
    return Periode(texte) if texte in list(Periode) else Periode.TOUT


def _libelle(periode: Periode, jour: date) -> str:
    return {
        Periode.JOUR: formater_jour(jour),
        Periode.MOIS: f"{MOIS[jour.month - 1]} {jour.year}",
        Periode.ANNEE: str(jour.year),
        Periode.TOUT: "",
    }[periode]


@require_safe
def historique(request: HttpRequest, slug: str) -> HttpResponse:
    """« Afficher l'historique »: the curve and its table, by day, month, year or everything."""
    type_mesure = _type_ou_404(slug)
    acces = acces_usager(request, Action.LISTER)
    tous = selection.historique(acces, type_mesure)
    periode = _periode(request.GET.get("periode", ""))
    jour = _jour_demande(request.GET.get("le", ""), tous)
    limites = bornes(periode, jour)
    releves = [r for r in tous if limites is None or limites[0] <= jour_a_paris(r.le) <= limites[1]]
    objectif = selection.rangement(acces).objectifs.get(type_mesure.code)
    ici = reverse("accueil:mesure_historique", args=[slug])

    def adresse(la_periode: Periode, le: date | None) -> str:
        if le is None:
            return ""
        return f"{ici}?{urlencode({'periode': la_periode.value, 'le': le.isoformat()})}"

    avant, apres = voisins((jour_a_paris(r.le) for r in tous), periode, jour)
    page = Paginator(releves, PAR_PAGE).get_page(request.GET.get("page"))
    acces.noter(Fait.MESURES_CONSULTEES, details={"titre": type_mesure.libelle})
    return TemplateResponse(
        request,
        "patient/mesures/historique.html",
        {
            "type_mesure": type_mesure,
            "existe": bool(tous),
            "page": page,
            "precedente": page.previous_page_number() if page.has_previous() else None,
            "suivante": page.next_page_number() if page.has_next() else None,
            "courbe": tracer(
                type_mesure, [(r.le, r.valeurs) for r in reversed(releves)], objectif=objectif
            ),
            "onglets": [
                Onglet(adresse(p, jour), libelle, p is periode)
                for p, libelle in LIBELLES_PERIODES.items()
            ],
            "libelle_periode": _libelle(periode, jour),
            "url_avant": adresse(periode, avant),
            "url_apres": adresse(periode, apres),
            "objectif": "" if objectif is None else ecrire_valeur(type_mesure, objectif),
            "supprimee": _supprimee(acces, type_mesure, request.GET.get("supprimee", "")),
        },
    )


def _supprimee(acces: Acces, type_mesure: TypeMesure, texte: str) -> Releve | None:
    """The measure just deleted, that may be brought back."""
    try:
        mesure_id = UUID(texte)
    except ValueError:
        return None
    releve = selection.derniere_supprimee(
        acces, mesure_id, depuis=timezone.now() - DELAI_ANNULATION
    )
    return releve if releve and releve.type_mesure == type_mesure else None


def _page_saisie(
    request: HttpRequest, formulaire: FormulaireMesure, titre: str, **contexte: Any
) -> HttpResponse:
    slug = formulaire.type_mesure.slug
    return TemplateResponse(
        request,
        "patient/mesures/saisie.html",
        {
            "formulaire": formulaire,
            "titre": titre,
            "url_retour": reverse("accueil:mesure_historique", args=[slug]),
            "type_mesure": formulaire.type_mesure,
            **contexte,
        },
        status=422 if formulaire.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def ajouter(request: HttpRequest, slug: str) -> HttpResponse:
    """« Ajouter » (R-MES-02…05)."""
    type_mesure = _type_ou_404(slug)
    if not type_mesure.est_saisissable:
        # Never typed, computed or sent by a service: an index pushed by hand is refused (R-MES-02).
        acces_usager(request, Action.DEPOSER)
        return TemplateResponse(
            request,
            "patient/mesures/non_saisissable.html",
            {"type_mesure": type_mesure},
            status=422 if request.method == "POST" else 200,
        )
    acces = acces_usager(request, Action.DEPOSER)
    donnees = request.POST if request.method == "POST" else None
    formulaire = FormulaireMesure(donnees, type_mesure=type_mesure)
    if formulaire.is_valid():
        saisie = formulaire.saisie()
        try:
            actions.ajouter_mesure(acces=acces, saisie=saisie)
        except MesureRefusee as refus:
            formulaire.dire(refus)
        else:
            valeur = ecrire_mesure(type_mesure, saisie.valeurs)
            messages.success(request, f"{type_mesure.libelle} : {valeur} est enregistré.")
            return redirect("accueil:mesure_historique", slug)
    return _page_saisie(request, formulaire, f"J'ajoute une mesure : {type_mesure.libelle}")


@require_http_methods(["GET", "HEAD", "POST"])
def modifier(request: HttpRequest, mesure_id: UUID) -> HttpResponse:
    """Corrects a measure of one's own side (R-MES-09)."""
    acces = acces_usager(request, Action.SUPPRIMER, objet_id=mesure_id)
    mesure = selection.mesure_pour(acces, mesure_id, Action.SUPPRIMER)
    releve = selection.en_releves(acces, [mesure])[0]
    donnees = request.POST if request.method == "POST" else None
    formulaire = FormulaireMesure(donnees, type_mesure=releve.type_mesure, releve=releve)
    if formulaire.is_valid():
        try:
            actions.modifier_mesure(acces=acces, mesure_id=mesure_id, saisie=formulaire.saisie())
        except MesureRefusee as refus:
            formulaire.dire(refus)
        else:
            messages.success(request, "La mesure est corrigée.")
            return redirect("accueil:mesure_historique", releve.type_mesure.slug)
    titre = f"Je corrige une mesure : {releve.type_mesure.libelle}"
    return _page_saisie(request, formulaire, titre, releve=releve)


@require_POST
def supprimer(request: HttpRequest, mesure_id: UUID) -> HttpResponse:
    """At once, and may be undone from the page that follows."""
    acces = acces_usager(request, Action.SUPPRIMER, objet_id=mesure_id)
    type_mesure = actions.supprimer_mesure(acces=acces, mesure_id=mesure_id)
    ici = reverse("accueil:mesure_historique", args=[type_mesure.slug])
    return redirect(f"{ici}?{urlencode({'supprimee': str(mesure_id)})}")


@require_POST
def retablir(request: HttpRequest, mesure_id: UUID) -> HttpResponse:
    acces = acces_usager(request, Action.SUPPRIMER, objet_id=mesure_id)
    type_mesure = actions.retablir_mesure(acces=acces, mesure_id=mesure_id)
    messages.success(request, "La mesure est rétablie.")
    return redirect("accueil:mesure_historique", type_mesure.slug)


@require_http_methods(["GET", "HEAD", "POST"])
def objectif(request: HttpRequest, slug: str) -> HttpResponse:
    """« Mon objectif », for the types that have one (R-MES-06)."""
    type_mesure = _type_ou_404(slug)
    if not type_mesure.cible_possible:
        raise Http404
    acces = acces_usager(request, Action.LIRE if request.method == "POST" else Action.LISTER)
    selection.exiger_cote_patient(acces, Action.LISTER)
    actuel = selection.rangement(acces).objectifs.get(type_mesure.code)
    donnees = request.POST if request.method == "POST" else None
    formulaire = FormulaireObjectif(donnees, type_mesure=type_mesure, objectif=actuel)
    if formulaire.is_valid():
        valeur = formulaire.cleaned_data["objectif"]
        actions.regler_objectif(acces=acces, code=type_mesure.code, valeur=valeur)
        messages.success(
            request, "Votre objectif est retiré." if valeur is None else "Votre objectif est noté."
        )
        return redirect("accueil:mesure_historique", slug)
    return TemplateResponse(
        request,
        "patient/mesures/objectif.html",
        {"formulaire": formulaire, "type_mesure": type_mesure},
        status=422 if formulaire.is_bound else 200,
    )


@require_safe
def avertissement_export(request: HttpRequest) -> HttpResponse:
    """What leaving the espace means, before the file leaves it (as R-DOC-20)."""
    acces = acces_usager(request, Action.LISTER)
    return TemplateResponse(
        request, "patient/mesures/exporter.html", {"page": selection.mesures(acces)}
    )


@require_safe
def exporter(request: HttpRequest) -> HttpResponse:
    acces = acces_usager(request, Action.LISTER)
    reponse = HttpResponse(en_csv(selection.toutes(acces)), content_type="text/csv; charset=utf-8")
    reponse["Content-Disposition"] = 'attachment; filename="mes-mesures.csv"'
    acces.noter(Fait.MESURES_EXPORTEES)
    return reponse
