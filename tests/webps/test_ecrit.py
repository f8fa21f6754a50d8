"""A paper signed by the patient gives back the access that she took away, never through a block."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from dossier.models import Document
from habilitations.actions import accords, choix
from habilitations.models import Autorisation, Origine
from habilitations.politique import Action
from mes.socle import mur
from tests import situations as s
from tests.webps import outils

pytestmark = [pytest.mark.django_db, pytest.mark.regle("R-PS-12", "R-PS-16")]


@pytest.fixture
def scene() -> Any:
    """A patient without any account, who told her physician not to read any more."""
    outils.tout_ouvrir()
    espace = s.creer_espace("alex")
    medecin = s.acteur_ps("medecin")
    accords.enregistrer_refus_de_consultation(
        acteur=medecin, espace_id=espace.pk, toute_l_equipe=False
    )
    return espace, medecin, outils.devant("medecin")


def _envoyer(client: Client, octets: bytes | None = None, **champs: str) -> Any:
    fichier = SimpleUploadedFile("accord.pdf", octets or s.pdf("Accord"), "application/pdf")
    return client.post(reverse("webps:ecrit"), {"fichier": fichier, **champs})


def _documents(espace: Any) -> int:
    from django.db import transaction

    with transaction.atomic(), mur.ouvrir(lus=[espace.pk]):
        return Document.objects.filter(espace_id=espace.pk).count()


def test_l_ecrit_signe_est_depose_et_rend_l_acces(scene):
    espace, _medecin, client = scene
    page = client.get(outils.DECLARATION).content.decode()
    assert reverse("webps:ecrit") in page
    assert client.post(outils.DECLARATION, outils.CONSENTEMENT).status_code == 403
    assert _envoyer(client, atteste="on").status_code == 302
    assert Autorisation.objects.get().origine == Origine.ECRIT
    assert _documents(espace) == 1
    assert client.post(outils.DECLARATION, outils.CONSENTEMENT).status_code == 302
    assert client.get("/ps/dossier/").status_code == 200


def test_sans_attestation_ou_sans_vrai_fichier_rien_n_est_garde(scene):
    espace, _medecin, client = scene
    assert _envoyer(client).status_code == 422
    assert _envoyer(client, b"MZ\x90\x00 un programme", atteste="on").status_code == 422
    assert not Autorisation.objects.exists()
    assert _documents(espace) == 0


def test_un_ecrit_ne_leve_jamais_un_blocage_et_n_est_alors_pas_depose(scene):
    espace, medecin, client = scene
    compte = s.creer_compte("alex", espace)
    with s.espace_ouvert(s.acteur_titulaire(compte), espace.pk, Action.BLOQUER) as acces:
        choix.bloquer_professionnel(acces=acces, professionnel_id=medecin.id)
    reponse = _envoyer(client, atteste="on")
    assert reponse.status_code == 422
    assert not Autorisation.objects.exists()
    assert _documents(espace) == 0
