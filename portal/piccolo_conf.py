"""Where Piccolo finds the one engine and the one app."""

from piccolo.conf.apps import AppRegistry

from portal.db import engine as DB  # noqa: F401 (Piccolo looks for this name)

APP_REGISTRY = AppRegistry(apps=["portal.piccolo_app"])
