"""Pages printed on our side: tagged PDF (PDF/UA-1) drawn by WeasyPrint from our own templates.

WeasyPrint needs Pango, a system library: it is loaded at the first page printed, so that a machine
without it runs everything else.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any, Final, NoReturn

from django.conf import settings
from django.template.loader import render_to_string
from PIL import ImageFile

_UN_A_LA_FOIS: Final = Lock()
"""Fontconfig and Pango keep states of their own: one page is drawn at a time by process."""


class ImpressionIndisponible(Exception):
    """The libraries that draw the letters are not on this machine."""


def _ne_rien_chercher(adresse: str, *_: Any, **__: Any) -> NoReturn:
    raise ValueError("une page imprimée ne va rien chercher")


def imprimer(gabarit: str, contexte: Mapping[str, Any]) -> bytes:
    """The PDF of a template of `templates/impression/`: fonts embedded, nothing fetched.

    Raises ImpressionIndisponible.
    """
    try:
        from weasyprint import CSS, HTML
    except OSError as erreur:
        raise ImpressionIndisponible from erreur
    # WeasyPrint lets the whole process read truncated images: our checks refuse them.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    html = render_to_string(gabarit, dict(contexte))
    style = CSS(filename=str(Path(settings.RACINE) / "static" / "css" / "impression.css"))
    with _UN_A_LA_FOIS:
        octets = HTML(string=html, url_fetcher=_ne_rien_chercher).write_pdf(
            stylesheets=[style], pdf_variant="pdf/ua-1"
        )
    return bytes(octets)
