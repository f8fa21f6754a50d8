from django.apps import AppConfig


class WebpsConfig(AppConfig):
    name = "webps"
