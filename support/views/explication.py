"""« Expliquer une décision »: which line of the table of decisions grants or refuses (R-SUP-05)."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from habilitations.explication import ExplicationImpossible
from habilitations.politique import Mode
from mes.socle.identifiants import IdentifiantInvalide, valider_matricule_ins, valider_rpps
from mes.socle.nomenclatures import types_documents
from support.actions import expliquer_decision
from support.roles import TOUS, agent_de, role_requis


def _types() -> list[tuple[str, str]]:
    libelles = sorted(
        ((code, type_.libelle) for code, type_ in types_documents().items()),
        key=lambda choix: choix[1].casefold(),
    )
    return [("", "Aucun : l’accès au dossier lui-même"), *libelles]


class FormulaireExplication(forms.Form):
    """A professional, a person, and what is asked of the record; no name, no document."""

    rpps = forms.CharField(
        label="Numéro RPPS du professionnel",
        help_text="11 chiffres.",
        max_length=20,
        error_messages={"required": "Saisissez le numéro RPPS du professionnel."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    ins = forms.CharField(
        label="Matricule INS de l’usager",
        help_text="15 caractères, clé comprise.",
        max_length=30,
        error_messages={"required": "Saisissez le matricule INS de l’usager."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    type_document = forms.ChoiceField(
        label="Type de document", choices=_types, required=False, widget=forms.Select
    )
    mode = forms.ChoiceField(
        label="Situation",
        choices=[
            (Mode.NORMAL, "Accès habituel"),
            (Mode.SAMU, "Régulation du SAMU-Centre 15"),
            (Mode.BRIS_DE_GLACE, "Bris de glace"),
        ],
        initial=Mode.NORMAL,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez la situation."},
    )

    def clean_rpps(self) -> str:
        try:
            return valider_rpps(self.cleaned_data["rpps"])
        except IdentifiantInvalide as erreur:
            raise forms.ValidationError(str(erreur)) from erreur

    def clean_ins(self) -> str:
        try:
            return valider_matricule_ins(self.cleaned_data["ins"]).valeur
        except IdentifiantInvalide as erreur:
            raise forms.ValidationError(str(erreur)) from erreur


def _libelle_du_type(formulaire: FormulaireExplication) -> str:
    code = formulaire.cleaned_data["type_document"]
    return types_documents()[code].libelle if code else ""


@sensitive_post_parameters("ins", "rpps")
@require_http_methods(["GET", "HEAD", "POST"])
@role_requis(*TOUS)
def expliquer(request: HttpRequest) -> HttpResponse:
    """The form and, below, its answer: in the body of a POST, never an identity in a URL."""
    formulaire = FormulaireExplication(request.POST if request.method == "POST" else None)
    explication = None
    if request.method == "POST" and formulaire.is_valid():
        try:
            explication = expliquer_decision(agent=agent_de(request), **formulaire.cleaned_data)
        except ExplicationImpossible as impossible:
            formulaire.add_error(None, str(impossible))
    contexte = {
        "formulaire": formulaire,
        "explications": [explication, *explication.autres] if explication else [],
        "type_demande": _libelle_du_type(formulaire) if explication else "",
    }
    statut = 422 if formulaire.errors else 200
    return TemplateResponse(request, "support/expliquer.html", contexte, status=statut)
