"""Puts the program into the wheel: TARE_BINARY names it, TARE_PLATFORM the wheel's platform tag."""
import os
import pathlib
import shutil
import subprocess
import sysconfig

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Program(BuildHookInterface):
    def initialize(self, version, build_data):
        if version == "editable":
            return
        binary = os.environ.get("TARE_BINARY") or built(pathlib.Path(self.root) / "swift")
        if not binary or not os.access(binary, os.X_OK):
            raise SystemExit(
                f"TARE_BINARY is {binary!r}: it must name the built program. In the project's folder `make wheel` "
                "builds both; it needs Swift 6.2 or later (swift.org/install).")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{os.environ.get('TARE_PLATFORM') or this_platform()}"
        build_data["force_include"][binary] = "tare/bin/tare"


def built(package):
    """The program built from a source distribution's Swift sources; None where there are none."""
    if not (package / "Package.swift").exists():
        return None
    if not shutil.which("swift"):
        raise SystemExit(
            "Swift is missing: building tare-rm from source needs Swift 6.2 or later (swift.org/install) and the "
            "libraries libsqlite3-dev, libssl-dev, zlib1g-dev, libzstd-dev, libsnappy-dev and liblz4-dev. "
            "A wheel needs none of them.")
    command = ["swift", "build", "-c", "release", "--product", "tare", "--static-swift-stdlib"]
    if subprocess.run(command, cwd=package).returncode:
        raise SystemExit("swift build failed; what it printed is above. It needs Swift 6.2 or later.")
    return str(package / ".build" / "release" / "tare")


def this_platform():
    """What is built here for here: linked to the libraries of this machine."""
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")
