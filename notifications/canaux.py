"""The ways out: SMTP and the SMS gateway. Each takes what it sends; none knows who it is about."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime, parseaddr
from uuid import UUID

import requests
from django.conf import settings
from django.core.mail import EmailMultiAlternatives

DELAI = (3.05, 10.0)
"""Seconds to connect to the SMS gateway, then to wait for its answer."""


class EnvoiRefuse(Exception):
    """The gateway did not take the message: to be tried again."""


def identifiant_de_message(envoi_id: UUID) -> str:
    """The Message-ID of an outgoing e-mail: the same each time it is sent."""
    domaine = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{envoi_id}@{domaine}>"


def courriel(
    *, envoi_id: UUID, cree_le: datetime, adresse: str, sujet: str, texte: str, html: str
) -> None:
    """Hands the e-mail to the SMTP server. Raises OSError, smtplib.SMTPException."""
    message = EmailMultiAlternatives(
        subject=sujet,
        body=texte,
        to=[adresse],
        headers={
            "Message-ID": identifiant_de_message(envoi_id),
            "Date": format_datetime(cree_le),
            "Auto-Submitted": "auto-generated",
        },
    )
    if html:
        message.attach_alternative(html, "text/html")
    message.send()


def sms(*, envoi_id: UUID, adresse: str, texte: str) -> None:
    """Posts to the gateway, which sends once by `id`. Raises EnvoiRefuse, RequestException."""
    if not settings.MES_SMS_URL:
        raise EnvoiRefuse("MES_SMS_URL est vide : aucune passerelle de SMS")
    entetes = {}
    if settings.MES_SMS_JETON:
        entetes["Authorization"] = f"Bearer {settings.MES_SMS_JETON}"
    reponse = requests.post(
        settings.MES_SMS_URL,
        json={"id": str(envoi_id), "destinataire": adresse, "texte": texte},
        headers=entetes,
        timeout=DELAI,
        allow_redirects=False,
    )
    if not 200 <= reponse.status_code < 300:
        raise EnvoiRefuse(f"la passerelle de SMS a répondu {reponse.status_code}")
