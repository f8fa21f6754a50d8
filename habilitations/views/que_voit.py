"""« Que voit un pharmacien ? » (R-HAB-04): a page for everybody, and the same on paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from habilitations.actions.impressions import demander_pdf
from habilitations.que_voit import Regle, cible_du_pdf, cle_du_pdf, metiers, que_voit
from mes.socle.models import EtatTravail


class FormulaireMetier(forms.Form):
    """Query string: the code of a profession."""

    metier = forms.ChoiceField(
        label="Métier",
        error_messages={"invalid_choice": "Choisissez un métier de la liste."},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        champ = self.fields["metier"]
        assert isinstance(champ, forms.ChoiceField)
        champ.choices = [(metier.code, metier.libelle) for metier in metiers()]

    def regle(self) -> Regle | None:
        """What the chosen profession reads today; None when the choice is not of the list."""
        if not self.is_valid():
            return None
        choisi = {metier.code: metier for metier in metiers()}[self.cleaned_data["metier"]]
        return que_voit(choisi, timezone.localdate())


@login_not_required
@require_safe
def matrice(request: HttpRequest) -> HttpResponse:
    """By category: accessible, not accessible, and since when the rules hold."""
    formulaire = FormulaireMetier(request.GET if "metier" in request.GET else None)
    regle = formulaire.regle()
    return TemplateResponse(
        request,
        "patient/acces/que_voit.html",
        {"formulaire": formulaire, "regle": regle},
        status=422 if formulaire.errors else 200,
    )


@login_not_required
@require_safe
def matrice_pdf(request: HttpRequest) -> HttpResponse:
    """The same on paper, tagged (PDF/UA-1): drawn once by version, the same for everybody."""
    regle = FormulaireMetier(request.GET).regle()
    if regle is None or regle.version is None:
        raise Http404
    octets = _pdf_garde(cible_du_pdf(regle.version.pk, regle.profession.code))
    if octets is None:
        etat = demander_pdf(regle=regle)
        abandonne = etat is EtatTravail.ABANDONNE
        return TemplateResponse(
            request,
            "patient/acces/que_voit_pdf.html",
            {"regle": regle, "abandonne": abandonne},
            status=503 if abandonne else 202,
        )
    reponse = HttpResponse(octets, content_type="application/pdf")
    nom = f"que-voit-{regle.profession.code}-{regle.version.effet_le:%Y-%m-%d}.pdf"
    reponse.headers["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse


def _pdf_garde(cible: UUID) -> bytes | None:
    try:
        octets: bytes | None = cache.get(cle_du_pdf(cible))
    except RedisError:  # the cache may be away: the job will say so
        return None
    return octets
