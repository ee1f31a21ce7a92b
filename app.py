"""The composition root: one configuration becomes one application with its edges, flows, pages and commands."""

from __future__ import annotations

import gc
import importlib
from pathlib import Path

import click
from flask import Flask
from flask_bootstrap import Bootstrap5
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Config
from core import db, documents, mail, migrations, sealing, storage

ROOT = Path(__file__).resolve().parent

#: Packages with a `blueprints.py`: BLUEPRINTS, and imports of what must be registered (emails, jobs, wording).
PACKAGES = ("accounts", "ledger", "search", "publicity", "payments", "shop", "charity", "points", "oversight")


def create_app(config: Config | None = None) -> Flask:
    """Build the application for one process."""
    # Building makes many objects and no garbage: looking for cycles meanwhile costs a sixth of the start.
    collects = gc.isenabled()
    gc.disable()
    try:
        return _build(config or Config.from_environ())
    finally:
        if collects:
            gc.enable()


def stay_loaded() -> None:
    """Spare the garbage collector what was loaded and stays as long as the process: it would walk through it again and again."""
    gc.collect()
    gc.freeze()


def _build(config: Config) -> Flask:
    app = Flask("yigou", root_path=str(ROOT), static_folder="static", template_folder="templates")
    app.config.update(
        SECRET_KEY=config.secret_key,
        TESTING=config.mode == "test",
        YIGOU=config,
        BASE_URL=config.base_url,
        MAX_CONTENT_LENGTH=12 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_NAME="__Host-yigou" if config.https else "yigou",
        SESSION_COOKIE_SECURE=config.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        BOOTSTRAP_SERVE_LOCAL=True,
        TEMPLATES_AUTO_RELOAD=False,
    )
    if config.trusted_proxies:
        proxies = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    db.connect(config.database_url, pool_size=config.pool_size)
    choose_edges(config)
    build_web(app, config)
    build_packages(app, config)
    build_commands(app, config)
    return app


def choose_edges(config: Config) -> None:
    """Choose the implementation of every edge with two of them."""
    import search
    from payments import gateways

    mailer = mail.SmtpMailer(config.mail_url) if config.mail_url else mail.FileMailer(config.mail_dir)
    mail.use(mailer, ("益购 Yigou", config.mail_sender))
    storage.use(config.media_dir)
    documents.use(config.private_dir)
    sealing.use(config.secret_key)
    search.use(
        search.PostgresEngine()
        if config.search_engine == "postgres"
        else search.WhooshEngine(config.index_dir / "products")
    )
    gateways.choose(config)


def build_web(app: Flask, config: Config) -> None:
    """Set up what knows no domain: language, guards, headers, errors, health."""
    import search
    from accounts import signed_in
    from payments import gateways
    from shop.cart.session import cart_count
    from web import (
        assets,
        csrf,
        errors,
        health,
        kept_pages,
        language,
        mailing,
        security,
        security_txt,
        sessions,
        styleguide,
        templating,
        translations,
        turns,
    )

    Bootstrap5(app)
    translations.compile_catalogues()
    language.init_app(app, translations.catalogues())
    templating.init_app(
        app, fundraising_mode=config.fundraising_mode, cart_count=cart_count, demo=config.mode == "demo"
    )
    security.init_app(app, https=config.https, pay_hosts=gateways.pay_hosts())
    csrf.init_app(app, config.base_url)
    sessions.init_app(app, signed_in.load)
    assets.init_app(app, config.media_dir)
    errors.init_app(app)
    security_txt.init_app(app)
    health.init_app(app, search=search.probe)
    mailing.init_app(app)
    turns.init_app(app, config.requests_at_once)
    kept_pages.init_app(app)
    if not config.production:
        app.register_blueprint(styleguide.bp)


def build_packages(app: Flask, config: Config) -> None:
    """Register the pages of every package, and every reaction in flows/."""
    for package in PACKAGES:
        module = importlib.import_module(f"{package}.blueprints")
        for blueprint in module.BLUEPRINTS:
            app.register_blueprint(blueprint)
        if config.sandbox:
            for blueprint in getattr(module, "SANDBOX_BLUEPRINTS", ()):
                app.register_blueprint(blueprint)
    for path in sorted((ROOT / "flows").glob("*.py")):
        if path.stem != "__init__":
            importlib.import_module(f"flows.{path.stem}")


def build_commands(app: Flask, config: Config) -> None:
    """Add the commands of `flask --app app …`."""
    from accounts.cli import commands as accounts_commands
    from core import jobs
    from ledger.cli import commands as ledger_commands
    from registry.cli import commands as registry_commands
    from search.cli import commands as search_commands
    from web import translations

    app.cli.add_command(translations.commands)
    app.cli.add_command(accounts_commands)
    app.cli.add_command(ledger_commands)
    app.cli.add_command(registry_commands)
    app.cli.add_command(search_commands)

    @app.cli.command("worker")
    def worker() -> None:
        """Run jobs until asked to stop."""
        stay_loaded()
        jobs.work()

    @app.cli.command("migrate")
    def migrate() -> None:
        """Bring the database to the newest schema."""
        migrations.upgrade(config.database_url)
        click.echo(f"database is at {migrations.head()}")

    if not config.production:
        from demo.cli import commands as demo_commands

        app.cli.add_command(demo_commands)
