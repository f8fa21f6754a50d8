"""An agent of each role, and pages rendered strictly."""

from __future__ import annotations

import pytest
from django.test import Client

from comptes.models import Compte, RoleAgent
from tests.accueil.conftest import gabarits_stricts  # noqa: F401  # asked for by name
from tests.support.outils import Navigateur, creer_agent, navigateur_de


@pytest.fixture
def agent(db) -> Compte:
    return creer_agent()


@pytest.fixture
def navigateur(agent) -> Navigateur:
    return Navigateur()


@pytest.fixture
def console(agent) -> Client:
    """A browser of a téléconseiller, logged in."""
    return navigateur_de(agent)


@pytest.fixture
def superviseur(db) -> Client:
    return navigateur_de(creer_agent(RoleAgent.SUPERVISEUR, "superviseur.demo"))
