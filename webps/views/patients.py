"""Finding a patient, declaring the basis, closing the record."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_POST

from habilitations.acces import AccesRefuse, ActeurAcces, situation_de_l_espace
from habilitations.actions import (
    Declaration,
    DeclarationInvalide,
    fermer_dossier,
    ouvrir_dossier,
)
from habilitations.politique import Acteur, Action, Base, Decision, Motif
from habilitations.portes import ESPACE_TROUVE, acteur_professionnel, espace_ouvert, espace_trouve
from mes.socle.identifiants import IdentifiantInvalide, normaliser_trait, valider_matricule_ins
from usagers.recherche import espace_par_ins_et_traits, identite_affichee


class FormulaireRecherche(forms.Form):
    """INS and traits: the name alone is never enough (R-PS-23)."""

    matricule = forms.CharField(
        label="Matricule INS (numéro de sécurité sociale)",
        max_length=30,
        help_text="15 caractères, clé comprise.",
        error_messages={"required": "Saisissez le matricule INS du patient."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )
    nom_naissance = forms.CharField(
        label="Nom de naissance",
        max_length=100,
        error_messages={"required": "Saisissez le nom de naissance."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    date_naissance = forms.DateField(
        label="Date de naissance",
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Saisissez la date de naissance.",
            "invalid": "Saisissez une date qui existe, par exemple 14/03/1985.",
        },
    )

    def clean_matricule(self) -> str:
        try:
            return valider_matricule_ins(self.cleaned_data["matricule"]).valeur
        except IdentifiantInvalide as erreur:
            raise forms.ValidationError(str(erreur)) from erreur

    def clean_nom_naissance(self) -> str:
        return normaliser_trait(self.cleaned_data["nom_naissance"])


@require_http_methods(["GET", "POST"])
def recherche(request: HttpRequest) -> HttpResponse:
    """Finds by INS and traits, in the body of a POST: never an identity in a URL."""
    acteur = acteur_professionnel(request)
    if not acteur.exercice_actif:
        raise _refus(acteur, Motif.EXERCICE_INACTIF, "R-PS-09")
    formulaire = FormulaireRecherche(request.POST or None)
    if request.method == "POST" and formulaire.is_valid():
        saisie: dict[str, Any] = formulaire.cleaned_data
        espace = espace_par_ins_et_traits(
            saisie["matricule"], saisie["nom_naissance"], saisie["date_naissance"]
        )
        if espace is not None:
            request.session[ESPACE_TROUVE] = str(espace.pk)
            if acteur.genre is Acteur.PROFESSIONNEL:
                return redirect("webps:declaration")
            return redirect("webps:deposer")
        formulaire.add_error(
            None,
            "Aucun dossier ne correspond à ces informations. Vérifiez le matricule, le nom de "
            "naissance et la date de naissance.",
        )
    return TemplateResponse(
        request,
        "ps/recherche.html",
        {"formulaire": formulaire, "deja_ouvert": espace_ouvert(acteur) is not None},
        status=422 if formulaire.is_bound else 200,
    )


def _refus(acteur: ActeurAcces, motif: Motif, regle: str) -> AccesRefuse:
    return AccesRefuse(
        Decision(False, motif, regle),
        acteur=acteur,
        espace_id=None,
        action=Action.LISTER,
        statut=403,
    )


class FormulaireDeclaration(forms.Form):
    """On what basis the record is opened, and how the patient was informed (R-PS-02…04)."""

    base = forms.ChoiceField(
        label="Je consulte ce dossier",
        choices=[
            (Base.EQUIPE, "en tant que membre de l'équipe de soins du patient"),
            (Base.CONSENTEMENT, "avec l'accord que le patient me donne pour cette consultation"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez sur quelle base vous ouvrez ce dossier."},
    )
    consentement_initial = forms.BooleanField(
        label="Le patient, informé, a donné son consentement à mon équipe de soins",
        help_text="À cocher pour consulter en tant que membre de l'équipe de soins.",
        required=False,
    )
    information = forms.ChoiceField(
        label="Le patient a été informé par écrit",
        choices=[("papier", "sur papier"), ("numerique", "sous forme numérique")],
        widget=forms.RadioSelect,
        error_messages={"required": "Indiquez comment le patient a été informé."},
    )
    rappel_lu = forms.BooleanField(
        label="J'ai pris connaissance du rappel et je n'accède qu'aux informations nécessaires aux soins",
        error_messages={"required": "Cochez cette case pour ouvrir le dossier."},
    )

    def __init__(self, *args: Any, consentement_connu: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.consentement_connu = consentement_connu

    def clean(self) -> dict[str, Any]:
        """Says at the box what `ouvrir_dossier` would refuse, so that nothing typed is lost."""
        saisie = super().clean() or {}
        if (
            saisie.get("base") == Base.EQUIPE
            and not saisie.get("consentement_initial")
            and not self.consentement_connu
            and settings.MES_CONSENTEMENT_INITIAL_EQUIPE
        ):
            self.add_error(
                "consentement_initial",
                "Cochez cette case si le patient a consenti. Sinon, recueillez d'abord son "
                "consentement.",
            )
        return saisie

    def declaration(self) -> Declaration:
        saisie: dict[str, Any] = self.cleaned_data
        return Declaration(
            base=Base(saisie["base"]),
            consentement_initial_recueilli=saisie["consentement_initial"],
            information=saisie["information"],
        )


@require_http_methods(["GET", "POST"])
def declaration(request: HttpRequest) -> HttpResponse:
    """The declaration with its legal reminder (R-PS-19); a former open record is closed (R-PS-22)."""
    acteur = acteur_professionnel(request)
    espace_id = espace_trouve(request)
    if espace_id is None:
        return redirect("webps:recherche")
    situation, espace = situation_de_l_espace(acteur, espace_id, Action.LISTER)
    formulaire = FormulaireDeclaration(
        request.POST or None, consentement_connu=situation.consentement_initial
    )
    ouvert = espace_ouvert(acteur)
    if request.method == "POST" and formulaire.is_valid():
        try:
            ouvrir_dossier(acteur=acteur, espace_id=espace_id, declaration=formulaire.declaration())
        except DeclarationInvalide as erreur:
            formulaire.add_error(None, str(erreur))
        else:
            return redirect("webps:recapitulatif")
    return TemplateResponse(
        request,
        "ps/declaration.html",
        {
            "formulaire": formulaire,
            "consentement_initial_deja_recueilli": situation.consentement_initial,
            "autre_dossier_ouvert": ouvert is not None and ouvert != espace_id,
            "patient": identite_affichee(espace),
        },
        status=422 if formulaire.is_bound else 200,
    )


@require_POST
def fermer(request: HttpRequest) -> HttpResponse:
    """Closes the open record."""
    acteur = acteur_professionnel(request)
    fermer_dossier(acteur=acteur)
    request.session.pop(ESPACE_TROUVE, None)
    messages.success(request, "Le dossier est fermé.")
    return redirect("webps:recherche")
