"""« Historique d'activité »: every act on my espace, by whom and when, and its proof (R-TRA-02, 03, 08)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from dossier import selection
from habilitations.acces import Acces
from habilitations.politique import Acteur, Action
from habilitations.portes import acces_usager
from journal import preuve
from journal.faits import Fait, FaitSecurite, GenreActeur
from journal.inscription import inscrire_securite
from journal.lecture import GROUPES, FiltreHistorique, en_francais, lignes
from journal.verification import Rupture

TAILLE_PAGE = 25
_PLAUSIBLE = (
    MinValueValidator(date(1900, 1, 1), "Choisissez une date à partir de 1900."),
    MaxValueValidator(date(2999, 12, 31), "Choisissez une date avant l'an 3000."),
)
"""Beyond, neither Python nor PostgreSQL can always turn a day into an instant."""


class FormulaireHistorique(forms.Form):
    """Query string of the history; a date that does not exist is said, the rest is ignored."""

    groupe = forms.ChoiceField(
        label="Qui",
        required=False,
        choices=[("", "Tout le monde"), *((cle, libelle) for cle, (libelle, _) in GROUPES.items())],
    )
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
    document = forms.UUIDField(required=False, widget=forms.HiddenInput)

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
        document: UUID | None = lu.get("document")
        return FiltreHistorique(
            groupe=lu.get("groupe") or "",
            depuis=lu.get("depuis"),
            jusqua=lu.get("jusqua"),
            objet_id=document,
        )


@require_safe
def historique(request: HttpRequest) -> HttpResponse:
    """The whole history but what is not yet announced to the patient, latest first, paged."""
    acces = acces_usager(request, Action.VOIR_HISTORIQUE_COMPLET)
    formulaire = FormulaireHistorique(request.GET)
    filtre = formulaire.filtre()
    vue = _demande(acces)
    liste = lignes(acces.espace_id, filtre, reservee=vue.reservee, objets_caches=vue.objets_caches)
    demande = request.GET.get("page", "1")[:6]
    numero = max(1, int(demande)) if demande.isascii() and demande.isdigit() else 1
    debut = (min(numero, 100_000) - 1) * TAILLE_PAGE
    tranche = list(liste[debut : debut + TAILLE_PAGE + 1])
    acces.noter(Fait.HISTORIQUE_CONSULTE)
    return TemplateResponse(
        request,
        "patient/historique.html",
        {
            "lignes": [en_francais(ligne, acces.cle_journal) for ligne in tranche[:TAILLE_PAGE]],
            "formulaire": formulaire,
            "filtre": filtre,
            "groupes": GROUPES,
            "numero": numero,
            "suivante": numero + 1 if len(tranche) > TAILLE_PAGE else None,
            "precedente": numero - 1 if numero > 1 else None,
            "est_titulaire": vue.reservee,
        },
    )


def _demande(acces: Acces) -> preuve.Demande:
    """What this actor may see of the history: the réservée chain is the titulaire's alone."""
    est_titulaire = acces.acteur.genre is Acteur.TITULAIRE
    return preuve.Demande(
        acces.espace_id,
        reservee=est_titulaire,
        objets_caches=selection.caches_au_patient(acces) if est_titulaire else (),
    )


@require_safe
def telecharger(request: HttpRequest) -> HttpResponseBase:
    """The whole history with its proof (R-TRA-08). A broken chain is said, and nothing is signed."""
    acces = acces_usager(request, Action.VOIR_HISTORIQUE_COMPLET)
    adresse = settings.MES_URL + reverse("accueil:verifier_historique")
    try:
        paquet = preuve.produire(_demande(acces), acces.cle_journal, adresse=adresse)
    except Rupture as rupture:
        inscrire_securite(
            FaitSecurite.CHAINE_ROMPUE,
            motif=rupture.anomalie.nature[:40],
            acteur_genre=GenreActeur(acces.acteur.genre),
            acteur_id=acces.acteur.id,
            espace_id=acces.espace_id,
            details={"numero": rupture.anomalie.numero, "chaine": rupture.anomalie.chaine},
        )
        return TemplateResponse(request, "patient/historique_rompu.html", status=409)
    acces.noter(Fait.HISTORIQUE_TELECHARGE)
    reponse = StreamingHttpResponse(paquet.blocs(), content_type="application/zip")
    reponse.sans_base = True  # type: ignore[attr-defined]  # said to TransactionDePortail
    reponse.headers["Content-Length"] = str(paquet.taille)
    nom = f"historique-{timezone.localdate():%Y-%m-%d}.zip"
    reponse.headers["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse


@login_not_required
@require_safe
def verifier(request: HttpRequest) -> HttpResponse:
    """How anybody verifies a downloaded history without trusting us; our key is there (R-TRA-06)."""
    return TemplateResponse(
        request, "patient/historique_verifier.html", {"cle_publique": preuve.cle_publique()}
    )


_PUBLICS = {
    "verifier_historique.py": "text/x-python; charset=utf-8",
    "historique_telecharge.md": "text/markdown; charset=utf-8",
}
"""Files of docs/ that anybody may download."""


@login_not_required
@require_safe
def fichier_public(request: HttpRequest, nom: str) -> HttpResponse:
    """The verification program, or the format of the proof. `nom`: one of those of the routes."""
    octets = (Path(settings.RACINE) / "docs" / nom).read_bytes()
    return _en_piece_jointe(octets, _PUBLICS[nom], nom)


@login_not_required
@require_safe
def cle_publique(request: HttpRequest) -> HttpResponse:
    """The verification key: one line of base64, as the program takes it."""
    octets = (preuve.cle_publique() + "\n").encode()
    return _en_piece_jointe(octets, "text/plain; charset=utf-8", "cle-publique.txt")


def _en_piece_jointe(octets: bytes, mime: str, nom: str) -> HttpResponse:
    reponse = HttpResponse(octets, content_type=mime)
    reponse.headers["Content-Disposition"] = f'attachment; filename="{nom}"'
    return reponse
