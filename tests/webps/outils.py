"""A professional at his browser, in front of a patient."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.test import Client

from dossier.models import Document
from habilitations.acces import ActeurAcces, ouvrir_pour_le_systeme
from habilitations.models import Administrateur, Ouverture
from habilitations.politique import Action, Masque
from mes.socle.nomenclatures import types_documents
from professionnels.models import Exercice
from tests import situations as s
from tests.accueil.scenes import recherche
from tests.comptes.outils import connecter_professionnel
from usagers.models import EspaceSante

DECLARATION = "/ps/patients/declaration/"
EQUIPE = {
    "base": "equipe",
    "consentement_initial": "on",
    "information": "papier",
    "rappel_lu": "on",
}
CONSENTEMENT = {"base": "consentement", "rappel_lu": "on"}


def navigateur(qui: str, **session: Any) -> Client:
    """Logged in, nothing searched yet."""
    client = Client()
    exercice = Exercice.objects.select_related("professionnel", "structure").get(
        pk=s.creer_exercice(qui).pk
    )
    connecter_professionnel(client, exercice, **session)
    return client


def devant(qui: str, patient: str = "alex") -> Client:
    """Logged in, the patient found by INS and traits."""
    client = navigateur(qui)
    chercher(client, patient)
    return client


def chercher(client: Client, patient: str = "alex") -> None:
    reponse = client.post("/ps/patients/", recherche(patient))
    assert reponse.status_code == 302, reponse.content.decode()


def dans(qui: str, patient: str = "alex", **declaration: str) -> Client:
    """Logged in, the record open; as a team member unless the declaration says otherwise."""
    client = devant(qui, patient)
    reponse = client.post(DECLARATION, declaration or EQUIPE)
    assert reponse.status_code == 302, reponse.content.decode()
    return client


def tout_ouvrir() -> None:
    """A matrix that lets physicians read everything."""
    s.poser_matrice({("10", code): True for code in types_documents()})


def nommer(espace: EspaceSante, qui: str) -> ActeurAcces:
    """Makes somebody administrator of the record."""
    acteur = s.acteur_ps(qui)
    Administrateur.objects.create(espace=espace, professionnel_id=acteur.id)
    return acteur


def ouverture_de(client_de: str) -> Ouverture | None:
    return Ouverture.objects.filter(
        exercice_id=s.acteur_ps(client_de).exercice_id, fermee_le=None
    ).first()


def gerer(espace: EspaceSante, compte: Any, geste: Any, **champs: Any) -> Any:
    """An act of the titulaire on her own record."""
    acteur = s.acteur_titulaire(compte)
    with s.espace_ouvert(acteur, espace.pk, Action.BLOQUER) as acces:
        return geste(acces=acces, **champs)


def professionnel_id(qui: str) -> UUID:
    identifiant: UUID = s.creer_exercice(qui).professionnel_id
    return identifiant


def masquer(depose: s.Depose, *masques: Masque) -> None:
    """As its author would, without a screen."""
    with transaction.atomic(), ouvrir_pour_le_systeme(depose.espace_id):
        Document.objects.filter(pk=depose.id).update(masques=sorted(masques))
