# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides over the names that a virtualenv's commands have on the host; pure, touches nothing.

A link straight to the virtualenv's interpreter runs the system's Python without the virtualenv's packages, because CPython looks for
pyvenv.cfg beside the name it was started by. So the interpreter gets a wrapper inside the virtualenv, and the link leads to that.
"""

from __future__ import annotations

import os.path
import re
from dataclasses import dataclass

from .._errors import InvalidInput, NotOurs
from .observe import FoundLink, Observed
from .place import leads_inside
from .spec import Link, Spec

_WRAPPER = re.compile(r"#!/bin/sh\nexec '[^\n]*/bin/python3' \"\$@\"\n\Z")


@dataclass(frozen=True)
class LinkStep:
    """One thing to do: write a wrapper, make a link, or remove either; ``value`` is the wrapper's text or the link's target."""

    kind: str
    path: str
    value: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The step as the command that would do the same."""
        if self.kind == "link":
            return ("ln", "--symbolic", "--force", "--no-dereference", self.value, self.path)
        return ("write", self.path) if self.kind == "wrap" else ("rm", self.path)


@dataclass(frozen=True)
class LinkState:
    """How a link is after the work: present, absent, or kept, when something of the user's stands there."""

    path: str
    state: str
    target: str = ""


@dataclass(frozen=True)
class LinkPlan:
    """The steps for all links, why, and how the links are then."""

    steps: tuple[LinkStep, ...] = ()
    states: tuple[LinkState, ...] = ()
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def merged(self, other: LinkPlan) -> LinkPlan:
        """Return this followed by the other."""
        return LinkPlan(self.steps + other.steps, self.states + other.states, self.reasons + other.reasons, self.warnings + other.warnings)


def render_wrapper(venv: str) -> str:
    """Return a script that runs the Python of the virtualenv at the path; it works as a shebang, too."""
    quoted = venv.replace("'", "'\\''")
    return f"#!/bin/sh\nexec '{quoted}/bin/python3' \"$@\"\n"


def is_wrapper(text: str) -> bool:
    """Return whether a script in a virtualenv's bin folder is one of ours."""
    return _WRAPPER.match(text) is not None


def target_of(link: Link, venv: str) -> str | None:
    """Return where a link leads; None for one to remove that names neither command nor target."""
    if link.target is not None:
        return link.target
    if link.command is None:
        return None
    return os.path.join(venv, "bin", os.path.basename(link.path) if link.is_interpreter else link.command)


def plan_links(spec: Spec, observed: Observed, build: str) -> LinkPlan:
    """Return what to do about the links, beside a generation that begins as ``build`` says.

    Raises NotOurs where something of the user's stands in the way, InvalidInput for a target that is known to be missing.
    """
    result = LinkPlan()
    for link, found in zip(spec.links, observed.links):
        if link.is_present:
            _refuse_impossible(link, found, spec, observed, build)
            result = result.merged(_plan_present(link, found, spec, build))
        else:
            result = result.merged(_plan_absent(link, found, spec))
    for path in observed.recorded:
        result = result.merged(LinkPlan((LinkStep("unlink", path),), reasons=(f"the link {path!r} leads into it",)))
    return result


def links_to_record(spec: Spec, observed: Observed) -> tuple[str, ...]:
    """Return the paths of all links into the virtualenv that were made by now: with it they go, whether a task still names them or not."""
    known = set(observed.venv.links if observed.venv else ())
    known -= {link.path for link in spec.links}
    links = zip(spec.links, observed.links)
    known |= {link.path for link, found in links if link.is_present and link.command and found.kind in ("nothing", "link")}
    return tuple(sorted(known))


def _refuse_impossible(link: Link, found: FoundLink, spec: Spec, observed: Observed, build: str) -> None:
    if found.obstacle:
        raise NotOurs(
            f"{link.source}.path: {link.path!r} cannot be made, because {found.obstacle!r} is no folder; move that away, or choose another path"
        )
    if link.target is not None and not found.is_target_there:
        raise InvalidInput(f"{link.source}.target: {link.target!r} does not exist; install what provides it first")
    if link.is_interpreter:
        minor = observed.minor_after(build)
        if link.command not in ("python", "python3", f"python{minor}"):
            raise InvalidInput(f"{link.source}.command: {link.command!r} is not the virtualenv's interpreter, which is python{minor}")
        if build != "fresh" and found.wrapper is not None and not is_wrapper(found.wrapper):
            name = os.path.join(spec.path, "bin", os.path.basename(link.path))
            raise NotOurs(
                f"{link.source}: {name!r} is a command of a package, not a wrapper of this module; choose another name for the link"
            )
    elif link.command is not None and not build and link.command not in observed.venv.commands:
        raise InvalidInput(f"{link.source}.command: the virtualenv has no command {link.command!r}; add the package that provides it")


def _plan_present(link: Link, found: FoundLink, spec: Spec, build: str) -> LinkPlan:
    target = target_of(link, spec.path)
    steps, reasons = [], []
    if link.is_interpreter and (build == "fresh" or found.wrapper != render_wrapper(spec.path)):
        steps.append(LinkStep("wrap", target, render_wrapper(spec.path)))
        if build != "fresh":
            reasons.append(f"the wrapper {target!r} is {'missing' if found.wrapper is None else 'not as it should be'}")
    if found.kind in ("file", "folder"):
        sentence = f"{link.path!r} is a {found.kind} that was not made by this module"
        if link.force:
            raise NotOurs(f"{link.source}: {sentence}; move it away, or set force: false to leave it there")
        return LinkPlan(tuple(steps), (LinkState(link.path, "kept"),), tuple(reasons), (f"{sentence}; it was left there",))
    if found.kind == "nothing":
        reasons.append(f"the link {link.path!r} is missing")
    elif found.target != target:
        reasons.append(f"the link {link.path!r} leads to {found.target!r}, not to {target!r}")
    if (found.kind, found.target) != ("link", target):
        steps.append(LinkStep("link", link.path, target))
    return LinkPlan(tuple(steps), (LinkState(link.path, "present", target),), tuple(reasons))


def _plan_absent(link: Link, found: FoundLink, spec: Spec) -> LinkPlan:
    steps, reasons = [], []
    if found.kind == "link" and _is_ours(link, found, spec):
        steps.append(LinkStep("unlink", link.path))
        reasons.append(f"the link {link.path!r} is to be absent")
    name = os.path.basename(link.path)
    in_use = any(other.is_present and other.is_interpreter and os.path.basename(other.path) == name for other in spec.links)
    if spec.is_present and not in_use and found.wrapper is not None and is_wrapper(found.wrapper):
        wrapper = os.path.join(spec.path, "bin", name)
        steps.append(LinkStep("unwrap", wrapper))
        reasons.append(f"the wrapper {wrapper!r} is to be absent")
    if found.kind == "nothing" or steps:
        return LinkPlan(tuple(steps), (LinkState(link.path, "absent"),), tuple(reasons))
    kind = f"link to {found.target!r}" if found.kind == "link" else found.kind
    return LinkPlan(
        (), (LinkState(link.path, "kept"),), (), (f"{link.path!r} is a {kind} that was not made by this module; it was left there",)
    )


def _is_ours(link: Link, found: FoundLink, spec: Spec) -> bool:
    """Return whether a link leads where it was asked to lead, or into the virtualenv."""
    return found.target == target_of(link, spec.path) or leads_inside(link.path, found.target, spec.path)
