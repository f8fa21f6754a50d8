"""The agent's log-in: password, then the code of an application (conception §1, R-AUT-04, R-SEC-04).

These views manage their own short transactions: what they count survives a refusal, and they need
the accounts, which the role of the console's other transactions can't read.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from math import ceil
from uuid import UUID

from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from comptes import brouillons, sessions
from comptes.actions import RefusCode
from comptes.authentification import adresse_client, nom_aveugle
from comptes.models import Compte, Population
from comptes.suites import CHAMP, suite_demandee
from comptes.totp import VerdictTotp, a_un_totp, verifier_totp
from journal.faits import FaitSecurite, GenreActeur
from journal.inscription import inscrire_securite
from mes.portails import SUPPORT
from mes.socle.vues import hors_transaction
from support.formulaires import FormulaireCode, FormulaireIdentifiants

_EN_SESSION = "connexion"
DUREE_ATTENTE = 600
"""Seconds to go from the password to the code; beyond, the password is asked again."""


@dataclass(frozen=True, slots=True)
class Attente:
    """Between the two steps: whose password was right, in this browser. Kept in the anonymous
    session, which opens nothing."""

    compte: str
    le: int
    suite: str

    @classmethod
    def lire(cls, request: HttpRequest) -> Attente | None:
        gardee = request.session.get(_EN_SESSION)
        if gardee is None:
            return None
        attente = cls(**gardee)
        return attente if time.time() - attente.le < DUREE_ATTENTE else None

    def garder(self, request: HttpRequest) -> None:
        request.session[_EN_SESSION] = asdict(self)

    def agent(self) -> Compte | None:
        return Compte.objects.filter(pk=self.compte, is_active=True).first()


@login_not_required
@hors_transaction
@sensitive_post_parameters("mot_de_passe")
@require_http_methods(["GET", "HEAD", "POST"])
def connexion(request: HttpRequest) -> HttpResponse:
    """Step one: identifiant and password."""
    suite = suite_demandee(request, prefixe=SUPPORT.prefixe)
    if request.user.is_authenticated:
        return redirect(suite or "support:accueil")
    formulaire = FormulaireIdentifiants(request.POST or None)
    refusee = False
    if request.method == "POST":
        agent = _agent_prouve(request, formulaire)
        if agent is not None:
            request.session.cycle_key()
            Attente(compte=str(agent.pk), le=int(time.time()), suite=suite).garder(request)
            return redirect("support:connexion_code")
        refusee = True
    contexte = {
        "formulaire": formulaire,
        "refusee": refusee,
        "suite": suite,
        "champ_suite": CHAMP,
        "fin": sessions.phrase_de_fin(request.GET.get("fin", "")),
    }
    statut = 422 if refusee else 200
    return render(request, "support/connexion/connexion.html", contexte, status=statut)


def _agent_prouve(request: HttpRequest, formulaire: FormulaireIdentifiants) -> Compte | None:
    """The agent whose password was typed; else None, and a line of the security journal.

    One answer for every refusal, also for an account that has no application to prove itself with.
    """
    if not formulaire.is_valid():
        return None
    qui = {
        "identifiant": formulaire.cleaned_data["identifiant"],
        "population": str(Population.AGENT),
    }
    compte = authenticate(request=request, password=formulaire.cleaned_data["mot_de_passe"], **qui)
    if isinstance(compte, Compte) and a_un_totp(compte.pk):
        return compte
    verrouille = getattr(request, "axes_locked_out", False)
    motif = "VERROUILLE" if verrouille else "SANS_APPLICATION" if compte else "IDENTIFIANTS"
    with transaction.atomic():
        inscrire_securite(
            FaitSecurite.CONNEXION_REFUSEE,
            motif=motif,
            details={
                "nom": nom_aveugle(request, qui),
                "adresse": adresse_client(request),
                "regle": "R-AUT-04",
            },
        )
    return None


@login_not_required
@hors_transaction
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Step two: the six digits; right, the session opens and the security journal says so."""
    if request.user.is_authenticated:
        return redirect("support:accueil")
    attente = Attente.lire(request)
    agent = attente.agent() if attente else None
    if attente is None or agent is None:
        return redirect("support:connexion")
    formulaire = FormulaireCode(request.POST or None)
    erreur = ""
    if request.method == "POST" and formulaire.is_valid():
        verdict = _verifier(request, agent, formulaire.cleaned_data["code"])
        if verdict.refus is None:
            return _apres_connexion(request, attente.suite)
        erreur = _phrase_du_refus(verdict)
        formulaire = FormulaireCode()  # what was wrong is not given back
    statut = 422 if erreur or formulaire.errors else 200
    contexte = {"formulaire": formulaire, "erreur": erreur}
    return render(request, "support/connexion/code.html", contexte, status=statut)


@transaction.atomic
def _verifier(request: HttpRequest, agent: Compte, saisi: str) -> VerdictTotp:
    """Counter, journal and session in one transaction: a log-in that can't be journalled isn't."""
    verdict = verifier_totp(compte_id=agent.pk, code=saisi)
    if verdict.refus is not None:
        _noter(request, FaitSecurite.CONNEXION_REFUSEE, agent.pk, "R-AUT-04", str(verdict.refus))
        return verdict
    del request.session[_EN_SESSION]
    sessions.ouvrir_session(request, agent, portail=SUPPORT.nom, dispositif=verdict.dispositif)
    _noter(request, FaitSecurite.CONNEXION_AGENT, agent.pk, "R-SUP-10")
    return verdict


def _noter(
    request: HttpRequest, fait: FaitSecurite, agent_id: UUID, regle: str, motif: str = ""
) -> None:
    inscrire_securite(
        fait,
        motif=motif,
        acteur_genre=GenreActeur.AGENT,
        acteur_id=agent_id,
        details={"adresse": adresse_client(request), "regle": regle},
    )


def _phrase_du_refus(verdict: VerdictTotp) -> str:
    if verdict.refus is RefusCode.BLOQUE:
        minutes = ceil((verdict.attente or timedelta(0)).total_seconds() / 60)
        return (
            "Trop de codes erronés ont été saisis : par sécurité, la connexion est bloquée pendant "
            f"{minutes} minute{'s' if minutes > 1 else ''}. Réessayez ensuite, ou prévenez votre "
            "administrateur."
        )
    if verdict.refus is RefusCode.ABSENT:
        return "Ce code a déjà servi. Attendez que votre application en affiche un autre."
    restants = verdict.essais_restants
    return (
        "Ce code n’est pas le bon. Vérifiez l’heure de votre appareil : il vous reste "
        f"{restants} essai{'s' if restants > 1 else ''}."
    )


def _apres_connexion(request: HttpRequest, suite: str) -> HttpResponseRedirect:
    if brouillons.en_attente(request.session, time.time()) is not None:
        return redirect("support:reprise")
    return redirect(suite or "support:accueil")


@login_not_required
@hors_transaction
@require_POST
def deconnexion(request: HttpRequest) -> HttpResponse:
    """Logs out, says it in the security journal, and goes back to the log-in page."""
    with transaction.atomic():
        if request.user.is_authenticated:
            _noter(request, FaitSecurite.DECONNEXION_AGENT, request.user.pk, "R-SUP-10")
        sessions.fermer_session(request)
    return redirect(f"{reverse('support:connexion')}?fin={sessions.Fin.DECONNEXION}")
