"""The forms of the console."""

from __future__ import annotations

from django import forms

from mes.socle.identifiants import IdentifiantInvalide, valider_code_unique


class FormulaireIdentifiants(forms.Form):
    """Identifiant and password, as typed: what is wrong with them is never said (R-SEC-04)."""

    identifiant = forms.CharField(
        label="Identifiant d’agent",
        max_length=100,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    mot_de_passe = forms.CharField(
        label="Mot de passe",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class FormulaireCode(forms.Form):
    """The six digits of the application, spaces allowed."""

    code = forms.CharField(
        label="Code à 6 chiffres",
        help_text="Il change toutes les 30 secondes dans votre application d’authentification.",
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "class": "champ-code",
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "spellcheck": "false",
                "data-code-unique": "",
            }
        ),
    )

    def clean_code(self) -> str:
        try:
            return valider_code_unique(self.cleaned_data["code"])
        except IdentifiantInvalide as erreur:
            raise forms.ValidationError(str(erreur)) from erreur
