"""Finding a patient, declaring the basis, recording a refusal, closing the record."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST

from habilitations.acces import AccesRefuse, ActeurAcces, situation_de_l_espace
from habilitations.actions.accords import (
    AccordImpossible,
    enregistrer_refus_de_consultation,
    utiliser_code_ouverture,
)
from habilitations.actions.dossiers import DeclarationInvalide, fermer_dossier, ouvrir_dossier
from habilitations.politique import NON_PREVU, Acteur, Action, Decision, Motif, statut_http
from habilitations.portes import ESPACE_TROUVE, acteur_professionnel, espace_ouvert, espace_trouve
from journal.faits import FaitSecurite, GenreActeur
from journal.inscription import inscrire_securite
from usagers.models import EspaceSante
from usagers.recherche import espace_par_ins_et_traits, identite_affichee
from webps import patientele, vitale
from webps.declaration import cadre_de, jusqua
from webps.forms import FormulaireCode, FormulaireDeclaration, FormulaireRecherche, numero_de_page

_PAGES_MAX = 1000
INTROUVABLE = (
    "Aucun dossier ne correspond à ces informations. Vérifiez le matricule, le nom de "
    "naissance et la date de naissance."
)


# --- Finding -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def recherche(request: HttpRequest) -> HttpResponse:
    """Finds by INS and traits, in the body of a POST: never an identity in a URL."""
    acteur = _acteur_en_exercice(request)
    return _chercher(
        request, acteur, FormulaireRecherche(request.POST if request.method == "POST" else None)
    )


@require_POST
def lire_vitale(request: HttpRequest) -> HttpResponse:
    """Reads the card that is in the reader, then searches as if it had been typed (R-PS-23)."""
    acteur = _acteur_en_exercice(request)
    if not vitale.a_un_lecteur():
        return redirect("webps:recherche")
    try:
        carte = vitale.lire_carte()
    except vitale.LectureImpossible as erreur:
        messages.error(request, str(erreur))
        return redirect("webps:recherche")
    lue = {
        "matricule": carte.nir,
        "nom_naissance": carte.nom,
        "date_naissance": carte.date_naissance.isoformat(),
    }
    return _chercher(request, acteur, FormulaireRecherche(lue))


def _chercher(
    request: HttpRequest, acteur: ActeurAcces, formulaire: FormulaireRecherche
) -> HttpResponse:
    if formulaire.is_valid():
        saisie: dict[str, Any] = formulaire.cleaned_data
        espace = espace_par_ins_et_traits(
            saisie["matricule"], saisie["nom_naissance"], saisie["date_naissance"]
        )
        if espace is not None:
            request.session[ESPACE_TROUVE] = str(espace.pk)
            if acteur.genre is Acteur.PROFESSIONNEL:
                return redirect("webps:declaration")
            return redirect("webps:deposer")
        _inscrire_echec(acteur, "INS_ET_TRAITS", "R-PS-23")
        formulaire.add_error(None, INTROUVABLE)
    return TemplateResponse(
        request,
        "ps/recherche.html",
        {
            "formulaire": formulaire,
            "deja_ouvert": espace_ouvert(acteur) is not None,
            "a_un_lecteur": vitale.a_un_lecteur(),
            "peut_lire": acteur.genre is Acteur.PROFESSIONNEL,
        },
        status=422 if formulaire.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def mes_patients(request: HttpRequest) -> HttpResponse:
    """The records this exercice has opened lately; choosing one leads to the declaration (R-PS-23)."""
    acteur = _soignant(request)
    if request.method == "POST":
        choisi = _uuid(request.POST.get("espace", ""))
        if choisi is None or not patientele.est_de_la_patientele(acteur, choisi):
            raise AccesRefuse(
                NON_PREVU, acteur=acteur, espace_id=None, action=Action.LISTER, statut=404
            )
        request.session[ESPACE_TROUVE] = str(choisi)
        return redirect("webps:declaration")
    numero = numero_de_page(request.GET.get("page", "1"), maximum=_PAGES_MAX)
    return TemplateResponse(
        request,
        "ps/patients.html",
        {"page": patientele.patients(acteur, numero), "ouvert": espace_ouvert(acteur)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """« J'ai un code du patient »: her own consent, to this professional alone (I-06)."""
    acteur = _soignant(request)
    formulaire = FormulaireCode(request.POST if request.method == "POST" else None)
    if formulaire.is_valid():
        saisie: dict[str, Any] = formulaire.cleaned_data
        try:
            espace_id = utiliser_code_ouverture(
                acteur=acteur, code=saisie["code"], date_naissance=saisie["date_naissance"]
            )
        except AccordImpossible as erreur:
            _inscrire_echec(acteur, "CODE_OUVERTURE", "I-06")
            formulaire.add_error(None, str(erreur))
        else:
            request.session[ESPACE_TROUVE] = str(espace_id)
            messages.success(request, "Le code du patient est accepté : il vous donne son accord.")
            return redirect("webps:declaration")
    return TemplateResponse(
        request,
        "ps/patients_code.html",
        {"formulaire": formulaire},
        status=422 if formulaire.is_bound else 200,
    )


# --- Declaring -----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def declaration(request: HttpRequest) -> HttpResponse:
    """The declaration with its legal reminder (R-PS-19).

    Another record open: the person is asked first to confirm that it is closed (R-PS-22).
    """
    acteur = _soignant(request)
    espace_id = espace_trouve(request)
    if espace_id is None:
        return redirect("webps:recherche")
    etabli = situation_de_l_espace(acteur, espace_id, Action.LISTER)
    espace, cadre = etabli.espace, cadre_de(acteur, etabli)
    if not cadre.decision and cadre.decision.motif is not Motif.PROFESSIONNEL_BLOQUE:
        raise _refus_sur(acteur, espace_id, cadre.decision)
    formulaire = FormulaireDeclaration(
        request.POST if request.method == "POST" else None, cadre=cadre
    )
    ouvert = espace_ouvert(acteur)
    autre = ouvert if ouvert != espace_id else None
    contexte = {
        "formulaire": formulaire,
        "cadre": cadre,
        "bloque": not cadre.decision,
        "deja_ouvert": ouvert == espace_id,
        "autre_dossier_ouvert": autre is not None,
        "patient": identite_affichee(espace),
        "jusqua": jusqua(cadre.autorise_jusqua) if cadre.autorise_jusqua else "",
        "est_regulateur": acteur.regulateur,
    }
    # What can't be declared is refused by `ouvrir_dossier`, which the security journal must see.
    if request.method == "POST" and (formulaire.is_valid() or cadre.retire or not cadre.decision):
        if cadre.retire or not cadre.decision:
            raise _refus_sur(acteur, espace_id, _refus_de(cadre.decision))
        if autre is not None and request.POST.get("fermer_l_autre") != "oui":
            contexte["autre_patient"] = _identite(autre)
            return TemplateResponse(request, "ps/declaration_confirmation.html", contexte)
        try:
            ouvrir_dossier(acteur=acteur, espace_id=espace_id, declaration=formulaire.declaration())
        except DeclarationInvalide as erreur:
            formulaire.add_error(None, str(erreur))
        else:
            return redirect("webps:recapitulatif")
    return TemplateResponse(
        request, "ps/declaration.html", contexte, status=422 if formulaire.is_bound else 200
    )


def _refus_de(decision: Decision) -> Decision:
    """A block, else the withdrawal that only the patient ends."""
    return Decision(False, Motif.CONSENTEMENT_REQUIS, "R-PS-16") if decision else decision


@require_http_methods(["GET", "HEAD", "POST"])
def refus(request: HttpRequest) -> HttpResponse:
    """« Le patient refuse que je consulte »: no reason is asked, and it holds at once (R-PS-06)."""
    acteur = _soignant(request)
    espace_id = espace_trouve(request)
    if espace_id is None:
        return redirect("webps:recherche")
    espace = situation_de_l_espace(acteur, espace_id, Action.DEPOSER).espace
    portee = request.POST.get("portee")
    if request.method == "POST" and portee in ("moi", "equipe"):
        try:
            enregistrer_refus_de_consultation(
                acteur=acteur, espace_id=espace_id, toute_l_equipe=portee == "equipe"
            )
        except AccordImpossible as erreur:
            messages.error(request, str(erreur))
        else:
            messages.success(request, "Le refus du patient est enregistré. Il vaut dès maintenant.")
        return redirect("webps:declaration")
    return TemplateResponse(
        request,
        "ps/patients_refus.html",
        {"patient": identite_affichee(espace), "a_une_equipe": acteur.structure_id is not None},
    )


@require_POST
def fermer(request: HttpRequest) -> HttpResponse:
    """Closes the open record."""
    acteur = acteur_professionnel(request)
    fermer_dossier(acteur=acteur)
    request.session.pop(ESPACE_TROUVE, None)
    messages.success(request, "Le dossier est fermé.")
    return redirect("webps:recherche")


# --- Who asks ------------------------------------------------------------------------------------


def _acteur_en_exercice(request: HttpRequest) -> ActeurAcces:
    acteur = acteur_professionnel(request)
    if not acteur.exercice_actif:
        raise _refus_sur(acteur, None, Decision(False, Motif.EXERCICE_INACTIF, "R-PS-09"))
    return acteur


def _soignant(request: HttpRequest) -> ActeurAcces:
    """Somebody whose profession may read a record. Raises AccesRefuse with its reason (R-PS-08)."""
    acteur = _acteur_en_exercice(request)
    if acteur.genre is not Acteur.PROFESSIONNEL:
        raise _refus_sur(acteur, None, Decision(False, Motif.LECTURE_INTERDITE, "R-PS-08"))
    return acteur


def _refus_sur(acteur: ActeurAcces, espace_id: UUID | None, decision: Decision) -> AccesRefuse:
    return AccesRefuse(
        decision,
        acteur=acteur,
        espace_id=espace_id,
        action=Action.LISTER,
        statut=statut_http(decision, sur_espace=True, lisible=False),
    )


def _identite(espace_id: UUID) -> dict[str, Any]:
    return identite_affichee(EspaceSante.objects.select_related("identite").get(pk=espace_id))


def _inscrire_echec(acteur: ActeurAcces, motif: str, regle: str) -> None:
    """A search that found nobody: who searched and how, never what was typed (R-SEC-04)."""
    inscrire_securite(
        FaitSecurite.RECHERCHE_SANS_RESULTAT,
        motif=motif,
        acteur_genre=GenreActeur(acteur.genre),
        acteur_id=acteur.id,
        details={"regle": regle},
    )


def _uuid(texte: str) -> UUID | None:
    try:
        return UUID(texte)
    except ValueError:
        return None
