"""The agents of the demonstration log in with what demo.json gives."""

from __future__ import annotations

import time

import pytest

from comptes import codes
from comptes.models import RoleAgent
from demo.management.commands.peupler import Command
from demo.personnes_demo import AGENTS
from tests.support.outils import Navigateur, est_dans_la_console

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: agent[0])
def test_un_agent_de_la_demonstration_se_connecte_avec_ce_que_dit_demo_json(agent):
    donne = Command()._agent(*agent)
    navigateur = Navigateur()
    navigateur.taper_mot_de_passe(donne["mot_de_passe"], donne["identifiant"])
    pas = int(time.time()) // codes.DUREE_DU_PAS
    navigateur.taper_code(codes.code_du_pas(donne["secret_totp"], pas))
    assert est_dans_la_console(navigateur)
    assert donne["role"] in RoleAgent.values


def test_peupler_deux_fois_ne_change_pas_le_secret_d_un_agent():
    assert Command()._agent(*AGENTS[0]) == Command()._agent(*AGENTS[0])
