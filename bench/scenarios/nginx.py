"""nginx in front, by deploy/nginx.conf: a page from its cache beside the same bytes as a file."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path

from bench.load import Action, Browser, cpu_seconds, run
from bench.measuring import Bench, Stage, scenario
from bench.place import free_port

CONFIGURATION = Path(__file__).resolve().parent.parent.parent / "deploy" / "nginx.conf"
PAGE, FILE = "/shop/products", "/static/bench-page.html"


@scenario(Stage.SERVED_LARGE, order=80)
def nginx(bench: Bench) -> None:
    """Measure the list from nginx's cache, and nginx serving the same bytes as a file."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        bench.missing("nginx", "nginx is not installed")
        return
    home = bench.place.var / "nginx"
    (home / "static").mkdir(parents=True, exist_ok=True)
    port = free_port()
    (home / "nginx.conf").write_text(_configuration(home, port, bench.port), encoding="utf-8")
    process = subprocess.Popen(
        [program, "-p", str(home), "-c", str(home / "nginx.conf"), "-g", "daemon off;"]
    )
    try:
        time.sleep(0.5)
        text = Browser(port).get(PAGE)
        (home / "static" / "bench-page.html").write_text(text, encoding="utf-8")
        rates = {}
        for name, path in (("nginx_file", FILE), ("nginx_cache", PAGE)):
            spent = cpu_seconds([process.pid])
            figures = run(_open(path), port, [process.pid], seconds=bench.seconds(3))
            if figures.errors or not figures.count:
                bench.missing(name, figures.first_error)
                return
            rates[name] = figures.count / max(cpu_seconds([process.pid]) - spent, 0.001)
            bench.record_time(name, figures.per_second, "per_second", "requests/s")
            bench.record_time(name, figures.p50_ms, "p50", "ms")
            bench.record_time(name, figures.p95_ms, "p95", "ms")
            bench.record_time(name, figures.cpu_ms, "cpu", "CPU ms / request")
        bench.record("nginx_cache.share_of_file", rates["nginx_cache"] / rates["nginx_file"], "by CPU")
    finally:
        process.terminate()
        process.wait(10)


def _open(path: str) -> Action:
    def open_page(browser: Browser, _visitor: int, _number: int) -> None:
        browser.get(path)

    return open_page


def _configuration(home: Path, port: int, upstream: int) -> str:
    """Return deploy/nginx.conf with this run's folders and ports, without TLS."""
    site = CONFIGURATION.read_text(encoding="utf-8")
    first = site.index("server {")
    second = site.index("server {", first + 1)
    site = site[:first] + site[second:]
    for pattern, wanted in (
        (r"server 127\.0\.0\.1:8000;", f"server 127.0.0.1:{upstream};"),
        (r"listen 443 ssl;", f"listen 127.0.0.1:{port};"),
        (r"\n *listen \[::\]:443 ssl;", ""),
        (r"\n *ssl_[^;]*;", ""),
        (r"/var/cache/nginx/yigou", str(home / "cache")),
        (r"/opt/yigou/static/", f"{home}/static/"),
    ):
        site, times = re.subn(pattern, wanted, site)
        if not times:
            raise RuntimeError(f"deploy/nginx.conf has no {pattern}")
    temporary = "".join(
        f"{kind}_temp_path {home}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"worker_processes 1; pid {home}/pid; error_log {home}/error.log; user root;\n"
        "events { worker_connections 256; }\n"
        f"http {{ access_log off; {temporary}\n{site}\n}}\n"
    )
