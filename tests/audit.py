"""`python -m tests.audit`: known holes in every installed package, and plainly said where nobody could tell.

pip-audit passes over what the index does not answer for, and then says that nothing was found. Here that is
no good news: it ends with 1 for a known hole, with 2 where a package was not looked up, else with 0.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

HOLE, NOT_LOOKED_UP = 1, 2


def judged(packages: list[dict[str, Any]]) -> tuple[list[str], int]:
    """What to print of pip-audit's list of packages, and how to end."""
    holes = [(one["name"], one["version"], hole) for one in packages for hole in one.get("vulns", ())]
    unknown = sorted(one["name"] for one in packages if "skip_reason" in one)
    looked_up = len(packages) - len(unknown)
    lines = [
        f"{name} {version}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no release yet'}"
        for name, version, hole in holes
    ]
    lines.append(f"{looked_up} of {len(packages)} packages looked up, {len(holes)} known holes.")
    if not looked_up:
        lines.append("The index that was asked knows of no holes at all, so nothing was audited.")
    elif unknown:
        lines.append(f"Not looked up: {', '.join(unknown)}.")
    if holes:
        return lines, HOLE
    return lines, NOT_LOOKED_UP if unknown or not packages else 0


def main() -> int:
    """Ask, print, and end as `judged` says; where pip-audit itself failed its words are shown."""
    command = [sys.executable, "-m", "pip_audit", "--local", "--format", "json", "--progress-spinner", "off"]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(asked.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(asked.stderr.strip() or "pip-audit gave no answer.")
        print("Nothing was audited: the index could not be asked.")
        return NOT_LOOKED_UP
    lines, code = judged(packages)
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
