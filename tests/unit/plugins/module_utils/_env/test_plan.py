# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._build_options import BuildOptions, Secret
from ansible_collections.dockenv.python.plugins.module_utils._env.digest import ContextEntry, compute_digest, digest_labels
from ansible_collections.dockenv.python.plugins.module_utils._env.folder import Folder
from ansible_collections.dockenv.python.plugins.module_utils._env.launcher import render_launchers
from ansible_collections.dockenv.python.plugins.module_utils._env.plan import (
    InstallRequest,
    Observed,
    define_folder,
    find_lock_reasons,
    finish_install,
    hold_revisions,
    make_input,
    plan_build,
    plan_definition,
    plan_files,
    plan_lock,
    plan_removal,
    refuse_foreign_folder,
    request_install,
)
from ansible_collections.dockenv.python.plugins.module_utils._env.steps import (
    Build,
    MakeLock,
    Plan,
    RemoveFile,
    RemoveFolder,
    RemoveImage,
    WriteFile,
)
from ansible_collections.dockenv.python.plugins.module_utils._errors import InvalidInput, NotOurs
from ansible_collections.dockenv.python.plugins.module_utils._image import Image
from ansible_collections.dockenv.python.plugins.module_utils._requirements import parse_requirement
from ansible_collections.dockenv.python.tests.unit.plugins.module_utils._env.definitions import make_lock, make_spec

ROOT = "/var/lib/dockenv/envs/science"
LOCK = make_lock("six==1.17.0")
MORE = make_lock("idna==3.10", "six==1.17.0")
SPEC = make_spec(packages=["six"])
FOLDER = define_folder(SPEC, Folder(), LOCK)
HEADER = FOLDER.files["requirements.in"].splitlines(keepends=True)[0]


def entries(folder):
    return tuple(ContextEntry(path, "file", hashlib.sha256(text.encode()).hexdigest()) for path, text in folder.files.items())


def observe(folder=FOLDER, **other):
    return Observed(ROOT, folder, entries(folder), **other)


def make_image(observed, options=None, **other):
    """Return the image that a build of what was observed made."""
    digest = compute_digest(make_input(observed, observed.folder, options or BuildOptions()))
    values = {"id": "sha256:1", "tags": ("science:latest",), "labels": digest_labels(digest, "science")}
    return Image(**{**values, "env": {}, "entrypoint": (), "command": (), "architecture": "amd64", "size": 1, "created": "", **other})


CONVERGED = replace(observe(), image=make_image(observe()))


def requirements(*texts):
    return [parse_requirement(text, f"name[{index}]") for index, text in enumerate(texts)]


# --- files and locks


def test_a_converged_environment_needs_nothing():  # P5
    assert find_lock_reasons(SPEC, CONVERGED.folder) == ()
    target = define_folder(SPEC, CONVERGED.folder)
    plan = plan_definition(SPEC, CONVERGED, {}, target).then(plan_build("science", "science:latest", CONVERGED, target, BuildOptions()))
    assert plan == Plan()
    assert not plan.changed


def test_a_new_environment_is_written_with_its_dockerfile_first():  # P3
    plan = plan_definition(SPEC, Observed(ROOT), render_launchers(SPEC), FOLDER)
    assert [step.path for step in plan.steps] == [
        f"{ROOT}/{name}" for name in ("Dockerfile", ".dockerignore", "install.py", "requirements.in", "requirements.txt")
    ]
    assert plan.reasons == ("definition_changed",)
    assert [entry["after_header"] for entry in plan.diff] == [
        f"{ROOT}/{name}" for name in (".dockerignore", "Dockerfile", "requirements.in", "requirements.txt")
    ]
    assert all(entry["before"] == "" for entry in plan.diff)


def test_what_is_no_longer_needed_is_removed():
    old = define_folder(make_spec(packages=["six"], ports=["80"]), Folder(), LOCK)
    steps = plan_files(observe(old), FOLDER).steps
    assert [type(step).__name__ for step in steps] == ["WriteFile", "RemoveFile"]
    assert steps[1] == RemoveFile(f"{ROOT}/compose.yaml")


def test_an_edit_by_hand_is_shown_and_replaced():
    edited = Folder({**FOLDER.files, "Dockerfile": f"{FOLDER.dockerfile}RUN echo mine\n"})
    plan = plan_definition(SPEC, observe(edited), {}, define_folder(SPEC, edited))
    assert plan.steps == (WriteFile(f"{ROOT}/Dockerfile", FOLDER.dockerfile),)
    assert plan.diff == (
        {
            "before_header": f"{ROOT}/Dockerfile",
            "after_header": f"{ROOT}/Dockerfile",
            "before": edited.dockerfile,
            "after": FOLDER.dockerfile,
        },
    )


def test_a_folder_of_the_users_is_left_alone():
    theirs = observe(Folder({"Dockerfile": "FROM x\n"}), foreign=("Dockerfile",))
    with pytest.raises(NotOurs) as error:
        refuse_foreign_folder(SPEC, theirs)
    assert error.value.message == (
        f"{ROOT}/Dockerfile was not made by this collection; choose another name or path, or build the folder as it is with docker_env_build"
    )


@pytest.mark.parametrize("names", [(), ("project",)])
def test_a_folder_with_nothing_but_the_project_of_its_buildout_is_taken(names):
    assert refuse_foreign_folder(make_spec(installer="buildout"), Observed(ROOT, foreign=names)) is None


@pytest.mark.parametrize("installer", ["uv", "buildout"])
def test_a_folder_with_files_of_the_users_is_left_alone(installer):
    with pytest.raises(NotOurs) as error:
        refuse_foreign_folder(make_spec(installer=installer), Observed(ROOT, foreign=("data", "project")))
    assert error.value.message == f"{ROOT} was not made by this collection: 'data' is in it; choose another name or path, or move that away"


@pytest.mark.parametrize(
    ("spec", "folder", "reasons"),
    [
        pytest.param(SPEC, Folder(), ("lock_missing",), id="no lock"),
        pytest.param(SPEC, FOLDER, (), id="nothing new"),
        pytest.param(make_spec(packages=["six>1"]), FOLDER, ("requirements_changed",), id="other requirements"),
        pytest.param(make_spec(packages=["six"], python="3.14"), FOLDER, ("base_changed",), id="another Python"),
        pytest.param(
            make_spec(packages=["six>1"], python="3.14"),
            FOLDER,
            ("requirements_changed", "base_changed"),
            id="other requirements for another Python",
        ),
        pytest.param(SPEC, Folder({**FOLDER.files, "requirements.txt": ""}), ("lock_incomplete",), id="a lock edited by hand"),
        pytest.param(make_spec(packages=["six"], system_packages=["git"]), FOLDER, (), id="system packages pin nothing"),
    ],
)
def test_when_to_lock(spec, folder, reasons):
    assert find_lock_reasons(spec, folder) == reasons
    assert plan_lock(reasons, MakeLock()).steps == ((MakeLock(),) if reasons else ())


@pytest.mark.parametrize(
    ("spec", "new_lock", "layers"),
    [
        pytest.param(SPEC, MORE, (LOCK,), id="an addition is a layer"),
        pytest.param(make_spec(packages=["six"], env={"A": "1"}), MORE, (LOCK,), id="settings come after the layers"),
        pytest.param(make_spec(packages=["six"], launcher="/usr/local/bin/x"), MORE, (LOCK,), id="the record builds nothing"),
        pytest.param(make_spec(packages=["six"], python="3.14"), MORE, (), id="another base builds all again"),
        pytest.param(make_spec(packages=["six"], system_packages=["git"]), MORE, (), id="so do system packages"),
        pytest.param(make_spec(packages=["six"], pre_install=["true"]), MORE, (), id="and commands before"),
    ],
)
def test_layers_are_kept_while_nothing_below_them_changes(spec, new_lock, layers):  # T17
    folder = define_folder(spec, FOLDER, new_lock)
    assert (folder.layers, folder.lock) == (layers, new_lock)


def test_a_fresh_folder_and_a_folded_one_are_equal():
    grown = define_folder(SPEC, FOLDER, MORE)
    moved = MORE.replace("1.17.0", "1.18.0")
    assert grown.layers == (LOCK,)
    assert define_folder(SPEC, grown, moved) == define_folder(SPEC, Folder(), moved)


def test_a_lock_names_the_index():
    spec = make_spec(packages=["six"], index_url="https://joe:hush@a.example/simple")
    folder = define_folder(spec, Folder(), LOCK)
    assert folder.lock == f"--index-url https://a.example/simple\n{LOCK}"
    assert "hush" not in repr(folder)


GIT = "app[x] @ git+https://code.example/app.git"
COMMIT = "c" * 40
FROM_GIT = define_folder(
    make_spec(packages=["six", f"{GIT}@main"]),
    Folder(),
    f"app @ git+https://code.example/app.git@{COMMIT}\n{LOCK}",
)


@pytest.mark.parametrize(
    ("folder", "asked", "moving", "held"),
    [
        pytest.param(FROM_GIT, f"{GIT}@main", (), f"{GIT}@{COMMIT}", id="asked for as before"),
        pytest.param(FROM_GIT, f"{GIT}@main", ("app",), f"{GIT}@main", id="asked to move"),
        pytest.param(FROM_GIT, f"{GIT}@v2", (), f"{GIT}@v2", id="another revision is asked for"),
        pytest.param(FROM_GIT, "app", (), "app", id="now from an index"),
        pytest.param(FOLDER, f"{GIT}@main", (), f"{GIT}@main", id="new"),
        pytest.param(Folder(), f"{GIT}@main", (), f"{GIT}@main", id="no lock"),
        pytest.param(
            Folder({**FROM_GIT.files, "requirements.in": FROM_GIT.files["requirements.in"] + "idna\n"}),
            f"{GIT}@main",
            (),
            f"{GIT}@main",
            id="edited by hand since",
        ),
    ],
)
def test_a_repository_stays_at_its_locked_revision(folder, asked, moving, held):  # P10
    assert hold_revisions(folder, f"{HEADER}{asked}\nidna\n", None, moving) == f"{HEADER}{held}\nidna\n"


# --- launchers


LAUNCHERS = render_launchers(make_spec(launcher="/usr/local/bin/science"))


def test_launchers_are_written_once():
    steps = plan_definition(SPEC, CONVERGED, LAUNCHERS, FOLDER).steps
    assert steps == tuple(WriteFile(path, text, 0o755) for path, text in LAUNCHERS.items())
    assert plan_definition(SPEC, replace(CONVERGED, launchers=LAUNCHERS), LAUNCHERS, FOLDER) == Plan()


def test_a_launcher_that_moved_is_removed_and_the_users_file_stays():
    observed = replace(CONVERGED, launchers={**LAUNCHERS, "/usr/local/bin/mine": "echo"})
    assert plan_definition(SPEC, observed, {}, FOLDER).steps == tuple(RemoveFile(path) for path in sorted(LAUNCHERS))


OF_ANOTHER = render_launchers(make_spec(name="other", launcher="/usr/local/bin/science"))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("#!/bin/sh\necho mine\n", id="a file of the user's"),
        pytest.param(OF_ANOTHER["/usr/local/bin/science"], id="the launcher of another environment"),
    ],
)
def test_what_is_not_the_launcher_of_this_environment_is_not_overwritten(text):
    observed = replace(CONVERGED, launchers={"/usr/local/bin/science": text})
    with pytest.raises(NotOurs) as error:
        plan_definition(SPEC, observed, LAUNCHERS, FOLDER)
    assert error.value.message == (
        "launcher: /usr/local/bin/science was not made for this environment; choose another path, or remove the file"
    )


def test_the_launcher_of_another_environment_is_not_removed():
    observed = replace(CONVERGED, launchers=OF_ANOTHER)
    assert plan_definition(SPEC, observed, {}, FOLDER) == Plan()
    assert plan_removal("science", observed, exists=True, force=False).steps == (RemoveImage("sha256:1"), RemoveFolder(ROOT))


def test_launchers_are_shown():
    def shown(plan):
        return {entry["before_header"]: (entry["before"], entry["after"]) for entry in plan.diff if "/bin/" in entry["before_header"]}

    observed = replace(CONVERGED, launchers=LAUNCHERS)
    assert shown(plan_definition(SPEC, CONVERGED, LAUNCHERS, FOLDER)) == {path: ("", text) for path, text in LAUNCHERS.items()}
    removed = {path: (text, "") for path, text in LAUNCHERS.items()}
    assert shown(plan_definition(SPEC, observed, {}, FOLDER)) == removed
    assert shown(plan_removal("science", observed, exists=True, force=False)) == removed


# --- builds


def reasons_to_build(observed, target=FOLDER, **options):
    return plan_build("science", "science:latest", observed, target, BuildOptions(**options)).reasons


@pytest.mark.parametrize(
    ("observed", "options", "reasons"),
    [
        pytest.param(CONVERGED, {}, (), id="nothing changed"),
        pytest.param(replace(CONVERGED, image=None), {}, ("image_missing",), id="no image"),
        pytest.param(replace(CONVERGED, image=None), {"rebuild": "never"}, ("image_missing",), id="no image, although never built again"),
        pytest.param(CONVERGED, {"rebuild": "always"}, ("rebuild_always",), id="every time"),
        pytest.param(CONVERGED, {"args": {"A": "1"}}, ("args_changed",), id="an argument"),
        pytest.param(CONVERGED, {"args": {"A": "1"}, "rebuild": "never"}, (), id="an argument, never built again"),
        pytest.param(CONVERGED, {"secrets": (Secret("a", "value", "x", "2"),)}, ("secrets_changed",), id="a secret was rotated"),
        pytest.param(CONVERGED, {"pull": True, "cache_from": ("x",), "log_path": "/x"}, (), id="how it is built does not count"),
        pytest.param(replace(CONVERGED, image=make_image(observe(), labels={})), {}, ("unmanaged_image",), id="an image of the user's"),
        pytest.param(
            replace(CONVERGED, context=(*CONVERGED.context, ContextEntry("app.py", "file", "0"))),
            {},
            ("context_changed",),
            id="a file of the user's",
        ),
        pytest.param(
            replace(CONVERGED, context=(*CONVERGED.context, ContextEntry(".git/x", "file", "0"))), {}, (), id="a file that no build sees"
        ),
        pytest.param(
            replace(observe(base="sha256:b"), image=make_image(observe(base="sha256:a"))), {}, ("base_updated",), id="the base image moved"
        ),
        pytest.param(replace(observe(), image=make_image(observe(base="sha256:a"))), {}, (), id="the base image is not looked at"),
    ],
)
def test_why_to_build(observed, options, reasons):  # P6
    assert reasons_to_build(observed, **options) == reasons


# T12
@pytest.mark.parametrize(
    ("options", "no_cache"),
    [
        pytest.param({"secrets": (Secret("a", "value", "x", "2"),)}, True, id="the cache knows no secrets"),
        pytest.param({"args": {"A": "1"}}, False, id="all else it knows"),
    ],
)
def test_a_rotated_secret_is_used_by_each_step(options, no_cache):
    build = plan_build("science", "science:latest", CONVERGED, FOLDER, BuildOptions(**options)).steps[0]
    assert build.no_cache is no_cache


@pytest.mark.parametrize(
    ("path", "is_input"),
    [("requirements.txt", True), ("install.py", True), ("requirements.in", False), ("compose.yaml", False), (".dockerignore", False)],
)
def test_which_files_are_input(path, is_input):
    target = Folder({**FOLDER.files, path: f"{FOLDER.files.get(path, '')}# x\n"})
    assert reasons_to_build(CONVERGED, target) == (("context_changed",) if is_input else ())


def test_an_edited_dockerfile_is_built():  # P6
    assert reasons_to_build(CONVERGED, Folder({**FOLDER.files, "Dockerfile": f"{FOLDER.dockerfile}RUN true\n"})) == ("dockerfile_changed",)


def test_a_build_carries_labels_that_make_the_next_run_content():
    target = define_folder(SPEC, FOLDER, MORE)
    build = plan_build("science", "science:latest", CONVERGED, target, BuildOptions()).steps[0]
    assert build.tag == "science:latest"
    after = replace(observe(target), image=make_image(observe(target), labels=build.labels))
    assert plan_build("science", "science:latest", after, target, BuildOptions()) == Plan()


@pytest.mark.parametrize(
    ("changes", "options", "is_removed"),
    [
        pytest.param({}, {}, True, id="ours, unused"),
        pytest.param({}, {"prune_previous": False}, False, id="not wanted"),
        pytest.param({"containers": ("c",)}, {}, False, id="a container uses it"),
        pytest.param({"image": make_image(observe(), tags=("science:latest", "science:1"))}, {}, False, id="it has another name"),
        pytest.param({"image": make_image(observe(), labels={})}, {}, False, id="the user's"),
    ],
)
def test_the_image_before_is_removed_only_if_nobody_misses_it(changes, options, is_removed):  # V20, P25
    steps = plan_build("science", "science:latest", replace(CONVERGED, **changes), FOLDER, BuildOptions(rebuild="always", **options)).steps
    assert isinstance(steps[0], Build)
    assert steps[1:] == ((RemoveImage("sha256:1"),) if is_removed else ())


# --- removal


def test_all_that_was_made_is_removed_the_folder_last():  # P7, T18
    plan = plan_removal("science", replace(CONVERGED, launchers=LAUNCHERS), exists=True, force=False)
    assert plan.steps == (*(RemoveFile(path) for path in sorted(LAUNCHERS)), RemoveImage("sha256:1"), RemoveFolder(ROOT))
    assert plan.reasons == ("removed",)
    assert [entry["before_header"] for entry in plan.diff] == [
        *sorted(LAUNCHERS),
        *(f"{ROOT}/{name}" for name in (".dockerignore", "Dockerfile", "requirements.in", "requirements.txt")),
    ]


def test_what_is_not_there_needs_no_removal():
    assert plan_removal("science", Observed(ROOT), exists=False, force=False) == Plan()


def test_an_image_of_the_users_stays():
    observed = replace(CONVERGED, image=make_image(observe(), labels={}), containers=("c",))
    assert plan_removal("science", observed, exists=True, force=False).steps == (RemoveFolder(ROOT),)


def test_an_image_of_another_environment_stays():
    other = make_image(observe(), labels={**CONVERGED.image.labels, "dockenv.python.environment": "other"})
    assert plan_removal("science", replace(Observed(ROOT), image=other), exists=False, force=False) == Plan()


def test_a_folder_of_the_users_is_not_removed():
    with pytest.raises(NotOurs) as error:
        plan_removal("science", observe(Folder({"Dockerfile": "FROM x\n"}), foreign=("Dockerfile",)), exists=True, force=True)
    assert error.value.message == f"{ROOT} was not made by this collection, as its Dockerfile does not say so; remove it yourself"


def test_an_empty_folder_of_a_run_that_was_killed_is_removed():
    assert plan_removal("science", Observed(ROOT), exists=True, force=False).steps == (RemoveFolder(ROOT),)


def test_an_image_in_use_is_not_removed_without_force():  # P7
    used = replace(CONVERGED, containers=("web", "db"))
    with pytest.raises(InvalidInput) as error:
        plan_removal("science", used, exists=True, force=False)
    assert error.value.message == "name: the image of 'science' is used by the containers db, web; remove them first, or set force"
    assert RemoveImage("sha256:1") in plan_removal("science", used, exists=True, force=True).steps


# --- packages


@pytest.mark.parametrize(
    ("names", "state", "expected"),
    [
        pytest.param(["six"], "present", InstallRequest(f"{HEADER}six\n", None), id="there already"),
        pytest.param(
            ["idna", "Flask>=3"],
            "present",
            InstallRequest(f"{HEADER}Flask>=3\nidna\nsix\n", MakeLock(added=("Flask>=3", "idna"))),
            id="two new ones, one lock",
        ),
        pytest.param(["six<2"], "present", InstallRequest(f"{HEADER}six<2\n", MakeLock()), id="another version"),
        pytest.param(["six"], "latest", InstallRequest(f"{HEADER}six\n", MakeLock(("six",))), id="the newest of one that is there"),
        pytest.param(["idna"], "latest", InstallRequest(f"{HEADER}idna\nsix\n", MakeLock(("idna",))), id="the newest of a new one"),
        pytest.param(["six"], "absent", InstallRequest(HEADER, MakeLock()), id="one less"),
        pytest.param(["idna"], "absent", InstallRequest(f"{HEADER}six\n", None), id="not there anyway"),
        pytest.param(
            ["idna<3; os_name=='nt'", "idna>=3; os_name!='nt'"],
            "present",
            InstallRequest(
                f'{HEADER}idna<3 ; os_name == "nt"\nidna>=3 ; os_name != "nt"\nsix\n',
                MakeLock(added=('idna<3 ; os_name == "nt"', 'idna>=3 ; os_name != "nt"')),
            ),
            id="two for different systems",
        ),
    ],
)
def test_what_to_install(names, state, expected):  # P10, P11, P12
    assert request_install(FOLDER, requirements(*names), state) == expected


def test_a_lock_that_lost_a_package_is_made_again():
    folder = Folder({**FOLDER.files, "requirements.txt": make_lock("idna==3.10")})
    assert request_install(folder, requirements("six"), "present").lock == MakeLock()


def test_a_name_is_content_with_a_version_that_is_there():
    folder = define_folder(make_spec(packages=["six[x]>=1.16"]), Folder(), LOCK)
    assert request_install(folder, requirements("six"), "present") == InstallRequest(folder.files["requirements.in"], None)


def test_a_name_is_content_with_one_of_several_versions():
    folder = define_folder(make_spec(packages=["six; os_name=='nt'", "six<2; os_name!='nt'"]), Folder(), LOCK)
    assert request_install(folder, requirements("six"), "present") == InstallRequest(folder.files["requirements.in"], None)


def test_an_installation_ends_with_a_layer_and_its_removal_as_before():
    added = finish_install(FOLDER, request_install(FOLDER, requirements("idna"), "present"), MORE)
    assert (added.layers, added.lock) == ((LOCK,), MORE)
    assert finish_install(added, request_install(added, requirements("idna"), "absent"), LOCK) == FOLDER


def test_plans_follow_each_other():
    first, second = Plan((RemoveFile("/a"),), ("a", "b")), Plan((RemoveFile("/b"),), ("b", "c"), ({},))
    assert first.then(second) == Plan((RemoveFile("/a"), RemoveFile("/b")), ("a", "b", "c"), ({},))
