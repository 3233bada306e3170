"""Where Piccolo finds the one engine and the one app."""

from piccolo.conf.apps import AppRegistry

from portal.platform.db.unit_of_work import engine as DB  # noqa: F401 (Piccolo looks for this name)

APP_REGISTRY = AppRegistry(apps=["portal.run.piccolo_app"])
