# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Talk to a Docker engine: the only place that uses the Docker SDK for Python. Decides nothing about what should be."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from .._errors import DockenvError, EngineError
from .._image import Image
from .connection import Connection

_API_WITH_IMPORT_PLATFORM = (1, 42)


class Engine:
    """One engine that answered; make it with :func:`connect`. Every method raises EngineError if the engine refuses."""

    def __init__(self, client: Any, connection: Connection) -> None:
        self._client = client
        self._connection = connection

    @property
    def client(self) -> Any:
        """The SDK's low-level client, for the other files of this layer; they use it only within :meth:`asking`."""
        return self._client

    def asking(self, doing: str) -> AbstractContextManager[None]:
        """Return a context in which the SDK's exceptions become EngineError, which names what was being done.

        Where the engine refused, ``details["status"]`` is its HTTP status, 404 for what is not there.
        """
        return _translated(doing, self._connection)

    def version(self) -> dict[str, Any]:
        """Return the engine's own description of its version."""
        with self.asking("asking for its version"):
            return self._client.version()

    def find_image(self, reference: str) -> Image | None:
        """Return the image with this name or id, or None."""
        with self.asking(f"looking for the image {reference}"):
            try:
                return Image.from_inspect(self._client.inspect_image(reference))
            except _library("docker").errors.NotFound:
                return None

    def find_containers(self, image_id: str) -> tuple[str, ...]:
        """Return the names of the containers, stopped ones too, that were made from the image or from one based on it."""
        with self.asking(f"looking for containers of the image {image_id}"):
            found = self._client.containers(all=True, filters={"ancestor": image_id})
        return tuple(sorted(container["Names"][0].lstrip("/") for container in found))

    def check_import_platform(self, platform: str) -> None:
        """Return if the engine can import images for ``platform``, written as ``linux/arm64``; else raise EngineError.

        Before API 1.42, Docker 23, it takes them all for images of its own architecture (moby/moby pull request 43103).
        """
        version = self.version()
        api = tuple(int(number) for number in version["ApiVersion"].split("."))
        if api < _API_WITH_IMPORT_PLATFORM and platform.split("/")[1] != version["Arch"]:
            raise EngineError(
                f"The Docker engine {version['Version']} at {self._connection} imports images of its own architecture, "
                f"{version['Arch']}, only, and not of {platform}; that needs Docker 23 or newer"
            )

    def import_image(self, stream: Iterable[bytes], repository: str, tag: str, changes: Sequence[str], platform: str, comment: str) -> str:
        """Make an image of the root file system whose tar file ``stream`` yields, and return its id.

        ``changes`` are Dockerfile instructions for its configuration, ``platform`` is written as ``linux/amd64``.
        An exception of ``stream`` breaks the connection off, so that the engine imports nothing, and is passed on.
        """
        # The SDK's own import_image_from_data() knows no platform and no comment; the rest is what it does.
        # The time-out is for answers; unpacking a root file system takes as long as it takes.
        parameters = {
            "fromSrc": "-",
            "repo": repository,
            "tag": tag,
            "changes": list(changes),
            "platform": platform,
            "message": comment,
        }
        with self.asking(f"importing the image {repository}:{tag}"):
            response = self._client._post(
                self._client._url("/images/create"),
                params=parameters,
                headers={"Content-Type": "application/tar"},
                data=stream,
                timeout=None,
            )
            answer = self._client._result(response)
        return _imported_id(answer, f"{repository}:{tag}")

    def tag_image(self, image_id: str, repository: str, tag: str) -> None:
        """Let ``repository:tag`` mean this image from now on, whatever it meant before."""
        with self.asking(f"tagging the image {image_id} as {repository}:{tag}"):
            self._client.tag(image_id, repository, tag)

    def remove_image(self, reference: str, force: bool = False) -> bool:
        """Remove a tag, and its image with the last one, or an image by its id; return whether it went.

        False means that the engine still needs it, for a container or for another image. An absent one counts as gone.
        ``force`` takes a tag away although a container uses its image.
        """
        with self.asking(f"removing the image {reference}"):
            try:
                self._client.remove_image(reference, force=force)
            except _library("docker").errors.NotFound:
                return True
            except _library("docker").errors.APIError as error:
                if error.status_code == 409:
                    return False
                raise
        return True


def connect(connection: Connection) -> Engine:
    """Return the engine at the end of ``connection``.

    Raises EngineError if it does not answer, or if the certificates cannot be used.
    """
    with _translated("connecting", connection):
        return Engine(_library("docker").APIClient(**_client_arguments(connection)), connection)


def _library(name: str) -> Any:
    """Return a library of the SDK. It is imported when it is first used: _runtime.ensure_docker_sdk() may have had to find it."""
    return importlib.import_module(name)


def _client_arguments(connection: Connection) -> dict[str, Any]:
    host, tls = connection.host, _tls_of_options(connection)
    if connection.cli_context:
        context = _library("docker").ContextAPI.get_context(connection.cli_context)
        if context is None:
            raise EngineError(
                f"The Docker command line has no context {connection.cli_context!r} for this user; docker context ls lists those there are"
            )
        host, tls = context.Host, tls or _tls_of_context(context)
    arguments = {"base_url": host, "version": connection.api_version, "timeout": connection.timeout, "tls": tls or False}
    if connection.use_ssh_client:
        arguments["use_ssh_client"] = True
    return arguments


def _tls_of_options(connection: Connection) -> Any:
    if not connection.encrypted:
        return None
    pair = (connection.client_cert, connection.client_key)
    return _tls_class()(
        hostname=connection.tls_hostname if connection.verified else None,
        client_cert=pair if all(pair) else None,
        ca_cert=connection.ca_path if connection.verified else None,
        verify=connection.verified,
    )


def _tls_of_context(context: Any) -> Any:
    tls = context.TLSConfig
    return _tls_class()(client_cert=tls.cert, ca_cert=tls.ca_cert, verify=tls.verify) if tls else None


def _tls_class() -> Any:
    """Return the SDK's TLSConfig with two faults mended: it makes no TLS for another host name than the URL's any more
    (since 7.0), and certificates named in the environment for other programs take the place of those asked for.

    A function, because the base class exists only where the SDK is installed.
    """

    class HostnameAdapter(_library("requests").adapters.HTTPAdapter):
        def __init__(self, hostname: str) -> None:
            self._hostname = hostname
            super().__init__()

        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, assert_hostname=self._hostname, **kwargs)

    class EngineTLSConfig(_library("docker").tls.TLSConfig):
        def __init__(self, hostname: str | None = None, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self._hostname = hostname

        def configure_client(self, client: Any) -> None:
            super().configure_client(client)
            # Requests prefers REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE to the session's own setting.
            client.trust_env = False
            if self._hostname:
                client.mount("https://", HostnameAdapter(self._hostname))

    return EngineTLSConfig


def _imported_id(answer: str, reference: str) -> str:
    """Return the id from the engine's answer: lines of JSON, the last of them with the id or with an error."""
    last = json.loads(answer.strip().splitlines()[-1]) if answer.strip() else {}
    image_id = last.get("status", "")
    if "error" in last or not image_id.startswith("sha256:"):
        raise EngineError(f"The Docker engine failed at importing the image {reference}: {last.get('error', answer)!s}")
    return image_id


@contextmanager
def _translated(doing: str, connection: Connection) -> Iterator[None]:
    """Turn the SDK's exceptions into one sentence: what the engine was asked, and what came of it."""
    try:
        yield
    except (DockenvError, SystemExit):  # of who looked for the SDK within, and may have found none
        raise
    except _library("docker").errors.TLSParameterError as error:
        raise EngineError(f"The certificates for the Docker engine at {connection} cannot be used: {error}") from error
    except _library("docker").errors.APIError as error:
        reason = error.explanation or error
        raise EngineError(f"The Docker engine at {connection} refused {doing}: {reason}", status=error.status_code) from error
    except (_library("docker").errors.DockerException, _library("requests").RequestException) as error:
        raise EngineError(
            f"The Docker engine does not answer at {connection} ({doing}): {_reason(error)}; start the engine, or correct the options of the connection"
        ) from error


def _reason(error: BaseException) -> str:
    """Return what happened at the bottom, below the layers of HTTP libraries, each of which wraps the next."""
    innermost = error
    while (inner := _wrapped(innermost)) is not None:
        innermost = inner
    return getattr(innermost, "strerror", None) or str(innermost)


def _wrapped(error: BaseException) -> BaseException | None:
    """Return the exception that caused this one. The SDK's own sentence on a missing library says more than its cause."""
    candidates = (getattr(error, "reason", None), *error.args, error.__cause__, error.__context__)
    found = next((candidate for candidate in candidates if isinstance(candidate, BaseException)), None)
    return None if isinstance(found, (NameError, ImportError)) else found
