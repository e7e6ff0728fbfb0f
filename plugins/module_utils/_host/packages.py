# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decide which packages of the engine come and go, and in which versions. Pure: asks nobody, changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .versions import choose_versions, compare_versions, engine_release, matches_version, newest_first


@dataclass(frozen=True)
class Pin:
    """Packages that have one version, the ``version`` that is wanted of them (empty: any), and the ``option`` that says so."""

    option: str
    packages: tuple[str, ...]
    version: str = ""


@dataclass(frozen=True)
class Wanted:
    """What is asked for: ``packages``, their ``pins``, and which others cannot be beside them (``conflicts``).

    ``engine`` names, for every distributor, the package that holds the engine itself.
    """

    packages: tuple[str, ...]
    pins: tuple[Pin, ...] = ()
    conflicts: tuple[str, ...] = ()
    engine: tuple[str, ...] = ()
    hold: bool = False
    allow_downgrade: bool = False


@dataclass(frozen=True)
class Present:
    """What the host has: versions of installed packages by name, which of them are ``held``, and which of those the role held."""

    versions: Mapping[str, str] = field(default_factory=dict)
    held: tuple[str, ...] = ()
    held_by_role: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """What leads from the one to the other.

    ``differs`` tells whether packages change, ``engine`` whether the engine itself is one of them. Then ``install`` are apt's words
    for those that come (``name`` or ``name=version``) and ``remove`` the names of those that go. ``changes`` says the same to people.
    ``problems`` are sentences; with any of them nothing may be changed. ``hold`` and ``unhold`` are names.
    """

    differs: bool
    engine: bool
    pinned: bool
    install: tuple[str, ...]
    remove: tuple[str, ...]
    changes: tuple[str, ...]
    problems: tuple[str, ...]
    hold: tuple[str, ...]
    unhold: tuple[str, ...]


def plan_packages(wanted: Wanted, present: Present, offered: Mapping[str, Sequence[str]] | None = None) -> Plan:
    """Plan the packages. ``offered`` are the versions of each package that can be installed, None while nobody asked."""
    fitting = find_pins(wanted)
    unfit = [name for name in wanted.packages if not _fits(name, present, fitting)]
    remove = tuple(name for name in wanted.conflicts if name in present.versions and name not in wanted.packages)
    chosen, problems = _choose(wanted, unfit, present, offered) if offered is not None else ({}, ())
    differs = bool(unfit or remove)
    hold, unhold = plan_holds(wanted, present, differs, remove)
    return Plan(
        differs=differs,
        engine=not set(wanted.engine).isdisjoint(unfit),
        pinned=any(pin.version for pin in fitting.values()),
        install=tuple(f"{name}={chosen[name]}" if name in chosen else name for name in unfit),
        remove=remove,
        changes=tuple(_render_changes(unfit, remove, present, chosen, offered or {})),
        problems=tuple(problems),
        hold=hold,
        unhold=unhold,
    )


def find_pins(wanted: Wanted) -> dict[str, Pin]:
    """Return the pin of each wanted package that has one."""
    return {name: pin for pin in wanted.pins if pin.version for name in pin.packages if name in wanted.packages}


def preferred(wanted: Wanted) -> dict[str, list[str]]:
    """Return the wanted packages that are pinned, by version, as apt's preferences have them."""
    versions: dict[str, list[str]] = {}
    for name, pin in find_pins(wanted).items():
        versions.setdefault(pin.version, []).append(name)
    return versions


def plan_holds(wanted: Wanted, present: Present, differs: bool, remove: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what is to be held, and what is to be let go; of what others hold, or what goes itself, nothing is let go.

    dpkg may forget a hold when it changes the package, so after a change all are held anew.
    """
    wanted_holds = wanted.packages if wanted.hold else ()
    hold = tuple(name for name in wanted_holds if differs or name not in present.held)
    unhold = tuple(name for name in present.held_by_role if name in present.held and name not in (*wanted_holds, *remove))
    return hold, unhold


def find_downgrade(wanted: Wanted, present: Present, chosen: Mapping[str, str]) -> str | None:
    """Return a sentence if the engine, or a package that stays, would become older than it is."""
    for name, version in chosen.items():
        if name in present.versions and compare_versions(version, present.versions[name]) < 0:
            return f"{name} {version} is older than {present.versions[name]}, which is installed"
    before = next((name for name in wanted.engine if name in present.versions and name not in wanted.packages), None)
    after = next((name for name in wanted.engine if name in chosen), None)
    if before and after and engine_release(chosen[after]) < engine_release(present.versions[before]):
        return f"{after} {chosen[after]} is older than {before} {present.versions[before]}, which is installed"
    return None


def _fits(name: str, present: Present, pins: Mapping[str, Pin]) -> bool:
    version = present.versions.get(name)
    return version is not None and (name not in pins or matches_version(version, pins[name].version))


def _choose(
    wanted: Wanted, unfit: Sequence[str], present: Present, offered: Mapping[str, Sequence[str]]
) -> tuple[dict[str, str], list[str]]:
    """Return the versions of pinned packages that must change, and sentences for what cannot be."""
    chosen: dict[str, str] = {}
    problems: list[str] = []
    for pin in wanted.pins:
        names = [name for name in pin.packages if name in wanted.packages]
        if not pin.version or not set(names).intersection(unfit):
            continue
        versions = choose_versions(names, pin.version, offered)
        if versions is None:
            problems.append(_no_such_version(pin, names, offered))
        else:
            chosen.update({name: version for name, version in versions.items() if name in unfit})
    absent = [name for name in unfit if not offered.get(name)]
    if absent and not problems:
        problems.append(f"there is no package {', '.join(absent)} to install")
    newest = {name: newest_first(offered[name])[0] for name in unfit if offered.get(name) and name not in chosen}
    downgrade = None if problems or wanted.allow_downgrade else find_downgrade(wanted, present, {**newest, **chosen})
    if downgrade:
        problems.append(f"{downgrade}: set docker_server_allow_downgrade to true if that is wanted")
    return chosen, problems


def _no_such_version(pin: Pin, names: Sequence[str], offered: Mapping[str, Sequence[str]]) -> str:
    there = newest_first(offered.get(names[0], ()))
    listed = f"there are {', '.join(there)}" if there else "there is no version of it at all"
    return f"{pin.option}: there is no {names[0]} {pin.version}, {listed}"


def _render_changes(
    unfit: Sequence[str], remove: Sequence[str], present: Present, chosen: Mapping[str, str], offered: Mapping[str, Sequence[str]]
) -> list[str]:
    lines = []
    for name in unfit:
        newest = newest_first(offered.get(name, ()))
        version = chosen.get(name) or (newest[0] if newest else "newest")
        lines.append(f"{name}: {present.versions.get(name, 'none')} -> {version}")
    return lines + [f"{name}: {present.versions[name]} -> none" for name in remove]
