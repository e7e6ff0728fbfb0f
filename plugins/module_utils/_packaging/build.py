# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the image of a virtualenv under a name of its own; the build proves it. Decides nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping

from .._build_options import BuildOptions
from .._docker.build import build_image
from .._docker.buildkit import BuildRequest
from .._env.dockerfile import DOCKERFILE
from .._environments.host import Host
from .._environments.place import Place
from .._errors import CommandFailed
from .._image import Image
from . import staging
from .context import Context

KEEP_ALWAYS, KEEP_ON_FAILURE = "always", "on_failure"


def build_new(
    host: Host, place: Place, options: BuildOptions, context: Context, labels: Mapping[str, str], build_dir: str, keep: str
) -> Image:
    """Return the new image, which has the place's new tag; the context is kept in ``build_dir`` as ``keep`` says.

    Raises CommandFailed, naming the step, if the build fails; then nothing is left of it but what is to be kept.
    """
    request = BuildRequest(
        context=os.curdir,
        tag=place.new_tag,
        dockerfile=DOCKERFILE,
        args=options.args,
        labels=labels,
        target=options.target,
        platforms=options.platforms,
        secrets=options.secrets,
        cache_from=options.cache_from,
        cache_to=options.cache_to,
        pull=options.pull,
        feed=lambda out: context.write(out, host.builder.has_buildkit),
    )
    try:
        image = build_image(host.engine, host.connection, host.builder, request, options.log_path or place.log, host.environment)
    except CommandFailed:
        if keep in (KEEP_ALWAYS, KEEP_ON_FAILURE):
            staging.write(build_dir, context)
        raise
    if keep == KEEP_ALWAYS:
        staging.write(build_dir, context)
    elif staging.find_ours(build_dir) is not None:
        staging.remove(build_dir)
    return image
