"""Pages are rendered strictly: a variable that a page names and nobody gave is an error."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest
from django.template import engines
from django_cotton.templatetags import Attrs


class _VariableInconnue(str):
    """What Django prints for an unknown variable: here, an error that names it."""

    def __mod__(self, variable: Any) -> NoReturn:  # type: ignore[override]
        raise AssertionError(f"variable de gabarit inconnue : {variable}")


def _parametre_inconnu(attributs: Attrs, nom: str) -> NoReturn:
    raise AssertionError(f"paramètre de composant incalculable : {nom}")


@pytest.fixture
def gabarits_stricts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown variables raise, in pages and in the parameters given to components."""
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", _VariableInconnue("%s"))
    monkeypatch.setattr(Attrs, "unprocessable", _parametre_inconnu)
