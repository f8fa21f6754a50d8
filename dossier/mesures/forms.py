"""What people type about a measure. Bounds and dates are decided by the rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from dossier.mesures.referentiel import TypeMesure, types_mesures
from dossier.mesures.regles import (
    LONGUEUR_COMMENTAIRE,
    SYSTOLIQUE,
    MesureRefusee,
    SaisieMesure,
    ValeurRefusee,
    ecrire_valeur,
    lire_valeur,
    phrase_bornes,
)
from dossier.mesures.selection import Releve


class ChampValeur(forms.CharField):
    """A number as French people write it, read in the unit of its type."""

    def __init__(self, type_mesure: TypeMesure, **options: Any) -> None:
        self.type_mesure = type_mesure
        options.setdefault("error_messages", {"required": "Saisissez la valeur mesurée."})
        super().__init__(
            max_length=30,
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            **options,
        )

    def clean(self, value: Any) -> Any:
        texte = super().clean(value)
        if not texte:
            return None
        try:
            return lire_valeur(self.type_mesure, texte)
        except ValeurRefusee as refus:
            raise forms.ValidationError(str(refus)) from refus


class FormulaireMesure(forms.Form):
    """One measure of a given type."""

    jour = forms.DateField(
        label="Date",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "Saisissez la date de la mesure.",
            "invalid": "Saisissez une date qui existe, par exemple 14/03/2026.",
        },
    )
    heure = forms.TimeField(
        label="Heure",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={
            "required": "Saisissez l'heure de la mesure.",
            "invalid": "Saisissez une heure qui existe, par exemple 14:05.",
        },
    )
    contexte = forms.ChoiceField(
        label="Moment de la mesure",
        required=False,
        error_messages={"invalid_choice": "Choisissez un moment de la liste."},
    )
    commentaire = forms.CharField(
        label="Commentaire",
        required=False,
        max_length=LONGUEUR_COMMENTAIRE,
        help_text=f"Ce que vous voulez retenir, en {LONGUEUR_COMMENTAIRE} caractères au plus.",
        error_messages={"max_length": f"Gardez au plus {LONGUEUR_COMMENTAIRE} caractères."},
    )

    def __init__(
        self,
        donnees: Mapping[str, Any] | None = None,
        *,
        type_mesure: TypeMesure,
        releve: Releve | None = None,
    ) -> None:
        """`releve`: the measure being corrected."""
        le = timezone.localtime(releve.le if releve else timezone.now())
        initial: dict[str, Any] = {
            "jour": le.date(),
            "heure": le.time().replace(second=0, microsecond=0),
        }
        if releve:
            initial["commentaire"] = releve.commentaire
            initial["contexte"] = next(
                (c.code for c in type_mesure.contextes if c.libelle == releve.contexte), ""
            )
            for code, valeur in releve.valeurs.items():
                initial[f"valeur_{code}"] = ecrire_valeur(
                    types_mesures()[code], valeur, unite=False
                )
        super().__init__(donnees, initial=initial)
        self.type_mesure = type_mesure
        self._origine = releve.le if releve else None
        champs: dict[str, forms.Field] = {}
        for code in type_mesure.parties:
            partie = types_mesures()[code]
            libelle = partie.libelle if type_mesure.composants else "Valeur"
            aide = _aide(partie)
            if code == SYSTOLIQUE:
                aide += " Si votre appareil affiche 12/8, saisissez 120 et 80."
            champs[f"valeur_{code}"] = ChampValeur(
                partie, label=f"{libelle}, en {_unite_dite(partie)}", help_text=aide
            )
        if type_mesure.contextes:
            champ = self.fields["contexte"]
            assert isinstance(champ, forms.ChoiceField)
            champ.choices = [
                ("", "Non précisé"),
                *((c.code, c.libelle) for c in type_mesure.contextes),
            ]
        else:
            del self.fields["contexte"]
        self.fields = {**champs, **self.fields}

    def _mesuree_le(self, saisie: Mapping[str, Any]) -> datetime:
        """The instant typed, on the clocks of Paris; untouched, that of the measure corrected."""
        le = timezone.make_aware(datetime.combine(saisie["jour"], saisie["heure"]))
        origine = self._origine
        if origine and origine.replace(second=0, microsecond=0) == le:
            return origine
        return le

    def saisie(self) -> SaisieMesure:
        """What a valid form holds."""
        donnees = self.cleaned_data
        return SaisieMesure(
            code=self.type_mesure.code,
            valeurs={p: donnees[f"valeur_{p}"] for p in self.type_mesure.parties},
            mesuree_le=self._mesuree_le(donnees),
            contexte=donnees.get("contexte", ""),
            commentaire=donnees["commentaire"],
        )

    def dire(self, refus: MesureRefusee) -> None:
        """Says each reason on the field it is about."""
        for nom, phrase in refus.erreurs.items():
            champ = "jour" if nom == "mesuree_le" else nom
            self.add_error(champ if champ in self.fields else None, phrase)


def _unite_dite(type_mesure: TypeMesure) -> str:
    """« kg », « points sur 10 », « pas »."""
    if type_mesure.unite.startswith("/"):
        return f"points sur {type_mesure.unite[1:]}"
    return type_mesure.unite


def _aide(type_mesure: TypeMesure) -> str:
    """« Entre 0,1 et 2,5 m. » and the other units, which are to be written."""
    bornes = phrase_bornes(type_mesure)
    autres = " ou ".join(unite.nom for unite in type_mesure.unites[1:])
    suite = f" Vous pouvez aussi saisir des {autres}, en écrivant l'unité." if autres else ""
    return f"{bornes[0].upper()}{bornes[1:]}.{suite}"


class FormulaireObjectif(forms.Form):
    """What the person aims at; empty, no objective."""

    def __init__(
        self,
        donnees: Mapping[str, Any] | None = None,
        *,
        type_mesure: TypeMesure,
        objectif: Decimal | None,
    ) -> None:
        initial = (
            {"objectif": ecrire_valeur(type_mesure, objectif, unite=False)} if objectif else {}
        )
        super().__init__(donnees, initial=initial)
        self.fields["objectif"] = ChampValeur(
            type_mesure,
            label=f"Mon objectif, en {_unite_dite(type_mesure)}",
            help_text=f"{_aide(type_mesure)} Vide : pas d'objectif.",
            required=False,
        )
