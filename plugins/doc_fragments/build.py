# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the options with which a module builds images; _build_argspec.py says the same in code."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  rebuild:
    description:
      - When to build an image that is there already.
      - V(on_change) builds when something that goes into the image changed since it was built.
      - V(always) builds every time; with the build cache of the engine, unchanged steps still take no time.
      - V(never) keeps any image that is there.
    type: str
    choices:
      - on_change
      - always
      - never
    default: on_change
  pull:
    description:
      - Whether a build asks the registry for a newer base image, even if the engine has one of that name.
      - The option does not cause a build. To notice that the base image moved in its registry, use O(base_check=registry).
    type: bool
    default: false
  args:
    description:
      - Build arguments, values for the C(ARG) lines of the Dockerfile.
      - They can be read by everybody who has the image. Use O(secrets) for what is confidential.
    type: dict
  target:
    description:
      - The build stage that becomes the image. Without it, that is the last one.
    type: str
  platform:
    description:
      - Platforms to build for, like V(linux/amd64) or V(linux/arm64). Without it, that is the engine's own.
      - More than one need an engine with the containerd image store, and any needs BuildKit.
      - The lock of an environment is made for these platforms, which must all need the same packages.
        pip can only make one for the engine's own.
    type: list
    elements: str
  secrets:
    description:
      - Secrets for the C(RUN --mount=type=secret) lines of the Dockerfile. They need BuildKit.
      - They reach only the commands of such lines. They are in no layer, label, argument list, log or result.
      - A changed secret causes no build, because nothing about it is stored; change its O(secrets[].version) for that.
    type: list
    elements: dict
    suboptions:
      id:
        description:
          - The name under which the Dockerfile asks for the secret, of letters, digits, C(_), C(.) and C(-).
        type: str
        required: true
      type:
        description:
          - Where the secret comes from.
        type: str
        choices:
          file: From the file O(secrets[].src) of the managed host.
          env: From the environment variable O(secrets[].env) of the module, as set with the keyword C(environment).
          value: From O(secrets[].value). It is handed on in memory and never written to the managed host's disk.
        required: true
      src:
        description:
          - Path of a file on the managed host. Needed with O(secrets[].type=file), and allowed only with it.
        type: path
      env:
        description:
          - Name of an environment variable. Needed with O(secrets[].type=env), and allowed only with it.
        type: str
      value:
        description:
          - The secret itself. Needed with O(secrets[].type=value), and allowed only with it.
        type: str
      version:
        description:
          - Any text that changes when the secret does, for example the date of its rotation. A change causes a build
            in which no step is taken from the cache.
          - It is stored with the image, so it must not tell anything about the secret.
        type: str
  cache_from:
    description:
      - Build caches to read from, as names of images or in the form V(type=registry,ref=registry.example/cache).
    type: list
    elements: str
  cache_to:
    description:
      - Build caches to write to. V(type=inline) keeps the cache in the image itself and works with every BuildKit.
      - Other forms, like V(type=registry,ref=registry.example/cache), need buildx and an engine with the
        containerd image store.
    type: list
    elements: str
  push:
    description:
      - Whether to push the image to the registry that its name says, with the credentials that C(docker login) stored
        for the user that runs the module.
    type: bool
    default: false
  base_check:
    description:
      - How to notice that the base image is another one than at the last build.
      - V(local) compares with the base image that the engine has.
      - V(registry) asks the registry, which takes a moment and needs it to be reachable.
      - V(none) does not look.
    type: str
    choices:
      - local
      - registry
      - none
    default: local
  prune_previous:
    description:
      - Whether to remove the image that was replaced, unless it has another name or a container still uses it.
    type: bool
    default: true
  log_path:
    description:
      - File on the managed host for the whole output of the build, each line with its time. The log of the previous
        build is overwritten.
      - Without it, the file is below the folder of all environments.
    type: path
"""

    # Modules that build several images
    JOBS = r"""
options:
  jobs:
    description:
      - How many images to build at the same time.
    type: int
    default: 2
"""
