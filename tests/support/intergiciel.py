"""Who PostgreSQL says we are, from the start of a console's view to the closing of its pile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

_observees: list[Observation] = []


@dataclass
class Observation:
    """The roles under which the views reached were begun, made their queries, were rendered."""

    vues: list[str] = field(default_factory=list)
    ouverte: bool = False
    roles: list[tuple[str, str]] = field(default_factory=list)
    """Role, and the query (or the moment)."""

    def noter(self, quand: str) -> None:
        with connection.connection.cursor() as brut:  # beside Django's: not noted in its turn
            ligne = brut.execute("SELECT current_user").fetchone()
        self.roles.append((str(ligne[0]), quand))


@contextmanager
def observer() -> Iterator[Observation]:
    """Notes what happens from each view's start to the moment when the portal leaves its role."""
    observation = Observation()
    _observees.append(observation)
    with connection.execute_wrapper(_observer_requete):
        yield observation
    _observees.remove(observation)


def _observer_requete(executer: Callable[..., Any], requete: Any, *reste: Any) -> Any:
    for observation in _observees:
        if observation.ouverte:
            observation.noter(str(requete))
            observation.ouverte = requete != "RESET ROLE"
    return executer(requete, *reste)


class Observateur:
    """Last of MIDDLEWARE: its process_view is the last thing before the view, its answer rendered."""

    def __init__(self, get_response: Callable[..., Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        reponse = self.get_response(request)
        for observation in _observees:
            if observation.ouverte:
                observation.noter("rendue")
        return reponse

    def process_view(self, request: Any, vue: Any, args: Any, kwargs: Any) -> None:
        for observation in _observees:
            observation.vues.append(request.resolver_match.view_name)
            observation.ouverte = True
            observation.noter("vue")
