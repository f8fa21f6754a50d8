"""The drawings of `static/icones.svg`, in templates."""

from __future__ import annotations

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def icone(nom: str, titre: str = "", taille: str = "") -> SafeString:
    """What <c-icone> writes; components, which a page repeats fifty times, write it by this tag.

    `nom`: id of the drawing (« documents », « categorie-BIOLOGIE »…). `titre`: read aloud; without
    it the drawing is decorative. `taille`: « » (follows the text), « petite » or « grande ».
    """
    classe = f"icone icone--{taille}" if taille else "icone"
    dessin = f"{staticfiles_storage.url('icones.svg')}#{nom}"
    if not titre:
        return format_html(
            '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>',
            classe,
            dessin,
        )
    return format_html(
        '<svg class="{}" role="img" aria-label="{}" focusable="false"><use href="{}"></use></svg>',
        classe,
        titre,
        dessin,
    )
