"""The record as a professional opened it: summary, documents, deposit, own acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dossier import actions, selection
from dossier.forms import FormulaireDepotPS, FormulaireListe
from dossier.presentation import PageDocument
from dossier.regard import laissez_passer
from dossier.types_suivis import DIRECTIVES
from dossier.views import communs
from habilitations.acces import Acces
from habilitations.politique import Acteur, Action, Mode
from habilitations.portes import (
    acces_professionnel,
    acteur_de_l_exercice,
    autre_dossier_ouvert,
    exercices_soignants,
)
from habilitations.structures import a_des_regles, information_donnee
from journal.faits import Fait
from mes.socle.nomenclatures import types_deposes_par_les_ps
from usagers.recherche import presenter_traits

PREMIERE_RECHERCHE_ANS = 2
NOUVEAUTES = 10
ACCUSE = "accuse"


def bandeau(acces: Acces) -> dict[str, Any]:
    """Whose record it is, as every page of an opened record shows it, and whether it is open to read."""
    return {
        **presenter_traits(acces.traits(), acces.espace.identite),
        "lecture_ouverte": _peut_lire(acces),
        "en_urgence": acces.situation.mode is not Mode.NORMAL,
        "est_mineur": acces.situation.mineur,
    }


def _peut_lire(acces: Acces) -> bool:
    return acces.acteur.genre is Acteur.PROFESSIONNEL and acces.ouverture_id is not None


def _depuis() -> date:
    """First search limited to two years (R-PS-24)."""
    aujourdhui = timezone.localdate()
    return aujourdhui.replace(
        year=aujourdhui.year - PREMIERE_RECHERCHE_ANS, day=min(aujourdhui.day, 28)
    )


@require_safe
def recapitulatif(request: HttpRequest) -> HttpResponse:
    """Counts by category and the latest documents, each through the matrix."""
    acces = acces_professionnel(request, Action.LISTER)
    visite = acces.visite_precedente_le
    criteres = selection.Criteres(visite=visite)
    releve = selection.comptes(acces)
    nouveaux = selection.nouveaux(acces, visite)[:NOUVEAUTES] if visite else ()
    acces.noter(Fait.LISTE_CONSULTEE)
    return TemplateResponse(
        request,
        "ps/dossier/recapitulatif.html",
        {
            "dossier_ouvert": bandeau(acces),
            "visite": visite,
            "nouveautes": [selection.apercu(acces, document) for document in nouveaux],
            "arbre": communs.arbre(releve),
            "total": sum(compte.nombre for compte in releve),
            "derniers": selection.page(
                acces, criteres, 1, total=sum(compte.nombre for compte in releve)
            ).apercus[:5],
            "acces": acces,
        },
    )


@require_safe
def liste(request: HttpRequest) -> HttpResponse:
    acces = acces_professionnel(request, Action.LISTER)
    formulaire = FormulaireListe(request.GET)
    periode = "tout" if request.GET.get("periode") == "tout" else "deux-ans"
    visite = acces.visite_precedente_le
    criteres = formulaire.criteres(depuis=None if periode == "tout" else _depuis(), visite=visite)
    if criteres.archives:
        # Asked for by name: the two years of a first search do not hide them.
        periode, criteres = "tout", replace(criteres, depuis=None)
    releve = communs.releve_sans_choix(acces, criteres)
    page = selection.page(
        acces, criteres, formulaire.numero(), total=communs.total(releve, criteres)
    )
    acces.noter(Fait.LISTE_CONSULTEE)
    return TemplateResponse(
        request,
        "ps/dossier/liste.html",
        {
            "dossier_ouvert": bandeau(acces),
            "page": page,
            "criteres": criteres,
            "periode": periode,
            "arbre": communs.arbre(releve),
            "formulaire": formulaire,
            "total_general": sum(compte.nombre for compte in releve),
        },
    )


@require_safe
def document(request: HttpRequest, document_id: UUID) -> HttpResponse:
    acces = acces_professionnel(request, Action.LIRE, objet_id=document_id)
    document = selection.document_pour(acces, document_id)
    page = PageDocument(acces, selection.apercu(acces, document), document.fiche(acces.coffre))
    actions.noter_lecture(acces=acces, documents=[document], fait=Fait.DOCUMENT_CONSULTE)
    return TemplateResponse(
        request,
        "ps/dossier/document.html",
        {
            "dossier_ouvert": bandeau(acces),
            "page": page,
            "document": document,
            "regard": laissez_passer(document_id, acces.acteur.compte_id, timezone.now()),
        },
    )


@require_safe
def contenu(request: HttpRequest, document_id: UUID) -> HttpResponse:
    acces = acces_professionnel(request, Action.LIRE, objet_id=document_id)
    document = selection.document_pour(acces, document_id)
    return communs.contenu(acces, document, telecharger=False, regard=request.GET.get("regard", ""))


@require_safe
def telecharger(request: HttpRequest, document_id: UUID) -> HttpResponse:
    acces = acces_professionnel(request, Action.LIRE, objet_id=document_id)
    document = selection.document_pour(acces, document_id)
    return communs.contenu(acces, document, telecharger=True)


@require_POST
def confidentialite(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Own document, or any as administrator, at the patient's request (R-MAS-07, 08)."""
    if request.POST.get("confidentialite") == "masque":
        acces = acces_professionnel(request, Action.MASQUER, objet_id=document_id)
        actions.masquer_document(acces=acces, document_id=document_id)
        messages.success(request, "Le document est masqué aux autres professionnels.")
    else:
        acces = acces_professionnel(request, Action.DEMASQUER, objet_id=document_id)
        actions.demasquer_document(
            acces=acces,
            document_id=document_id,
            a_la_demande_du_patient=request.POST.get("demande_du_patient") == "oui",
        )
        messages.success(request, "Le document est visible par les professionnels autorisés.")
    return redirect("webps:document", document_id)


@require_http_methods(["GET", "HEAD", "POST"])
def supprimer(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Own deposits only (R-DOC-11), after asking."""
    if request.method == "POST":
        acces = acces_professionnel(request, Action.SUPPRIMER, objet_id=document_id)
        actions.supprimer_document(acces=acces, document_id=document_id)
        messages.success(request, "Le document est retiré du dossier.")
        return redirect("webps:documents")
    acces = acces_professionnel(request, Action.LIRE, objet_id=document_id)
    document = selection.document_pour(acces, document_id, Action.SUPPRIMER)
    page = PageDocument(acces, selection.apercu(acces, document), document.fiche(acces.coffre))
    return TemplateResponse(
        request, "ps/dossier/supprimer.html", {"dossier_ouvert": bandeau(acces), "page": page}
    )


def types_proposes(acces: Acces) -> list[tuple[str, list[tuple[str, str]]]]:
    """Types that a professional deposits, by category; a minor has no directives (R-DA-01)."""
    mineur = acces.situation.mineur
    return [
        (categorie, [(code, nom) for code, nom in types if not (mineur and code == DIRECTIVES)])
        for categorie, types in types_deposes_par_les_ps()
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def deposer(request: HttpRequest) -> HttpResponse:
    """A deposit needs no consent to consult (R-STA-08); nothing of the record is shown."""
    if autre_dossier_ouvert(request):
        messages.warning(
            request,
            "Un autre dossier est ouvert. Fermez-le, ou ouvrez celui de ce patient, avant de déposer.",
        )
        return redirect("webps:declaration")
    acces = acces_professionnel(request, Action.DEPOSER)
    donnees = (request.POST, request.FILES) if request.method == "POST" else ()
    structure_id = acces.acteur.structure_id
    est_soignant = acces.acteur.est_soignant
    confreres = {} if est_soignant else exercices_soignants(structure_id)
    formulaire = FormulaireDepotPS(
        *donnees,
        types=types_proposes(acces),
        initial={"type_code": request.GET.get("type", "")},
        confreres=None
        if est_soignant
        else [
            (cle, f"{exercice.professionnel}, {exercice.libelle_profession}")
            for cle, exercice in confreres.items()
        ],
        a_des_regles=a_des_regles(structure_id),
    )
    if request.method == "POST" and formulaire.is_valid():
        choisi = confreres.get(formulaire.cleaned_data.get("au_nom_de", ""))
        au_nom_de = (
            acteur_de_l_exercice(choisi, compte_id=None, regulateur=False) if choisi else None
        )
        resultat = communs.deposer(acces, formulaire, au_nom_de=au_nom_de)
        if resultat is not None:
            request.session[ACCUSE] = {
                "document_id": str(resultat.document_id),
                "deja_present": resultat.deja_present,
                "remplace": resultat.remplace_id is not None,
                "recu_le": timezone.now().isoformat(),
            }
            return redirect("webps:accuse")
    statut = 422 if formulaire.is_bound else 200
    return TemplateResponse(
        request,
        "ps/dossier/deposer.html",
        {
            "dossier_ouvert": bandeau(acces),
            "formulaire": formulaire,
            "information": information_donnee(acces.espace_id, structure_id),
            "peut_refuser": est_soignant,
        },
        status=statut,
    )


@require_safe
def accuse(request: HttpRequest) -> HttpResponse:
    """The receipt of the last deposit of this session (R-ALI-07)."""
    recu = request.session.get(ACCUSE)
    if recu is None:
        return redirect("webps:deposer")
    acces = acces_professionnel(request, Action.DEPOSER)
    return TemplateResponse(
        request,
        "ps/dossier/accuse.html",
        {
            "dossier_ouvert": bandeau(acces),
            "recu": recu | {"recu_le": datetime.fromisoformat(recu["recu_le"])},
            "peut_lire": _peut_lire(acces),
        },
    )
