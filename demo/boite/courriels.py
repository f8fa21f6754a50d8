"""From the bytes that SMTP received to what a person reads."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage

from demo.boite.depot import COURRIEL, Message, maintenant, nouvel_identifiant


def lire_courriel(brut: bytes, expediteur: str, destinataires: list[str]) -> list[Message]:
    """One message per recipient of the envelope, decoded; attachments are left out.

    A letter that cannot be decoded is still kept, with what could be read of it.
    """
    courriel = message_from_bytes(brut, policy=policy.default)
    recu_le = maintenant()
    return [
        Message(
            id=nouvel_identifiant(),
            canal=COURRIEL,
            destinataire=destinataire,
            expediteur=_entete(courriel, "From") or expediteur,
            objet=_entete(courriel, "Subject"),
            texte=_partie(courriel, "plain"),
            html=_partie(courriel, "html"),
            message_id=_entete(courriel, "Message-ID"),
            recu_le=recu_le,
        )
        for destinataire in destinataires
    ]


def _entete(courriel: EmailMessage, nom: str) -> str:
    return str(courriel.get(nom, "")).strip()


def _partie(courriel: EmailMessage, genre: str) -> str:
    partie = courriel.get_body(preferencelist=(genre,))
    if not isinstance(partie, EmailMessage):
        return ""
    octets = partie.get_payload(decode=True)
    if not isinstance(octets, bytes):
        return ""
    jeu = partie.get_content_charset() or "utf-8"
    try:
        texte = octets.decode(jeu, errors="replace")
    except LookupError:  # a charset that nobody knows
        texte = octets.decode("utf-8", errors="replace")
    return texte.replace("\r\n", "\n")
