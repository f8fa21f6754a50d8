"""Sending and telling: rows of the current transaction, so that what is undone is never told."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from mes.socle import travaux
from mes.socle.trousseau import trousseau
from mes.socle.uuid7 import uuid7
from notifications.models import Canal, CodeNotification, Envoi, Notification
from notifications.tasks import ENVOYER


@transaction.atomic
def envoyer(
    *,
    canal: Canal,
    adresse: str,
    sujet: str,
    texte: str,
    html: str = "",
    envoi_id: UUID | None = None,
) -> UUID:
    """Writes the message in the outbox, and the durable job that sends it; returns its id.

    `envoi_id`: chosen by the caller so that asking twice writes one message.

    Sent after the commit, at least once, under one Message-ID (or one `id` for the SMS gateway),
    even when the broker or a worker dies in between. No health data in it (R-NOT-03).
    """
    identifiant = envoi_id or uuid7()
    envoi = Envoi(id=identifiant, canal=canal)
    envoi.scelle = trousseau().sceller_json(
        {"adresse": adresse, "sujet": sujet, "texte": texte, "html": html},
        lieu=Envoi.lieu(identifiant),
    )
    Envoi.objects.bulk_create([envoi], ignore_conflicts=True)
    travaux.planifier(ENVOYER, identifiant)
    return identifiant


def notifier(
    *,
    evenement_id: UUID,
    espace_id: UUID,
    comptes: Iterable[UUID],
    code: CodeNotification,
    objet_id: UUID | None = None,
) -> None:
    """Adds the event to the centre of each account, exactly once however often it is asked."""
    Notification.objects.bulk_create(
        [
            Notification(
                id=uuid7(),
                espace_id=espace_id,
                compte_id=compte_id,
                evenement_id=evenement_id,
                code=code,
                objet_id=objet_id,
            )
            for compte_id in comptes
        ],
        ignore_conflicts=True,
    )


def marquer_lues(*, espace_id: UUID, compte_id: UUID) -> None:
    """Every notification of this espace becomes read for this account (R-NOT-07)."""
    Notification.objects.filter(espace_id=espace_id, compte_id=compte_id, lue_le=None).update(
        lue_le=timezone.now()
    )


def marquer(*, notification_id: UUID, compte_id: UUID, lue: bool) -> bool:
    """Read or unread; False when this account has no such notification."""
    return bool(
        Notification.objects.filter(pk=notification_id, compte_id=compte_id).update(
            lue_le=timezone.now() if lue else None
        )
    )


def supprimer(*, notification_id: UUID, compte_id: UUID) -> bool:
    """Takes a notification out of this account's centre; the other managers keep theirs."""
    return bool(Notification.objects.filter(pk=notification_id, compte_id=compte_id).delete()[0])
