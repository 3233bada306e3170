"""The deployment files say what they must: nobody is root, every tag is pinned, every service is looked after."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
DOCKER = ROOT / "docker"
PINNED = re.compile(r"[a-z]+:\d+\.\d+(\.\d+)?(-[a-z]+)+")
SECRET = re.compile(r"(PASSWORD|SECRET|KEY)$")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((DOCKER / "compose.yml").read_text())


@pytest.fixture(scope="module")
def lines() -> list[str]:
    """The image's instructions, each in one line."""
    text = (DOCKER / "Dockerfile").read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_image_is_built_from_pinned_parts_with_hashes(lines: list[str]) -> None:
    bases = [line.split()[1] for line in lines if line.startswith("FROM")]
    assert len(bases) == 2
    assert all(PINNED.fullmatch(base) for base in bases)
    assert any("--require-hashes" in line for line in lines)
    assert not [
        line for line in lines if line.startswith("ADD") or re.search(r"\bcurl\b|\bwget\b|https?://(?!127)", line)
    ]


def test_the_image_runs_as_nobody_special(lines: list[str]) -> None:
    users = [line.split()[1] for line in lines if line.startswith("USER")]
    assert users[-1:] == ["portal"]
    assert [line.split()[0] for line in lines][-4:] == ["STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"]


def test_the_image_holds_no_secret_and_only_what_it_needs(lines: list[str]) -> None:
    said = [name for line in lines if line.startswith(("ENV", "ARG")) for name in re.findall(r"(\w+)=", line)]
    assert not [name for name in said if SECRET.search(name)]
    copied = {line.split()[1] for line in lines if line.startswith("COPY") and "--from" not in line}
    allowed = (ROOT / ".dockerignore").read_text()
    assert {"portal", "templates", "static"} <= {Path(source).name for source in copied}
    assert all(f"!{source}" in allowed and (ROOT / source).exists() for source in copied)


def test_every_service_has_a_health_check_and_a_pinned_image(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"postgres", "setup", "web", "worker", "caddy"}
    for name, service in services.items():
        assert service["image"] == "mingbai:latest" or PINNED.fullmatch(service["image"]), name
        assert name == "setup" or "test" in service["healthcheck"], name


def test_setup_comes_first_and_only_it_is_told_the_administrators_address(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["setup"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    for name in ("web", "worker"):
        assert services[name]["depends_on"]["setup"]["condition"] == "service_completed_successfully"
        assert "DATABASE_ADMIN_URL" not in services[name]["environment"]
    assert "DATABASE_ADMIN_URL" in services["setup"]["environment"]


def test_no_secret_has_a_value_in_the_files(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for name, value in service["environment"].items():
            if SECRET.search(name) or "://" in str(value):
                assert "${" in value, name
    sample = dict(line.split("=", 1) for line in (DOCKER / "example.env").read_text().splitlines() if line[:1] != "#")
    assert not [name for name, value in sample.items() if SECRET.search(name) and value]
    asked = set(re.findall(r"\$\{([A-Z_]+)", (DOCKER / "compose.yml").read_text()))
    assert asked == set(sample)


def test_the_database_is_not_open_to_the_world(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert "ports" not in services["postgres"]
    assert services["web"]["ports"] == ["127.0.0.1:8000:8000"]
    for name in ("setup", "web", "worker"):
        assert services[name]["cap_drop"] == ["ALL"]
        assert services[name]["read_only"] is True
