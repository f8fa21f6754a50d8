"""Agents of the console, their codes, and a browser of theirs."""

from __future__ import annotations

import time
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory

from comptes import codes
from comptes.actions import creer_compte
from comptes.models import Compte, DispositifTOTP, Population, RoleAgent
from comptes.moteur_sessions import SessionStore
from comptes.sessions import ouvrir_session
from comptes.totp import installer_totp
from mes.portails import SUPPORT

MOT_DE_PASSE = "Bonjour-1234!"


def creer_agent(
    role: str = RoleAgent.TELECONSEILLER, identifiant: str = "agent.demo", *, totp: bool = True
) -> Compte:
    agent = creer_compte(
        population=Population.AGENT,
        identifiant=identifiant,
        mot_de_passe=MOT_DE_PASSE,
        prenom="Lise",
        nom="DEMO-AGENT",
        courriel="lise.demo-agent@mes.test",
        role=role,
    )
    if totp:
        installer_totp(compte_id=agent.pk)
    return agent


def code_affiche(agent: Compte, *, decalage: int = 0) -> str:
    """What the agent's application shows, `decalage` steps from now."""
    secret = DispositifTOTP.objects.get(pk=agent.pk).secret()
    return codes.code_du_pas(secret, int(time.time()) // codes.DUREE_DU_PAS + decalage)


def autre_code(code: str) -> str:
    """Six digits that are not those of any step near now (but for some chances in a million)."""
    return f"{(int(code) + 500_000) % 1_000_000:06d}"


def connecter_agent(client: Client, agent: Compte) -> SessionStore:
    """The browser holds a session of the console, both factors proven."""
    request: Any = RequestFactory().get(SUPPORT.prefixe)
    request.session = SessionStore()
    request.user = AnonymousUser()
    dispositif = DispositifTOTP.objects.get(pk=agent.pk)
    ouvrir_session(request, agent, portail=SUPPORT.nom, dispositif=dispositif)
    request.session.save()
    client.cookies[SUPPORT.temoin] = request.session.session_key
    return request.session


def navigateur_de(agent: Compte) -> Client:
    client = Client()
    connecter_agent(client, agent)
    return client


class Navigateur(Client):
    """A browser that goes through the log-in's screens of the console."""

    def taper_mot_de_passe(self, mot_de_passe=MOT_DE_PASSE, identifiant="agent.demo", **champs):
        donnees = {"identifiant": identifiant, "mot_de_passe": mot_de_passe, **champs}
        return self.post("/support/connexion/", donnees)

    def taper_code(self, code):
        return self.post("/support/connexion/code/", {"code": code})


def est_dans_la_console(client: Client) -> bool:
    return client.get("/support/session/etat/").json()["reste"] > 0
