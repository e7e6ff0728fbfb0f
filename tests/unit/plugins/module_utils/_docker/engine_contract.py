# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection expects of an engine; run over the fake one and over real ones, so that the fake stays honest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._docker import accounts, containers, images, running
from ansible_collections.dockenv.python.plugins.module_utils._docker.build import build_image
from ansible_collections.dockenv.python.plugins.module_utils._docker.buildkit import Builder, BuildRequest
from ansible_collections.dockenv.python.plugins.module_utils._docker.connection import Connection
from ansible_collections.dockenv.python.plugins.module_utils._errors import CommandFailed, EngineError

LABEL = "dockenv.python.contract"


def list_ours(found, label=LABEL):
    """Return the images or containers of a list that have the label."""
    return tuple(each for each in found if label in each.labels)


class EngineContract:
    """A subclass gives the fixtures ``engine``, ``base``, the name of an image with a Debian, and ``builder``."""

    @pytest.fixture
    def builder(self):
        return Builder("none")

    @pytest.fixture(autouse=True)
    def _tidy(self, engine):
        yield
        for container in list_ours(containers.list_containers(engine)):
            engine.client.remove_container(container.id, force=True)
        for image in list_ours(images.list_images(engine)):
            for name in image.tags:
                engine.remove_image(name, force=True)
            engine.remove_image(image.id)

    @pytest.fixture
    def build(self, engine, base, builder, tmp_path):
        def build(text, tag="dockenv-contract:new"):
            dockerfile = tmp_path / "Dockerfile"
            dockerfile.write_text(text.format(base=base))
            request = BuildRequest(context=str(tmp_path), tag=tag, dockerfile=str(dockerfile), labels={LABEL: 'a b,c="d"\'$e'})
            return build_image(engine, Connection(), builder, request, str(tmp_path / "log" / "build.log"), {"PATH": "/usr/bin:/bin"})

        return build

    def run(self, engine, base, *argv, **options):
        return running.run(engine, running.RunRequest(base, argv, labels={LABEL: "1"}, **options), timeout=options.pop("timeout", None))

    # --- images

    def test_an_image_that_is_not_there_is_none(self, engine):
        assert engine.find_image("dockenv-contract:nothing") is None

    def test_a_build_gives_an_image_with_its_labels_on_top_of_the_base(self, engine, base, build):
        image = build("FROM {base}\nRUN true\n")
        assert image.tags == ("dockenv-contract:new",)
        assert image.labels[LABEL] == 'a b,c="d"\'$e'
        assert image.layers[: len(engine.find_image(base).layers)] == engine.find_image(base).layers
        assert list_ours(images.list_images(engine))[0].id == image.id

    def test_a_failed_build_names_the_step_and_leaves_nothing(self, engine, build, tmp_path):
        with pytest.raises(CommandFailed) as caught:
            build("FROM {base}\nRUN true\nRUN false\n")
        assert caught.value.message.startswith("Building dockenv-contract:new failed at the step '")
        assert "RUN false': exit code: 1; the whole output is in " in caught.value.message
        assert "RUN false" in caught.value.details["stdout"]
        assert "RUN false" in (tmp_path / "log" / "build.log").read_text()
        assert engine.find_image("dockenv-contract:new") is None
        assert list_ours(images.list_images(engine)) == ()

    def test_a_failed_build_leaves_the_image_that_has_the_tag(self, engine, build):
        before = build("FROM {base}\nRUN true\n")
        with pytest.raises(CommandFailed):
            build("FROM {base}\nRUN false\n")
        assert engine.find_image("dockenv-contract:new").id == before.id

    def test_a_tag_moves_and_the_old_image_is_dangling(self, engine, build):
        old, new = build("FROM {base}\nLABEL n=1\n"), build("FROM {base}\nLABEL n=2\nRUN true\n", tag="dockenv-contract:other")
        engine.tag_image(new.id, "dockenv-contract", "new")
        summaries = {image.id: image.tags for image in list_ours(images.list_images(engine))}
        assert summaries[new.id] == ("dockenv-contract:new", "dockenv-contract:other")
        assert summaries[old.id] == ()

    def test_an_image_with_a_tag_is_in_use(self, engine, build):
        image = build("FROM {base}\nRUN true\n")
        assert images.remove_unused(engine, image.id) is False
        assert engine.find_image("dockenv-contract:new").id == image.id

    def test_an_image_with_a_container_is_in_use_until_that_is_gone(self, engine, build):
        image = build("FROM {base}\nLABEL n=1\n")
        container = running.start(engine, running.RunRequest(image.id, ("sleep", "60"), labels={LABEL: "1"}))
        newer = build("FROM {base}\nLABEL n=2\nRUN true\n", tag="dockenv-contract:other")
        engine.tag_image(newer.id, "dockenv-contract", "new")
        assert images.remove_unused(engine, image.id) is False
        engine.client.remove_container(container.id, force=True)
        assert images.remove_unused(engine, image.id) is True
        assert images.remove_unused(engine, image.id) is True, "an absent image is gone"

    # --- containers

    def test_a_command_gives_its_status_and_both_outputs(self, engine, base):
        assert self.run(engine, base, "echo", "a b", "$c") == running.RunResult(0, b"a b $c\n", b"")
        assert self.run(engine, base, "false").rc == 1
        failed = self.run(engine, base, "ls", "/nowhere")
        assert (failed.rc, failed.stdout) == (2, b"")
        assert b"No such file" in failed.stderr

    def test_standard_input_reaches_the_command_and_ends(self, engine, base):
        assert self.run(engine, base, "cat", stdin=b"\0line\n").stdout == b"\0line\n"
        assert self.run(engine, base, "cat", stdin=b"").stdout == b""

    def test_a_command_that_leaves_its_input_unread_succeeds(self, engine, base):
        assert self.run(engine, base, "true", stdin=b"x" * 1_000_000).rc == 0

    def test_a_command_whose_time_is_over_is_stopped(self, engine, base):
        result = running.run(engine, running.RunRequest(base, ("sleep", "60"), labels={LABEL: "1"}), timeout=0.5)
        assert result.timed_out
        assert result.rc == 137

    def test_no_container_is_left_whatever_happens(self, engine, base):
        self.run(engine, base, "false")
        with pytest.raises(EngineError, match="executable file not found"):
            self.run(engine, base, "dockenv-no-such-program")
        with pytest.raises(EngineError, match="No such image"):
            self.run(engine, "dockenv-contract:nothing", "true")
        assert list_ours(containers.list_containers(engine)) == ()

    def test_any_user_id_has_a_name_and_the_image_keeps_its_accounts(self, engine, base):
        account = accounts.make_account(54321, 54322, "joe")
        lines = self.run(engine, base, "cat", "/etc/passwd", account=account).stdout.decode().splitlines()
        assert lines[0].startswith("root:")
        assert lines[-1] == "joe:x:54321:54322::/home/joe:/bin/sh"
        assert self.run(engine, base, "cat", "/etc/group", account=account).stdout.decode().splitlines()[-1] == "joe:x:54322:"
        assert b"joe" not in self.run(engine, base, "cat", "/etc/passwd").stdout

    def test_a_folder_of_one_container_is_not_in_the_next(self, engine, base):
        assert self.run(engine, base, "true", in_memory=("/.contract",)).rc == 0
        assert self.run(engine, base, "ls", "/.contract").rc == 2

    def test_a_detached_container_is_listed_with_its_ports(self, engine, base):
        wanted = running.RunRequest(
            base,
            ("sleep", "60"),
            name="dockenv-contract",
            labels={LABEL: "1"},
            ports=(containers.Port(80, 0), containers.Port(81, 18471)),
        )
        started = running.start(engine, wanted)
        assert (started.name, started.state, started.image) == ("dockenv-contract", "running", base)
        assert started.ports[0].host_port > 0
        assert started.ports[1] == containers.Port(81, 18471, "tcp", "127.0.0.1")
        assert containers.list_containers(engine, name="dockenv-contract") == (started,)
        with pytest.raises(EngineError, match="already in use"):
            running.start(engine, wanted)
        assert list_ours(containers.list_containers(engine)) == (started,)

    def test_a_command_that_is_passed_signals_ends_by_itself(self, engine, base):
        request = running.RunRequest(base, ("sleep", "60"), labels={LABEL: "1"}, init=True)
        assert running.run(engine, request, timeout=0.5) == running.RunResult(143, b"", b"", True)

    def test_a_container_takes_the_place_of_another(self, engine, base):
        def start(replaced=None, **options):
            request = running.RunRequest(base, ("sleep", "60"), name="dockenv-contract", labels={LABEL: "1"}, **options)
            return running.start(engine, request, replaced)

        ports = (containers.Port(81, 18472),)
        first = start(ports=ports)
        second = start(first.id, ports=ports)
        assert (second.name, second.state, second.ports) == ("dockenv-contract", "running", first.ports)
        assert list_ours(containers.list_containers(engine)) == (second,)
        engine.client.remove_container(second.id, force=True)
        assert start(second.id).state == "running", "what is gone already is replaced as well"

    def test_what_cannot_be_made_leaves_the_container_it_was_to_replace(self, engine, base):
        wanted = running.RunRequest(base, ("sleep", "60"), name="dockenv-contract", labels={LABEL: "1"})
        first = running.start(engine, wanted)
        with pytest.raises(EngineError, match="No such image"):
            running.start(engine, replace(wanted, image="dockenv-contract:nothing"), first.id)
        assert list_ours(containers.list_containers(engine)) == (first,)

    def test_a_container_has_the_labels_of_its_image(self, engine, build):
        image = build("FROM {base}\nRUN true\n")
        started = running.start(engine, running.RunRequest(image.id, ("sleep", "60")))
        assert started.labels == image.labels
        assert started.image_id == image.id

    def test_a_container_that_was_made_just_now_is_not_lost(self, engine, base):
        made = engine.client.create_container(base, command=["true"], labels={LABEL: "1"}, host_config=engine.client.create_host_config())
        assert running.remove_lost(engine, LABEL) == ()
        engine.client.remove_container(made["Id"])
