"""The pages of the documents are rendered as strictly as those of the shells."""

from tests.accueil.conftest import gabarits_stricts

__all__ = ["gabarits_stricts"]
