"""What the measured web server serves: the application with the bare pages."""

from app import stay_loaded
from bench.bare import create_bench_app

application = create_bench_app()
stay_loaded()
