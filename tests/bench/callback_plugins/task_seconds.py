"""Prints the seconds of the play's last task: from its start on the controller to its result there."""

from __future__ import annotations

import json
import time

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: task_seconds
type: stdout
short_description: Print the seconds of the last task
description: Prints them as JSON, and why a task failed or changed something, which fails the run.
"""


class CallbackModule(CallbackBase):
    """Takes the times at which a task starts and is done."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "task_seconds"

    def v2_playbook_on_task_start(self, task, is_conditional):
        """Take the time."""
        self._start = time.monotonic()

    def v2_runner_on_ok(self, result):
        """Keep the seconds since then."""
        self._seconds = time.monotonic() - self._start
        if result.is_changed():
            raise RuntimeError(f"the task changed something: {result.result}")

    def v2_runner_on_failed(self, result, ignore_errors=False):
        """Say why."""
        self._display.display(json.dumps(result.result))

    v2_runner_on_unreachable = v2_runner_on_failed

    def v2_playbook_on_stats(self, stats):
        """Print the seconds of the last task."""
        self._display.display(json.dumps(getattr(self, "_seconds", None)))
