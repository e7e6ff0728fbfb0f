# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All that decides what is in a base image, and how an image shows what it was made of; pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._errors import InvalidInput
from .._image import Image
from .._instructions import render_assignment, render_words
from .certificates import Certificate
from .sources import Source, parse_mirror, select_distribution
from .spec import LABEL_PREFIX, BaseImageSpec

# To be raised when the same inputs give another image than before, so that images made by older versions are renewed
RECIPE = 1

KIND = "base-image"
LABEL_KIND = f"{LABEL_PREFIX}kind"
LABEL_DIGEST = f"{LABEL_PREFIX}digest"
LABEL_INPUTS = f"{LABEL_PREFIX}inputs"

# Debian's names of architectures in the terms of the OCI image specification, which are those of the Go language
PLATFORMS = {
    "amd64": "linux/amd64",
    "arm64": "linux/arm64",
    "armel": "linux/arm/v5",
    "armhf": "linux/arm/v7",
    "i386": "linux/386",
    "mips64el": "linux/mips64le",
    "ppc64el": "linux/ppc64le",
    "riscv64": "linux/riscv64",
    "s390x": "linux/s390x",
}

# update-ca-certificates(8) is in this package.
_CA_PACKAGE = "ca-certificates"


@dataclass(frozen=True)
class Host:
    """What a base image takes from the host where its options do not say: see observe.py."""

    distribution: str
    codename: str
    architecture: str
    sources: tuple[Source, ...]
    certificates: tuple[Certificate, ...]


@dataclass(frozen=True)
class Recipe:
    """Every input of a base image, with the host's answers to what was left open."""

    suite: str
    sources: tuple[Source, ...]
    variant: str
    packages: tuple[str, ...]
    architecture: str
    certificates: tuple[Certificate, ...]
    entrypoint: tuple[str, ...]
    command: tuple[str, ...]
    env: tuple[tuple[str, str], ...]
    labels: tuple[tuple[str, str], ...]

    @classmethod
    def from_spec(cls, spec: BaseImageSpec, host: Host) -> Recipe:
        """Complete what the user asked for. Raises InvalidInput for a choice that the host cannot make."""
        suite = spec.suite or host.codename
        if not suite:
            raise InvalidInput("suite: this host does not say which release it has; give one such as 'trixie'")
        packages = {*spec.packages, *([_CA_PACKAGE] if host.certificates else [])}
        architecture = spec.architecture or host.architecture
        if architecture not in PLATFORMS:
            raise InvalidInput(f"architecture: {architecture!r} is not known to have images; give one of {', '.join(PLATFORMS)}")
        return cls(
            suite=suite,
            sources=_sources(spec, host, suite),
            variant=spec.variant,
            packages=tuple(sorted(packages)),
            architecture=architecture,
            certificates=host.certificates,
            entrypoint=spec.entrypoint,
            command=spec.command,
            env=spec.env,
            labels=spec.labels,
        )

    @property
    def platform(self) -> str:
        """The architecture as an engine writes it, such as ``linux/amd64``."""
        return PLATFORMS[self.architecture]

    def bootstrap_inputs(self) -> dict[str, Any]:
        """Return what decides the files of the image, in values that JSON can hold."""
        return {
            "architecture": self.architecture,
            "ca_certificates": [certificate.fingerprint for certificate in self.certificates],
            "mirror": [str(source) for source in self.sources],
            "packages": list(self.packages),
            "recipe": RECIPE,
            "suite": self.suite,
            "variant": self.variant,
        }

    def definition(self) -> dict[str, Any]:
        """Return all inputs by the name of their option, for comparison with :func:`read_definition`."""
        return {
            **self.bootstrap_inputs(),
            "command": list(self.command),
            "entrypoint": list(self.entrypoint),
            "env": dict(self.env),
            "labels": dict(self.labels),
        }

    @property
    def digest(self) -> str:
        """The digest of all inputs. It is in a label, and once more in the comment, by which :func:`is_ours` knows the image."""
        return digest(self.definition())

    def own_labels(self) -> dict[str, str]:
        """Return the labels by which a later run recognizes the image and what it was made of."""
        return {
            LABEL_KIND: KIND,
            LABEL_DIGEST: self.digest,
            LABEL_INPUTS: _canonical(self.bootstrap_inputs()),
        }

    def instructions(self) -> tuple[str, ...]:
        """Return the Dockerfile instructions that give the image its configuration."""
        labels = {**dict(self.labels), **self.own_labels()}
        return (
            *(render_words("ENTRYPOINT", words) for words in (self.entrypoint,) if words),
            *(render_words("CMD", words) for words in (self.command,) if words),
            *(render_assignment("ENV", key, value) for key, value in self.env),
            *(render_assignment("LABEL", key, value) for key, value in sorted(labels.items())),
        )


def _sources(spec: BaseImageSpec, host: Host, suite: str) -> tuple[Source, ...]:
    if spec.mirror:
        components = spec.components or ("main",)
        return tuple(parse_mirror(entry, f"mirror[{index}]", suite, components) for index, entry in enumerate(spec.mirror))
    found = select_distribution(host.sources, host.distribution, host.codename, suite, spec.components)
    if not found:
        raise InvalidInput("mirror: this host has no package sources of its distribution to take it from; give a URL")
    for source in found:
        if "@" in source.uri:
            raise InvalidInput(
                "mirror: this host's package sources have a user name or a password in a URL, which would stay in the image; "
                "move it to auth.conf(5), or give a URL"
            )
    return found


def digest(definition: Mapping[str, Any]) -> str:
    """Return ``sha256:`` and the hash of a definition, equal for equal definitions on every host."""
    return f"sha256:{hashlib.sha256(_canonical(definition).encode()).hexdigest()}"


def is_ours(image: Image) -> bool:
    """Tell whether docker_base_image made the image.

    Its labels alone do not tell: images that a user builds on it inherit them.
    """
    return image.labels.get(LABEL_KIND) == KIND and image.comment == image.labels.get(LABEL_DIGEST)


def read_definition(image: Image) -> dict[str, Any]:
    """Return what the image was made of, in the form of :meth:`Recipe.definition`; for another's image what can be seen."""
    try:
        inputs = json.loads(image.labels.get(LABEL_INPUTS, "{}"))
    except ValueError:
        inputs = {}
    return {
        **(inputs if isinstance(inputs, dict) else {}),
        "command": list(image.command),
        "entrypoint": list(image.entrypoint),
        "env": dict(image.env),
        "labels": {key: value for key, value in image.labels.items() if not key.startswith(LABEL_PREFIX)},
    }


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
