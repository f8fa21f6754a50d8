"""What an agent can do: the entries of the console, for its menu and its home.

To add a screen: a view under `@role_requis`, its address, and a line here. An entry exists when its
screen exists, and is shown to those whom the view lets in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import resolve, reverse

from support.roles import agent_de, roles_requis


@dataclass(frozen=True, slots=True)
class Ecran:
    """A screen: name of its address, label, icon, and one sentence for the home."""

    nom: str
    libelle: str
    icone: str
    phrase: str
    dessous: tuple[str, ...] = ()
    """Names of the addresses of the pages below it."""


ECRANS = (
    Ecran(
        "expliquer",
        "Expliquer une décision",
        "aide",
        "Dire pourquoi un professionnel peut consulter un dossier ou non, et ce qui le changerait.",
    ),
    Ecran(
        "alertes",
        "Alertes de sécurité",
        "bouclier",
        "Regarder les usages inhabituels que le journal de sécurité signale, et conclure.",
        ("alerte",),
    ),
    Ecran(
        "urgences",
        "Accès d’urgence",
        "urgence",
        "Relire les ouvertures de dossiers en urgence, et conclure.",
    ),
)


@dataclass(frozen=True, slots=True)
class Entree:
    """What <c-entree_menu> writes."""

    libelle: str
    icone: str
    url: str
    actif: bool


def ecrans_de(role: str) -> list[tuple[Ecran, str]]:
    """The screens that this role opens, each with its address."""
    adresses = [(ecran, reverse(f"support:{ecran.nom}")) for ecran in ECRANS]
    return [(ecran, url) for ecran, url in adresses if role in roles_requis(resolve(url).func)]


def menus(request: HttpRequest) -> dict[str, Any]:
    """Context of the shell of a logged-in agent."""
    ici = request.resolver_match.url_name if request.resolver_match else ""
    agent = agent_de(request)
    fiche = agent.fiche()
    accueil = Entree("Accueil", "accueil", reverse("support:accueil"), actif=ici == "accueil")
    return {
        "menu": [
            accueil,
            *(
                Entree(ecran.libelle, ecran.icone, url, actif=ici in (ecran.nom, *ecran.dessous))
                for ecran, url in ecrans_de(agent.role)
            ),
        ],
        "agent_nom": f"{fiche.get('prenom', '')} {fiche.get('nom', '')}".strip(),
        "agent_role": agent.get_role_display(),
    }
