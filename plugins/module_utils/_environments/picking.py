# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Let a buildout pick versions, in a build whose image is thrown away. Writes no file of the environment.

Which versions those are only a whole run can say: recipes ask for packages while they work. The build that follows with the lock
finds what was installed here in the builder's cache.
"""

from __future__ import annotations

import os
from dataclasses import replace

from .._docker.build import build_image
from .._docker.containers import OWNER, identify_task
from .._docker.running import RunRequest, run
from .._env.buildout_script import PICKED
from .._env.digest import LABEL_ENVIRONMENT
from .._env.folder import Folder
from .._env.install_script import ENVIRONMENT
from .._env.names import TASK_LABEL
from .._errors import CommandFailed
from . import filesystem
from .building import make_request, stage
from .host import Host
from .scratch import scratch_folder
from .unlocked import Trial

# In seconds; it only reads a file
_READ_TIMEOUT = 120
_READ = f"import sys; sys.stdout.write(open({PICKED!r}, encoding='utf-8').read())"


def preview_versions(host: Host, trial: Trial) -> str | None:
    """Return the new lock and leave nothing on the host; None where the base image would have to be fetched. Raises CommandFailed."""
    if host.engine.find_image(trial.base) is None:
        return None
    with scratch_folder() as folder:
        log = os.path.join(folder, "build.log")
        try:
            return _pick(host, trial, os.path.join(folder, "context"), log)
        except CommandFailed as error:  # its log goes now
            raise CommandFailed(error.message.replace(f"; the whole output is in {log}", ""), **error.details) from error


def pick_versions(host: Host, trial: Trial) -> str:
    """Return the new lock. Raises CommandFailed, naming the step, if the buildout fails."""
    return _pick(host, trial, trial.place.staging, trial.options.log_path or trial.place.log)


def _pick(host: Host, trial: Trial, staging: str, log: str) -> str:
    *others, last = trial.folders
    for folder in others:
        try:
            return _build_and_read(host, trial, folder, staging, log)
        except CommandFailed:
            continue  # what is locked does not fit any more
    return _build_and_read(host, trial, last, staging, log)


def _build_and_read(host: Host, trial: Trial, folder: Folder, staging: str, log: str) -> str:
    tag, labels = trial.place.trial_tag, {LABEL_ENVIRONMENT: trial.place.name, OWNER: identify_task()}
    # One for another platform may not run here, and a cache is for what is kept.
    options = replace(trial.options, platforms=(), cache_to=())
    try:
        stage(host, trial.place, trial.observed, folder, staging)
        request = make_request(staging, tag, options, trial.secrets, labels)
        image = build_image(host.engine, host.connection, host.builder, request, log, host.environment)
        return _read(host, trial, image.id)
    finally:
        filesystem.remove_tree(staging)
        host.engine.remove_image(tag, force=True)


def _read(host: Host, trial: Trial, image: str) -> str:
    argv = (f"{ENVIRONMENT}/bin/python3", "-I", "-c", _READ)
    asked = RunRequest(image, argv, labels={TASK_LABEL: trial.place.name}, network_mode="none", reset_entrypoint=True)
    result = run(host.engine, asked, _READ_TIMEOUT)
    if result.rc != 0:
        stderr = result.stderr.decode("utf-8", "replace")
        raise CommandFailed(
            f"The versions that the buildout of {trial.place.name!r} picked cannot be read", list(argv), result.rc, stderr=stderr
        )
    return result.stdout.decode("utf-8")
