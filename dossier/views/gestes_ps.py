"""What a professional does with a document of the opened record: shows, archives, puts aside, replaces.

Each asks before doing, and says what follows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from comptes.models import Compte
from dossier import selection, suites
from dossier.forms import FormulaireDepotPS
from dossier.presentation import PageDocument
from dossier.views import communs
from dossier.views.ps import ACCUSE, bandeau, types_proposes
from habilitations.politique import Action
from habilitations.portes import (
    acces_professionnel,
    acteur_professionnel,
    autre_dossier_ouvert,
)
from notifications.actions import marquer
from notifications.models import CodeNotification, Notification
from usagers.models import EspaceSante
from usagers.recherche import identite_affichee


@dataclass(frozen=True, slots=True)
class Geste:
    """An act on one document, its question and its consequences in plain French."""

    action: Action
    """What the table of decisions is asked."""
    faire: Callable[..., None]
    question: str
    libelle: str
    consequences: tuple[str, ...]
    fait: str
    """What is said once it is done."""
    icone: str
    ton: str = "primaire"
    suite: str = "webps:document"
    """Where it leads; the document's page takes its id."""


VISIBLE_PATIENT = Geste(
    action=Action.RENDRE_VISIBLE_PATIENT,
    faire=suites.rendre_visible_patient,
    question="Je montre ce document au patient ?",
    libelle="Je le montre au patient",
    consequences=(
        "Le patient le voit dans son espace et en est averti.",
        "Vous ne pourrez plus le lui cacher.",
        "Ce qui a été fait sur ce document depuis son dépôt apparaît dans son historique.",
    ),
    fait="Le patient voit maintenant ce document.",
    icone="oeil",
)
VISIBLE_REPRESENTANTS = Geste(
    action=Action.RENDRE_VISIBLE_REPRESENTANTS,
    faire=suites.rendre_visible_representants,
    question="Je montre ce document aux représentants légaux ?",
    libelle="Je le montre aux représentants légaux",
    consequences=(
        "Les représentants légaux le voient et en sont avertis.",
        "Ce qui a été fait au secret sur ce document apparaît dans l'historique qu'ils lisent.",
        "Assurez-vous que le patient mineur le souhaite : vous ne pourrez plus le leur cacher.",
    ),
    fait="Les représentants légaux voient maintenant ce document.",
    icone="oeil",
)
ARCHIVER = Geste(
    action=Action.SUPPRIMER,
    faire=suites.archiver_document,
    question="J'archive ce document ?",
    libelle="Je l'archive",
    consequences=(
        "Il quitte les listes, pour le patient et pour les professionnels.",
        "Chacun le retrouve avec le filtre « Archivés ».",
        "Vous pourrez le sortir des archives.",
    ),
    fait="Le document est archivé.",
    icone="dossier",
)
DESARCHIVER = Geste(
    action=Action.SUPPRIMER,
    faire=suites.desarchiver_document,
    question="Je sors ce document des archives ?",
    libelle="Je le sors des archives",
    consequences=("Il revient dans les listes, pour le patient et pour les professionnels.",),
    fait="Le document est de nouveau dans les listes.",
    icone="dossier",
)
ECARTER = Geste(
    action=Action.SUPPRIMER,
    faire=suites.ecarter_document,
    question="Ce document n'est pas à ce patient ?",
    libelle="Je l'écarte de ce dossier",
    consequences=(
        "Il disparaît de ce dossier pour tout le monde, son titre aussi, sans retour possible.",
        "Le patient est averti qu'un document a été retiré, sans son contenu.",
        "Les professionnels qui l'ont consulté sont avertis de ne plus s'y fier.",
        "L'historique garde la trace de cette correction, à votre nom.",
    ),
    fait="Le document est écarté de ce dossier.",
    icone="alerte",
    ton="danger",
    suite="webps:mis_a_l_ecart",
)


def _demander(request: HttpRequest, document_id: UUID, geste: Geste) -> HttpResponse:
    """Asks (GET), then does it (POST)."""
    if request.method == "POST":
        acces = acces_professionnel(request, geste.action, objet_id=document_id)
        try:
            geste.faire(acces=acces, document_id=document_id)
        except suites.GesteImpossible as impossible:
            messages.error(request, str(impossible))
            return redirect("webps:document", document_id)
        messages.success(request, geste.fait)
        arguments = [document_id] if geste.suite == "webps:document" else []
        return redirect(geste.suite, *arguments)
    acces = acces_professionnel(request, Action.LIRE, objet_id=document_id)
    document = selection.document_pour(acces, document_id, geste.action)
    return TemplateResponse(
        request,
        "ps/dossier/geste.html",
        {
            "dossier_ouvert": bandeau(acces),
            "apercu": selection.apercu(acces, document),
            "document": document,
            "geste": geste,
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def visible_patient(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """After the consultation d'annonce (R-MAS-10)."""
    return _demander(request, document_id, VISIBLE_PATIENT)


@require_http_methods(["GET", "HEAD", "POST"])
def visible_representants(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The secret of a minor ends (R-PRO-10)."""
    return _demander(request, document_id, VISIBLE_REPRESENTANTS)


@require_http_methods(["GET", "HEAD", "POST"])
def archiver(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """R-DOC-13."""
    return _demander(request, document_id, ARCHIVER)


@require_http_methods(["GET", "HEAD", "POST"])
def desarchiver(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """R-DOC-13."""
    return _demander(request, document_id, DESARCHIVER)


@require_http_methods(["GET", "HEAD", "POST"])
def ecarter(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Deposited in the wrong record (R-PS-31)."""
    return _demander(request, document_id, ECARTER)


@require_safe
def mis_a_l_ecart(request: HttpRequest) -> HttpResponse:
    """What to do next: the right record, whose patient is searched for; nothing is copied."""
    acces = acces_professionnel(request, Action.LISTER)
    return TemplateResponse(request, "ps/dossier/ecarte.html", {"dossier_ouvert": bandeau(acces)})


@require_http_methods(["GET", "HEAD", "POST"])
def remplacer(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """A new version, by its depositor or the same structure (R-DOC-12)."""
    if autre_dossier_ouvert(request):
        messages.warning(
            request,
            "Un autre dossier est ouvert. Fermez-le, ou ouvrez celui de ce patient, avant de déposer.",
        )
        return redirect("webps:declaration")
    lecture = acces_professionnel(request, Action.LIRE, objet_id=document_id)
    ancien = selection.document_pour(lecture, document_id)
    page = PageDocument(lecture, selection.apercu(lecture, ancien), ancien.fiche(lecture.coffre))
    page.exiger_de_remplacer()
    donnees = (request.POST, request.FILES) if request.method == "POST" else ()
    formulaire = FormulaireDepotPS(
        *donnees,
        types=types_proposes(lecture),
        initial={
            "type_code": ancien.type_code,
            "titre": page.apercu.titre,
            "masque_ps": page.est_masque,
            "invisible_patient": page.est_invisible_patient,
            "invisible_representants": page.est_invisible_representants,
        },
    )
    if request.method == "POST" and formulaire.is_valid():
        depot = acces_professionnel(request, Action.DEPOSER)
        resultat = communs.deposer(depot, formulaire, remplace_id=document_id)
        if resultat is not None:
            request.session[ACCUSE] = {
                "document_id": str(resultat.document_id),
                "deja_present": resultat.deja_present,
                "remplace": resultat.remplace_id is not None,
                "recu_le": timezone.now().isoformat(),
            }
            return redirect("webps:accuse")
    return TemplateResponse(
        request,
        "ps/dossier/remplacer.html",
        {"dossier_ouvert": bandeau(lecture), "formulaire": formulaire, "page": page},
        status=422 if formulaire.is_bound else 200,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def avis(request: HttpRequest) -> HttpResponse:
    """What a professional has read by mistake of somebody else: the document was put aside
    (R-PS-31). The patient is named, nothing of the document."""
    acteur_professionnel(request)
    compte_id = cast(Compte, request.user).pk
    recus = Notification.objects.filter(
        compte_id=compte_id, code=CodeNotification.DOCUMENT_ECARTE
    ).order_by("-cree_le")
    if request.method == "POST":
        for avis_id in recus.filter(lue_le=None).values_list("pk", flat=True):
            marquer(notification_id=avis_id, compte_id=compte_id, lue=True)
        return redirect("webps:avis")
    espaces = EspaceSante.objects.select_related("identite").in_bulk(
        {recu.espace_id for recu in recus[:50]}
    )
    patients = {espace.pk: identite_affichee(espace)["nom"] for espace in espaces.values()}
    return TemplateResponse(
        request,
        "ps/dossier/avis.html",
        {
            "avis": [(recu, patients.get(recu.espace_id, "")) for recu in recus[:50]],
            "a_lire": recus.filter(lue_le=None).exists(),
        },
    )
