"""Sessions opened without the screens, and what the outbox and the journals hold."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client, RequestFactory
from django.utils import timezone

from comptes.actions import compte_du_professionnel
from comptes.models import Compte, DispositifCode, JetonsPSC
from comptes.moteur_sessions import SessionStore
from comptes.sessions import ouvrir_session
from journal.faits import Fait
from journal.models import Ligne, LigneSecurite
from mes.portails import PATIENT, PS, Portail
from mes.socle import mur
from mes.socle.trousseau import trousseau
from mes.socle.uuid7 import uuid7
from notifications.models import Envoi
from professionnels.models import Exercice, Professionnel
from webps.session import poser_exercice


def _requete(portail: Portail, compte: Compte, **ouverture: Any) -> Any:
    request: Any = RequestFactory().get(portail.prefixe)
    request.session = SessionStore()
    request.user = AnonymousUser()
    ouvrir_session(request, compte, portail=portail.nom, **ouverture)
    return request


def _poser(client: Client, portail: Portail, request: Any) -> SessionStore:
    request.session.save()
    client.cookies[portail.temoin] = request.session.session_key
    return request.session


def connecter_usager(client: Client, compte: Compte, **ouverture: Any) -> SessionStore:
    """The browser holds a session of the patient's portal, both factors proven."""
    dispositif, _ = DispositifCode.objects.get_or_create(
        user=compte, defaults={"name": "code", "canal": "courriel"}
    )
    request = _requete(PATIENT, compte, dispositif=dispositif, **ouverture)
    return _poser(client, PATIENT, request)


def connecter_professionnel(
    client: Client, exercice: Exercice, *, regulateur: bool = False, **ouverture: Any
) -> SessionStore:
    """The browser holds a session of the Web PS; Pro Santé Connect answers for it for an hour."""
    professionnel = exercice.professionnel
    compte = compte_du_professionnel(
        id_national=f"8{professionnel.rpps}", prenom=professionnel.prenom, nom=professionnel.nom
    )
    Professionnel.objects.filter(pk=professionnel.pk).update(compte_id=compte.pk)
    dans_une_heure = timezone.now() + timedelta(hours=1)
    jetons = JetonsPSC(id=uuid7(), a_rafraichir_le=dans_une_heure, fin_le=dans_une_heure)
    jetons.poser_contenu(
        {"acces": "a", "rafraichissement": "r", "identite": "i", "sub": "s", "nonce": "n"}
    )
    jetons.save(force_insert=True)
    request = _requete(PS, compte, jetons_psc=jetons.pk, **ouverture)
    poser_exercice(
        request, exercice, regulateur=regulateur, palier="APPPRIP3^1.2.250.1", moyen="carte"
    )
    return _poser(client, PS, request)


def session_de(client: Client, portail: Portail = PATIENT) -> SessionStore:
    return SessionStore(client.cookies[portail.temoin].value)


def est_connecte(client: Client) -> bool:
    """Whether the browser is inside the patient's portal."""
    return client.get("/session/etat/").json()["reste"] > 0


def est_connecte_ps(client: Client) -> bool:
    return client.get("/ps/session/reprise/").headers.get("Location") == "/ps/"


def contenu(envoi: Envoi) -> dict[str, Any]:
    return trousseau().desceller_json(bytes(envoi.scelle), lieu=Envoi.lieu(envoi.pk))


def dernier_envoi() -> dict[str, Any]:
    """The last message of the outbox, in clear."""
    return contenu(Envoi.objects.latest("id"))


def motifs_de_securite() -> list[str]:
    return list(LigneSecurite.objects.order_by("jour", "numero").values_list("motif", flat=True))


def faits_du_journal(espace_id: UUID) -> list[Fait]:
    with transaction.atomic(), mur.ouvrir(journal_lu=[espace_id]):
        lignes = Ligne.objects.filter(espace_id=espace_id).order_by("numero")
        return [Fait(fait) for fait in lignes.values_list("fait", flat=True)]
