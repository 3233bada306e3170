"""`python -m sandbox`: the stand-ins alone, with the portal's own environment."""

import argparse
from dataclasses import replace

from sandbox.server import PORT, SMTP_PORT, run
from sandbox.settings import SandboxInProduction, SandboxSettings, refuse_production


def main() -> None:
    """Read the command line and the environment, then serve."""
    parser = argparse.ArgumentParser(prog="portal sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--smtp-port", type=int, default=SMTP_PORT)
    parser.add_argument("--webhook-url", help="where events go; default: PORTAL_BASE_URL/webhooks/stripe")
    asked = parser.parse_args()
    try:
        refuse_production()
        settings = SandboxSettings.from_environment()
        run(replace(settings, webhook_url=asked.webhook_url or settings.webhook_url), asked.port, asked.smtp_port)
    except KeyError as missing:
        parser.exit(1, f"{missing.args[0]} is not set\n")
    except (SandboxInProduction, OSError) as refusal:
        parser.exit(1, f"{refusal}\n")


if __name__ == "__main__":
    main()
