"""What a test may ask of a running federation. Kept in memory: a restart tells the truth again."""

from __future__ import annotations

import threading

from demo.federations.scenarios import Scenario

DELAI_ECPS = 120
"""Seconds to approve on the phone, unless told otherwise."""


class Controle:
    """The switches of one federation, shared by the threads that serve it."""

    def __init__(self, delai_ecps: int = DELAI_ECPS) -> None:
        self._verrou = threading.Lock()
        self._scenario: Scenario | None = None
        self._fois: int | None = None
        self.delai_ecps = delai_ecps

    @property
    def scenario(self) -> Scenario | None:
        return self._scenario

    @property
    def fois(self) -> int | None:
        """How many more times the scenario will play; None for « until told otherwise »."""
        return self._fois

    def regler(self, scenario: Scenario | None, fois: int | None) -> None:
        with self._verrou:
            self._scenario = scenario
            self._fois = fois if scenario else None

    def est_indisponible(self) -> bool:
        """Whether this very answer has to be a 503; counts it."""
        with self._verrou:
            if self._scenario is not Scenario.INDISPONIBLE:
                return False
            self._compter()
            return True

    def prochain(self) -> Scenario | None:
        """The scenario of the authorization being given; counts it."""
        with self._verrou:
            scenario = self._scenario
            self._compter()
            return scenario

    def _compter(self) -> None:
        if self._fois is not None:
            self._fois -= 1
            if self._fois <= 0:
                self._scenario = self._fois = None
