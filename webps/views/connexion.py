"""The professional's log-in: Pro Santé Connect, then the exercice (R-PS-07, R-PS-09, R-SEC-05).

These views manage their own short transactions: a refusal is written in the security journal, and
nothing else is.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from comptes import actions, brouillons, psc, sessions
from comptes.authentification import adresse_client
from comptes.psc import FederationIndisponible, FederationRefusee, MotifPSC
from comptes.psc_identite import IdentitePSC
from comptes.suites import CHAMP, suite_demandee
from habilitations.acces import AccesRefuse
from habilitations.actions.dossiers import fermer_dossier
from habilitations.politique import Motif, phrase
from habilitations.portes import acteur_de_l_exercice, acteur_professionnel
from journal.faits import FaitSecurite, GenreActeur
from journal.inscription import inscrire_securite
from mes.portails import PS
from mes.socle.nomenclatures import professions, specialites
from mes.socle.vues import hors_transaction
from professionnels.models import Exercice, Professionnel
from webps import session as session_web

_DEMANDE = "psc_demande"
_ATTENTE = "psc_attente"
DUREE_DEMANDE = 900
"""Seconds to prove who one is at Pro Santé Connect."""
DUREE_ATTENTE = 900
"""Seconds to choose an exercice."""

ETUDIANT = "E"
MOTIF_ETUDIANT = "EXERCICE_ETUDIANT"


@dataclass(frozen=True, slots=True)
class Attente:
    """Proven by Pro Santé Connect, exercice not chosen yet: kept in a session that opens nothing."""

    jetons: str
    rpps: str
    id_national: str
    prenom: str
    nom: str
    regulateur: bool
    palier: str
    moyen: str
    le: int
    suite: str

    @classmethod
    def de(cls, identite: IdentitePSC, jetons: UUID, suite: str) -> Attente:
        return cls(
            jetons=str(jetons),
            rpps=identite.rpps,
            id_national=identite.id_national,
            prenom=identite.prenom,
            nom=identite.nom,
            regulateur=identite.regulateur,
            palier=identite.palier,
            moyen=str(identite.moyen),
            le=int(time.time()),
            suite=suite,
        )

    @classmethod
    def lire(cls, request: HttpRequest) -> Attente | None:
        gardee = request.session.get(_ATTENTE)
        if gardee is None:
            return None
        attente = cls(**gardee)
        return attente if time.time() - attente.le < DUREE_ATTENTE else None

    def garder(self, request: HttpRequest) -> None:
        request.session[_ATTENTE] = asdict(self)


# --- Pro Santé Connect ---------------------------------------------------------------------------


@login_not_required
@hors_transaction
@require_safe
def connexion(request: HttpRequest) -> HttpResponse:
    """The door: one link to Pro Santé Connect."""
    suite = suite_demandee(request, prefixe=PS.prefixe)
    if request.user.is_authenticated:
        return _vers_la_recherche(suite)
    contexte = {
        "suite": suite,
        "champ_suite": CHAMP,
        "fin": sessions.phrase_de_fin(request.GET.get("fin", "")),
    }
    return render(request, "ps/connexion/connexion.html", contexte)


@login_not_required
@hors_transaction
@require_safe
def vers_psc(request: HttpRequest) -> HttpResponse:
    """Sends the browser to Pro Santé Connect. A link, not a form: our content policy would stop a
    form from ending on another site."""
    try:
        adresse, demande = psc.client().demander()
    except FederationRefusee as refus:
        return _refuser(request, refus)
    request.session[_DEMANDE] = {
        **asdict(demande),
        "le": int(time.time()),
        "suite": suite_demandee(request, prefixe=PS.prefixe),
    }
    return redirect(adresse)


@login_not_required
@hors_transaction
@require_safe
def retour(request: HttpRequest) -> HttpResponse:
    """Back from Pro Santé Connect: proven, then matched with the directory; or refused, and said."""
    if request.user.is_authenticated:
        return _vers_la_recherche()
    # Taken out first: an answer, true or false, is only heard once.
    gardee: dict[str, Any] | None = request.session.pop(_DEMANDE, None)
    if gardee is None or time.time() - gardee.pop("le") > DUREE_DEMANDE:
        return _refuser(request, FederationRefusee(MotifPSC.DEMANDE_INCONNUE))
    suite = gardee.pop("suite")
    try:
        jetons, identite = psc.client().terminer(request.GET.dict(), psc.Demande(**gardee))
    except FederationRefusee as refus:
        return _refuser(request, refus)
    return _apres_psc(request, jetons, identite, suite)


def _apres_psc(
    request: HttpRequest, jetons: psc.Jetons, identite: IdentitePSC, suite: str
) -> HttpResponse:
    possibles = _exercices(identite.rpps)
    refuse = _refus_sans_exercice(request, identite.rpps, possibles, jetons)
    if refuse is not None:
        return refuse
    request.session.cycle_key()
    with transaction.atomic():
        gardes = actions.garder_jetons(jetons=jetons, maintenant=timezone.now())
    attente = Attente.de(identite, gardes.pk, suite)
    choisissables = _choisissables(possibles)
    if len(choisissables) == 1:
        return _ouvrir(request, attente, choisissables[0])
    attente.garder(request)
    return redirect("webps:exercice")


# --- The exercice --------------------------------------------------------------------------------


def _exercices(rpps: str) -> list[Exercice]:
    """The exercices that the national directory says are active (R-PS-09)."""
    actifs = Exercice.objects.filter(professionnel__rpps=rpps, fin_le=None)
    return list(actifs.select_related("professionnel", "structure").order_by("debut_le", "id"))


def _choisissables(exercices: list[Exercice]) -> list[Exercice]:
    """Those that give a right: a student has none of his own."""
    return [e for e in exercices if e.categorie != ETUDIANT]


def _refus_sans_exercice(
    request: HttpRequest, rpps: str, exercices: list[Exercice], jetons: psc.Jetons | None
) -> HttpResponse | None:
    """The refusal, with its reason, of somebody who has no exercice to act in; else None."""
    if _choisissables(exercices):
        return None
    motif = MOTIF_ETUDIANT if exercices else str(Motif.EXERCICE_INACTIF)
    professionnel = Professionnel.objects.filter(rpps=rpps).first()
    with transaction.atomic():
        inscrire_securite(
            FaitSecurite.CONNEXION_REFUSEE,
            motif=motif,
            acteur_genre=GenreActeur.PROFESSIONNEL,
            acteur_id=professionnel.pk if professionnel else None,
            details={"rpps": rpps, "adresse": adresse_client(request), "regle": "R-PS-09"},
        )
    raison = (
        "Le répertoire national vous connaît comme étudiant : vous agissez sous la responsabilité "
        "du professionnel qui vous encadre, depuis sa session, et n’avez pas d’accès en votre nom."
        if exercices
        else phrase(Motif.EXERCICE_INACTIF)
    )
    return _page_de_refus(request, motif, raison, statut=403, jetons=jetons)


@login_not_required
@hors_transaction
@require_http_methods(["GET", "HEAD", "POST"])
def exercice(request: HttpRequest) -> HttpResponse:
    """Several exercices: the professional says in which one she acts today."""
    attente = Attente.lire(request)
    if request.user.is_authenticated:
        return _vers_la_recherche()
    if attente is None:
        return redirect("webps:connexion")
    possibles = _exercices(attente.rpps)
    refuse = _refus_sans_exercice(request, attente.rpps, possibles, None)
    if refuse is not None:
        return refuse
    choisissables = _choisissables(possibles)
    choisi = next((e for e in choisissables if str(e.pk) == request.POST.get("exercice")), None)
    if choisi is not None:
        return _ouvrir(request, attente, choisi)
    sans_choix = request.method == "POST"
    contexte = {
        "exercices": [(e, libelle(e)) for e in choisissables],
        "prenom": attente.prenom,
        "sans_choix": sans_choix,
    }
    return render(
        request, "ps/connexion/exercice.html", contexte, status=422 if sans_choix else 200
    )


def libelle(exercice: Exercice) -> str:
    """« Médecin, gériatrie — HÔPITAL DÉMO »: profession or role, speciality, place."""
    metier = professions().get(exercice.role) or professions().get(exercice.profession)
    specialite = specialites().get(exercice.specialite)
    qui = ", ".join(
        morceau
        for morceau in (metier.libelle if metier else "", specialite.libelle if specialite else "")
        if morceau
    )
    structure = exercice.structure
    return f"{qui} — {structure.raison_sociale}" if structure else qui


@transaction.atomic
def _ouvrir(request: HttpRequest, attente: Attente, choisi: Exercice) -> HttpResponseRedirect:
    """Account, link with the directory and session, all or nothing."""
    compte = actions.compte_du_professionnel(
        id_national=attente.id_national, prenom=attente.prenom, nom=attente.nom
    )
    Professionnel.objects.filter(pk=choisi.professionnel_id).update(compte_id=compte.pk)
    request.session.pop(_ATTENTE, None)
    sessions.ouvrir_session(request, compte, portail=PS.nom, jetons_psc=UUID(attente.jetons))
    session_web.poser_exercice(
        request,
        choisi,
        regulateur=attente.regulateur,
        palier=attente.palier,
        moyen=attente.moyen,
    )
    # A record opened in a former session is never found open: it is declared again (R-PS-04).
    fermer_dossier(
        acteur=acteur_de_l_exercice(choisi, compte_id=compte.pk, regulateur=attente.regulateur)
    )
    if brouillons.en_attente(request.session, time.time()) is not None:
        return redirect("webps:reprise")
    return _vers_la_recherche(attente.suite)


def _vers_la_recherche(suite: str = "") -> HttpResponseRedirect:
    return redirect(suite or "webps:recherche")


@hors_transaction
@require_POST
def changer_exercice(request: HttpRequest) -> HttpResponse:
    """Another exercice is another session: this one ends, Pro Santé Connect answers again."""
    _fermer_le_dossier(request)
    sessions.fermer_session(request)
    return _page_de_sortie(
        request,
        titre="Je change d’exercice",
        texte="Pro Santé Connect confirme votre identité, puis vous choisissez un autre exercice.",
        suivante=reverse("webps:psc"),
        libelle="Je continue",
    )


# --- Ends and refusals ---------------------------------------------------------------------------


@login_not_required
@hors_transaction
@require_POST
def deconnexion(request: HttpRequest) -> HttpResponse:
    """Closes the record, ends our session, then that of Pro Santé Connect (R-SEC-05)."""
    _fermer_le_dossier(request)
    jetons_id = sessions.jetons_psc_de(request.session)
    jetons = actions.jetons_gardes(jetons_id) if jetons_id else None
    sessions.fermer_session(request)
    adresse = _adresse_de_sortie(jetons)
    if not adresse:
        return redirect(f"{reverse('webps:connexion')}?fin={sessions.Fin.DECONNEXION}")
    return _page_de_sortie(
        request,
        titre="Vous êtes déconnecté",
        texte="Votre session Pro Santé Connect se ferme aussi, pour que personne ne s’en serve.",
        suivante=adresse,
        libelle="Je ferme ma session Pro Santé Connect",
    )


def _fermer_le_dossier(request: HttpRequest) -> None:
    """The record that this session has open, if it is somebody's and in time."""
    if not request.user.is_authenticated:
        return
    try:
        acteur = acteur_professionnel(request)
    except AccesRefuse:
        return
    fermer_dossier(acteur=acteur)


def _page_de_sortie(
    request: HttpRequest, *, titre: str, texte: str, suivante: str, libelle: str
) -> HttpResponse:
    """Leads to the federation by a `Refresh` header, its link beside: a redirection would not do,
    the content policy keeps a form from ending on another site."""
    contexte = {"page_titre": titre, "page_texte": texte, "suivante": suivante, "libelle": libelle}
    reponse = render(request, "ps/connexion/deconnecte.html", contexte)
    reponse["Refresh"] = f"0; url={suivante}"
    return reponse


def _adresse_de_sortie(jetons: psc.Jetons | None) -> str:
    """Where Pro Santé Connect ends its own session; empty when it can't be reached."""
    if jetons is None:
        return ""
    try:
        return psc.client().adresse_deconnexion(jetons)
    except FederationRefusee:
        return ""


_PHRASES = {
    MotifPSC.INDISPONIBLE: "Pro Santé Connect ne répond pas pour le moment. Réessayez dans quelques minutes.",
    MotifPSC.RENONCEMENT: "Vous avez renoncé à vous identifier, ou le délai est passé.",
    MotifPSC.DEMANDE_INCONNUE: (
        "Cette demande d’identification a expiré ou a déjà servi. Recommencez depuis le début."
    ),
    MotifPSC.SANS_RPPS: (
        "Votre identité ne porte pas de numéro RPPS : l’accès au Web PS demande une carte CPS ou "
        "une e-CPS de professionnel."
    ),
    MotifPSC.ACR: (
        "Le moyen d’identification utilisé n’est pas assez sûr pour cet accès. Utilisez votre "
        "carte CPS ou votre e-CPS."
    ),
}
_PHRASE_GENERALE = (
    "La réponse de Pro Santé Connect n’a pas pu être vérifiée. Par sécurité, vous n’êtes pas "
    "connecté. Recommencez ; si cela se reproduit, prévenez l’assistance en donnant la référence."
)


def _refuser(request: HttpRequest, refus: FederationRefusee) -> HttpResponse:
    """The page of a federation that can't be believed, and its line in the security journal."""
    with transaction.atomic():
        inscrire_securite(
            FaitSecurite.FEDERATION_REFUSEE,
            motif=str(refus.motif),
            details={"adresse": adresse_client(request), "regle": "R-PS-07"},
        )
    statut = 503 if isinstance(refus, FederationIndisponible) else 403
    return _page_de_refus(
        request, str(refus.motif), _PHRASES.get(refus.motif, _PHRASE_GENERALE), statut=statut
    )


def _page_de_refus(
    request: HttpRequest,
    motif: str,
    raison: str,
    *,
    statut: int,
    jetons: psc.Jetons | None = None,
) -> HttpResponse:
    contexte = {
        "motif": motif,
        "raison": raison,
        "recommencer": reverse("webps:psc"),
        "adresse_psc": _adresse_de_sortie(jetons),
    }
    return render(request, "ps/connexion/refus.html", contexte, status=statut)
