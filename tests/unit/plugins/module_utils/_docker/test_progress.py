# Copyright (c) 2026, the dockenv.python contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.dockenv.python.plugins.module_utils._docker.progress import Failure, describe_failure, find_failure

# Outputs as the clients of Debian 12 (20.10.24) and Debian 13 (26.1.5 with buildx 0.13.1) print them
COMMAND_20_10 = """\
#5 [base 2/2] RUN echo one
#5 sha256:a22ff05e681f3a2b193ea126ae5fca3d127ee41cf710dcf19897b47b29b32ba0
#5 CACHED

#6 [two 1/1] RUN echo doing; echo "line with ERROR inside" ; exit 3
#6 sha256:962d7588b8b04d093640c11a0269bdcabf2b9bf455f4967f15c078540f3d6b01
#6 0.356 doing
#6 0.356 line with ERROR inside
#6 ERROR: executor failed running [/bin/sh -c echo doing; echo "line with ERROR inside" ; exit 3]: exit code: 3
------
 > [two 1/1] RUN echo doing; echo "line with ERROR inside" ; exit 3:
------
executor failed running [/bin/sh -c echo doing; echo "line with ERROR inside" ; exit 3]: exit code: 3
"""
COMMAND_BUILDX = """\
#0 building with "default" instance using docker driver

#5 [base 2/2] RUN echo one
#5 0.120 one
#5 DONE 0.3s

#6 [two 1/1] RUN echo doing; exit 3
#6 0.139 doing
#6 ERROR: process "/bin/sh -c echo doing; exit 3" did not complete successfully: exit code: 3
------
 > [two 1/1] RUN echo doing; exit 3:
0.139 doing
------
bad.Dockerfile:4
--------------------
   3 |     FROM base AS two
   4 | >>> RUN echo doing; exit 3
--------------------
ERROR: failed to solve: process "/bin/sh -c echo doing; exit 3" did not complete successfully: exit code: 3
"""
NO_LINE_END_20_10 = """\
#5 [2/2] RUN printf text; exit 4
#5 sha256:4d2ee88ff3a0ba3bc53b56e29d362f9441953b0f592b2bea0d7f51c7f3d36a8a
#5 0.279 text#5 ERROR: executor failed running [/bin/sh -c printf text; exit 4]: exit code: 4
------
 > [2/2] RUN printf text; exit 4:
------
executor failed running [/bin/sh -c printf text; exit 4]: exit code: 4
"""
NO_BASE = """\
#2 [internal] load metadata for registry.invalid/nothing:1
#2 ERROR: failed to do request: Head "https://registry.invalid/v2/nothing/manifests/1": no such host
------
 > [internal] load metadata for registry.invalid/nothing:1:
------
ERROR: failed to solve: registry.invalid/nothing:1: failed to resolve source metadata: no such host
"""
TYPO_20_10 = """\
#2 [internal] load .dockerignore
#2 DONE 0.0s
failed to solve with frontend dockerfile.v0: failed to create LLB definition: dockerfile parse error line 2: unknown instruction: RNU
"""
TYPO_BUILDX = """\
#1 [internal] load build definition from Dockerfile
#1 DONE 0.0s
Dockerfile:2
--------------------
   2 | >>> RNU true
--------------------
ERROR: failed to solve: dockerfile parse error on line 2: unknown instruction: RNU (did you mean ENV?)
"""
NO_CACHE_THERE = """\
#4 importing cache manifest from registry.invalid/cache
#4 ERROR: failed to configure registry cache importer: no such host

#6 [2/2] RUN false
#6 ERROR: process "/bin/sh -c false" did not complete successfully: exit code: 1
------
 > importing cache manifest from registry.invalid/cache:
------
------
 > [2/2] RUN false:
------
ERROR: failed to solve: process "/bin/sh -c false" did not complete successfully: exit code: 1
"""
PLATFORMS = """\
ERROR: Multi-platform build is not supported for the docker driver.
Switch to a different driver, or turn on the containerd image store, and try again.
"""
DECEIVING = """\
#6 [2/2] RUN deceive
#6 0.1 #3 ERROR: not an error
#6 0.1 ERROR: nor this
#6 ERROR: process "/bin/sh -c deceive" did not complete successfully: exit code: 9
"""


@pytest.mark.parametrize(
    ("output", "step", "reason"),
    [
        pytest.param(
            COMMAND_20_10, '[two 1/1] RUN echo doing; echo "line with ERROR inside" ; exit 3', "exit code: 3", id="command, 20.10"
        ),
        pytest.param(COMMAND_BUILDX, "[two 1/1] RUN echo doing; exit 3", "exit code: 3", id="command, buildx"),
        pytest.param(NO_LINE_END_20_10, "[2/2] RUN printf text; exit 4", "exit code: 4", id="error glued to output without line end"),
        pytest.param(
            NO_BASE,
            "[internal] load metadata for registry.invalid/nothing:1",
            'failed to do request: Head "https://registry.invalid/v2/nothing/manifests/1": no such host',
            id="base cannot be had",
        ),
        pytest.param(TYPO_20_10, "", "dockerfile parse error line 2: unknown instruction: RNU", id="typing error, 20.10"),
        pytest.param(
            TYPO_BUILDX, "", "dockerfile parse error on line 2: unknown instruction: RNU (did you mean ENV?)", id="typing error, buildx"
        ),
        pytest.param(NO_CACHE_THERE, "[2/2] RUN false", "exit code: 1", id="a missing cache is not the reason"),
        pytest.param(PLATFORMS, "", "Multi-platform build is not supported for the docker driver.", id="not a step's error"),
        pytest.param(DECEIVING, "[2/2] RUN deceive", "exit code: 9", id="a command's output passes for nothing else"),
        pytest.param("", "", "", id="silence"),
    ],
)
def test_find_failure(output, step, reason):
    assert find_failure(output.splitlines()) == Failure(step, reason)


def test_the_sentence_says_what_where_why_and_where_to_look():
    assert describe_failure("a:1", Failure("[2/2] RUN false", "exit code: 1"), "/log") == (
        "Building a:1 failed at the step '[2/2] RUN false': exit code: 1; the whole output is in /log"
    )
    assert (
        describe_failure("a:1", Failure("", ""), "/log") == "Building a:1 failed: the builder gave no reason; the whole output is in /log"
    )
