# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that daemon.json may hold: kind of value, engine releases, and which a running engine takes over. Data only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """What is known of one key of daemon.json.

    ``kind`` is ``bool``, ``int``, ``str``, ``list``, ``map`` or ``size`` (a number of bytes, or a text such as ``64M``).
    ``since`` and ``until`` are the first release that knows it and the first that no longer does, as (major, minor).
    ``reload`` is true if a running engine takes over a new value when it gets SIGHUP.
    """

    kind: str
    since: tuple[int, int] | None = None
    until: tuple[int, int] | None = None
    reload: bool = False


# Sources: the keys in moby's daemon/config (struct tags), the flags of `dockerd --help`, and daemon/reload.go, from 20.10 on.
# ``since`` is given only for what 20.10, the oldest engine that the collection supports, does not know.
OPTIONS = {
    "allow-direct-routing": Option("bool", since=(28, 2)),
    "allow-nondistributable-artifacts": Option("list", reload=True),
    "api-cors-header": Option("str", until=(28, 0)),
    "authorization-plugins": Option("list", reload=True),
    "bip": Option("str"),
    "bip6": Option("str", since=(28, 0)),
    "bridge": Option("str"),
    "bridge-accept-fwmark": Option("str", since=(28, 2)),
    "builder": Option("map"),
    "cdi-spec-dirs": Option("list", since=(25, 0)),
    "cgroup-parent": Option("str"),
    "cluster-advertise": Option("str", until=(23, 0)),
    "cluster-store": Option("str", until=(23, 0)),
    "cluster-store-opts": Option("map", until=(23, 0)),
    "containerd": Option("str"),
    "containerd-namespace": Option("str"),
    "containerd-plugins-namespace": Option("str"),
    "cpu-rt-period": Option("int"),
    "cpu-rt-runtime": Option("int"),
    "cri-containerd": Option("bool"),
    "data-root": Option("str"),
    "debug": Option("bool", reload=True),
    "default-address-pools": Option("list"),
    "default-cgroupns-mode": Option("str"),
    "default-gateway": Option("str"),
    "default-gateway-v6": Option("str"),
    "default-ipc-mode": Option("str"),
    "default-network-opts": Option("map", since=(24, 0)),
    "default-runtime": Option("str", reload=True),
    "default-shm-size": Option("size"),
    "default-ulimits": Option("map"),
    "dns": Option("list"),
    "dns-opts": Option("list"),
    "dns-search": Option("list"),
    "exec-opts": Option("list"),
    "exec-root": Option("str"),
    "experimental": Option("bool"),
    "features": Option("map", reload=True),
    "firewall-backend": Option("str", since=(29, 0)),
    "fixed-cidr": Option("str"),
    "fixed-cidr-v6": Option("str"),
    "graph": Option("str", until=(23, 0)),
    "group": Option("str"),
    "host-gateway-ip": Option("str"),
    "host-gateway-ips": Option("list", since=(28, 2)),
    "hosts": Option("list"),
    "icc": Option("bool"),
    "init": Option("bool"),
    "init-path": Option("str"),
    "insecure-registries": Option("list", reload=True),
    "ip": Option("str"),
    "ip-forward": Option("bool"),
    "ip-forward-no-drop": Option("bool", since=(28, 0)),
    "ip-masq": Option("bool"),
    "ip6tables": Option("bool"),
    "iptables": Option("bool"),
    "ipv6": Option("bool"),
    "labels": Option("list", reload=True),
    "live-restore": Option("bool", reload=True),
    "log-driver": Option("str"),
    "log-format": Option("str", since=(25, 0)),
    "log-level": Option("str"),
    "log-opts": Option("map"),
    "max-concurrent-downloads": Option("int", reload=True),
    "max-concurrent-uploads": Option("int", reload=True),
    "max-download-attempts": Option("int", reload=True),
    "metrics-addr": Option("str"),
    "mtu": Option("int"),
    "network-control-plane-mtu": Option("int"),
    "network-diagnostic-port": Option("int", reload=True),
    "no-new-privileges": Option("bool"),
    "node-generic-resources": Option("list"),
    "oom-score-adjust": Option("int", until=(25, 0)),
    "pidfile": Option("str"),
    "proxies": Option("map", since=(23, 0)),
    "raw-logs": Option("bool"),
    "registry-mirrors": Option("list", reload=True),
    "runtimes": Option("map", reload=True),
    "seccomp-profile": Option("str"),
    "selinux-enabled": Option("bool"),
    "shutdown-timeout": Option("int", reload=True),
    "storage-driver": Option("str"),
    "storage-opts": Option("list"),
    "swarm-default-advertise-addr": Option("str"),
    "tls": Option("bool"),
    "tlscacert": Option("str"),
    "tlscert": Option("str"),
    "tlskey": Option("str"),
    "tlsverify": Option("bool"),
    "userland-proxy": Option("bool"),
    "userland-proxy-path": Option("str"),
    "userns-remap": Option("str"),
}

# Of log-opts, those that are passwords: U(https://docs.docker.com/engine/logging/configure/)
SECRET_LOG_OPTIONS = ("logentries-token", "splunk-token")
