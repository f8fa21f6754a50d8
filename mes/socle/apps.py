from django.apps import AppConfig


class SocleConfig(AppConfig):
    name = "mes.socle"
    label = "socle"
    verbose_name = "Socle"

    def ready(self) -> None:
        # Shared tasks bind to the current application: it must be the product's in every process.
        import mes.celery
        import mes.socle.verifications  # noqa: F401
