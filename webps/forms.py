"""What professionals type in the Web PS: search, declaration, code, directory, history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from habilitations.actions.dossiers import Declaration
from habilitations.politique import Base
from journal.lecture import GROUPES, FiltreHistorique
from mes.socle.identifiants import IdentifiantInvalide, normaliser_trait, valider_matricule_ins
from professionnels.recherche import PAGES_MAX, Criteres
from webps.declaration import Cadre, jusqua

_PLAUSIBLE = (
    MinValueValidator(date(1900, 1, 1), "Choisissez une date à partir de 1900."),
    MaxValueValidator(date(2999, 12, 31), "Choisissez une date avant l'an 3000."),
)
"""Beyond, neither Python nor PostgreSQL can always turn a day into an instant."""


@dataclass(frozen=True, slots=True)
class Option:
    """A choice that <c-choix> writes on two lines."""

    libelle: str
    aide: str = ""

    def __str__(self) -> str:
        return self.libelle


def _date_naissance() -> forms.DateField:
    return forms.DateField(
        label="Date de naissance",
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Saisissez la date de naissance.",
            "invalid": "Saisissez une date qui existe, par exemple 14/03/1985.",
        },
    )


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
    date_naissance = _date_naissance()

    def clean_matricule(self) -> str:
        try:
            return valider_matricule_ins(self.cleaned_data["matricule"]).valeur
        except IdentifiantInvalide as erreur:
            raise forms.ValidationError(str(erreur)) from erreur

    def clean_nom_naissance(self) -> str:
        return normaliser_trait(self.cleaned_data["nom_naissance"])


class FormulaireCode(forms.Form):
    """The code that the patient gave, and her birth date (I-06)."""

    code = forms.CharField(
        label="Code donné par le patient",
        max_length=30,
        help_text="10 lettres et chiffres. Les espaces et les tirets ne comptent pas.",
        error_messages={"required": "Saisissez le code que le patient vous a donné."},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    date_naissance = _date_naissance()


class FormulaireDeclaration(forms.Form):
    """On what basis the record is opened, and how the patient was informed (R-PS-02…04).

    Only the questions that this record and this professional raise are asked (`Cadre`).
    """

    base = forms.ChoiceField(
        label="Je consulte ce dossier",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez sur quelle base vous ouvrez ce dossier."},
    )
    consentement_initial = forms.BooleanField(
        label="Le patient, informé, a donné son consentement à mon équipe de soins",
        help_text="Il se recueille une fois, avant le premier accès de l'équipe.",
        required=False,
    )
    nouvel_episode = forms.BooleanField(
        label="Un nouvel épisode de soins commence",
        help_text="Le patient est alors informé de nouveau, par écrit.",
        required=False,
    )
    information = forms.ChoiceField(
        label="Le patient a été informé par écrit",
        choices=[("papier", "sur papier"), ("numerique", "sous forme numérique")],
        widget=forms.RadioSelect,
        required=False,
    )
    informe_restrictions = forms.BooleanField(
        label=(
            "J'ai informé ce salarié de ce que je peux consulter et de ce qu'il peut me refuser, "
            "sans conséquence pour lui"
        ),
        error_messages={"required": "Informez d'abord le patient, puis cochez cette case."},
    )
    secrete = forms.BooleanField(
        label="Connexion secrète, à la demande du patient mineur",
        help_text=(
            "Ses parents ou représentants ne verront ni cet accès, ni ce que vous ferez, dans "
            "l'historique et les notifications. Le patient les verra. La trace est conservée."
        ),
        required=False,
    )
    rappel_lu = forms.BooleanField(
        label="J'ai pris connaissance du rappel et je n'accède qu'aux informations nécessaires aux soins",
        error_messages={"required": "Cochez cette case pour ouvrir le dossier."},
    )

    def __init__(self, *args: Any, cadre: Cadre, **options: Any) -> None:
        super().__init__(*args, **options)
        self.cadre = cadre
        choix = _bases(cadre)
        base = self.fields["base"]
        base.choices = choix  # type: ignore[attr-defined]  # ChoiceField
        if len(choix) == 1:
            base.initial, base.widget = choix[0][0], forms.HiddenInput()
        elif cadre.autorise_jusqua:
            base.initial = Base.CONSENTEMENT
        inutiles = {
            "consentement_initial": not cadre.equipe_possible or cadre.consentement_connu,
            "nouvel_episode": not cadre.equipe_possible or cadre.episode_depuis is None,
            "information": not cadre.equipe_possible,
            "informe_restrictions": not cadre.medecin_du_travail,
            "secrete": not cadre.mineur,
        }
        for nom, inutile in inutiles.items():
            if inutile:
                del self.fields[nom]

    def clean(self) -> dict[str, Any]:
        """Says at the box what `ouvrir_dossier` would refuse, so that nothing typed is lost."""
        saisie = super().clean() or {}
        if saisie.get("base") != Base.EQUIPE:
            return saisie
        if not self.cadre.consentement_connu and not saisie.get("consentement_initial"):
            self.add_error(
                "consentement_initial",
                "Cochez cette case si le patient a consenti. Sinon, recueillez d'abord son "
                "consentement.",
            )
        if self.cadre.doit_informer(
            nouvel_episode=bool(saisie.get("nouvel_episode"))
        ) and not saisie.get("information"):
            self.add_error("information", "Indiquez comment le patient a été informé.")
        return saisie

    def declaration(self) -> Declaration:
        saisie: dict[str, Any] = self.cleaned_data
        return Declaration(
            base=Base(saisie["base"]),
            consentement_initial_recueilli=saisie.get("consentement_initial", False),
            information=saisie.get("information", ""),
            nouvel_episode=saisie.get("nouvel_episode", False),
            secrete=saisie.get("secrete", False),
            restrictions_expliquees=saisie.get("informe_restrictions", False),
        )


def _bases(cadre: Cadre) -> list[tuple[str, Option]]:
    choix = []
    if cadre.equipe_possible:
        choix.append(
            (
                str(Base.EQUIPE),
                Option(
                    "en tant que membre de l'équipe de soins du patient",
                    "Vous participez à sa prise en charge, dans votre structure.",
                ),
            )
        )
    if cadre.autorise_jusqua:
        accord = Option(
            f"avec l'accord que le patient m'a donné, {jusqua(cadre.autorise_jusqua)}",
            "Vous n'avez rien à recueillir de nouveau.",
        )
    else:
        accord = Option(
            "avec l'accord que le patient me donne pour cette consultation",
            "Il vaut pour cette fois seulement.",
        )
    return [*choix, (str(Base.CONSENTEMENT), accord)]


class FormulaireAnnuaire(forms.Form):
    """Query string of a search in the national directory."""

    nom = forms.CharField(
        label="Nom",
        required=False,
        max_length=100,
        help_text="Les premières lettres suffisent.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    prenom = forms.CharField(
        label="Prénom",
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    rpps = forms.CharField(
        label="Numéro RPPS",
        required=False,
        max_length=20,
        help_text="11 chiffres. Il suffit à lui seul.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def criteres(self) -> Criteres:
        lu = self.cleaned_data
        return Criteres(rpps=lu["rpps"], nom=lu["nom"], prenom=lu["prenom"])


def numero_de_page(demande: str, *, maximum: int = PAGES_MAX) -> int:
    """The page asked in an address; the first when it is not a number."""
    numero = int(demande[:6]) if demande[:6].isascii() and demande[:6].isdigit() else 1
    return min(max(1, numero), maximum)


class FormulaireInformation(forms.Form):
    """How the patient was informed before agreeing (R-PS-03, R-PS-05)."""

    information = forms.ChoiceField(
        label="Le patient, informé par écrit, a donné son accord",
        choices=[("papier", "informé sur papier"), ("numerique", "informé sous forme numérique")],
        widget=forms.RadioSelect,
        error_messages={"required": "Indiquez comment le patient a été informé par écrit."},
    )


class FormulaireBlocage(forms.Form):
    """An administrator blocks at the patient's request only (R-ADM-02)."""

    demande_du_patient = forms.BooleanField(
        label="Le patient me demande de bloquer ce professionnel",
        error_messages={"required": "Cochez cette case si le patient vous le demande."},
    )


class FormulaireHistorique(forms.Form):
    """Query string of the history; a date that does not exist is said, the rest is ignored."""

    groupe = forms.ChoiceField(required=False, choices=[("", ""), *((cle, cle) for cle in GROUPES)])
    depuis = forms.DateField(
        label="À partir du",
        required=False,
        validators=_PLAUSIBLE,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    jusqua = forms.DateField(
        label="Jusqu'au",
        required=False,
        validators=_PLAUSIBLE,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def nombre_filtres(self) -> int:
        """How many dates narrow the list, right or wrong: a wrong one must be seen."""
        return sum(bool(self[nom].value()) for nom in ("depuis", "jusqua"))

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        depuis, jusqua = donnees.get("depuis"), donnees.get("jusqua")
        if isinstance(depuis, date) and isinstance(jusqua, date) and depuis > jusqua:
            self.add_error("jusqua", "Cette date vient avant la première : inversez-les.")
        return donnees

    def filtre(self) -> FiltreHistorique:
        self.is_valid()
        lu = self.cleaned_data
        return FiltreHistorique(
            groupe=lu.get("groupe") or "", depuis=lu.get("depuis"), jusqua=lu.get("jusqua")
        )
