"""The settings of one installation. Nothing else in Okra reads the environment."""

from connectors.sdk.project import BUILT_IN
from pipelines.settings.declared_settings import SettingsError, env_file
from pipelines.settings.installation import Settings
from pipelines.settings.loading import load, shown

__all__ = ["BUILT_IN", "Settings", "SettingsError", "env_file", "load", "shown"]
