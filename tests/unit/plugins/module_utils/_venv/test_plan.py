# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._errors import DockenvError, InvalidInput, NotOurs
from ansible_collections.dockenv.python.plugins.module_utils._venv.links import (
    LinkState,
    LinkStep,
    is_wrapper,
    links_to_record,
    render_wrapper,
)
from ansible_collections.dockenv.python.plugins.module_utils._venv.observe import FoundLink, Interpreter, Observed, Venv
from ansible_collections.dockenv.python.plugins.module_utils._venv.place import Place
from ansible_collections.dockenv.python.plugins.module_utils._venv.plan import plan
from ansible_collections.dockenv.python.plugins.module_utils._venv.satisfy import Distribution
from ansible_collections.dockenv.python.plugins.module_utils._venv.spec import Spec

PATH = "/opt/venv"
GENERATION = "/opt/.venv-0123456789ab"
PYTHON = Interpreter("3.11.2", "cpython", PATH, "/usr/bin/python3.11")
NEWER = Interpreter("3.13.5", "cpython", "/usr", "/usr/bin/python3.13")
WRAPPER = "/opt/venv/bin/docker-python"
LINK = {"path": "/usr/local/bin/docker-python", "command": "python"}


def spec(packages=(), links=(), recreate="auto", state="present"):
    params = {
        "path": PATH,
        "state": state,
        "python": "python3",
        "packages": list(packages),
        "requirements": None,
        "constraints": None,
        "index_url": None,
        "extra_index_urls": [],
        "proxies": None,
        "links": [{"state": "present", "force": True, **link} for link in links],
        "recreate": recreate,
    }
    return Spec.from_params(params, None, lambda name: f"/usr/bin/{name}", "/root")


def venv(*packages, interpreter=PYTHON, failure="", config=None, commands=(), strangers=()):
    pairs = [package.split("==") for package in ("pip==25.0", *packages)]
    distributions = {name: Distribution(name, name, version.split(" ", 1)[0], tuple(version.split(" ")[1:])) for name, version in pairs}
    return Venv(GENERATION, config or {"version": "3.11.2"}, interpreter, failure, distributions, {}, frozenset(commands), strangers)


def observed(found=None, links=(), kind="generation", python=None, leftovers=()):
    place = Place(PATH, kind if found else "nothing", GENERATION if found else None, leftovers)
    return Observed(place, found, python or (None if found else NEWER), tuple(links))


class TestVirtualenv:
    def test_nothing_to_do_is_an_empty_plan(self):
        found = plan(spec(["a>=1"]), observed(venv("a==1.0")))
        assert found.is_empty
        assert found.reasons == ()

    def test_none_is_made_fresh(self):
        found = plan(spec(["a"]), observed())
        assert (found.build, found.install, found.reasons) == ("fresh", True, ("there is no virtualenv at '/opt/venv'",))

    def test_without_packages_pip_is_not_started(self):
        assert plan(spec(), observed()).install is False

    def test_a_change_is_made_on_a_clone_with_the_rest_pinned(self):
        found = plan(spec(["a>=2", "b"]), observed(venv("a==1.0", "b==1.0", "other==3.0")))
        assert (found.build, found.install, found.stale, found.remove) == ("clone", True, (), ())
        assert found.pins == ("b==1.0", "other==3.0")

    def test_a_removal_alone_installs_nothing(self):
        found = plan(spec([{"name": "a", "state": "absent"}, {"name": "gone", "state": "absent"}]), observed(venv("a==1.0")))
        assert (found.build, found.install, found.remove) == ("clone", False, ("a",))
        assert found.reasons == ("a is installed, but is to be absent",)

    def test_dependencies_move_with_the_latest_but_what_was_asked_for_does_not(self):
        state = observed(venv("a==1.0 b c", "b==1.0", "c==1.0", "d==1.0"))
        found = plan(spec([{"name": "a", "state": "latest"}, "c"]), state, outdated=("a is old",))
        assert (found.build, found.reasons) == ("clone", ("a is old",))
        assert found.pins == ("c==1.0", "d==1.0")

    @pytest.mark.parametrize(
        ("found", "python", "reason"),
        [
            pytest.param(
                venv(interpreter=None, failure="No such file"), NEWER, "the Python of '/opt/venv' does not run: No such file", id="dead"
            ),
            pytest.param(
                venv(config={"version": "3.9.2"}),
                None,
                "'/opt/venv' was made by Python 3.9, its interpreter is now Python 3.11",
                id="another minor version",
            ),
            pytest.param(
                venv(config={"version_info": "3.9.2.final.0"}),
                None,
                "'/opt/venv' was made by Python 3.9, its interpreter is now Python 3.11",
                id="virtualenv's key",
            ),
            pytest.param(
                venv(interpreter=Interpreter("3.11.2", "cpython", "/usr", "/usr/bin/python3.11")),
                None,
                "the Python of '/opt/venv' takes '/usr' for its virtualenv",
                id="no prefix",
            ),
            pytest.param(
                venv(),
                NEWER,
                "'/opt/venv' was made by /usr/bin/python3.11 (Python 3.11.2), asked for is /usr/bin/python3.13 (Python 3.13.5)",
                id="another interpreter",
            ),
        ],
    )
    def test_what_does_not_fit_is_made_again(self, found, python, reason):
        result = plan(spec(), observed(found, python=python))
        assert (result.build, result.reasons) == ("fresh", (reason,))

    def test_a_patch_release_of_python_is_no_reason(self):
        assert plan(spec(), observed(venv(config={"version": "3.11.0"}))).is_empty

    def test_recreate_never_accepts_another_interpreter_that_works(self):
        assert plan(spec(recreate="never"), observed(venv(), python=NEWER)).is_empty

    def test_recreate_never_refuses_a_broken_one(self):
        with pytest.raises(DockenvError) as caught:
            plan(spec(recreate="never"), observed(venv(interpreter=None, failure="gone"), python=NEWER))
        assert (
            caught.value.message == "the Python of '/opt/venv' does not run: gone; it has to be made again, which recreate: never forbids"
        )

    def test_one_without_pip_is_fine_until_pip_is_needed(self):
        found = venv("a==1.0")
        without = Venv(**{**vars(found), "distributions": {"a": found.distributions["a"]}})
        assert plan(spec(["a"]), observed(without)).is_empty
        result = plan(spec(["a", "b"]), observed(without))
        assert (result.build, result.reasons) == ("fresh", ("'/opt/venv' has no pip",))

    def test_making_again_names_what_it_does_not_bring_back(self):
        found = venv("a==1.0 dependency", "dependency==1.0", "mine==1.0 below", "below==1.0", "setuptools==60")
        result = plan(spec(["a"], recreate="always"), observed(found))
        assert result.warnings == ("'/opt/venv' is made again without packages that this task does not ask for: mine",)

    def test_files_of_the_user_are_not_deleted(self):
        with pytest.raises(NotOurs) as caught:
            plan(spec(recreate="always"), observed(venv(strangers=("app.py", "data"))))
        assert caught.value.message == (
            "'/opt/venv' has to be made again, but holds files that are no part of a virtualenv: 'app.py', 'data'; move them away first"
        )

    def test_absent_and_needed_is_an_error(self):
        with pytest.raises(InvalidInput) as caught:
            plan(spec(["a", {"name": "b", "state": "absent"}]), observed(venv("a==1.0 b", "b==1.0")))
        assert caught.value.message == "packages[1]: 'b' is to be absent, but a needs it; remove one of the two"

    def test_leftovers_are_removed(self):
        result = plan(spec(), observed(venv(), leftovers=("/opt/.venv-aaaaaaaaaaaa",)))
        assert (result.build, result.clean) == ("", ("/opt/.venv-aaaaaaaaaaaa",))
        assert result.reasons == ("'/opt/.venv-aaaaaaaaaaaa' is left from a run that was interrupted",)


class TestAbsence:
    def test_takes_the_virtualenv_and_its_links(self):
        found = observed(venv(), [FoundLink("link", WRAPPER)])
        result = plan(spec(links=[LINK], state="absent"), found)
        assert result.take_away
        assert result.links == (LinkStep("unlink", LINK["path"]),)
        assert result.reasons == ("'/opt/venv' is to be absent", "the link '/usr/local/bin/docker-python' is to be absent")

    def test_takes_links_of_earlier_tasks_along(self):
        tool = "/usr/local/bin/tool"
        state = replace(observed(venv()), recorded={tool: "/opt/venv/bin/tool"})
        result = plan(spec(state="absent"), state)
        assert result.links == (LinkStep("unlink", tool),)
        assert result.reasons == ("'/opt/venv' is to be absent", "the link '/usr/local/bin/tool' leads into it")

    def test_of_nothing_is_an_empty_plan(self):
        assert plan(spec(links=[LINK], state="absent"), observed(links=[FoundLink("nothing")])).is_empty


class TestLinks:
    def plan(self, link, found, build="", **options):
        state = observed(venv(commands=("tool",)) if not build else None, [found])
        return plan(spec(links=[{**LINK, **link}], **options), state)

    def test_the_wrapper_runs_the_interpreter_with_all_arguments(self):
        assert render_wrapper("/opt/my venv") == "#!/bin/sh\nexec '/opt/my venv/bin/python3' \"$@\"\n"
        assert is_wrapper(render_wrapper("/opt/my venv"))
        assert not is_wrapper("#!/bin/sh\nexec '/opt/venv/bin/python3' \"$@\"\nrm -r /\n")

    @pytest.mark.parametrize(
        ("link", "found", "steps", "reasons"),
        [
            pytest.param({}, FoundLink("link", WRAPPER, wrapper=render_wrapper(PATH)), (), (), id="as it should be"),
            pytest.param(
                {},
                FoundLink("link", "/opt/venv/bin/python"),
                (LinkStep("wrap", WRAPPER, render_wrapper(PATH)), LinkStep("link", LINK["path"], WRAPPER)),
                (
                    "the wrapper '/opt/venv/bin/docker-python' is missing",
                    "the link '/usr/local/bin/docker-python' leads to '/opt/venv/bin/python', not to '/opt/venv/bin/docker-python'",
                ),
                id="a bare link",
            ),
            pytest.param(
                {},
                FoundLink("link", WRAPPER, wrapper=render_wrapper("/opt/other")),
                (LinkStep("wrap", WRAPPER, render_wrapper(PATH)),),
                ("the wrapper '/opt/venv/bin/docker-python' is not as it should be",),
                id="another wrapper",
            ),
            pytest.param(
                {"command": "tool"},
                FoundLink("nothing"),
                (LinkStep("link", LINK["path"], "/opt/venv/bin/tool"),),
                ("the link '/usr/local/bin/docker-python' is missing",),
                id="a command",
            ),
            pytest.param(
                {"command": None, "target": "/usr/bin/x"},
                FoundLink("link", "/usr/bin/y", True),
                (LinkStep("link", LINK["path"], "/usr/bin/x"),),
                ("the link '/usr/local/bin/docker-python' leads to '/usr/bin/y', not to '/usr/bin/x'",),
                id="a target",
            ),
            pytest.param(
                {"state": "absent"},
                FoundLink("link", "/opt/venv/bin/python", wrapper=render_wrapper(PATH)),
                (LinkStep("unlink", LINK["path"]), LinkStep("unwrap", WRAPPER)),
                ("the link '/usr/local/bin/docker-python' is to be absent", "the wrapper '/opt/venv/bin/docker-python' is to be absent"),
                id="absent",
            ),
            pytest.param(
                {"state": "absent", "command": None},
                FoundLink("link", "../../../opt/venv/bin/x"),
                (LinkStep("unlink", LINK["path"]),),
                ("the link '/usr/local/bin/docker-python' is to be absent",),
                id="absent, relative into the virtualenv",
            ),
            pytest.param({"state": "absent"}, FoundLink("nothing"), (), (), id="absent already"),
        ],
    )
    def test_are_planned(self, link, found, steps, reasons):
        result = self.plan(link, found)
        assert (result.links, result.reasons) == (steps, reasons)

    def test_a_fresh_virtualenv_gets_its_wrapper_though_the_old_one_had_it(self):
        result = self.plan({}, FoundLink("link", WRAPPER, wrapper=render_wrapper(PATH)), build="fresh")
        assert result.links == (LinkStep("wrap", WRAPPER, render_wrapper(PATH)),)

    @pytest.mark.parametrize("kind", ["file", "folder"])
    def test_of_the_user_stay(self, kind):
        result = self.plan({"force": False}, FoundLink(kind, wrapper=render_wrapper(PATH)))
        assert result.is_empty
        assert result.warnings == (f"'/usr/local/bin/docker-python' is a {kind} that was not made by this module; it was left there",)
        assert result.link_states == (LinkState(LINK["path"], "kept"),)
        absent = self.plan({"state": "absent"}, FoundLink(kind))
        assert (absent.is_empty, absent.warnings) == (True, result.warnings)

    def test_of_the_user_to_elsewhere_stay_when_absent(self):
        result = self.plan({"state": "absent"}, FoundLink("link", "/opt/venv2/bin/python"))
        assert result.is_empty
        assert result.warnings == (
            "'/usr/local/bin/docker-python' is a link to '/opt/venv2/bin/python' that was not made by this module; it was left there",
        )

    @pytest.mark.parametrize(
        ("link", "found", "error", "message"),
        [
            pytest.param(
                {},
                FoundLink("file", wrapper=render_wrapper(PATH)),
                NotOurs,
                "links[0]: '/usr/local/bin/docker-python' is a file that was not made by this module; move it away, or set force: false to leave it there",
                id="a file",
            ),
            pytest.param(
                {},
                FoundLink("nothing", wrapper="#!/opt/venv/bin/python3\n"),
                NotOurs,
                "links[0]: '/opt/venv/bin/docker-python' is a command of a package, not a wrapper of this module; choose another name for the link",
                id="a package's command",
            ),
            pytest.param(
                {"command": "nope"},
                FoundLink("nothing"),
                InvalidInput,
                "links[0].command: the virtualenv has no command 'nope'; add the package that provides it",
                id="no command",
            ),
            pytest.param(
                {"command": "python3.9"},
                FoundLink("nothing"),
                InvalidInput,
                "links[0].command: 'python3.9' is not the virtualenv's interpreter, which is python3.11",
                id="another python",
            ),
            pytest.param(
                {"command": None, "target": "/gone"},
                FoundLink("nothing"),
                InvalidInput,
                "links[0].target: '/gone' does not exist; install what provides it first",
                id="no target",
            ),
        ],
    )
    def test_are_refused(self, link, found, error, message):
        with pytest.raises(error) as caught:
            self.plan(link, found)
        assert caught.value.message == message

    @pytest.mark.parametrize(
        ("link", "found", "record"),
        [
            pytest.param({}, FoundLink("nothing"), ("/usr/local/bin/docker-python", "/usr/local/bin/old"), id="made now"),
            pytest.param({"path": "/usr/local/bin/old"}, FoundLink("link", WRAPPER), ("/usr/local/bin/old",), id="made before"),
            pytest.param({"path": "/usr/local/bin/old", "state": "absent"}, FoundLink("link", WRAPPER), (), id="absent"),
            pytest.param(
                {"path": "/usr/local/bin/old", "command": None, "target": "/bin/sh"}, FoundLink("link", "/bin/sh", True), (), id="elsewhere"
            ),
            pytest.param({"path": "/usr/local/bin/old", "force": False}, FoundLink("file"), (), id="a file of the user"),
        ],
    )
    def test_into_the_virtualenv_are_remembered(self, link, found, record):
        state = observed(replace(venv(), links=("/usr/local/bin/old",)), [found])
        assert links_to_record(spec(links=[{**LINK, **link}]), state) == record

    def test_a_wrapper_that_another_link_uses_stays(self):
        links = [{**LINK, "state": "absent"}, {**LINK, "path": "/opt/bin/docker-python"}]
        found = [FoundLink("link", WRAPPER, wrapper=render_wrapper(PATH))] * 2
        assert plan(spec(links=links), observed(venv(), found)).links == (LinkStep("unlink", LINK["path"]),)
