"""Measures the role and docker_venv against what they are compared with in the project's numbers."""

from __future__ import annotations

from collections.abc import Iterator

from hosts import FOUR_HOSTS, Module, playbook_seconds, prepare
from measure import Case

PACKAGES = ["docker>=7.1.0", "requests>=2.32.2", "PyYAML", "jsondiff", "packaging"]
VIRTUALENV = "/usr/local/lib/docker/virtualenv"


ROLE = "../../playbooks/docker_server.yml"
# Every option of the role that leads to a file, a service, a package's version or a group; none needs another server.
OPTIONS: dict[str, object] = {
    "docker_server_version": "26.1",
    "docker_server_compose_version": "2.26",
    "docker_server_hold": True,
    "docker_server_users": ["games"],
    "docker_server_daemon_options": {"hosts": ["unix:///var/run/docker.sock"], "live-restore": True, "max-concurrent-downloads": 5},
    "docker_server_proxies": {"http": "http://127.0.0.1:3128", "https": "http://127.0.0.1:3128", "no_proxy": ["example.com"]},
    "docker_server_registry_mirrors": ["https://mirror.example.com"],
    "docker_server_insecure_registries": ["registry.example.com:5000"],
    "docker_server_data_root": "/var/lib/docker",
    "docker_server_address_pools": [{"base": "10.64.0.0/16", "size": 24}],
    "docker_server_dns": ["192.0.2.53"],
    "docker_server_labels": {"com.example.rack": "7"},
    "docker_server_log_driver": "local",
    "docker_server_log_options": {"max-size": "5m"},
    "docker_server_drop_ins": {"limits": {"Service": {"LimitNOFILE": 1048576}}},
    "docker_server_prune": True,
    "docker_server_prune_filters": ["label!=keep"],
    # It is there already: nothing listens at the proxy.
    "docker_server_virtualenv_extra_packages": ["idna"],
}


def cases() -> Iterator[Case]:
    """Yield the cases of the Docker host; the bench's hosts have been converged by the role, and are as they were at the end."""
    ours = Module("dockenv.python.docker_venv", {"path": VIRTUALENV, "packages": PACKAGES})
    theirs = Module("ansible.builtin.pip", {"name": PACKAGES, "virtualenv": VIRTUALENV})
    yield Case(
        "role `docker_server` again, nothing to do / a play with only facts and `ping`",
        ours=lambda: playbook_seconds(ROLE),
        theirs=lambda: playbook_seconds("ping.yml"),
        limit=2,
    )
    yield Case(
        "`docker_venv`, nothing to do / `ansible.builtin.pip` with the same packages (module time)",
        ours=ours.seconds,
        theirs=theirs.seconds,
        limit=0.2,
    )
    yield Case(
        "role `docker_server` again on four hosts at once / on one",
        ours=lambda: playbook_seconds(ROLE, FOUR_HOSTS),
        theirs=lambda: playbook_seconds(ROLE),
        limit=1.3,
    )
    prepare(ROLE, **OPTIONS)
    yield Case(
        "role `docker_server` again, with every option set / a play with only facts and `ping`",
        ours=lambda: playbook_seconds(ROLE, **OPTIONS),
        theirs=lambda: playbook_seconds("ping.yml"),
        limit=2,
    )
    prepare(ROLE)
