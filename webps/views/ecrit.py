"""The patient signed that a professional may read again: the paper is deposited, the access restored.

For whoever has neither a screen nor a code (table of decisions: « code, screen or written trace »).
"""

from __future__ import annotations

from typing import cast

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods

from dossier.actions import Depot, DepotRefuse, deposer_document
from habilitations.actions.accords import (
    AccordImpossible,
    autoriser_par_ecrit,
    exiger_un_ecrit_possible,
)
from habilitations.politique import Action
from habilitations.portes import acces_professionnel, autre_dossier_ouvert, espace_trouve
from mes.socle.dates import aujourdhui_a_paris
from usagers.recherche import presenter_traits

TYPE_ECRIT = "CERT_DECL"
TITRE_ECRIT = "Accord écrit du patient"


class FormulaireEcrit(forms.Form):
    """The signed paper, and that it is hers."""

    fichier = forms.FileField(
        label="L'écrit signé par le patient",
        help_text="Photographié ou numérisé : PDF ou image, 5 Mo au plus. Il rejoint son dossier.",
        error_messages={
            "required": "Choisissez le fichier de l'écrit signé.",
            "empty": "Ce fichier est vide : choisissez-en un autre.",
        },
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )
    atteste = forms.BooleanField(
        label="J'atteste que le patient a signé cet écrit et qu'il m'autorise à consulter son dossier",
        error_messages={"required": "Cochez cette case si l'écrit est bien signé du patient."},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def ecrit(request: HttpRequest) -> HttpResponse:
    """Deposits the paper and restores the access, or neither."""
    if espace_trouve(request) is None:
        return redirect("webps:recherche")
    if autre_dossier_ouvert(request):
        return redirect("webps:declaration")
    acces = acces_professionnel(request, Action.DEPOSER)
    donnees = (request.POST, request.FILES) if request.method == "POST" else ()
    formulaire = FormulaireEcrit(*donnees)
    if request.method == "POST" and formulaire.is_valid():
        fichier = cast("UploadedFile[bytes]", formulaire.cleaned_data["fichier"])
        try:
            exiger_un_ecrit_possible(acces)
            resultat = deposer_document(
                acces=acces,
                depot=Depot(
                    octets=fichier.read(),
                    nom_fichier=fichier.name or "ecrit",
                    type_code=TYPE_ECRIT,
                    titre=TITRE_ECRIT,
                    date_document=aujourdhui_a_paris(),
                ),
            )
            autoriser_par_ecrit(acces=acces, document_id=resultat.document_id)
        except DepotRefuse as refus:
            formulaire.add_error("fichier", refus.phrase)
        except AccordImpossible as erreur:
            formulaire.add_error(None, str(erreur))
        else:
            messages.success(
                request, "L'accord écrit est enregistré : vous pouvez ouvrir le dossier."
            )
            return redirect("webps:declaration")
    return TemplateResponse(
        request,
        "ps/ecrit.html",
        {
            "formulaire": formulaire,
            "patient": presenter_traits(acces.traits(), acces.espace.identite),
        },
        status=422 if formulaire.is_bound else 200,
    )
