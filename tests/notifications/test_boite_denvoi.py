"""The outbox: nothing before the commit, at least once after it, sealed in between."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.db import connection, transaction

from mes.socle import travaux
from mes.socle.models import EtatTravail, Travail
from mes.socle.uuid7 import uuid7
from notifications.actions import envoyer, notifier
from notifications.models import Canal, CodeNotification, Envoi, Notification

pytestmark = pytest.mark.django_db

IL_Y_A_LONGTEMPS = datetime(2026, 1, 1, tzinfo=UTC)


def ecrire(canal: Canal = Canal.COURRIEL, adresse: str = "alex@mes.test", **champs: Any) -> UUID:
    contenu = {"sujet": "Sujet", "texte": "Texte", "html": "<p>Texte</p>", **champs}
    return envoyer(canal=canal, adresse=adresse, **contenu)


def faire_les_travaux() -> list[bool]:
    return [travaux.faire(pk) for pk in Travail.objects.values_list("id", flat=True)]


# --- E-mail ------------------------------------------------------------------------------------


def test_un_courriel_part_avec_un_identifiant_tire_de_l_envoi():
    envoi_id = ecrire()
    assert mail.outbox == []
    assert faire_les_travaux() == [True]
    (message,) = mail.outbox
    assert message.to == ["alex@mes.test"]
    assert message.message()["Message-ID"] == f"<{envoi_id}@mes.example>"
    assert message.message()["Auto-Submitted"] == "auto-generated"
    assert message.alternatives[0].content == "<p>Texte</p>"


def test_un_courriel_envoye_deux_fois_est_le_meme_message():
    ecrire()
    scelle = bytes(Envoi.objects.get().scelle)
    faire_les_travaux()
    # As after a kill between the SMTP answer and the last line of the job.
    Envoi.objects.update(envoye_le=None, scelle=scelle)
    Travail.objects.update(etat=EtatTravail.A_FAIRE, pas_avant=IL_Y_A_LONGTEMPS)
    faire_les_travaux()
    premier, second = (courriel.message() for courriel in mail.outbox)
    assert premier["Message-ID"] == second["Message-ID"]
    assert premier["Date"] == second["Date"]


def test_un_envoi_fait_est_vide_et_ne_repart_pas():
    ecrire()
    faire_les_travaux()
    envoi = Envoi.objects.get()
    assert envoi.scelle is None
    assert envoi.envoye_le is not None
    Travail.objects.update(etat=EtatTravail.A_FAIRE, pas_avant=IL_Y_A_LONGTEMPS)
    assert faire_les_travaux() == [True]
    assert len(mail.outbox) == 1


def test_un_envoi_est_scelle_en_attendant():
    ecrire(texte="Bonjour Alex", sujet="Un sujet reconnaissable")
    with connection.cursor() as curseur:
        curseur.execute("SELECT e::text FROM notifications_envoi e")
        ligne = curseur.fetchone()[0]
    for mot in ("alex@mes.test", "Bonjour", "reconnaissable"):
        assert mot not in ligne
        assert mot.encode().hex() not in ligne


def test_ce_qui_est_annule_n_est_jamais_envoye():
    class Annuler(Exception):
        pass

    @transaction.atomic
    def ecrire_puis_annuler() -> None:
        ecrire()
        raise Annuler

    with pytest.raises(Annuler):
        ecrire_puis_annuler()
    assert not Envoi.objects.exists()
    assert not Travail.objects.exists()


def test_demander_deux_fois_le_meme_envoi_n_en_ecrit_qu_un():
    envoi_id = uuid4()
    ecrire(envoi_id=envoi_id)
    ecrire(envoi_id=envoi_id)
    faire_les_travaux()
    assert len(mail.outbox) == 1


def test_un_serveur_de_courrier_en_panne_fait_retenter(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    ecrire()
    assert faire_les_travaux() == [False]
    travail = Travail.objects.get()
    assert (travail.etat, travail.erreur) == (EtatTravail.A_FAIRE, "ConnectionRefusedError")
    assert Envoi.objects.get().envoye_le is None


# --- SMS ---------------------------------------------------------------------------------------


class Passerelle:
    """A gateway of SMS on the loopback: what it was asked, and the answers it gives in turn."""

    def __init__(self) -> None:
        self.recus: list[tuple[dict[str, str], dict[str, Any]]] = []
        self.statuts = [202]
        passerelle = self

        class Traiter(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                corps = self.rfile.read(int(self.headers["Content-Length"]))
                passerelle.recus.append((dict(self.headers), json.loads(corps)))
                statuts = passerelle.statuts
                self.send_response(statuts.pop(0) if len(statuts) > 1 else statuts[0])
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                return

        self.serveur = ThreadingHTTPServer(("127.0.0.1", 0), Traiter)
        self.url = f"http://127.0.0.1:{self.serveur.server_port}/sms"


@pytest.fixture
def passerelle(settings) -> Iterator[Passerelle]:
    recue = Passerelle()
    settings.MES_SMS_URL = recue.url
    fil = threading.Thread(target=recue.serveur.serve_forever)
    fil.start()
    yield recue
    recue.serveur.shutdown()
    recue.serveur.server_close()
    fil.join()


def test_un_sms_passe_par_la_passerelle(passerelle, settings):
    settings.MES_SMS_JETON = "jeton-de-la-passerelle"
    envoi_id = ecrire(Canal.SMS, "+33639980001", sujet="", html="")
    faire_les_travaux()
    ((entetes, corps),) = passerelle.recus
    assert corps == {"id": str(envoi_id), "destinataire": "+33639980001", "texte": "Texte"}
    assert entetes["Authorization"] == "Bearer jeton-de-la-passerelle"
    assert Envoi.objects.get().scelle is None


@pytest.mark.parametrize("statut", [302, 400, 503])
def test_un_sms_refuse_est_retente_sous_le_meme_identifiant(passerelle, statut):
    passerelle.statuts = [statut, 202]
    ecrire(Canal.SMS, "+33639980001")
    assert faire_les_travaux() == [False]
    Travail.objects.update(pas_avant=IL_Y_A_LONGTEMPS)
    assert faire_les_travaux() == [True]
    premier, second = (corps for _, corps in passerelle.recus)
    assert premier == second


def test_sans_passerelle_un_sms_n_est_pas_dit_envoye(settings):
    settings.MES_SMS_URL = ""
    ecrire(Canal.SMS, "+33639980001")
    assert faire_les_travaux() == [False]
    assert Envoi.objects.get().envoye_le is None


# --- The in-app centre -------------------------------------------------------------------------


@pytest.mark.regle("R-NOT-07")
def test_un_evenement_n_est_note_qu_une_fois_par_lecteur():
    evenement, espace = uuid7(), uuid7()
    alex, camille = uuid7(), uuid7()
    for comptes in ([alex], [alex, camille], [camille]):
        notifier(
            evenement_id=evenement,
            espace_id=espace,
            comptes=comptes,
            code=CodeNotification.AJOUT_DOCUMENT,
            objet_id=evenement,
        )
    notees = Notification.objects.filter(evenement_id=evenement)
    assert sorted(n.compte_id for n in notees) == sorted([alex, camille])
    notifier(
        evenement_id=uuid7(),
        espace_id=espace,
        comptes=[alex],
        code=CodeNotification.MODIF_DOCUMENT,
    )
    assert Notification.objects.filter(compte_id=alex).count() == 2
