"""One record and everybody who may stand in front of it, each with a browser already logged in."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from comptes.models import Compte
from habilitations.models import Blocage
from habilitations.portes import ESPACE_TROUVE
from mes.portails import PATIENT, PS
from mes.socle.nomenclatures import types_documents
from notifications.actions import notifier
from notifications.models import CodeNotification, Notification
from professionnels.models import Exercice, Professionnel
from tests import situations as s
from tests.comptes.outils import connecter_professionnel, connecter_usager
from tests.support.outils import connecter_agent, creer_agent
from usagers.models import EspaceSante

TYPE = "11488-4"
PROFILS = (
    "anonyme",
    "titulaire",
    "autre_titulaire",
    "ps_autorise",
    "ps_sans_acces",
    "ps_bloque",
    "secretaire",
    "agent",
)


def lisible_par_tous() -> None:
    """A matrix that lets physicians read everything."""
    s.poser_matrice({("10", code): True for code in types_documents()})


@dataclass
class Scene:
    """Alex's record: one document by a physician, one by Alex, one notification."""

    espace: EspaceSante
    compte: Compte
    document_id: UUID
    """Deposited by a physician who is none of the profiles."""
    document_du_patient_id: UUID
    notification_id: UUID
    mesure_id: UUID
    """Added by Alex."""
    navigateurs: dict[str, Client] = field(default_factory=dict)

    def navigateur(self, profil: str, *, csrf: bool = False) -> Client:
        """A fresh browser holding the session of `profil`."""
        client = Client(enforce_csrf_checks=csrf, raise_request_exception=False)
        client.cookies.update(self.navigateurs[profil].cookies)
        return client


def monter() -> Scene:
    """Builds everything through the product's own actions, then logs every profile in."""
    lisible_par_tous()
    espace = s.creer_espace("alex")
    compte = s.creer_compte("alex", espace)
    autre = s.creer_compte("camille", s.creer_espace("camille"))
    depose = s.deposer(s.acteur_ps("autre_medecin"), espace, type_code=TYPE)
    du_patient = s.deposer(s.acteur_titulaire(compte), espace, titre="Ma photo", type_code=TYPE)
    notifier(
        evenement_id=depose.id,
        espace_id=espace.pk,
        comptes=[compte.pk],
        code=CodeNotification.AJOUT_DOCUMENT,
        objet_id=depose.id,
    )
    scene = Scene(
        espace=espace,
        compte=compte,
        document_id=depose.id,
        document_du_patient_id=du_patient.id,
        notification_id=Notification.objects.get().pk,
        mesure_id=s.mesurer(s.acteur_titulaire(compte), espace, "WEIGHT", "72.5"),
        navigateurs={profil: Client() for profil in PROFILS},
    )
    connecter_usager(scene.navigateurs["titulaire"], compte)
    connecter_usager(scene.navigateurs["autre_titulaire"], autre)
    _agent(scene.navigateurs["agent"])
    _professionnels(scene)
    return scene


def _agent(client: Client) -> None:
    """An agent of the support, in the console, who tries the keys of both other doors."""
    session = connecter_agent(client, creer_agent())
    for portail in (PATIENT, PS):
        client.cookies[portail.temoin] = session.session_key


def _professionnels(scene: Scene) -> None:
    medecin = s.creer_exercice("medecin")
    sans_acces = s.creer_exercice("pharmacien")
    bloque = s.creer_exercice("kine")
    sessions = {
        "ps_autorise": connecter_professionnel(scene.navigateurs["ps_autorise"], medecin),
        "ps_sans_acces": connecter_professionnel(scene.navigateurs["ps_sans_acces"], sans_acces),
        "ps_bloque": connecter_professionnel(scene.navigateurs["ps_bloque"], bloque),
        "secretaire": connecter_professionnel(
            scene.navigateurs["secretaire"], exercice_de_secretaire()
        ),
    }
    s.autoriser(s.acteur_ps("medecin"), scene.espace)
    s.autoriser(s.acteur_ps("kine"), scene.espace)
    Blocage.objects.create(espace=scene.espace, professionnel_id=bloque.professionnel_id)
    for profil in ("ps_autorise", "ps_bloque", "secretaire"):
        trouver(sessions[profil], scene.espace)


def trouver(session: SessionStore, espace: EspaceSante) -> None:
    """As after a search by INS and traits that found the record."""
    session[ESPACE_TROUVE] = str(espace.pk)
    session.save()


def exercice_de_secretaire() -> Exercice:
    """Somebody of the directory whose profession never reads a record."""
    personne, _ = Professionnel.objects.get_or_create(
        rpps="99700900139", defaults={"nom": "DEMO-SECRETAIRE", "prenom": "Sam"}
    )
    exercice, _ = Exercice.objects.get_or_create(
        cle_annuaire="99700900139|secretariat",
        defaults={
            "professionnel": personne,
            "structure": s.creer_structure(),
            "profession": "330",
            "specialite": "",
        },
    )
    return exercice
