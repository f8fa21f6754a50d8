"""Pages are rendered strictly."""

from __future__ import annotations

from tests.accueil.conftest import gabarits_stricts  # noqa: F401  # asked for by name
