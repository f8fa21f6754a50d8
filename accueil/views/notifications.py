"""The centre of notifications (R-NOT-07)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST, require_safe

from dossier import selection
from habilitations.politique import Action
from habilitations.portes import acces_usager
from journal.faits import Fait
from notifications import actions as actions_notifications
from notifications.models import Notification

TAILLE_PAGE = 20


@require_safe
def liste(request: HttpRequest) -> HttpResponse:
    """What happened, unread first seen; a document that one may not see has no link."""
    acces = acces_usager(request, Action.LISTER)
    demande = request.GET.get("page", "1")[:6]
    numero = max(1, int(demande)) if demande.isascii() and demande.isdigit() else 1
    debut = (min(numero, 10_000) - 1) * TAILLE_PAGE
    recues = list(
        Notification.objects.filter(
            compte_id=acces.acteur.compte, espace_id=acces.espace_id
        ).order_by("-cree_le")[debut : debut + TAILLE_PAGE + 1]
    )
    visibles = {
        document.pk: selection.apercu(acces, document)
        for document in selection.visibles_par(acces).filter(
            pk__in=[n.objet_id for n in recues if n.objet_id]
        )
    }
    return TemplateResponse(
        request,
        "patient/notifications.html",
        {
            "notifications": [
                (notification, visibles.get(notification.objet_id))
                for notification in recues[:TAILLE_PAGE]
            ],
            "suivante": numero + 1 if len(recues) > TAILLE_PAGE else None,
            "precedente": numero - 1 if numero > 1 else None,
            "numero": numero,
            "non_lues_ici": any(n.lue_le is None for n in recues),
        },
    )


@require_POST
def tout_lire(request: HttpRequest) -> HttpResponse:
    acces = acces_usager(request, Action.LISTER)
    actions_notifications.marquer_lues(compte_id=acces.acteur.compte, espace_id=acces.espace_id)
    acces.noter(Fait.NOTIFICATIONS_LUES)
    messages.success(request, "Toutes les notifications sont marquées comme lues.")
    return redirect("accueil:notifications")


@require_POST
def basculer(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    """Read or unread."""
    acces = acces_usager(request, Action.LISTER)
    if not actions_notifications.marquer(
        notification_id=notification_id,
        compte_id=acces.acteur.compte,
        lue=request.POST.get("lue") == "oui",
    ):
        raise acces.refuser(None, action=Action.LISTER, objet_id=notification_id)
    return redirect("accueil:notifications")


@require_POST
def supprimer(request: HttpRequest, notification_id: UUID) -> HttpResponse:
    acces = acces_usager(request, Action.LISTER)
    if not actions_notifications.supprimer(
        notification_id=notification_id, compte_id=acces.acteur.compte
    ):
        raise acces.refuser(None, action=Action.LISTER, objet_id=notification_id)
    acces.noter(Fait.NOTIFICATION_SUPPRIMEE)
    messages.success(request, "La notification est supprimée.")
    return redirect("accueil:notifications")
