"""Alex and her account, whose address and mobile are known."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from comptes.models import Compte
from tests.comptes.outils import dernier_envoi
from tests.situations import creer_compte, creer_espace
from usagers.models import EspaceSante

MOT_DE_PASSE = "Bonjour-1234!"


@pytest.fixture(autouse=True)
def passerelle_de_sms(settings):
    """An address nobody calls: what is asked here is what the outbox holds."""
    settings.MES_SMS_URL = "http://127.0.0.1:9/sms"


@pytest.fixture
def espace(db) -> EspaceSante:
    return creer_espace("alex")


@pytest.fixture
def alex(espace) -> Compte:
    return creer_compte("alex", espace)


class Navigateur(Client):
    """A browser that goes through the log-in's screens."""

    def taper_mot_de_passe(self, mot_de_passe=MOT_DE_PASSE, identifiant="alex.demo", **champs):
        donnees = {"identifiant": identifiant, "mot_de_passe": mot_de_passe, **champs}
        return self.post("/connexion/", donnees)

    def demander_code(self, canal="courriel"):
        return self.post("/connexion/moyen/", {"canal": canal})

    def taper_code(self, code):
        return self.post("/connexion/code/", {"code": code})

    def renvoyer(self):
        return self.post("/connexion/code/renvoi/")

    def jusqu_au_code(self, canal="courriel") -> str:
        """Password and channel; returns the six digits received."""
        assert self.taper_mot_de_passe().status_code == 302
        assert self.demander_code(canal).status_code == 302
        return code_recu()


def code_recu() -> str:
    trouve = re.search(r"\b(\d{6})\b", dernier_envoi()["texte"])
    assert trouve is not None
    return trouve[1]


@pytest.fixture
def navigateur(alex) -> Navigateur:
    return Navigateur()
