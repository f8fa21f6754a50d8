"""The gallery: every component in its states, on invented data. Never served in production."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dossier.models import Document, EtatAnalyse
from dossier.selection import Apercu, Page
from habilitations.politique import Masque
from mes.socle.dates import DateImprecise
from mes.socle.nomenclatures import categories
from usagers.models import StatutIdentite


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


def _apercu(
    titre: str,
    categorie: str,
    type_libelle: str,
    auteur: str,
    jour: date,
    **etat: Any,
) -> Apercu:
    """A document that was never stored, as a list shows it."""
    return Apercu(
        document=Document(categorie=categorie, date_document=jour, **etat),
        titre=titre,
        auteur=auteur,
        structure="Cabinet de groupe DÉMO",
        type=type_libelle,
        libelle_categorie=categories()[categorie],
        url="#contenu",
    )


_INSTANT: Final = datetime(2026, 1, 4, 13, 5, tzinfo=UTC)
_DOCUMENTS: Final = (
    _apercu(
        "Compte rendu de consultation de cardiologie",
        "CPT_REND",
        "CR ou fiche de consultation ou de visite",
        "Dr Camille DEMO-DEUX",
        date(2026, 3, 1),
        analyse=EtatAnalyse.SAIN,
    ),
    _apercu(
        "Bilan sanguin annuel",
        "BIOLOGIE",
        "CR d'examens biologiques",
        "Laboratoire DÉMO",
        date(2026, 2, 12),
        analyse=EtatAnalyse.SAIN,
        masques=[Masque.MASQUE_PS],
        epingle_le=_INSTANT,
    ),
    _apercu(
        "ordonnance_lunettes_scan_recto_verso_2026_version_definitive.pdf",
        "ORD_SOIN",
        "Prescription, autre",
        "Moi",
        date(2025, 11, 3),
        analyse=EtatAnalyse.EN_ATTENTE,
    ),
)
_DOCUMENT_HOSTILE: Final = _apercu(
    '<script>alert("1")</script>',
    "AUTR_DOC",
    '"><img src=x>',
    "<b>Personne</b>",
    date(2021, 5, 9),
    analyse=EtatAnalyse.SAIN,
)
COQUES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
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
            "session_web": {
                "reste": 3600,
                "annonce": 120,
                "url_etat": "#contenu",
                "url_prolonger": "#contenu",
                "url_deconnexion": "#contenu",
                "url_connexion": "#contenu",
            },
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
            "exercice_ouvert": {
                "nom": "Dr Camille DEMO-DEUX",
                "profession": "Médecin généraliste",
                "structure": "Cabinet de groupe DÉMO",
            },
            "dossier_ouvert": {
                "nom": "Alex DEMO-UN",
                "date_naissance": date(1985, 4, 12),
                "sexe": "M",
                "matricule": "185049900000162",
                "statut_identite": StatutIdentite.QUALIFIEE,
            },
            "url_deconnexion": "#contenu",
        },
    ),
}


PAGES: Final = {
    "composants": "galerie/galerie.html",
    "confirmation": "galerie/confirmation.html",
    "refus": "refus.html",
    "interdit": "403.html",
    "introuvable": "404.html",
    "incomprise": "400.html",
    "expiree": "403_csrf.html",
    "panne": "500.html",
}


@require_safe
@login_not_required
def galerie(request: HttpRequest) -> HttpResponse:
    """`?page=`: the components, or a page of the house. `?coque=`: the shell around them
    (publique, patient, autrui for somebody else's record, ps)."""
    if settings.MES_ENVIRONNEMENT == "production":
        raise Http404
    try:
        gabarit, contexte = COQUES[request.GET.get("coque", "publique")]
        page = PAGES[request.GET.get("page", "composants")]
    except KeyError as erreur:
        raise Http404 from erreur
    return render(
        request,
        page,
        {
            "fictif": True,
            **contexte,
            "gabarit": gabarit,
            "formulaire": FormulaireGalerie(initial={"confidentialite": "visible"}),
            "formulaire_filtre": FormulaireGalerie(auto_id="filtre_%s"),
            "formulaire_refuse": FormulaireGalerie({}, auto_id="refuse_%s"),
            "documents": [*_DOCUMENTS, _DOCUMENT_HOSTILE],
            "categories": categories(),
            "annonces": [
                Message(constants.INFO, "Vos préférences sont celles par défaut."),
                Message(constants.SUCCESS, "Le document est masqué."),
                Message(constants.WARNING, "L'analyse du fichier est en cours."),
                Message(constants.ERROR, "Le document n'est pas enregistré."),
            ],
            "page": Page(apercus=(), numero=5, nombre_pages=9, total=173),
            "onglets": (
                Entree("Récents", actif=True, compte=12),
                Entree("Épinglés", compte=0),
                Entree("Tous"),
            ),
            "chemin": (Entree("Accueil"), Entree("Documents")),
            "etapes": ("Mon identité", "Mon code", "Activation", "Mon compte"),
            "jour": date(2026, 4, 1),
            "instant": _INSTANT,
            "mois": DateImprecise(2021, 3),
            "url_ici": "#contenu",
            "phrase": "Le titulaire a bloqué votre accès à son dossier.",
        },
    )
