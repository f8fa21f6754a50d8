"""What people type: lists asked for, deposits, confidentiality. Rights are decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import forms

from dossier.controle import CARACTERES_REFUSES, LONGUEUR_TITRE
from dossier.selection import TRIS, Criteres
from habilitations.politique import Masque
from mes.socle.nomenclatures import categories, types_documents

FORMATS = ".pdf,.jpg,.jpeg,.png,.tif,.tiff,.txt,.rtf"
FORMATS_PS = FORMATS + ",.xml"


DEPOSANTS = {"": "Tout le monde", "ps": "Les professionnels", "patient": "Moi ou un proche"}
"""R-DOC-23, in the words of the patient's list."""


class FormulaireListe(forms.Form):
    """Query string of a list; what is not understood is ignored, never an error page."""

    categorie = forms.CharField(required=False, max_length=20)
    type = forms.CharField(required=False, max_length=20)
    q = forms.CharField(required=False, max_length=100)
    tri = forms.CharField(
        label="Trier par",
        required=False,
        max_length=20,
        widget=forms.Select(choices=list(TRIS.items())),
    )
    deposant = forms.CharField(
        label="Ajoutés par",
        required=False,
        max_length=10,
        widget=forms.Select(choices=list(DEPOSANTS.items())),
    )
    epingles = forms.CharField(
        label="Épinglés",
        required=False,
        max_length=3,
        widget=forms.Select(choices=[("", "Épinglés ou non"), ("oui", "Seulement les épinglés")]),
    )
    etat = forms.CharField(
        label="Archivés",
        required=False,
        max_length=10,
        widget=forms.Select(
            choices=[("", "Sans les archivés"), ("archives", "Seulement les archivés")]
        ),
    )
    page = forms.CharField(required=False, max_length=6)

    def criteres(self, *, depuis: date | None = None, visite: datetime | None = None) -> Criteres:
        self.is_valid()
        demande: dict[str, Any] = self.cleaned_data
        categorie = demande.get("categorie", "")
        type_code = demande.get("type", "")
        tri = demande.get("tri", "")
        deposant = demande.get("deposant", "")
        return Criteres(
            categorie=categorie if categorie in categories() else "",
            type_code=type_code if type_code in types_documents() else "",
            recherche=demande.get("q", ""),
            tri=tri if tri in TRIS else "date",
            depuis=depuis,
            deposant=deposant if deposant in ("ps", "patient") else "",
            epingles=demande.get("epingles") == "oui",
            archives=demande.get("etat") == "archives",
            visite=visite,
        )

    def nombre_filtres(self) -> int:
        """How many filters of the folded block narrow or reorder the list."""
        demande = self.criteres()
        return sum(
            (bool(demande.deposant), demande.epingles, demande.archives, demande.tri != "date")
        )

    def numero(self) -> int:
        self.is_valid()
        demande = str(self.cleaned_data.get("page") or "1")
        return int(demande) if demande.isascii() and demande.isdigit() else 1


class FormulaireDepot(forms.Form):
    """A deposit by a person. The title's refused characters are said before typing."""

    fichier = forms.FileField(
        label="Fichier",
        help_text="PDF, image (JPEG, PNG, TIFF) ou texte (TXT, RTF). 5 Mo au plus.",
        error_messages={
            "required": "Choisissez le fichier à ajouter.",
            "empty": "Ce fichier est vide : choisissez-en un autre.",
        },
        widget=forms.ClearableFileInput(attrs={"accept": FORMATS}),
    )
    type_code = forms.ChoiceField(
        label="Type de document",
        error_messages={"required": "Choisissez le type du document."},
    )
    titre = forms.CharField(
        label="Titre du document",
        max_length=LONGUEUR_TITRE,
        help_text=f"{LONGUEUR_TITRE} caractères au plus, sans {' '.join(CARACTERES_REFUSES)}",
        error_messages={"required": "Donnez un titre au document."},
    )
    date_document = forms.DateField(
        label="Date du document",
        initial=date.today,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="La date qui figure sur le document, aujourd'hui par défaut.",
        error_messages={"invalid": "Saisissez une date qui existe, par exemple 14/03/2026."},
    )

    def __init__(self, *args: Any, types: Iterable[tuple[str, Any]], **options: Any) -> None:
        super().__init__(*args, **options)
        champ = self.fields["type_code"]
        assert isinstance(champ, forms.ChoiceField)
        champ.choices = [("", "Choisissez dans la liste"), *types]


class FormulaireDepotUsager(FormulaireDepot):
    """The patient chooses whether professionals see it (R-MAS-02)."""

    type_code = forms.ChoiceField(
        label="Catégorie",
        help_text="La catégorie suffit. Si vous connaissez le type précis, il aide vos soignants.",
        error_messages={"required": "Choisissez la catégorie du document."},
    )
    confidentialite = forms.ChoiceField(
        label="Confidentialité du document",
        choices=[
            ("visible", "Visible par les professionnels de santé autorisés"),
            ("masque", "Masqué aux professionnels de santé"),
        ],
        initial="visible",
        widget=forms.RadioSelect,
    )

    def masques(self) -> frozenset[Masque]:
        masque = self.cleaned_data["confidentialite"] == "masque"
        return frozenset({Masque.MASQUE_PS}) if masque else frozenset()


class FormulaireDepotPS(FormulaireDepot):
    """Three independent boxes (R-ALI-05). A CDA carries its own type, title and date."""

    fichier = forms.FileField(
        label="Fichier",
        help_text="PDF, image, texte ou document CDA (XML). 5 Mo au plus.",
        error_messages={
            "required": "Choisissez le fichier à déposer.",
            "empty": "Ce fichier est vide : choisissez-en un autre.",
        },
        widget=forms.ClearableFileInput(attrs={"accept": FORMATS_PS}),
    )
    type_code = forms.ChoiceField(
        label="Type de document",
        required=False,
        help_text="Pour un document CDA, laissez vide : le type est lu dans le document.",
    )
    titre = forms.CharField(
        label="Titre du document",
        required=False,
        max_length=LONGUEUR_TITRE,
        help_text=f"Sans {' '.join(CARACTERES_REFUSES)}. Vide pour un CDA : son titre est repris.",
    )
    date_document = forms.DateField(
        label="Date du document",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Saisissez une date qui existe, par exemple 14/03/2026."},
    )
    au_nom_de = forms.ChoiceField(
        label="Au nom de",
        required=False,
        help_text="Le professionnel auteur du document, ou votre structure.",
    )
    regle_structure = forms.BooleanField(
        label="Appliquer aussi la visibilité que ma structure a réglée pour ce type",
        required=False,
        initial=True,
    )
    masque_ps = forms.BooleanField(
        label="Masquer aux autres professionnels, à la demande du patient", required=False
    )
    invisible_patient = forms.BooleanField(
        label="Ne pas montrer au patient avant la consultation d'annonce", required=False
    )
    invisible_representants = forms.BooleanField(
        label="Ne pas montrer aux représentants légaux du mineur", required=False
    )

    def __init__(
        self,
        *args: Any,
        types: Iterable[tuple[str, Any]],
        confreres: Iterable[tuple[str, str]] | None = None,
        a_des_regles: bool = False,
        **options: Any,
    ) -> None:
        """`confreres`: for whom somebody without the right to read may deposit (R-ALI-04); None for
        a professional, who deposits under her own name."""
        super().__init__(*args, types=types, **options)
        champ = self.fields["au_nom_de"]
        assert isinstance(champ, forms.ChoiceField)
        champ.choices = [("", "Ma structure"), *(confreres or ())]
        if confreres is None:
            del self.fields["au_nom_de"]
        if not a_des_regles:
            del self.fields["regle_structure"]

    def masques(self) -> frozenset[Masque]:
        cases = {
            "masque_ps": Masque.MASQUE_PS,
            "invisible_patient": Masque.INVISIBLE_PATIENT,
            "invisible_representants": Masque.INVISIBLE_REPRESENTANTS_LEGAUX,
        }
        return frozenset(m for nom, m in cases.items() if self.cleaned_data[nom])
