"""Static files of the packages: of DSFR's 1,600, only what our pages take (static/css/dsfr.css)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder

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
