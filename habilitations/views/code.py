"""« Code d'ouverture » (I-06): made, shown once with its QR, cancelled."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_POST

from habilitations.actions.accords import annuler_codes_ouverture, creer_code_ouverture
from habilitations.models import CodeOuverture
from habilitations.politique import Action
from habilitations.views.patient import ouvrir_pour_gerer


def en_groupes(code: str) -> str:
    """« ABCDE FGH2J »: read and dictated by halves."""
    moitie = (len(code) + 1) // 2
    return f"{code[:moitie]} {code[moitie:]}"


def qr_en_ligne(texte: str) -> SafeString:
    """A QR code as one inline SVG, black on white in both themes, decorative: the code is beside it."""
    import segno

    svg = segno.make(texte, error="m", micro=False, boost_error=False).svg_inline(
        border=4,
        dark="#000",
        light="#fff",
        svgclass="code-qr__dessin",
        lineclass=None,
        omitsize=True,
    )
    # Marked safe: drawn by the library out of a code of our own alphabet, nothing typed by anybody.
    return SafeString(svg.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1))


def minutes_restantes(ligne: CodeOuverture) -> int:
    """Whole minutes left, one at least while it still holds."""
    return max(1, round((ligne.expire_le - timezone.now()).total_seconds() / 60))


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """GET: what it is, and whether one waits (never which). POST: a new one, in this answer only."""
    if request.method == "POST":
        acces = ouvrir_pour_gerer(request, Action.BLOQUER)
        clair, ligne = creer_code_ouverture(acces=acces)
        return TemplateResponse(
            request,
            "patient/acces/code_cree.html",
            {
                "code": en_groupes(clair),
                "lettres": " ".join(clair),
                "qr": qr_en_ligne(clair),
                "minutes": minutes_restantes(ligne),
                "expire_le": ligne.expire_le,
            },
        )
    acces = ouvrir_pour_gerer(request)
    en_attente = (
        CodeOuverture.objects.filter(
            espace=acces.espace_id,
            utilise_le=None,
            annule_le=None,
            expire_le__gt=timezone.now(),
        )
        .order_by("-cree_le")
        .first()
    )
    return TemplateResponse(
        request,
        "patient/acces/code.html",
        {
            "en_attente": en_attente,
            "minutes": minutes_restantes(en_attente) if en_attente else 0,
        },
    )


@require_POST
def annuler(request: HttpRequest) -> HttpResponse:
    """The waiting code opens nothing any more."""
    acces = ouvrir_pour_gerer(request, Action.BLOQUER)
    annuler_codes_ouverture(acces=acces)
    messages.success(request, "Le code est annulé : il n'ouvre plus rien.")
    return redirect("accueil:acces_code")
