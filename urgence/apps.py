from django.apps import AppConfig


class UrgenceConfig(AppConfig):
    name = "urgence"
