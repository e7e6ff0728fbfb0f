# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides what has to be done to a virtualenv and its links; pure, touches nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from .._errors import DockenvError, InvalidInput, NotOurs
from .._requirements import parse_dependency
from .links import LinkState, LinkStep, plan_links
from .observe import Interpreter, Observed, Venv
from .satisfy import Judgement, judge
from .spec import Spec

# What venv installs itself.
SEEDS = ("pip", "setuptools", "wheel")


@dataclass(frozen=True)
class Plan:
    """What to do; an empty one touches nothing.

    ``build``: how the next generation begins: not at all (""), as a clone, or fresh. ``stale`` and ``remove`` are canonical names to take
    out of it before pip installs; ``install`` says whether pip has to. ``pins`` are lines that keep what is well as it is.
    """

    build: str = ""
    install: bool = False
    stale: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    links: tuple[LinkStep, ...] = ()
    link_states: tuple[LinkState, ...] = ()
    clean: tuple[str, ...] = ()
    put_back: bool = False
    take_away: bool = False
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether everything is as asked for."""
        return not (self.build or self.links or self.clean or self.put_back or self.take_away)


def plan(spec: Spec, observed: Observed, outdated: tuple[str, ...] = ()) -> Plan:
    """Return what makes the observed state the one asked for.

    ``outdated`` are sentences about packages for which the index has a later version. Raises NotOurs and InvalidInput for what must
    not be touched, and DockenvError for a broken virtualenv that must not be made again.
    """
    return _plan_present(spec, observed, outdated) if spec.is_present else _plan_absent(spec, observed)


def _plan_absent(spec: Spec, observed: Observed) -> Plan:
    place = observed.place
    if place.kind != "nothing":
        _refuse_to_lose(observed, "removed")
    steps = plan_links(spec, observed, build="absent")
    reasons = [f"{spec.path!r} is to be absent"] if place.kind != "nothing" else []
    clean = place.leftovers if place.kind != "interrupted" else tuple(path for path in place.leftovers if path != place.folder)
    return Plan(
        links=steps.steps,
        link_states=steps.states,
        clean=clean,
        take_away=place.kind != "nothing",
        reasons=(*reasons, *steps.reasons, *_cleaning_reasons(clean)),
        warnings=steps.warnings,
    )


def _plan_present(spec: Spec, observed: Observed, outdated: tuple[str, ...]) -> Plan:
    place = observed.place
    judgement = judge(spec.requirements, spec.constraints, observed.installed)
    _refuse_removing_what_is_needed(spec, judgement)
    packages = _plan_packages(spec, observed, judgement, outdated)
    if packages.build == "fresh" and place.folder:
        _refuse_to_lose(observed, "made again")
    steps = plan_links(spec, observed, packages.build)
    is_interrupted = place.kind == "interrupted"
    clean = () if is_interrupted else place.leftovers
    first = (interruption_reason(spec),) if is_interrupted else ()
    return replace(
        packages,
        put_back=is_interrupted,
        links=steps.steps,
        link_states=steps.states,
        clean=clean,
        reasons=(*first, *packages.reasons, *steps.reasons, *_cleaning_reasons(clean)),
        warnings=(*packages.warnings, *steps.warnings),
    )


def _plan_packages(spec: Spec, observed: Observed, judgement: Judgement, outdated: tuple[str, ...]) -> Plan:
    """Return what has to be done inside the virtualenv."""
    installed = observed.installed.distributions
    remove = tuple(name for name, _source in spec.absent if name in installed)
    is_install = bool(judgement.problems or outdated)
    build, reasons = _choose_build(spec, observed, is_install or bool(remove))
    if build == "fresh":
        seeds = tuple(name for name, _source in spec.absent if name in SEEDS)
        lost = tuple(_lost_packages(spec, observed, judgement))
        return Plan(build, install=bool(spec.requirements), remove=seeds, reasons=tuple(reasons), warnings=lost)
    if build == "":
        return Plan()
    reasons += [problem.sentence for problem in judgement.problems]
    reasons += [f"{name} is installed, but is to be absent" for name in remove]
    stale = tuple(dict.fromkeys(problem.about for problem in judgement.problems if problem.is_stale))
    pins = _pins(spec, observed, judgement, (*stale, *remove))
    return Plan(build, is_install, stale, remove, pins, reasons=(*reasons, *outdated))


def interruption_reason(spec: Spec) -> str:
    """Say why a virtualenv has to be moved back to its path."""
    return f"an earlier run was killed while it put a new virtualenv at {spec.path!r}"


def _cleaning_reasons(leftovers: tuple[str, ...]) -> Iterator[str]:
    for path in leftovers:
        yield f"{path!r} is left from a run that was interrupted"


def _refuse_removing_what_is_needed(spec: Spec, judgement: Judgement) -> None:
    for name, source in spec.absent:
        if name in judgement.needed:
            raise InvalidInput(f"{source}: {name!r} is to be absent, but {judgement.needed[name]} needs it; remove one of the two")


def _refuse_to_lose(observed: Observed, what: str) -> None:
    strangers = observed.venv.strangers if observed.venv else ()
    if strangers:
        names = ", ".join(repr(name) for name in strangers)
        raise NotOurs(
            f"{observed.place.path!r} has to be {what}, but holds files that are no part of a virtualenv: {names}; move them away first"
        )


def find_fault(venv: Venv, path: str, prefix: str) -> str | None:
    """Return why a virtualenv does not work, whose users will know it by ``path`` and whose interpreter was asked as ``prefix``."""
    interpreter = venv.interpreter
    if interpreter is None:
        return f"the Python of {path!r} does not run: {venv.failure}"
    made_by = (venv.maker or interpreter).minor
    if made_by != interpreter.minor:
        return f"{path!r} was made by Python {made_by}, its interpreter is now Python {interpreter.minor}"
    if interpreter.prefix != prefix:
        return f"the Python of {path!r} takes {interpreter.prefix!r} for its virtualenv"
    return None


def _choose_build(spec: Spec, observed: Observed, is_pip_needed: bool) -> tuple[str, list[str]]:
    """Return how the next generation begins, and why."""
    venv = observed.venv
    if venv is None:
        return "fresh", [f"there is no virtualenv at {spec.path!r}"]
    if spec.recreate == "always":
        return "fresh", ["asked to make it again (recreate: always)"]
    fault = find_fault(venv, spec.path, observed.place.current)
    obstacle = _obstacle_to_pip(venv, spec.path) if is_pip_needed else None
    if spec.recreate == "never" and (fault or obstacle):
        raise DockenvError(f"{fault or obstacle}; it has to be made again, which recreate: never forbids")
    other = _other_interpreter(venv.interpreter, observed.python, spec.path) if spec.recreate == "auto" and not fault else None
    if fault or other or obstacle:
        return "fresh", [fault or other or obstacle]
    return ("clone" if is_pip_needed else ""), []


def _other_interpreter(have: Interpreter, asked: Interpreter | None, path: str) -> str | None:
    if asked is None or asked.base == have.base:
        return None
    return f"{path!r} was made by {have.base} (Python {have.version}), asked for is {asked.base} (Python {asked.version})"


def _obstacle_to_pip(venv: Venv, path: str) -> str | None:
    if "pip" not in venv.distributions:
        return f"{path!r} has no pip"
    if venv.config.get("include-system-site-packages", "false").lower() == "true":
        return f"{path!r} also sees the system's packages (include-system-site-packages)"
    return None


def _pins(spec: Spec, observed: Observed, judgement: Judgement, gone: tuple[str, ...]) -> tuple[str, ...]:
    """Return constraints that keep all that is well at its version.

    The dependencies of a package to keep at the latest version may move with it, but no package that is asked for itself.
    """
    if spec.has_hashes:
        return ()
    installed = observed.installed
    latest = tuple(requirement for requirement in spec.requirements if requirement.canonical in spec.latest)
    movable = set(judge(latest, (), installed).needed) - (judgement.requested - spec.latest)
    movable |= {"pip", *gone, *(problem.about for problem in judgement.problems if problem.about)}
    kept = (found for name, found in sorted(installed.distributions.items()) if name not in movable and found.origin is None)
    return tuple(f"{found.name}=={found.version}" for found in kept)


def _lost_packages(spec: Spec, observed: Observed, judgement: Judgement) -> Iterator[str]:
    """Say which packages somebody else installed: making a virtualenv again installs only what is asked for."""
    if observed.venv is None:
        return
    own = {*judgement.needed, *SEEDS, *(name for name, _source in spec.absent)}
    others = [found for name, found in observed.venv.distributions.items() if name not in own]
    required = {dependency.canonical for found in others for dependency in map(parse_dependency, found.requires) if dependency is not None}
    names = sorted(found.name for found in others if found.canonical not in required)
    if names:
        yield f"{spec.path!r} is made again without packages that this task does not ask for: {', '.join(names)}"
