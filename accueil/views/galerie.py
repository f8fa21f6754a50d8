"""The gallery: every component in its states, on invented data. Never served in production."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from mes.socle.dates import DateImprecise
from mes.socle.nomenclatures import categories


@dataclass(frozen=True, slots=True)
class Choix:
    """A choice written on two lines by <c-choix>."""

    libelle: str
    aide: str

    def __str__(self) -> str:
        return self.libelle


@dataclass(frozen=True, slots=True)
class Entree:
    """What the menus, tabs and breadcrumbs of the shells iterate over."""

    libelle: str
    icone: str = "documents"
    url: str = "#contenu"
    actif: bool = False
    libelle_court: str = ""
    compte: int | None = None


@dataclass(frozen=True, slots=True)
class LigneDocument:
    """What <c-ligne_document> reads."""

    titre: str
    type: str
    categorie: str
    date_document: date | DateImprecise
    auteur: str
    structure: str = ""
    url: str = "#contenu"
    est_masque: bool = False
    est_nouveau: bool = False
    est_en_analyse: bool = False
    est_epingle: bool = False
    libelle_categorie: str = field(default="")


@dataclass(frozen=True, slots=True)
class Dossier:
    """What <c-patient_ouvert> reads."""

    nom: str
    date_naissance: date
    sexe: str
    ins_qualifiee: bool
    url: str = "#contenu"
    url_fermer: str = "#contenu"


@dataclass(frozen=True, slots=True)
class Exercice:
    nom: str
    profession: str
    structure: str


class FormulaireGalerie(forms.Form):
    """Every kind of control; bound to nothing, every mandatory field is in error."""

    titre = forms.CharField(
        label="Titre du document",
        max_length=100,
        help_text='Sans les signes < > " / \\ | ? *',
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    date_document = forms.DateField(
        label="Date du document", widget=forms.DateInput(attrs={"type": "date"})
    )
    categorie = forms.ChoiceField(label="Catégorie", choices=lambda: list(categories().items()))
    precisions = forms.CharField(
        label="Précisions", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    mot_de_passe = forms.CharField(
        label="Mot de passe",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    fichier = forms.FileField(label="Fichier", help_text="PDF, JPEG ou PNG, 5 Mo au plus")
    confidentialite = forms.ChoiceField(
        label="Confidentialité du document",
        widget=forms.RadioSelect,
        choices=[
            (
                "visible",
                Choix(
                    "Visible par les professionnels autorisés",
                    "Ceux qui vous soignent et que vous n'avez pas bloqués peuvent le lire.",
                ),
            ),
            (
                "masque",
                Choix("Masqué aux professionnels", "Vous et son auteur le voyez toujours."),
            ),
        ],
    )
    canaux = forms.MultipleChoiceField(
        label="Être prévenu par",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("courriel", "Courriel"), ("sms", "SMS")],
    )
    lu = forms.BooleanField(
        label="J'ai lu les conditions d'utilisation",
        help_text="Vous les retrouvez à tout moment en bas de page.",
    )


_MENU: Final = (
    Entree("Accueil", "accueil"),
    Entree("Profil médical", "profil"),
    Entree("Vaccinations", "vaccination"),
    Entree("Documents", "documents", actif=True),
    Entree("Messagerie", "messagerie", libelle_court="Messages"),
    Entree("Prévention", "prevention"),
    Entree("Agenda", "agenda"),
    Entree("Catalogue de services", "catalogue"),
)
_MENU_PS: Final = (
    Entree("Patients", "recherche"),
    Entree("Synthèse", "profil"),
    Entree("Documents", "documents", actif=True),
    Entree("Déposer", "deposer"),
)
_DOCUMENTS: Final = (
    LigneDocument(
        titre="Compte rendu de consultation de cardiologie",
        type="CR ou fiche de consultation ou de visite",
        categorie="CPT_REND",
        date_document=date(2026, 3, 1),
        auteur="Dr Camille DEMO-DEUX",
        structure="Cabinet de groupe DÉMO",
        est_nouveau=True,
    ),
    LigneDocument(
        titre="Bilan sanguin annuel",
        type="CR d'examens biologiques",
        categorie="BIOLOGIE",
        date_document=date(2026, 2, 12),
        auteur="Laboratoire DÉMO",
        est_epingle=True,
        est_masque=True,
    ),
    LigneDocument(
        titre="ordonnance_lunettes_scan_recto_verso_2026_version_definitive.pdf",
        type="Prescription, autre",
        categorie="ORD_SOIN",
        date_document=DateImprecise(2025, 11),
        auteur="Moi",
        est_en_analyse=True,
    ),
)
_COQUES: Final = {
    "publique": ("base.html", {}),
    "patient": (
        "patient/base.html",
        {
            "est_connecte": True,
            "menu": _MENU,
            "menu_principal": (_MENU[0], _MENU[3], _MENU[4], _MENU[1]),
            "menu_plus": (_MENU[2], *_MENU[5:]),
            "menu_compte": (Entree("Gérer mon profil", "reglages"),),
            "profil_ouvert": "Alex D.",
            "non_lues": 3,
            "url_aide": "#contenu",
            "url_notifications": "#contenu",
            "url_deconnexion": "#contenu",
        },
    ),
    "autrui": (
        "patient/base.html",
        {
            "est_connecte": True,
            "menu": _MENU[:5],
            "menu_principal": (_MENU[0], _MENU[3]),
            "profil_ouvert": "Lou D.",
            "profil_autre": True,
            "non_lues": 0,
            "url_notifications": "#contenu",
            "url_deconnexion": "#contenu",
        },
    ),
    "ps": (
        "ps/base.html",
        {
            "est_connecte": True,
            "menu": _MENU_PS,
            "exercice_ouvert": Exercice(
                "Dr Camille DEMO-DEUX", "Médecin généraliste", "Cabinet de groupe DÉMO"
            ),
            "dossier_ouvert": Dossier("Alex DEMO-UN", date(1985, 4, 12), "Masculin", True),
            "url_deconnexion": "#contenu",
        },
    ),
}


@login_not_required
def galerie(request: HttpRequest) -> HttpResponse:
    """`?coque=` chooses the shell: publique, patient, autrui (someone else's record), ps."""
    if settings.MES_ENVIRONNEMENT == "production":
        raise Http404
    try:
        gabarit, contexte = _COQUES[request.GET.get("coque", "publique")]
    except KeyError as erreur:
        raise Http404 from erreur
    return render(
        request,
        "galerie/galerie.html",
        {
            "fictif": True,
            **contexte,
            "gabarit": gabarit,
            "formulaire": FormulaireGalerie(initial={"confidentialite": "visible"}),
            "formulaire_refuse": FormulaireGalerie({}, auto_id="refuse_%s"),
            "documents": _DOCUMENTS,
            "document_hostile": LigneDocument(
                titre='<script>alert("1")</script>',
                type='"><img src=x>',
                categorie="AUTR_DOC",
                date_document=DateImprecise(2021),
                auteur="<b>Personne</b>",
            ),
            "categories": categories(),
            "page": Paginator(range(173), 20).page(5),
            "page_unique": Paginator(range(3), 20).page(1),
            "onglets": (
                Entree("Récents", actif=True, compte=12),
                Entree("Épinglés", compte=0),
                Entree("Tous"),
            ),
            "chemin": (Entree("Accueil"), Entree("Documents")),
            "etapes": ("Mon identité", "Mon code", "Activation", "Mon compte"),
            "jour": date(2026, 4, 1),
            "instant": datetime(2026, 1, 4, 13, 5, tzinfo=UTC),
            "mois": DateImprecise(2021, 3),
            "url_ici": "#contenu",
        },
    )
