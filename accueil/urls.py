"""The patient's door."""

from django.conf import settings
from django.urls import include, path

from accueil.views import galerie, historique, notifications, reglages, tableau
from dossier.views import patient

app_name = "accueil"

urlpatterns = [
    path("", tableau.bienvenue, name="bienvenue"),
    path("", include("accueil.urls_connexion")),
    path("accueil/", tableau.tableau, name="tableau"),
    path("documents/", patient.liste, name="documents"),
    path("documents/ajouter/", patient.ajouter, name="document_ajouter"),
    path("documents/confidentialite/", patient.tout_masquer, name="documents_confidentialite"),
    path("documents/<uuid:document_id>/", patient.document, name="document"),
    path("documents/<uuid:document_id>/contenu/", patient.contenu, name="document_contenu"),
    path(
        "documents/<uuid:document_id>/avant-telechargement/",
        patient.avertissement_telechargement,
        name="document_avant_telechargement",
    ),
    path(
        "documents/<uuid:document_id>/telecharger/",
        patient.telecharger,
        name="document_telecharger",
    ),
    path("documents/<uuid:document_id>/qui-peut-voir/", patient.qui, name="document_qui"),
    path(
        "documents/<uuid:document_id>/confidentialite/",
        patient.confidentialite,
        name="document_confidentialite",
    ),
    path("documents/<uuid:document_id>/epingler/", patient.epingler, name="document_epingler"),
    path("documents/<uuid:document_id>/supprimer/", patient.supprimer, name="document_supprimer"),
    path("historique/", historique.historique, name="historique"),
    path("notifications/", notifications.liste, name="notifications"),
    path("notifications/tout-lire/", notifications.tout_lire, name="notifications_tout_lire"),
    path(
        "notifications/<uuid:notification_id>/lue/",
        notifications.basculer,
        name="notification_basculer",
    ),
    path(
        "notifications/<uuid:notification_id>/supprimer/",
        notifications.supprimer,
        name="notification_supprimer",
    ),
    path("reglages/", reglages.reglages, name="reglages"),
]

if settings.MES_ENVIRONNEMENT != "production":
    # The components in all their states: for whoever makes pages, and for axe.
    urlpatterns.append(path("galerie/", galerie.galerie, name="galerie"))
