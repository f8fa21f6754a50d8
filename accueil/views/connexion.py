"""The patient's log-in: password, then a code by e-mail or SMS (R-AUT-01…04, R-SEC-04).

These views manage their own short transactions: what they count survives a refusal.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from math import ceil

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accueil.formulaires_connexion import FormulaireCode, FormulaireIdentifiants
from comptes import actions, brouillons, sessions
from comptes.actions import Destination, EnvoiTropTot, RefusCode, VerdictCode
from comptes.authentification import adresse_client, nom_aveugle
from comptes.models import Compte
from comptes.suites import CHAMP, suite_demandee
from journal.faits import ActeurTrace, Fait, FaitSecurite, GenreActeur
from journal.inscription import Inscription, inscrire, inscrire_securite
from mes.portails import PATIENT
from mes.socle.vues import hors_transaction
from notifications.models import Canal
from usagers.models import Gestion, Qualite

_EN_SESSION = "connexion"
DUREE_ATTENTE = 3600
"""Seconds to go from the password to the code; beyond, the password is asked again."""


@dataclass(frozen=True, slots=True)
class Attente:
    """Between the two steps: whose password was right, in this browser, and the secret that binds
    the code to it. Kept in the anonymous session, which opens nothing."""

    compte: str
    liaison: str
    le: int
    suite: str
    canal: str = ""

    @classmethod
    def lire(cls, request: HttpRequest) -> Attente | None:
        gardee = request.session.get(_EN_SESSION)
        if gardee is None:
            return None
        attente = cls(**gardee)
        return attente if time.time() - attente.le < DUREE_ATTENTE else None

    def garder(self, request: HttpRequest) -> None:
        request.session[_EN_SESSION] = asdict(self)

    def titulaire(self) -> Compte | None:
        return Compte.objects.filter(pk=self.compte, is_active=True).first()


def _est_connecte(request: HttpRequest) -> bool:
    return request.user.is_authenticated


def _vers_le_tableau(suite: str = "") -> HttpResponseRedirect:
    return redirect(suite or "accueil:tableau")


@login_not_required
@hors_transaction
@sensitive_post_parameters("mot_de_passe")
@require_http_methods(["GET", "HEAD", "POST"])
def connexion(request: HttpRequest) -> HttpResponse:
    """Step one: identifiant and password."""
    suite = suite_demandee(request, prefixe=PATIENT.prefixe)
    if _est_connecte(request):
        return _vers_le_tableau(suite)
    formulaire = FormulaireIdentifiants(request.POST or None)
    refusee = False
    if request.method == "POST":
        compte = _compte_prouve(request, formulaire)
        if compte is not None:
            request.session.cycle_key()
            Attente(
                compte=str(compte.pk),
                liaison=secrets.token_urlsafe(24),
                le=int(time.time()),
                suite=suite,
            ).garder(request)
            return redirect("accueil:connexion_moyen")
        refusee = True
    contexte = {
        "formulaire": formulaire,
        "refusee": refusee,
        "suite": suite,
        "champ_suite": CHAMP,
        "fin": sessions.phrase_de_fin(request.GET.get("fin", "")),
    }
    return render(
        request, "patient/connexion/connexion.html", contexte, status=422 if refusee else 200
    )


def _compte_prouve(request: HttpRequest, formulaire: FormulaireIdentifiants) -> Compte | None:
    """The account whose password was typed; else None, and a line of the security journal."""
    if not formulaire.is_valid():
        return None
    identifiant = formulaire.cleaned_data["identifiant"]
    compte = authenticate(
        request=request, identifiant=identifiant, password=formulaire.cleaned_data["mot_de_passe"]
    )
    if isinstance(compte, Compte):
        return compte
    verrouille = getattr(request, "axes_locked_out", False)
    with transaction.atomic():
        inscrire_securite(
            FaitSecurite.CONNEXION_REFUSEE,
            motif="VERROUILLE" if verrouille else "IDENTIFIANTS",
            details={
                "nom": nom_aveugle(request, {"identifiant": identifiant}),
                "adresse": adresse_client(request),
                "regle": "R-AUT-04",
            },
        )
    return None


@login_not_required
@hors_transaction
@require_http_methods(["GET", "HEAD", "POST"])
def moyen(request: HttpRequest) -> HttpResponse:
    """Step two: by e-mail or by SMS; destinations are shown masked (R-AUT-03)."""
    if _est_connecte(request):
        return _vers_le_tableau()
    attente = Attente.lire(request)
    compte = attente.titulaire() if attente else None
    if attente is None or compte is None:
        return redirect("accueil:connexion")
    destinations = actions.destinations(compte)
    choisie = next((d for d in destinations if d.canal == request.POST.get("canal")), None)
    trop_tot = ""
    if choisie is not None:
        try:
            _envoyer(request, attente, compte, choisie)
        except EnvoiTropTot as refus:
            trop_tot = _phrase_trop_tot(refus)
        else:
            return redirect("accueil:connexion_code")
    contexte = {
        "destinations": destinations,
        "sans_choix": request.method == "POST" and choisie is None,
        "trop_tot": trop_tot,
    }
    statut = 429 if trop_tot else 422 if contexte["sans_choix"] else 200
    return render(request, "patient/connexion/moyen.html", contexte, status=statut)


def _envoyer(
    request: HttpRequest, attente: Attente, compte: Compte, destination: Destination
) -> None:
    actions.envoyer_code(
        compte=compte,
        destination=destination,
        liaison=attente.liaison,
        adresse_page=settings.MES_URL.rstrip("/") + reverse("accueil:connexion_code"),
    )
    replace(attente, canal=str(destination.canal)).garder(request)


def _phrase_trop_tot(refus: EnvoiTropTot) -> str:
    if refus.bloque:
        return (
            f"Trop de codes erronés ont été saisis. Réessayez dans {_duree(refus.attente)}, "
            "ou appelez le 3422."
        )
    return (
        "Un code vient de vous être envoyé. Vous pourrez en demander un autre dans "
        f"{_duree(refus.attente)}."
    )


def _duree(duree: timedelta) -> str:
    secondes = ceil(duree.total_seconds())
    if secondes < 60:
        return f"{secondes} seconde{'s' if secondes > 1 else ''}"
    minutes = ceil(secondes / 60)
    if minutes < 60:
        return f"{minutes} minute{'s' if minutes > 1 else ''}"
    heures = ceil(minutes / 60)
    return f"{heures} heure{'s' if heures > 1 else ''}"


@login_not_required
@hors_transaction
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Step three: the six digits; right, the session opens and the journal says so."""
    if _est_connecte(request):
        return _vers_le_tableau()
    attente = Attente.lire(request)
    compte = attente.titulaire() if attente else None
    if attente is None or compte is None:
        return redirect("accueil:connexion")
    destination = _destination(compte, attente)
    if destination is None:
        return redirect("accueil:connexion_moyen")
    formulaire = FormulaireCode(request.POST or None)
    erreur = ""
    if request.method == "POST" and formulaire.is_valid():
        verdict = _verifier(request, attente, compte, formulaire.cleaned_data["code"])
        if verdict.refus is None:
            return _apres_connexion(request, attente.suite)
        erreur = _phrase_du_refus(verdict)
        formulaire = FormulaireCode()  # what was wrong is not given back
    return _page_du_code(request, formulaire, destination, erreur)


def _destination(compte: Compte, attente: Attente) -> Destination | None:
    return next((d for d in actions.destinations(compte) if d.canal == attente.canal), None)


def _page_du_code(
    request: HttpRequest,
    formulaire: FormulaireCode,
    destination: Destination,
    erreur: str = "",
    statut: int = 422,
) -> HttpResponse:
    contexte = {
        "formulaire": formulaire,
        "destination": destination,
        "par_sms": destination.canal is Canal.SMS,
        "erreur": erreur,
        "duree": settings.MES_CODE_DUREE_MINUTES,
    }
    refusee = bool(erreur) or bool(formulaire.errors)
    return render(
        request, "patient/connexion/code.html", contexte, status=statut if refusee else 200
    )


@transaction.atomic
def _verifier(request: HttpRequest, attente: Attente, compte: Compte, saisi: str) -> VerdictCode:
    """Counter, journal and session in one transaction: a log-in that can't be journalled isn't."""
    verdict = actions.verifier_code(compte_id=compte.pk, liaison=attente.liaison, code=saisi)
    if verdict.refus is not None:
        inscrire_securite(
            FaitSecurite.CONNEXION_REFUSEE,
            motif=str(verdict.refus),
            acteur_genre=GenreActeur.TITULAIRE,
            acteur_id=compte.pk,
            details={"adresse": adresse_client(request), "regle": "R-AUT-02"},
        )
        return verdict
    del request.session[_EN_SESSION]
    sessions.ouvrir_session(request, compte, portail=PATIENT.nom, dispositif=verdict.dispositif)
    inscrire_au_journal(compte, Fait.CONNEXION)
    return verdict


def inscrire_au_journal(compte: Compte, fait: Fait) -> None:
    """Writes that the account logged in or out in the journal of its holder's own espace."""
    gestion = Gestion.objects.filter(
        compte_id=compte.pk, qualite=Qualite.TITULAIRE, fin_le=None
    ).first()
    if gestion is None:
        return
    fiche = compte.fiche()
    nom = f"{fiche.get('prenom', '')} {fiche.get('nom', '')}".strip()
    acteur = ActeurTrace(GenreActeur.TITULAIRE, compte.pk, nom)
    inscrire(gestion.espace_id, Inscription(fait, acteur))


def _phrase_du_refus(verdict: VerdictCode) -> str:
    if verdict.refus is RefusCode.BLOQUE:
        attente = _duree(verdict.attente or timedelta(0))
        return (
            "Trop de codes erronés ont été saisis : par sécurité, la connexion est bloquée pendant "
            f"{attente}. Demandez ensuite un nouveau code, ou appelez le 3422."
        )
    if verdict.refus is RefusCode.EXPIRE:
        return "Ce code n’est plus valable. Demandez un nouveau code."
    if verdict.refus is RefusCode.ABSENT:
        return "Ce code a déjà servi ou a été remplacé. Demandez un nouveau code."
    restants = verdict.essais_restants
    return (
        "Ce code n’est pas le bon. Vérifiez le dernier message reçu : il vous reste "
        f"{restants} essai{'s' if restants > 1 else ''}."
    )


def _apres_connexion(request: HttpRequest, suite: str) -> HttpResponseRedirect:
    if brouillons.en_attente(request.session, time.time()) is not None:
        return redirect("accueil:reprise")
    return _vers_le_tableau(suite)


@login_not_required
@hors_transaction
@require_POST
def renvoi(request: HttpRequest) -> HttpResponse:
    """« Renvoyer le code » by the same channel: the former one is worth nothing (R-AUT-04)."""
    attente = Attente.lire(request)
    compte = attente.titulaire() if attente else None
    destination = _destination(compte, attente) if attente and compte else None
    if _est_connecte(request) or attente is None or compte is None or destination is None:
        return redirect("accueil:connexion")
    try:
        _envoyer(request, attente, compte, destination)
    except EnvoiTropTot as refus:
        return _page_du_code(
            request, FormulaireCode(), destination, _phrase_trop_tot(refus), statut=429
        )
    return redirect("accueil:connexion_code")


@login_not_required
@hors_transaction
@require_POST
def deconnexion(request: HttpRequest) -> HttpResponse:
    """Logs out, says it in the journal, and goes back to the log-in page."""
    with transaction.atomic():
        if request.user.is_authenticated:
            inscrire_au_journal(Compte.objects.get(pk=request.user.pk), Fait.DECONNEXION)
        sessions.fermer_session(request)
    return redirect(f"{reverse('accueil:connexion')}?fin={sessions.Fin.DECONNEXION}")


@login_not_required
@hors_transaction
@require_POST
def sortie_discrete(request: HttpRequest) -> HttpResponse:
    """« Je quitte vite »: logs out, empties what the browser kept of us, shows an ordinary page.

    An answer that goes elsewhere by itself, not a redirection, which `form-action` would refuse; its
    place in the browser's history is taken by the other page.
    """
    with transaction.atomic():
        if request.user.is_authenticated:
            inscrire_au_journal(Compte.objects.get(pk=request.user.pk), Fait.DECONNEXION)
        sessions.fermer_session(request)
    reponse = HttpResponse(content_type="text/plain; charset=utf-8")
    reponse.headers["Refresh"] = f"0; url={settings.MES_SORTIE_DISCRETE}"
    reponse.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return reponse
