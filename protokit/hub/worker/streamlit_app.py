"""A Streamlit prototype as an ASGI application, under its public path."""

from functools import cache
from pathlib import Path

from protokit.hub.worker.worker_config import App, WorkerConfig


def load_app(order: WorkerConfig) -> App:
    """The application around app.py; the script runs first when the Hub asks for its health."""
    import streamlit
    from streamlit import config
    from streamlit.web import bootstrap

    from protokit.runtime import Settings

    script = Path(order.folder, "app.py")
    config._main_script_path = str(script)  # where its own .streamlit/config.toml is looked for
    bootstrap.load_config_options(
        {
            "server_baseUrlPath": order.base_path.strip("/"),
            "server_headless": True,
            "server_fileWatcherType": "none",
            "server_scriptHealthCheckEnabled": True,
            "server_enableWebsocketCompression": False,
            "runner_postScriptGC": False,
            "browser_gatherUsageStats": False,
            "client_toolbarMode": "minimal",
            "client_showErrorDetails": "none",
            "global_developmentMode": False,
            "logger_level": "warning",
            "theme_primaryColor": Settings.read(order.folder).accent,
        }
    )
    # Streamlit goes through all its options eight times for the theme of each run: a quarter of a turn's work.
    config.get_options_for_section = cache(config.get_options_for_section)
    return streamlit.App(script)


def health_path(order: WorkerConfig) -> str:
    """The path at which Streamlit runs the script once and says whether it failed."""
    return f"{order.base_path}/_stcore/script-health-check"
