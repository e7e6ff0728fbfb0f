# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build an environment's image under a name of its own, prove it, and let the name of the old one mean it. Decides nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace

from .._build_options import BuildOptions, Secret
from .._docker.build import build_image
from .._docker.buildkit import BuildRequest
from .._docker.images import split_reference
from .._docker.running import RunRequest, run
from .._env.dockerfile import DOCKERFILE, for_classic_builder, may_undo_install
from .._env.folder import Folder
from .._env.install_script import ENVIRONMENT
from .._env.names import TASK_LABEL
from .._env.plan import Observed
from .._env.steps import Build
from .._errors import CommandFailed, EngineError
from .._image import Image
from .._requirements import canonical_name
from . import disk, filesystem
from .host import Host
from .place import Place

# In seconds; it only starts and looks at file names
_PROOF_TIMEOUT = 300
_PROOF = """
import importlib.metadata, json
print(json.dumps([[each.metadata["Name"], each.version] for each in importlib.metadata.distributions()]))
"""


def build_new(
    host: Host,
    place: Place,
    observed: Observed,
    target: Folder,
    options: BuildOptions,
    secrets: tuple[Secret, ...],
    build: Build,
) -> Image:
    """Build what the folder shall become, and return the proved image, which has the place's new tag.

    The folder itself is not touched. Raises CommandFailed, naming the step, if the build fails; then nothing is left of it.
    """
    is_staged = _is_classic(host, target) or observed.folder.files != target.files or observed.project is not None
    try:
        if is_staged:
            stage(host, place, observed, target, place.staging)
        request = make_request(place.staging if is_staged else place.folder, place.new_tag, options, secrets, build.labels)
        request = replace(request, no_cache=build.no_cache)
        image = build_image(host.engine, host.connection, host.builder, request, options.log_path or place.log, host.environment)
    finally:
        filesystem.remove_tree(place.staging)
    _prove_or_remove(host, place, image, target, options)
    return image


def swap(host: Host, place: Place, new: Image, keep_old: str | None) -> None:
    """Let the environment's name mean the new image; the image with the id ``keep_old`` gets the place's old tag before."""
    engine = host.engine
    if keep_old is not None:
        engine.tag_image(keep_old, *split_reference(place.old_tag))
    engine.tag_image(new.id, place.image.repository, place.image.tag)
    engine.remove_image(place.new_tag, force=True)


def stage(host: Host, place: Place, observed: Observed, target: Folder, staging: str) -> None:
    """Make ``staging`` the context that the folder shall become, for the builder that there is."""
    files = dict(target.files)
    if _is_classic(host, target):
        files[DOCKERFILE] = for_classic_builder(target.dockerfile)
    disk.stage(place.folder, observed.context, files, staging)
    if observed.project is not None:
        disk.stage_project(observed.project, staging)


def _is_classic(host: Host, target: Folder) -> bool:
    return not host.builder.has_buildkit and target.is_ours


def make_request(context: str, tag: str, options: BuildOptions, secrets: tuple[Secret, ...], labels: Mapping[str, str]) -> BuildRequest:
    """Return what to ask of a builder."""
    return BuildRequest(
        context=context,
        tag=tag,
        dockerfile=os.path.join(context, DOCKERFILE),
        args=options.args,
        labels=labels,
        target=options.target,
        platforms=options.platforms,
        secrets=secrets,
        cache_from=options.cache_from,
        cache_to=options.cache_to,
        pull=options.pull,
    )


def _prove_or_remove(host: Host, place: Place, image: Image, target: Folder, options: BuildOptions) -> None:
    """A folder of the user's promises nothing about its image, and one for another platform may not run here.

    What is installed was proved in the build.
    """
    try:
        if target.is_ours and not options.platforms and may_undo_install(target.dockerfile):
            _prove(host, place, image, target)
    except (CommandFailed, EngineError):
        host.engine.remove_image(place.new_tag, force=True)
        raise


def _prove(host: Host, place: Place, image: Image, target: Folder) -> None:
    """Raise CommandFailed unless the image's Python starts and finds what the lock pins."""
    argv = (f"{ENVIRONMENT}/bin/python3", "-I", "-c", _PROOF)
    asked = RunRequest(image.id, argv, labels={TASK_LABEL: place.name}, network_mode="none", reset_entrypoint=True)
    result = run(host.engine, asked, _PROOF_TIMEOUT)
    output = result.stdout.decode("utf-8", "replace")
    if result.rc == 0:
        found = {(canonical_name(name), version) for name, version in json.loads(output)}
        # What a buildout installs, it proves in the build. What has a marker may be for another platform.
        locked = () if target.is_buildout else target.locked.pins
        pins = [pin for pin in locked if pin.version and ";" not in pin.what]
        missing = [pin.what for pin in pins if (pin.name, pin.version) not in found]
        reason = f"it does not have {', '.join(missing)}" if missing else ""
    else:
        reason = "its time ran out" if result.timed_out else f"its Python ended with exit code {result.rc}"
    if reason:
        stderr = result.stderr.decode("utf-8", "replace")
        raise CommandFailed(
            f"The new image of {place.name!r} does not work and was removed: {reason}", list(argv), result.rc, output, stderr
        )
