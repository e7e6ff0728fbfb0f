# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes a virtualenv what it shall be: observe, plan, apply or predict, report. Decides nothing itself."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from .._errors import DockenvError
from .._requirements import older_than
from .build import Tools, build_generation, refuse_faults, resolve, start, write_manifest
from .links import LinkState, links_to_record
from .observe import Interpreter, Observed, Venv, observe, observe_venv
from .pip import OLDEST_PIP
from .place import generation_name, locked, observe_place, point_at, put_back, remove, swap_in, take_away, write_program
from .plan import Plan, interruption_reason, plan
from .satisfy import Distribution, judge
from .spec import Spec


@dataclass(frozen=True)
class State:
    """A virtualenv as it is reported: ``python`` is None and the rest empty where there is none."""

    python: Interpreter | None = None
    packages: tuple[Distribution, ...] = ()
    requested: frozenset[str] = frozenset()
    links: tuple[LinkState, ...] = ()


@dataclass(frozen=True)
class Result:
    """What was found, what was or would be done and why, and what is there then."""

    changed: bool
    plan: Plan
    before: State
    after: State
    actions: tuple[tuple[str, ...], ...]


def converge(spec: Spec, tools: Tools, is_check: bool) -> Result:
    """Make the virtualenv as asked for, or in check mode say what would be done, and change nothing.

    Raises InvalidInput and NotOurs before anything is touched; CommandFailed and DockenvError with the old virtualenv still in place.
    """
    try:
        observed = observe(spec, tools.run)
        decision = _decide(spec, observed, tools)
        if decision.plan.is_empty or is_check:
            return _report(spec, decision, _predict(spec, decision, tools))
        with _open_umask(), _exclusive(spec) as lock:
            return _apply(spec, replace(tools, keep=lock), decision)
    except OSError as error:
        place = f" ({error.filename})" if error.filename else ""
        raise DockenvError(
            f"Changing the virtualenv {spec.path!r} failed: {error.strerror or error}{place}; run the task again to finish"
        ) from None


@dataclass(frozen=True)
class Decision:
    """A plan and what it was made from; ``candidates`` are what pip would install, where it was asked already."""

    observed: Observed
    plan: Plan
    candidates: tuple[Distribution, ...] | None = None


def _decide(spec: Spec, observed: Observed, tools: Tools) -> Decision:
    """Make the plan; the index is asked only where everything else is well and the latest versions are wanted."""
    wanted = plan(spec, observed)
    if wanted.build or not spec.latest or not spec.is_present:
        return Decision(observed, wanted)
    tentative = plan(spec, observed, (f"the latest of {', '.join(sorted(spec.latest))} is asked for",))
    if tentative.build == "fresh":
        return Decision(observed, tentative)
    with _venv_with_pip(spec, observed, tentative, tools) as folder:
        candidates = resolve(spec, tentative.pins, os.path.join(folder, "bin", "python3"), tools)
    outdated = tuple(filter(None, (_lateness(candidate, observed) for candidate in candidates)))
    return Decision(observed, plan(spec, observed, outdated), candidates) if outdated else Decision(observed, wanted)


def _lateness(candidate: Distribution, observed: Observed) -> str | None:
    have = observed.installed.distributions.get(candidate.canonical)
    if have is None:
        return f"{candidate.name} {candidate.version} is needed by the latest versions"
    if have.version == candidate.version:
        return None
    return f"{have.name} {have.version} is installed, the latest that fits is {candidate.version}"


@contextlib.contextmanager
def _venv_with_pip(spec: Spec, observed: Observed, wanted: Plan, tools: Tools) -> Iterator[str]:
    """Yield a virtualenv to ask pip in: the one in use where it will do, else a throw-away one that begins as the plan says."""
    current = observed.venv.distributions.get("pip") if observed.venv else None
    if wanted.build == "clone" and current and not older_than(current.version, OLDEST_PIP):
        yield observed.place.current
        return
    folder = os.path.join(tools.folder, "venv")
    start(spec, observed, wanted.build, folder, tools)
    try:
        yield folder
    finally:
        remove(folder)


def _predict(spec: Spec, decision: Decision, tools: Tools) -> State:
    """Return how the virtualenv would be after the plan."""
    observed, wanted = decision.observed, decision.plan
    if not spec.is_present:
        return State(links=wanted.link_states)
    if not wanted.build:
        return _state_of(spec, observed, observed.venv.distributions, observed.venv.interpreter, wanted.link_states)
    with _venv_with_pip(spec, observed, wanted, tools) as folder:
        venv = observe_venv(folder, folder, tools.run)
        candidates = decision.candidates
        if candidates is None:
            candidates = resolve(spec, wanted.pins, os.path.join(folder, "bin", "python3"), tools) if wanted.install else ()
    kept = {name: found for name, found in venv.distributions.items() if name not in wanted.remove}
    predicted = {**kept, **{found.canonical: found for found in candidates}}
    refuse_faults(spec, replace(observed.installed_in(venv), distributions=predicted))
    return _state_of(spec, observed, predicted, venv.interpreter, wanted.link_states)


def _state_of(
    spec: Spec, observed: Observed, distributions: Mapping[str, Distribution], python: Interpreter | None, links: tuple[LinkState, ...]
) -> State:
    installed = replace(observed.installed, distributions=distributions)
    requested = judge(spec.requirements, spec.constraints, installed).requested if spec.is_present else frozenset()
    return State(python, tuple(found for _name, found in sorted(distributions.items())), requested, links)


def _apply(spec: Spec, tools: Tools, decision: Decision) -> Result:
    """Do the work under the lock; where another process was at work in the meantime, decide again."""
    place = observe_place(spec.path)
    if spec.is_present:
        put_back(place)
    observed = observe(spec, tools.run)
    wanted = decision.plan if observed == decision.observed else _decide(spec, observed, tools).plan
    before = _before(spec, observed)
    if place.kind == "interrupted" and spec.is_present:
        wanted = replace(wanted, put_back=True, reasons=(interruption_reason(spec), *wanted.reasons))
    for path in wanted.clean:
        remove(path)
    if not spec.is_present:
        _apply_links(spec, wanted)
        if wanted.take_away:
            take_away(observed.place)
        return Result(not wanted.is_empty, wanted, before, State(links=wanted.link_states), _actions(spec, wanted))
    if wanted.build:
        _replace_generation(spec, observed, wanted, tools)
    elif links_to_record(spec, observed) != observed.venv.links:
        write_manifest(observed.place.folder, observed.venv.receipts, links_to_record(spec, observed))
    _apply_links(spec, wanted)
    venv = observe_venv(observe_place(spec.path).folder, spec.path, tools.run)
    after = _state_of(spec, observed, venv.distributions, venv.interpreter, wanted.link_states)
    return Result(not wanted.is_empty, wanted, before, after, _actions(spec, wanted))


def _replace_generation(spec: Spec, observed: Observed, wanted: Plan, tools: Tools) -> None:
    generation = generation_name(spec.path)
    try:
        build_generation(spec, observed, wanted, generation, tools)
    except BaseException as error:
        remove(generation)
        if not isinstance(error, OSError):
            raise
        said = f"{error.strerror or error} ({error.filename})"
        raise DockenvError(f"Building the virtualenv {spec.path!r} failed, nothing was changed: {said}") from None
    swap_in(observed.place, generation)
    for path in observe_place(spec.path).leftovers:
        remove(path)


def _apply_links(spec: Spec, wanted: Plan) -> None:
    for step in wanted.links:
        if step.kind == "link":
            os.makedirs(os.path.dirname(step.path), exist_ok=True)
            point_at(step.path, step.value)
        elif step.kind == "wrap" and not wanted.build:
            write_program(step.path, step.value)
        elif step.kind in ("unlink", "unwrap"):
            remove(step.path)


@contextlib.contextmanager
def _open_umask() -> Iterator[None]:
    """Let everybody read what is made meanwhile: a virtualenv serves all users of the host."""
    old = os.umask(0o022)
    try:
        yield
    finally:
        os.umask(old)


@contextlib.contextmanager
def _exclusive(spec: Spec) -> Iterator[tuple[int, ...]]:
    """Hold the lock; where the virtualenv is to be absent and not even its parent folder is there, nobody can be at work."""
    parent = os.path.dirname(spec.path)
    if not spec.is_present and not os.path.isdir(parent):
        yield ()
        return
    made = _make_folders(parent)
    try:
        with locked(spec.path) as descriptor:
            yield (descriptor,)
    except BaseException:
        for folder in made:
            with contextlib.suppress(OSError):
                os.rmdir(folder)
        raise


def _make_folders(path: str) -> list[str]:
    """Make a folder and those above it; return what was missing, the deepest first."""
    missing = []
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    for folder in reversed(missing):
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder)
    return missing


def _report(spec: Spec, decision: Decision, after: State) -> Result:
    wanted = decision.plan
    return Result(not wanted.is_empty, wanted, _before(spec, decision.observed), after, _actions(spec, wanted))


def _before(spec: Spec, observed: Observed) -> State:
    links = tuple(
        LinkState(link.path, found.kind, found.target) for link, found in zip(spec.links, observed.links) if found.kind != "nothing"
    )
    links += tuple(LinkState(path, "link", target) for path, target in observed.recorded.items())
    if observed.venv is None:
        return State(links=links)
    return State(_python_before(observed.venv), tuple(found for _name, found in sorted(observed.venv.distributions.items())), links=links)


def _python_before(venv: Venv) -> Interpreter | None:
    """Return the Python whose packages a virtualenv holds: the one that made it, where its interpreter is gone or has become another."""
    have, maker = venv.interpreter, venv.maker
    return maker if maker and (have is None or have.minor != maker.minor) else have


def _actions(spec: Spec, wanted: Plan) -> tuple[tuple[str, ...], ...]:
    """Return what a plan does as command lines, or near to: without temporary names, so that check mode and the real run say the same."""
    actions = [("rm", "--recursive", path) for path in wanted.clean]
    if wanted.build == "fresh":
        actions.append((spec.python, "-m", "venv", spec.path))
    if wanted.build == "clone":
        actions.append(("clone", spec.path))
    if wanted.stale or wanted.remove:
        actions.append(("pip", "uninstall", "--yes", *wanted.stale, *wanted.remove))
    if wanted.install:
        actions.append(
            ("pip", "install", *(["--upgrade"] if spec.latest else []), *(str(requirement) for requirement in spec.requirements))
        )
    actions += [step.words for step in wanted.links]
    if wanted.take_away:
        actions.append(("rm", "--recursive", spec.path))
    return tuple(actions)
