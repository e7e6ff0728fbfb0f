# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._build_options import BuildOptions
from ansible_collections.dockenv.python.plugins.module_utils._env.digest import ContextEntry, compute_digest, digest_labels
from ansible_collections.dockenv.python.plugins.module_utils._env.drift import find_drift
from ansible_collections.dockenv.python.plugins.module_utils._env.folder import Folder, render_folder
from ansible_collections.dockenv.python.plugins.module_utils._env.plan import Observed, make_input
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._env.definitions import make_lock, make_spec

PATH = "/envs/science"
FOLDER = render_folder(make_spec(packages=["six"]), make_lock("six==1.17.0"))


def observe(folder=FOLDER, context=(), base="sha256:1"):
    return Observed(PATH, folder, context, base=base)


def labels_of(observed, options=None):
    """Return the labels of an image that was built from what was observed."""
    return digest_labels(compute_digest(make_input(observed, observed.folder, options or BuildOptions())), "science")


def edited(texts):
    return Folder({**FOLDER.files, **texts})


BUILT = labels_of(observe())


@pytest.mark.parametrize(
    ("observed", "labels", "reasons"),
    [
        pytest.param(observe(), BUILT, (), id="built"),
        pytest.param(observe(), None, ("image_missing",), id="not built"),
        pytest.param(observe(), {}, ("unmanaged_image",), id="built by something else"),
        pytest.param(observe(base="sha256:2"), BUILT, ("base_updated",), id="another base image of the name"),
        pytest.param(observe(base=None), BUILT, (), id="a base image that is not here"),
        pytest.param(observe(context=(ContextEntry("data.csv", "file", "1"),)), BUILT, ("context_changed",), id="a file of the user's"),
        pytest.param(
            observe(edited({"Dockerfile": FOLDER.dockerfile + "RUN true\n"})), BUILT, ("dockerfile_changed",), id="the Dockerfile, by hand"
        ),
        pytest.param(
            observe(edited({"requirements.in": "# nothing\n"})), BUILT, ("requirements_changed",), id="less is asked for, by hand"
        ),
        pytest.param(observe(edited({"requirements.in": "six # why\n"})), BUILT, (), id="a comment"),
        pytest.param(
            observe(Folder({path: text for path, text in FOLDER.files.items() if path != "requirements.txt"})),
            None,
            ("lock_missing", "image_missing"),
            id="only defined",
        ),
        pytest.param(
            observe(Folder({"Dockerfile": "FROM scratch\n"})), None, ("image_missing",), id="a folder of the user's needs no lock"
        ),
    ],
)
def test_finds_drift(observed, labels, reasons):  # P6, P14
    assert find_drift(observed, labels, ()) == reasons


def test_what_is_not_locked_is_drift():
    assert find_drift(observe(), BUILT, ("idna>3",)) == ("lock_incomplete",)


def test_options_of_the_build_are_not_drift():
    options = BuildOptions(args={"A": "1"}, target="x", platforms=("linux/arm64",))
    assert find_drift(observe(), labels_of(observe(), options), ()) == ()
