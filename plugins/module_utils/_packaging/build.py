# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the image of a virtualenv under a name of its own; the build proves it. Decides nothing."""

from __future__ import annotations

import os
from dataclasses import replace

from .._build_options import BuildOptions
from .._docker.build import build_image
from .._docker.buildkit import BuildRequest
from .._env.blocks import install_system_packages
from .._env.dockerfile import DOCKERFILE
from .._env.steps import Build, MakeLock
from .._env.wanted import remove_requirements
from .._environments.host import Host
from .._environments.locking import make_lock, read_logins
from .._environments.unlocked import Unlocked
from .._errors import CommandFailed, DockenvError
from .._image import Image
from .._venv_image.plan import LABEL_IMAGE
from .._venv_image.proof import find_verdict
from . import writing
from .archive import write_tar
from .context import INSTALLER, PYTHON_PACKAGES, Context
from .tasks import NEVER, Present, base_tag


def lock_context(task: Present, host: Host, context: Context) -> Context:
    """Return the context with the lock that its build installs, where it needs one and has none yet. Raises CommandFailed, with the resolver's reason."""
    wanted = context.wanted
    if wanted is None or context.lock is not None:
        return context
    if context.has_python:
        lock = _make_lock(host, task, context, task.spec.base)
    else:
        image = _add_python(host, task)
        try:
            lock = _make_lock(host, task, context, image)
        finally:
            host.engine.remove_image(image, force=True)
    return replace(context, lock=remove_requirements(lock, wanted.present))


def build_new(task: Present, host: Host, context: Context, step: Build) -> Image:
    """Return the new image, which has the place's new tag.

    Raises CommandFailed, naming the step, if the build fails; then nothing is left of it but the build folder, where it is to be kept.
    """

    def feed(out):
        write_tar(context.trees, context.texts(host.builder.has_buildkit), out)

    request = replace(_request(task.options, task.place.new_tag), feed=feed, labels=step.labels, no_cache=step.no_cache)
    try:
        return build_image(host.engine, host.connection, host.builder, request, _log(task), host.environment)
    except CommandFailed as error:
        if task.keep != NEVER:
            writing.write(task.build_dir, context)
            error.details["build_dir"] = task.build_dir
        verdict = find_verdict(error.details["stdout"])
        if verdict is not None:
            error.message = f"{verdict}; the whole output is in {_log(task)}"
        raise
    except DockenvError:
        host.engine.remove_image(task.place.new_tag, force=True)
        raise


def _make_lock(host: Host, task: Present, context: Context, base: str) -> str:
    wanted, logins = context.wanted, read_logins(task.options.secrets, host.environment)
    with host.searching_builder():
        return make_lock(host, Unlocked(base, INSTALLER, wanted.requirements, wanted.constraints or None, logins=logins), MakeLock())


def _add_python(host: Host, task: Present) -> str:
    """Return the name of the base image with the Python that the build will install in it; its cache has that step then."""
    lines = [f"FROM {task.spec.base}", "USER root", *install_system_packages(sorted({*task.spec.system_packages, *PYTHON_PACKAGES}))]
    text = "".join(f"{line}\n" for line in lines)
    labels = {LABEL_IMAGE: str(task.place.image)}
    request = replace(_request(task.options, base_tag(task.place)), feed=lambda out: write_tar({}, {DOCKERFILE: text}, out), labels=labels)
    build_image(host.engine, host.connection, host.builder, request, _log(task), host.environment)
    return request.tag


def _request(options: BuildOptions, tag: str) -> BuildRequest:
    return BuildRequest(
        context=os.curdir,
        tag=tag,
        dockerfile=DOCKERFILE,
        args=options.args,
        target=options.target,
        platforms=options.platforms,
        secrets=options.secrets,
        cache_from=options.cache_from,
        cache_to=options.cache_to,
        pull=options.pull,
    )


def _log(task: Present) -> str:
    return task.options.log_path or task.place.log
