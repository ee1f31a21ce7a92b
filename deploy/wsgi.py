"""The WSGI entry point of every web server: `deploy.wsgi:application`."""

from app import create_app, stay_loaded

application = create_app()
stay_loaded()
