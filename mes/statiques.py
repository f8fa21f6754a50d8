"""Static files: of DSFR's 1,600, only what our pages take (static/css/dsfr.css); their addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder
from whitenoise.storage import CompressedManifestStaticFilesStorage

COMPOSANTS = ("button", "form", "input", "select", "upload")
UTILES = (
    "dsfr/dist/core/core.main.min.css",
    *(f"dsfr/dist/component/{nom}/{nom}.main.min.css" for nom in COMPOSANTS),
    # Named by those files, hence wanted by the manifest; no page requests the fonts.
    "dsfr/dist/fonts/*",
    "dsfr/dist/icons/system/fr--*",
    *(
        f"dsfr/dist/icons/{nom}.svg"
        for nom in (
            "arrows/arrow-up-down-line",
            "arrows/arrow-up-line",
            "business/briefcase-fill",
            "media/fullscreen-line",
            "system/close-line",
            "system/external-link-line",
            "system/question-line",
            "user/account-circle-fill",
            "user/team-line",
        )
    ),
)


class PaquetsUtiles(AppDirectoriesFinder):
    """Django's finder of the applications' static folders, without what no page uses."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Any]]:
        for chemin, stockage in super().list(ignore_patterns):
            if not chemin.startswith("dsfr/") or any(fnmatch(chemin, m) for m in UTILES):
                yield chemin, stockage


class StatiquesDuManifeste(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # no types
    """Compressed files under the name of their content, each address worked out once.

    The manifest is read when a process starts and never changes while it runs; a page names the
    file of the icons some fifty times.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._adresses: dict[str | None, str] = {}

    def url(self, name: str | None, force: bool = False) -> str:
        adresse: str | None = None if force else self._adresses.get(name)
        if adresse is None:
            adresse = self._adresses[name] = super().url(name, force)
        return adresse
