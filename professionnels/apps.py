from django.apps import AppConfig


class ProfessionnelsConfig(AppConfig):
    name = "professionnels"
