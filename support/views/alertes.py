"""« Alertes de sécurité »: what the security journal asks a supervisor to look at (R-TRA-10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from comptes.models import RoleAgent
from journal.actions import traiter_alerte
from journal.faits import FaitSecurite
from journal.lecture_securite import alertes, lignes_de
from journal.models import AlerteSecurite, LigneSecurite, SuiteAlerte
from professionnels.models import Professionnel
from support.roles import agent_de, role_requis

PAR_PAGE = 20
LIGNES_MONTREES = 200
_FAITS = {
    FaitSecurite.REFUS: "Accès refusé",
    FaitSecurite.CONNEXION_REFUSEE: "Connexion refusée",
    FaitSecurite.FEDERATION_REFUSEE: "Connexion par Pro Santé Connect refusée",
    FaitSecurite.RECHERCHE_SANS_RESULTAT: "Recherche sans résultat",
}


@dataclass(frozen=True, slots=True)
class AlerteVue:
    """An alert and whom it is about, in words; `lui_meme`: it is about the agent who reads it."""

    alerte: AlerteSecurite
    qui: str
    lui_meme: bool


def _presenter(trouvees: Iterable[AlerteSecurite], agent_id: UUID) -> list[AlerteVue]:
    """One query for all. A professional is named by the public directory, an account never is."""
    liste = list(trouvees)
    connus = Professionnel.objects.in_bulk([a.acteur_id for a in liste if a.acteur_id])
    return [AlerteVue(a, _qui(a, connus), a.acteur_id == agent_id) for a in liste]


def _qui(alerte: AlerteSecurite, connus: Mapping[UUID, Professionnel]) -> str:
    if alerte.acteur_id is None:
        par_adresse = alerte.sujet.startswith("adresse:")
        quoi = "une même adresse" if par_adresse else "un même identifiant saisi"
        return f"Personne de connu : {quoi}"
    professionnel = connus.get(alerte.acteur_id)
    if professionnel is not None:
        return f"{professionnel}, RPPS {professionnel.rpps}"
    # The end of the uuid: its beginning is a date, alike for accounts made together.
    return f"Un compte d’usager ou d’agent, référence {str(alerte.acteur_id)[-12:]}"


@require_safe
@role_requis(RoleAgent.SUPERVISEUR)
def liste(request: HttpRequest) -> HttpResponse:
    traitees = request.GET.get("etat") == "traitees"
    page = Paginator(alertes(traitees=traitees), PAR_PAGE).get_page(request.GET.get("page"))
    contexte = {
        "onglets": _onglets(traitees),
        "traitees": traitees,
        "page": page,
        "precedente": page.previous_page_number() if page.has_previous() else None,
        "suivante": page.next_page_number() if page.has_next() else None,
        "alertes": _presenter(page.object_list, agent_de(request).pk),
    }
    return TemplateResponse(request, "support/alertes.html", contexte)


def _onglets(traitees: bool) -> list[dict[str, object]]:
    adresse = reverse("support:alertes")
    return [
        {
            "libelle": "À traiter",
            "url": adresse,
            "actif": not traitees,
            "compte": alertes().count(),
        },
        {
            "libelle": "Traitées",
            "url": f"{adresse}?etat=traitees",
            "actif": traitees,
            "compte": None,
        },
    ]


class FormulaireSuite(forms.Form):
    """What the supervisor concludes."""

    suite = forms.ChoiceField(
        label="Ma conclusion",
        choices=[
            (SuiteAlerte.ECARTEE, "J’écarte cette alerte : rien d’anormal"),
            (SuiteAlerte.CONFIRMEE, "Je confirme un usage anormal"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez votre conclusion."},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@role_requis(RoleAgent.SUPERVISEUR)
def alerte(request: HttpRequest, alerte_id: UUID) -> HttpResponse:
    """One alert with the facts of its day; nobody concludes about herself."""
    trouvee = AlerteSecurite.objects.filter(pk=alerte_id).first()
    if trouvee is None:
        raise Http404
    agent = agent_de(request)
    vue = _presenter([trouvee], agent.pk)[0]
    formulaire = FormulaireSuite(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not vue.lui_meme and formulaire.is_valid():
        suite = SuiteAlerte(formulaire.cleaned_data["suite"])
        if traiter_alerte(alerte_id=trouvee.pk, par=agent.pk, suite=suite):
            messages.success(request, "L’alerte est traitée.")
        else:
            messages.info(request, "Cette alerte avait déjà été traitée.")
        return redirect("support:alertes")
    lignes = list(lignes_de(trouvee)[:LIGNES_MONTREES])
    contexte = {
        "vue": vue,
        "formulaire": formulaire,
        "faits": [(ligne, _FAITS[FaitSecurite(ligne.fait)]) for ligne in lignes],
        "espaces": _espaces_differents(lignes),
        "a_conclure": trouvee.traitee_le is None and not vue.lui_meme,
    }
    statut = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "support/alerte.html", contexte, status=statut)


def _espaces_differents(lignes: Iterable[LigneSecurite]) -> int:
    return len({ligne.espace_id for ligne in lignes if ligne.espace_id is not None})
