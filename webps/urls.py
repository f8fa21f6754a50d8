"""The professionals' door (Web PS)."""

from django.urls import include, path
from django.views.generic import RedirectView

from dossier.views import ps
from webps.views import patients

app_name = "webps"

urlpatterns = [
    path(
        "",
        RedirectView.as_view(pattern_name="webps:recherche", http_method_names=["get"]),
        name="accueil",
    ),
    path("", include("webps.urls_connexion")),
    path("patients/", patients.recherche, name="recherche"),
    path("patients/declaration/", patients.declaration, name="declaration"),
    path("dossier/fermer/", patients.fermer, name="fermer"),
    path("dossier/", ps.recapitulatif, name="recapitulatif"),
    path("dossier/documents/", ps.liste, name="documents"),
    path("dossier/documents/<uuid:document_id>/", ps.document, name="document"),
    path("dossier/documents/<uuid:document_id>/contenu/", ps.contenu, name="document_contenu"),
    path(
        "dossier/documents/<uuid:document_id>/telecharger/",
        ps.telecharger,
        name="document_telecharger",
    ),
    path(
        "dossier/documents/<uuid:document_id>/confidentialite/",
        ps.confidentialite,
        name="document_confidentialite",
    ),
    path(
        "dossier/documents/<uuid:document_id>/supprimer/", ps.supprimer, name="document_supprimer"
    ),
    path("depot/", ps.deposer, name="deposer"),
    path("depot/accuse/", ps.accuse, name="accuse"),
]
