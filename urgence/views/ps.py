"""Emergencies in the Web PS: asking, the first screen, what a médecin traitant and a referent see.

A demand manages its own short transactions: what it counts survives a refusal, and nobody may
learn anything by trying.
"""

from __future__ import annotations

from datetime import timedelta
from math import ceil

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from dossier.actions import noter_lecture
from dossier.views.ps import bandeau
from habilitations.acces import AccesRefuse, ActeurAcces, inscrire_refus
from habilitations.models import Ouverture
from habilitations.politique import Acteur, Action, Decision, Mode, Motif
from habilitations.portes import (
    ESPACE_TROUVE,
    acces_professionnel,
    acteur_professionnel,
    espace_ouvert,
)
from habilitations.refus import page_de_refus
from journal.faits import Fait, FaitSecurite, GenreActeur
from journal.inscription import inscrire_securite
from mes.socle.vues import hors_transaction
from urgence import actions, premier_ecran, revue
from urgence.forms import (
    SUITES,
    FormulaireBrisDeGlace,
    FormulaireConclusion,
    FormulaireFiltre,
    FormulairePersonne,
)
from urgence.models import EtatRevue
from urgence.recherche import espace_designe

_CHAMPS = ("nom_naissance", "prenom", "date_naissance", "lieu_naissance", "matricule", "texte")

SANS_RESULTAT = (
    "Ces informations ne désignent pas une personne, et une seule, dont le dossier puisse être "
    "ouvert. Vérifiez-les, ou ajoutez ce que vous savez d'elle."
)


# --- Asking --------------------------------------------------------------------------------------


@sensitive_post_parameters(*_CHAMPS)
@hors_transaction
@require_http_methods(["GET", "HEAD", "POST"])
def bris_de_glace(request: HttpRequest) -> HttpResponse:
    """Any professional, for somebody who can't express her will (R-URG-05)."""
    return _tracer_les_refus(request, Mode.BRIS_DE_GLACE)


@sensitive_post_parameters(*_CHAMPS)
@hors_transaction
@require_http_methods(["GET", "HEAD", "POST"])
def samu(request: HttpRequest) -> HttpResponse:
    """A regulating physician who receives a call: no justification (R-URG-03, R-URG-04)."""
    return _tracer_les_refus(request, Mode.SAMU)


def _tracer_les_refus(request: HttpRequest, mode: Mode) -> HttpResponse:
    try:
        return _demander(request, mode)
    except AccesRefuse as refus:
        # No portal transaction around this view: the line is written here.
        with transaction.atomic():
            inscrire_refus(refus)
        return page_de_refus(request, refus)


@sensitive_variables("formulaire")
def _demander(request: HttpRequest, mode: Mode) -> HttpResponse:
    acteur = acteur_professionnel(request)
    actions.exiger_de_pouvoir_demander(acteur, mode)
    genre = FormulairePersonne if mode is Mode.SAMU else FormulaireBrisDeGlace
    formulaire = genre(request.POST or None)
    attente = None
    if request.method == "POST" and formulaire.is_valid():
        attente = actions.compter_tentative(acteur=acteur, mode=mode)
        if attente is None:
            if _ouvrir(request, acteur, mode, formulaire):
                return redirect("webps:urgence_dossier")
            formulaire.add_error(None, SANS_RESULTAT)
    return _page_de_demande(request, acteur, mode, formulaire, attente)


@transaction.atomic
def _ouvrir(
    request: HttpRequest, acteur: ActeurAcces, mode: Mode, formulaire: FormulairePersonne
) -> bool:
    espace_id = espace_designe(formulaire.personne())
    if espace_id is None:
        actions.noter_sans_resultat(acteur=acteur)
        return False
    actions.ouvrir_en_urgence(
        acteur=acteur,
        espace_id=espace_id,
        mode=mode,
        justification=formulaire.justification(),
    )
    # What is deposited from now on goes to the record that is on the screen.
    request.session[ESPACE_TROUVE] = str(espace_id)
    return True


def _page_de_demande(
    request: HttpRequest,
    acteur: ActeurAcces,
    mode: Mode,
    formulaire: FormulairePersonne,
    attente: timedelta | None,
) -> HttpResponse:
    contexte = {
        "formulaire": formulaire,
        "est_samu": mode is Mode.SAMU,
        "est_regulateur": acteur.regulateur,
        "est_referent": revue.est_referent(acteur.structure_id, acteur.id),
        "deja_ouvert": espace_ouvert(acteur) is not None,
        "sans_resultat": bool(formulaire.non_field_errors()),
        "attente": None if attente is None else ceil(attente.total_seconds() / 60),
    }
    statut = 429 if attente else 422 if formulaire.is_bound else 200
    return render(request, "ps/urgence/demande.html", contexte, status=statut)


# --- The first screen ----------------------------------------------------------------------------


@require_safe
def dossier(request: HttpRequest) -> HttpResponse:
    """What matters first, through the matrix, the masks and the three switches."""
    acces = acces_professionnel(request, Action.LISTER)
    if acces.situation.mode is Mode.NORMAL or acces.ouverture_id is None:
        return redirect("webps:recapitulatif")
    ouverture = Ouverture.objects.get(pk=acces.ouverture_id)
    page = premier_ecran.composer(acces)
    acces.noter(Fait.LISTE_CONSULTEE)
    noter_lecture(
        acces=acces,
        documents=[synthese.document for synthese in page.syntheses],
        fait=Fait.DOCUMENT_CONSULTE,
    )
    return TemplateResponse(
        request,
        "ps/urgence/dossier.html",
        {
            "dossier_ouvert": bandeau(acces),
            "page": page,
            "mode": revue.MODES[acces.situation.mode],
            "expire_le": ouverture.expire_le,
            "minutes": _minutes_restantes(ouverture),
        },
    )


def _minutes_restantes(ouverture: Ouverture) -> int:
    return max(0, ceil((ouverture.expire_le - timezone.now()).total_seconds() / 60))


# --- A médecin traitant --------------------------------------------------------------------------


@require_safe
def urgences(request: HttpRequest) -> HttpResponse:
    """« Accès d'urgence de mes patients »: when, how, whose; no record is opened (R-URG-08)."""
    acteur = acteur_professionnel(request)
    if acteur.genre is not Acteur.PROFESSIONNEL or acteur.id is None or not acteur.exercice_actif:
        raise _refus(acteur)
    liste = revue.acces_de_ses_patients(acteur.id)
    trouvee = Paginator(liste, revue.TAILLE_PAGE).get_page(request.GET.get("page", 1))
    return TemplateResponse(
        request,
        "ps/urgence/mes_patients.html",
        {
            "acces": revue.presenter_acces(list(trouvee)),
            "numero": trouvee.number,
            "precedente": trouvee.number - 1 or None,
            "suivante": trouvee.number + 1 if trouvee.has_next() else None,
            "nombre_pages": trouvee.paginator.num_pages,
            "total": trouvee.paginator.count,
            "est_referent": revue.est_referent(acteur.structure_id, acteur.id),
        },
    )


def _refus(acteur: ActeurAcces) -> AccesRefuse:
    decision = (
        Decision(False, Motif.LECTURE_INTERDITE, "R-PS-08")
        if acteur.exercice_actif
        else Decision(False, Motif.EXERCICE_INACTIF, "R-PS-09")
    )
    return AccesRefuse(decision, acteur=acteur, espace_id=None, action=Action.LISTER, statut=403)


# --- A structure's referent ----------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def urgences_de_la_structure(request: HttpRequest) -> HttpResponse:
    """The emergency accesses of the structure, for its referent: no patient, no content."""
    acteur = acteur_professionnel(request)
    if not acteur.exercice_actif or not revue.est_referent(acteur.structure_id, acteur.id):
        return _reserve_au_referent(request, acteur)
    if request.method == "POST":
        return _conclure(request, acteur)
    filtre = FormulaireFiltre(request.GET)
    criteres = filtre.criteres()
    liste = revue.revues(criteres, structure_id=acteur.structure_id)
    return TemplateResponse(
        request,
        "ps/urgence/structure.html",
        {
            "page": revue.page(liste, request.GET.get("page")),
            "filtre": filtre,
            "criteres": criteres,
            "acteur_id": acteur.id,
            "suites": SUITES,
            "est_referent": True,
        },
    )


def _conclure(request: HttpRequest, acteur: ActeurAcces) -> HttpResponse:
    formulaire = FormulaireConclusion(request.POST)
    if not formulaire.is_valid():
        messages.error(request, "Dites si cet accès est conforme ou à instruire.")
        return redirect("webps:urgences_structure")
    saisie = formulaire.cleaned_data
    try:
        actions.conclure_revue(
            revue_id=saisie["acces"],
            acteur=acteur.trace,
            suite=EtatRevue(saisie["suite"]),
            note=saisie["note"],
            structure_id=acteur.structure_id,
        )
    except actions.RevueImpossible as refus:
        messages.error(request, str(refus))
    else:
        messages.success(request, "Votre conclusion est enregistrée.")
    return redirect("webps:urgences_structure")


def _reserve_au_referent(request: HttpRequest, acteur: ActeurAcces) -> HttpResponse:
    inscrire_securite(
        FaitSecurite.REFUS,
        motif="REFERENT_REQUIS",
        acteur_genre=GenreActeur(acteur.genre),
        acteur_id=acteur.id,
        details={"page": request.path_info, "regle": "R-TRA-10"},
    )
    contexte = {
        "phrase": "Cette page est réservée au référent des accès d’urgence de votre structure.",
        "motif": "REFERENT_REQUIS",
    }
    return render(request, "refus.html", contexte, status=403)
