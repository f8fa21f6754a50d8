"""`bin/manage creer_agent`: an operator gives an agent what to log in with."""

from __future__ import annotations

import io
import re

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from comptes.models import Compte, DispositifTOTP
from tests.support.outils import Navigateur, code_affiche, est_dans_la_console

pytestmark = pytest.mark.django_db

MOT_DE_PASSE = "une phrase assez longue"


def creer(monkeypatch, *arguments, mot_de_passe=MOT_DE_PASSE) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(mot_de_passe + "\n"))
    sortie = io.StringIO()
    call_command("creer_agent", *arguments, stdout=sortie)
    return sortie.getvalue()


def test_l_agent_cree_se_connecte_avec_ce_que_la_commande_a_donne(monkeypatch):
    sortie = creer(monkeypatch, "lise.demo", "--role", "superviseur", "--prenom", "Lise")
    agent = Compte.objects.get()
    assert (agent.role, agent.population) == ("superviseur", "agent")
    assert re.search(r"secret : (\w{32})", sortie)[1] == DispositifTOTP.objects.get().secret()
    navigateur = Navigateur()
    navigateur.taper_mot_de_passe(MOT_DE_PASSE, "lise.demo")
    navigateur.taper_code(code_affiche(agent))
    assert est_dans_la_console(navigateur)


def test_une_nouvelle_application_remplace_l_ancienne_sans_toucher_au_mot_de_passe(monkeypatch):
    creer(monkeypatch, "lise.demo", "--role", "superviseur")
    avant = (Compte.objects.get().password, DispositifTOTP.objects.get().secret())
    creer(monkeypatch, "lise.demo", "--nouvelle-application", mot_de_passe="")
    assert Compte.objects.get().password == avant[0]
    assert DispositifTOTP.objects.get().secret() != avant[1]


@pytest.mark.parametrize(
    ("arguments", "mot_de_passe", "erreur"),
    [
        (["lise.demo"], MOT_DE_PASSE, "--role"),
        (["lise.demo", "--role", "superviseur"], "court", "12 caractères"),
        (["personne", "--nouvelle-application"], MOT_DE_PASSE, "aucun agent"),
    ],
)
def test_ce_qui_manque_est_dit_et_rien_n_est_cree(monkeypatch, arguments, mot_de_passe, erreur):
    with pytest.raises(CommandError, match=erreur):
        creer(monkeypatch, *arguments, mot_de_passe=mot_de_passe)
    assert not Compte.objects.exists()


def test_un_identifiant_deja_pris_est_refuse(monkeypatch):
    creer(monkeypatch, "lise.demo", "--role", "superviseur")
    with pytest.raises(CommandError, match="déjà"):
        creer(monkeypatch, "Lise.Demo", "--role", "teleconseiller")
    assert Compte.objects.count() == 1
