"""The settings of one installation. Nothing else in Okra reads the environment."""

from pipelines.settings.installation import BUILT_IN, ROOT, Settings, SettingsError, env_file
from pipelines.settings.loading import load, shown

__all__ = ["BUILT_IN", "ROOT", "Settings", "SettingsError", "env_file", "load", "shown"]
