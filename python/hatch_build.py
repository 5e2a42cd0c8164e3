"""Puts the program into the wheel: TARE_BINARY names it, TARE_PLATFORM the wheel's platform tag."""
import os

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Program(BuildHookInterface):
    def initialize(self, version, build_data):
        if version == "editable":
            return
        binary = os.environ.get("TARE_BINARY")
        if not binary or not os.access(binary, os.X_OK):
            raise SystemExit(
                f"TARE_BINARY is {binary!r}: it must name the built program. In the project's folder `make wheel` "
                "builds both; it needs Swift 6.2 or later (swift.org/install).")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{os.environ['TARE_PLATFORM']}"
        build_data["force_include"][binary] = "tare/bin/tare"
