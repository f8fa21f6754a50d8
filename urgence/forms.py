"""What an emergency asks to be typed, and what a review asks to be said."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from mes.socle.identifiants import (
    IdentifiantInvalide,
    normaliser_trait,
    valider_lieu_naissance,
    valider_matricule_ins,
)
from urgence.actions import Justification, RaisonTypique
from urgence.models import EtatRevue
from urgence.recherche import Personne
from urgence.revue import MODES, Criteres

LONGUEUR_JUSTIFICATION = 2000
LONGUEUR_NOTE = 1000

_SANS_MEMOIRE = {"autocomplete": "off"}


class FormulairePersonne(forms.Form):
    """Name, first name, birth date; then what tells homonyms apart."""

    nom_naissance = forms.CharField(
        label="Nom de naissance",
        max_length=100,
        error_messages={"required": "Saisissez le nom de naissance."},
        widget=forms.TextInput(attrs=_SANS_MEMOIRE),
    )
    prenom = forms.CharField(
        label="Premier prénom",
        max_length=100,
        error_messages={"required": "Saisissez le premier prénom."},
        widget=forms.TextInput(attrs=_SANS_MEMOIRE),
    )
    date_naissance = forms.DateField(
        label="Date de naissance",
        widget=forms.DateInput(attrs={"type": "date", **_SANS_MEMOIRE}, format="%Y-%m-%d"),
        error_messages={
            "required": "Saisissez la date de naissance.",
            "invalid": "Saisissez une date qui existe, par exemple 14/03/1985.",
        },
    )
    sexe = forms.ChoiceField(
        label="Sexe",
        required=False,
        choices=[("", "Je ne précise pas"), ("F", "Féminin"), ("M", "Masculin")],
    )
    lieu_naissance = forms.CharField(
        label="Code INSEE du lieu de naissance",
        help_text="5 caractères, par exemple 75056.",
        required=False,
        max_length=5,
        widget=forms.TextInput(attrs=_SANS_MEMOIRE),
    )
    matricule = forms.CharField(
        label="Matricule INS (numéro de sécurité sociale)",
        help_text="15 caractères, clé comprise.",
        required=False,
        max_length=30,
        widget=forms.TextInput(attrs=_SANS_MEMOIRE),
    )

    def clean_nom_naissance(self) -> str:
        return normaliser_trait(self.cleaned_data["nom_naissance"])

    def clean_prenom(self) -> str:
        return normaliser_trait(self.cleaned_data["prenom"])

    def clean_lieu_naissance(self) -> str:
        saisi: str = self.cleaned_data["lieu_naissance"].upper()
        try:
            return valider_lieu_naissance(saisi) if saisi else ""
        except IdentifiantInvalide as erreur:
            raise forms.ValidationError(str(erreur)) from erreur

    def clean_matricule(self) -> str:
        saisi: str = self.cleaned_data["matricule"]
        try:
            return valider_matricule_ins(saisi).valeur if saisi else ""
        except IdentifiantInvalide as erreur:
            raise forms.ValidationError(str(erreur)) from erreur

    def personne(self) -> Personne:
        saisie: dict[str, Any] = self.cleaned_data
        return Personne(
            nom=saisie["nom_naissance"],
            prenom=saisie["prenom"],
            date_naissance=saisie["date_naissance"],
            sexe=saisie["sexe"],
            lieu_naissance=saisie["lieu_naissance"],
            matricule=saisie["matricule"],
        )

    def justification(self) -> Justification | None:
        """None: a regulating physician gives none (R-URG-03)."""
        return None


class FormulaireBrisDeGlace(FormulairePersonne):
    """The same, with the justification and the attestation (R-URG-05, R-PS-19)."""

    raison = forms.ChoiceField(
        label="La situation du patient",
        choices=[
            (RaisonTypique.INCONSCIENT, "Il est inconscient"),
            (RaisonTypique.DETRESSE, "Il est en détresse vitale, sans pouvoir répondre"),
            (RaisonTypique.CONFUSION, "Il est confus ou délirant"),
            (RaisonTypique.LANGAGE, "Il ne peut ni parler ni se faire comprendre"),
            (RaisonTypique.AUTRE, "Autre situation"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez ce qui décrit le mieux la situation."},
    )
    texte = forms.CharField(
        label="Justification",
        help_text="Pourquoi il ne peut pas exprimer sa volonté, et quel risque immédiat il court.",
        max_length=LONGUEUR_JUSTIFICATION,
        widget=forms.Textarea(attrs={"rows": 4, **_SANS_MEMOIRE}),
        error_messages={"required": "Écrivez pourquoi vous ouvrez ce dossier."},
    )
    attestation = forms.BooleanField(
        label=(
            "J'atteste que la personne est hors d'état d'exprimer sa volonté et court un risque "
            "immédiat"
        ),
        error_messages={"required": "Cochez cette case pour ouvrir le dossier en urgence."},
    )

    def clean_texte(self) -> str:
        texte: str = self.cleaned_data["texte"]
        minimum = settings.MES_JUSTIFICATION_LONGUEUR_MIN
        if len(texte) < minimum:
            raise forms.ValidationError(f"Précisez la situation, en au moins {minimum} caractères.")
        return texte

    def justification(self) -> Justification:
        return Justification(RaisonTypique(self.cleaned_data["raison"]), self.cleaned_data["texte"])


class FormulaireFiltre(forms.Form):
    """What a list of emergency accesses shows; what is not a choice filters nothing."""

    etat = forms.ChoiceField(
        label="État", required=False, choices=[("", "Tous"), *EtatRevue.choices]
    )
    mode = forms.ChoiceField(label="Mode", required=False, choices=[("", "Tous"), *MODES.items()])
    marques = forms.BooleanField(label="Seulement ceux qui ont un signe à vérifier", required=False)

    def criteres(self) -> Criteres:
        self.is_valid()
        saisie = self.cleaned_data
        return Criteres(
            etat=saisie.get("etat", ""),
            mode=saisie.get("mode", ""),
            marques=bool(saisie.get("marques")),
        )


SUITES = (EtatRevue.CONFORME, EtatRevue.A_INSTRUIRE)


class FormulaireConclusion(forms.Form):
    """What a referent or a supervisor makes of one access."""

    acces = forms.UUIDField()
    suite = forms.ChoiceField(
        choices=[(e.value, e.label) for e in (EtatRevue.CONFORME, EtatRevue.A_INSTRUIRE)]
    )
    note = forms.CharField(required=False, max_length=LONGUEUR_NOTE)
