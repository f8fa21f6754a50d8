"""The Web PS's pages are rendered strictly, like the patient's."""

from tests.accueil.conftest import gabarits_stricts

__all__ = ["gabarits_stricts"]
