"""The screens of Pro Santé Connect: who is there, by which means, and the simulated phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from demo.federations.federation import PSC
from demo.federations.models import DemandeMobile
from demo.federations.psc import sessions
from demo.federations.psc.moyens import DESCRIPTIONS, Moyen, acr_rendu
from demo.federations.psc.personnes import professionnels
from demo.federations.psc.protocole import retour_en_erreur
from demo.federations.service import service
from demo.federations.validateur import fermer
from demo.federations.vues import autoriser_retour, origine_de, page_erreur

CODE_PORTEUR = "1234"
"""Of every card of the demonstration; the page says it."""
ESSAIS_DU_CODE = 3
PERDUE = "Cette demande de connexion n'existe plus. Revenez au service et recommencez."


class Connexion(View):
    """Choice of a professional and of a means of identification."""

    def get(self, request: HttpRequest, demande: UUID) -> HttpResponse:
        retenue = sessions.demande(request, demande)
        if retenue is None:
            return page_erreur(request, PERDUE)
        return self._formulaire(request, retenue)

    def post(self, request: HttpRequest, demande: UUID) -> HttpResponse:
        retenue = sessions.demande(request, demande)
        if retenue is None:
            return page_erreur(request, PERDUE)
        if request.POST.get("action") == "annuler":
            return _renoncer(request, demande, retenue)
        rpps = request.POST.get("personne", "")
        moyen = request.POST.get("moyen", "")
        erreurs = []
        if rpps not in professionnels():
            erreurs.append("Choisissez un professionnel.")
        if moyen not in set(Moyen) or acr_rendu(retenue["acr_values"], Moyen(moyen)) is None:
            erreurs.append("Choisissez un moyen d'identification proposé.")
        if erreurs:
            return self._formulaire(request, retenue, erreurs)
        if moyen == Moyen.ECPS:
            return _envoyer_sur_mobile(request, demande, retenue, rpps)
        sessions.completer_demande(request, demande, preuve={"personne": rpps, "moyen": moyen})
        return redirect("psc:preuve", demande=demande)

    def _formulaire(
        self, request: HttpRequest, retenue: dict[str, Any], erreurs: list[str] | None = None
    ) -> HttpResponse:
        moyens = [
            (moyen, DESCRIPTIONS[moyen])
            for moyen in Moyen
            if acr_rendu(retenue["acr_values"], moyen) is not None
        ]
        contexte = {
            "demandeur": origine_de(retenue["redirection"]),
            "professionnels": professionnels().values(),
            "moyens": moyens,
            "choisi": request.POST.get("personne", ""),
            "moyen_choisi": request.POST.get("moyen", Moyen.CARTE),
            "erreurs": erreurs,
        }
        page = render(
            request, "federations/connexion.html", contexte, status=422 if erreurs else 200
        )
        return autoriser_retour(page, retenue["redirection"])


def _renoncer(request: HttpRequest, demande: UUID, retenue: dict[str, Any]) -> HttpResponse:
    sessions.clore_demande(request, demande)
    return retour_en_erreur(
        retenue["redirection"],
        retenue["state"],
        "access_denied",
        "L'utilisateur n'a pas confirmé son identité.",
    )


def _terminer(
    request: HttpRequest, demande: UUID, retenue: dict[str, Any], rpps: str, moyen: Moyen
) -> HttpResponse:
    """The professional is known: back to the authorization endpoint, with the same request."""
    sessions.ouvrir(request, rpps, moyen, timezone.now())
    sessions.completer_demande(request, demande, est_authentifiee=True)
    return HttpResponseRedirect(
        f"{reverse('psc:autorisation')}?{retenue['requete']}&demande={demande}"
    )


class Preuve(View):
    """The proof itself: the card's PIN, or a touch of the FIDO key."""

    def get(self, request: HttpRequest, demande: UUID) -> HttpResponse:
        retenue = sessions.demande(request, demande)
        if retenue is None or "preuve" not in retenue:
            return page_erreur(request, PERDUE)
        return self._page(request, retenue)

    def post(self, request: HttpRequest, demande: UUID) -> HttpResponse:
        retenue = sessions.demande(request, demande)
        if retenue is None or "preuve" not in retenue:
            return page_erreur(request, PERDUE)
        if request.POST.get("action") != "continuer":
            return _renoncer(request, demande, retenue)
        preuve = retenue["preuve"]
        moyen = Moyen(preuve["moyen"])
        essais = preuve.get("essais", 0)
        if moyen is Moyen.CARTE and request.POST.get("code_porteur") != CODE_PORTEUR:
            essais = min(essais + 1, ESSAIS_DU_CODE)
            sessions.completer_demande(request, demande, preuve={**preuve, "essais": essais})
            return self._page(request, {**retenue, "preuve": {**preuve, "essais": essais}})
        if essais >= ESSAIS_DU_CODE:
            return self._page(request, retenue)
        return _terminer(request, demande, retenue, preuve["personne"], moyen)

    def _page(self, request: HttpRequest, retenue: dict[str, Any]) -> HttpResponse:
        preuve = retenue["preuve"]
        essais = preuve.get("essais", 0)
        contexte = {
            "moyen": preuve["moyen"],
            "personne": professionnels()[preuve["personne"]],
            "code_de_demonstration": CODE_PORTEUR,
            "restants": ESSAIS_DU_CODE - essais,
            "a_echoue": essais > 0,
        }
        page = render(request, "federations/preuve.html", contexte, status=422 if essais else 200)
        return autoriser_retour(page, retenue["redirection"])


def _envoyer_sur_mobile(
    request: HttpRequest, demande: UUID, retenue: dict[str, Any], rpps: str
) -> HttpResponse:
    delai = service().controle(PSC).delai_ecps
    mobile = DemandeMobile.objects.create(
        personne=rpps,
        service=origine_de(retenue["redirection"]),
        expire_le=timezone.now() + timedelta(seconds=delai),
    )
    sessions.completer_demande(request, demande, mobile=str(mobile.pk))
    return redirect(f"{reverse('psc:attente', args=[mobile.pk])}?demande={demande}")


class Attente(View):
    """« Validez sur votre mobile »: the code to compare, until the phone has answered."""

    def get(self, request: HttpRequest, identifiant: UUID) -> HttpResponse:
        return self._repondre(request, identifiant, request.GET.get("demande", ""))

    def post(self, request: HttpRequest, identifiant: UUID) -> HttpResponse:
        return self._repondre(request, identifiant, request.POST.get("demande", ""))

    def _repondre(self, request: HttpRequest, identifiant: UUID, demande: str) -> HttpResponse:
        retenue = sessions.demande(request, demande)
        mobile = DemandeMobile.objects.filter(pk=identifiant).first()
        if mobile is None or retenue is None or retenue.get("mobile") != str(identifiant):
            return page_erreur(request, PERDUE)
        cle = UUID(demande)
        action = request.POST.get("action", "")
        etat = mobile.etat_a(timezone.now())
        if action == "annuler":
            return _renoncer(request, cle, retenue)
        if action == "recommencer":
            return _envoyer_sur_mobile(request, cle, retenue, mobile.personne)
        if action == "continuer" and etat == DemandeMobile.Etat.REFUSEE:
            return _renoncer(request, cle, retenue)
        if action == "continuer" and mobile.utiliser():
            return _terminer(request, cle, retenue, mobile.personne, Moyen.ECPS)
        contexte = {
            "mobile": mobile,
            "etat": etat,
            "demande": demande,
            "reste": max(0, int((mobile.expire_le - timezone.now()).total_seconds())),
            "demandeur": mobile.service,
            "insiste": action == "continuer",
        }
        page = render(request, "federations/attente.html", contexte)
        return autoriser_retour(page, retenue["redirection"])


def etat_mobile(request: HttpRequest, identifiant: UUID) -> JsonResponse:
    """For the page's script: has the phone answered?"""
    mobile = get_object_or_404(DemandeMobile, pk=identifiant)
    return JsonResponse({"etat": mobile.etat_a(timezone.now())})


class Mobile(View):
    """The phone of the professional. Whoever holds the address holds the phone."""

    def get(self, request: HttpRequest, identifiant: UUID) -> HttpResponse:
        return self._page(request, get_object_or_404(DemandeMobile, pk=identifiant))

    def post(self, request: HttpRequest, identifiant: UUID) -> HttpResponse:
        mobile = get_object_or_404(DemandeMobile, pk=identifiant)
        reponses = {
            "approuver": DemandeMobile.Etat.APPROUVEE,
            "refuser": DemandeMobile.Etat.REFUSEE,
        }
        reponse = reponses.get(request.POST.get("action", ""))
        if reponse is None:
            return page_erreur(request, "Cette réponse n'est pas prévue.")
        mobile.repondre(reponse, timezone.now())
        mobile.refresh_from_db()
        return self._page(request, mobile)

    def _page(self, request: HttpRequest, mobile: DemandeMobile) -> HttpResponse:
        contexte = {
            "mobile": mobile,
            "etat": mobile.etat_a(timezone.now()),
            "personne": professionnels()[mobile.personne],
        }
        return render(request, "federations/mobile.html", contexte)


class Session(View):
    """Who is logged in to Pro Santé Connect in this browser, and the way out."""

    def get(self, request: HttpRequest) -> HttpResponse:
        authentification = sessions.authentification_ouverte(request, timezone.now())
        contexte = {
            "personne": professionnels()[authentification.personne] if authentification else None,
            "url_produit": service().reglages.url_produit,
        }
        return render(request, "federations/session.html", contexte)

    def post(self, request: HttpRequest) -> HttpResponse:
        maintenant = timezone.now()
        authentification = sessions.authentification_ouverte(request, maintenant)
        if authentification is not None:
            fermer(authentification, maintenant)
        sessions.oublier(request)
        return redirect("psc:session")
