"""Puts the Swift sources beside the Python ones, so that what `make sdist` packs builds a wheel anywhere with Swift."""
import pathlib

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Of the tests the package's manifest names the folders, and their data is of no use to a build.
PATTERNS = ("Package.swift", "Package.resolved", "LICENSE", "Sources/**/*", "Tests/**/*.swift")


class SwiftSources(BuildHookInterface):
    def initialize(self, version, build_data):
        own = pathlib.Path(self.root)
        project = own.parent
        if (own / "swift").exists():
            # This is what was unpacked, and has them.
            return
        if not (project / "Package.swift").exists():
            raise SystemExit(f"{project}: expected the folder python of the project's sources, found no Package.swift")
        files = sorted({file for pattern in PATTERNS for file in project.glob(pattern) if file.is_file()})
        for file in files:
            build_data["force_include"][str(file)] = f"swift/{file.relative_to(project).as_posix()}"
