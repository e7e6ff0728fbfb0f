# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build one image with whatever builder the host has. Decides neither whether to build nor what becomes of the image."""

from __future__ import annotations

from collections.abc import Mapping

from .._build_options import Secret
from .._errors import EngineError
from .._image import Image
from . import buildkit, classic
from .buildkit import Builder, BuildRequest, check_supported, secret_values
from .buildlog import open_log
from .connection import Connection
from .engine import Engine


def build_image(
    engine: Engine,
    connection: Connection,
    builder: Builder,
    request: BuildRequest,
    log_path: str,
    environment: Mapping[str, str],
) -> Image:
    """Build ``request`` and return the image that has its tag now; the whole output is in the file ``log_path``.

    ``engine`` and the docker command both go by ``connection``. Raises InvalidInput before anything is built for what the
    builder cannot do, and CommandFailed, naming the step, if the build fails; then no image has the tag.
    """
    check_supported(builder, request)
    with open_log(log_path, _read_secrets(request.secrets, environment)) as log:
        if builder.has_buildkit:
            buildkit.build(builder, connection, request, log, environment)
        else:
            classic.build(engine, request, log)
    image = engine.find_image(request.tag)
    if image is None:
        raise EngineError(
            f"The build of {request.tag} succeeded, and the engine at {connection} has no such image: the docker command "
            f"{builder.path} built it elsewhere; see {log_path}"
        )
    return image


def _read_secrets(secrets: tuple[Secret, ...], environment: Mapping[str, str]) -> list[str]:
    """Return the texts of all secrets, of those in files too. Raises InvalidInput for one that cannot be had."""
    texts = list(secret_values(secrets, environment).values())
    for secret in secrets:
        if secret.type == "file":
            with open(secret.source, encoding="utf-8", errors="replace") as file:
                texts.append(file.read())
    return texts
