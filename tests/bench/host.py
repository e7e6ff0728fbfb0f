"""Measures the role and docker_venv against what they are compared with in the project's numbers."""

from __future__ import annotations

from hosts import Module, playbook_seconds
from measure import Case

PACKAGES = ["docker>=7.1.0", "requests>=2.32.2", "PyYAML", "jsondiff", "packaging"]
VIRTUALENV = "/usr/local/lib/docker/virtualenv"


def cases() -> list[Case]:
    """Return the cases of the Docker host; the bench's host has been converged by the role."""
    ours = Module("dockenv.python.docker_venv", {"path": VIRTUALENV, "packages": PACKAGES})
    theirs = Module("ansible.builtin.pip", {"name": PACKAGES, "virtualenv": VIRTUALENV})
    return [
        Case(
            "role `docker_server` again, nothing to do / a play with only facts and `ping`",
            ours=lambda: playbook_seconds("../../playbooks/docker_server.yml"),
            theirs=lambda: playbook_seconds("ping.yml"),
            limit=2,
        ),
        Case(
            "`docker_venv`, nothing to do / `ansible.builtin.pip` with the same packages (module time)",
            ours=ours.seconds,
            theirs=theirs.seconds,
            limit=0.2,
        ),
    ]
