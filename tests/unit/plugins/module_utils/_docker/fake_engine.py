# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An engine in memory, in place of the SDK's low-level client; engine_contract.py keeps it like the real one."""

from __future__ import annotations

import hashlib
import io
import itertools
import tarfile
import time
from dataclasses import dataclass, field

import docker.errors
import docker.types
import requests
from ansible_collections.dockenv.python.plugins.module_utils._docker.connection import Connection
from ansible_collections.dockenv.python.plugins.module_utils._docker.engine import Engine

BASE = "base:1"

_PASSWD = "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
_GROUP = "root:x:0:\ndaemon:x:1:\n"


@dataclass
class FakeImage:
    id: str
    tags: list = field(default_factory=list)
    labels: dict = field(default_factory=dict)
    digests: list = field(default_factory=list)
    layers: list = field(default_factory=list)
    created: int = 1_700_000_000
    size: int = 1000


@dataclass
class FakeContainer:
    id: str
    name: str
    image: FakeImage
    image_name: str
    creation: dict
    files: dict
    state: str = "created"
    created: float = field(default_factory=time.time)
    rc: int = 0
    output: tuple = ()
    stdin: bytes = b""


def make_engine() -> Engine:
    """Return an Engine over a new fake client, which is its attribute ``client``."""
    return Engine(FakeClient(), Connection())


class FakeClient:
    """What the collection uses of docker.APIClient. ``calls`` has the name of each call."""

    def __init__(self):
        self.images_by_id = {}
        self.containers_by_id = {}
        self.registry = {}
        self.programs = dict(_PROGRAMS)
        self.calls = []
        self.context = {}
        self._numbers = itertools.count(1)
        self.add_image(BASE)

    # --- for tests

    def add_image(self, *tags, labels=None, digests=(), parent=None):
        image_id = "sha256:" + hashlib.sha256(str(next(self._numbers)).encode()).hexdigest()
        layers = [*(parent.layers if parent else []), f"sha256:layer-of-{image_id[7:19]}"]
        image = FakeImage(image_id, [], dict(labels or {}), list(digests), layers)
        self.images_by_id[image_id] = image
        for tag in tags:
            self.tag(image_id, *tag.split(":"))
        return image

    # --- images

    def version(self):
        return {"Version": "20.10.24", "ApiVersion": "1.41"}

    def inspect_image(self, reference):
        image = self._image(reference)
        return {
            "Id": image.id,
            "RepoTags": list(image.tags),
            "RepoDigests": list(image.digests),
            "Config": {"Labels": dict(image.labels) or None, "Env": None, "Cmd": None, "Entrypoint": None},
            "Architecture": "amd64",
            "Size": image.size,
            "Created": "2023-11-14T22:13:20Z",
            "RootFS": {"Type": "layers", "Layers": list(image.layers)},
        }

    def images(self):
        self.calls.append("images")
        return [
            {
                "Id": image.id,
                "RepoTags": list(image.tags) or ["<none>:<none>"],
                "RepoDigests": list(image.digests) or ["<none>@<none>"],
                "Labels": dict(image.labels) or None,
                "Size": image.size,
                "Created": image.created,
            }
            for image in self.images_by_id.values()
        ]

    def tag(self, image, repository, tag):
        self.calls.append("tag")
        name = f"{repository}:{tag}"
        target = self._image(image)
        for other in self.images_by_id.values():
            if name in other.tags:
                other.tags.remove(name)
        target.tags.append(name)

    def remove_image(self, reference, force=False):
        self.calls.append("remove_image")
        image = self._image(reference)
        if reference in image.digests:
            image.digests.remove(reference)
        elif reference in image.tags and len(image.tags) > 1:
            image.tags.remove(reference)
        elif not reference.startswith("sha256:") and reference in image.tags and force:
            image.tags.remove(reference)
            self._forget_unless_used(image)
        elif reference in image.tags or len(image.tags) <= 1:
            if any(container.image is image for container in self.containers_by_id.values()):
                raise _refusal(409, f"conflict: unable to remove {reference}: container is using its referenced image")
            del self.images_by_id[image.id]
        else:
            raise _refusal(409, f"conflict: unable to delete {reference}: image is referenced in multiple repositories")

    def build(self, **arguments):
        """Do what the classic builder does with FROM, RUN true, RUN false and LABEL; ``context`` has the names in the last stream."""
        self.calls.append("build")
        lines = [line.strip() for line in self._read_dockerfile(arguments).splitlines() if line.strip()]
        base, *_stages = (line.split()[1] for line in lines if line.startswith("FROM "))
        parent = self._image(base)
        for number, line in enumerate(lines, 1):
            yield {"stream": f"Step {number}/{len(lines)} : {line}\n"}
            if line == "RUN false":
                message = "The command '/bin/sh -c false' returned a non-zero code: 1"
                yield {"errorDetail": {"code": 1, "message": message}, "error": message}
                return
        image = self.add_image(labels=arguments["labels"], parent=parent)
        yield {"stream": f"Successfully built {image.id[7:19]}\n"}
        self.tag(image.id, *arguments["tag"].rsplit(":", 1))

    def _read_dockerfile(self, arguments):
        if "fileobj" not in arguments:
            with open(arguments["dockerfile"], encoding="utf-8") as file:
                return file.read()
        with tarfile.open(fileobj=arguments["fileobj"], mode="r|") as tar:
            files = {entry.name: tar.extractfile(entry).read() if entry.isreg() else entry.linkname for entry in tar}
        self.context = files
        return files[arguments["dockerfile"]].decode()

    # --- registries: ``registry`` maps names to digests

    def push(self, repository, tag, stream, decode):
        name = f"{repository}:{tag}"
        image = self._image(name)
        digest = "sha256:" + hashlib.sha256(image.id.encode()).hexdigest()
        yield {"status": f"The push refers to repository [{repository}]"}
        yield {"status": "Layer already exists" if self.registry.get(name) == digest else "Pushed", "id": "0123456789ab"}
        self.registry[name] = digest
        image.digests = sorted({*image.digests, f"{repository}@{digest}"})
        yield {"progressDetail": {}, "aux": {"Tag": tag, "Digest": digest, "Size": 500}}

    def pull(self, repository, tag, stream, decode, platform):
        self.calls.append("pull")
        name = f"{repository}:{tag}"
        if name not in self.registry:
            raise _refusal(404, f"pull access denied for {repository}, repository does not exist or may require 'docker login'")
        tags = () if tag.startswith("sha256:") else (name,)
        self.add_image(*tags, digests=[f"{repository}@{self.registry[name]}"])
        yield {"status": "Pull complete", "id": "0123456789ab"}

    def inspect_distribution(self, reference):
        if reference not in self.registry:
            raise _refusal(404, "manifest unknown: manifest unknown")
        return {"Descriptor": {"digest": self.registry[reference]}, "Platforms": []}

    # --- containers

    def create_host_config(self, **arguments):
        return docker.types.HostConfig(version="1.41", **arguments)

    def create_container(self, image, **creation):
        self.calls.append("create_container")
        found = self._image(image)
        name = creation.get("name") or f"fake_{next(self._numbers)}"
        for other in self.containers_by_id.values():
            if other.name == name:
                raise _refusal(409, f'Conflict. The container name "/{name}" is already in use by container "{other.id}"')
        container_id = hashlib.sha256(f"{next(self._numbers)} {name}".encode()).hexdigest()
        # As the engine does: a container has the labels of its image, unless it has others of the same names
        creation = {**creation, "labels": {**found.labels, **(creation.get("labels") or {})}}
        files = {"/etc/passwd": _PASSWD.encode(), "/etc/group": _GROUP.encode()}
        self.containers_by_id[container_id] = FakeContainer(container_id, name, found, image, creation, files)
        return {"Id": container_id}

    def get_archive(self, container, path):
        files = self._container(container).files
        if path not in files:
            raise _refusal(404, f"Could not find the file {path} in container {container}")
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            entry = tarfile.TarInfo(path.rpartition("/")[2])
            entry.size = len(files[path])
            tar.addfile(entry, io.BytesIO(files[path]))
        return iter([archive.getvalue()]), {"name": path}

    def put_archive(self, container, path, data):
        with tarfile.open(fileobj=io.BytesIO(data)) as tar:
            for entry in tar.getmembers():
                self._container(container).files[f"{path.rstrip('/')}/{entry.name}"] = tar.extractfile(entry).read()
        return True

    def attach(self, container, stdout, stderr, stream, demux):
        def chunks():
            found = self._container(container)
            while found.state == "running" and found.creation["command"][0] == "sleep":
                time.sleep(0.01)
            yield from found.output

        return chunks()

    def attach_socket(self, container, params):
        return FakeInput(self._container(container))

    def start(self, container):
        self.calls.append("start")
        found = self._container(container)
        argv = found.creation["command"]
        program = self.programs.get(argv[0])
        if program is None:
            raise _refusal(400, f'exec: "{argv[0]}": executable file not found in $PATH: unknown')
        found.state = "running"
        if argv[0] != "sleep":
            found.rc, out, err = program(found, argv)
            found.output = ((out, None), (None, err))

    def rename(self, container, name):
        found = self._container(container)
        if any(other.name == name for other in self.containers_by_id.values()):
            raise _refusal(409, f'Conflict. The container name "/{name}" is already in use')
        found.name = name

    def stop(self, container, timeout):
        found = self._container(container)
        # What is process 1 itself is not ended by a signal that it does not handle
        found.state, found.rc = "exited", 143 if found.creation["host_config"].get("Init") else 137

    def containers(self, all=False, filters=None):  # noqa: A002 - the SDK calls it so
        self.calls.append("containers")
        return [_describe(container) for container in self.containers_by_id.values() if _passes(container, filters or {})]

    def remove_container(self, container, force=False, v=False):
        self._container(container)
        del self.containers_by_id[container]

    # --- what running.py does beside the SDK's methods, to learn of a container's end

    def _url(self, template, container):
        return container

    def _post(self, url, params, stream, timeout):
        return url

    def _result(self, response, json):
        return {"StatusCode": self._container(response).rc}

    # --- inside

    def _image(self, reference):
        named, at, digest = reference.partition("@")
        # Of a name with both, the digest decides
        reference = f"{named.rpartition(':')[0] if ':' in named.rpartition('/')[2] else named}@{digest}" if at else reference
        for image in self.images_by_id.values():
            names = (image.id, image.id[7:19], *image.tags, *image.digests)
            if reference in names or f"{reference}:latest" in image.tags:
                return image
        raise _refusal(404, f"No such image: {reference}")

    def _container(self, container):
        if container not in self.containers_by_id:
            raise _refusal(404, f"No such container: {container}")
        return self.containers_by_id[container]

    def _forget_unless_used(self, image):
        if not any(container.image is image for container in self.containers_by_id.values()):
            del self.images_by_id[image.id]


class FakeInput:
    """The socket for a container's standard input."""

    def __init__(self, container):
        self._container = container

    def sendall(self, data):
        self._container.stdin += data

    def shutdown(self, how):
        found = self._container
        found.rc, out, err = _PROGRAMS[found.creation["command"][0]](found, found.creation["command"])
        found.output = ((out, None), (None, err))


def _cat(container, argv):
    return 0, b"".join(container.files[path] for path in argv[1:]) if argv[1:] else container.stdin, b""


def _ls(container, argv):
    return 2, b"", b"ls: cannot access: No such file or directory\n"


_PROGRAMS = {
    "true": lambda container, argv: (0, b"", b""),
    "false": lambda container, argv: (1, b"", b""),
    "echo": lambda container, argv: (0, " ".join(argv[1:]).encode() + b"\n", b""),
    "cat": _cat,
    "ls": _ls,
    "sleep": None.__class__,
}


def _has_label(labels, wanted):
    name, separator, value = wanted.partition("=")
    return name in labels and (not separator or labels[name] == value)


def _passes(container, filters):
    tests = {
        "label": lambda value: _has_label(container.creation["labels"], value),
        "ancestor": lambda value: value in (container.image.id, *container.image.tags),
        "name": lambda value: f"^/{container.name}$" == value,
        "status": lambda value: container.state == value,
        "id": lambda value: container.id == value,
    }
    return all(tests[name](value) for name, value in filters.items())


def _describe(container):
    bindings = container.creation["host_config"].get("PortBindings") or {}
    ports = [
        {
            "IP": place["HostIp"],
            "PrivatePort": int(port.split("/")[0]),
            "PublicPort": int(place["HostPort"] or 32768),
            "Type": port.split("/")[1],
        }
        for port, places in bindings.items()
        for place in places
    ]
    return {
        "Id": container.id,
        "Names": [f"/{container.name}"],
        "Image": container.image_name,
        "ImageID": container.image.id,
        "State": container.state,
        "Created": int(container.created),
        "Labels": dict(container.creation["labels"]),
        "Ports": ports if container.state == "running" else [],
    }


def _refusal(status, explanation):
    response = requests.Response()
    response.status_code = status
    kind = (
        docker.errors.ImageNotFound
        if "No such image" in explanation
        else docker.errors.NotFound
        if status == 404
        else docker.errors.APIError
    )
    return kind(explanation, response=response, explanation=explanation)
