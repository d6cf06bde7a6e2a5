#!/usr/bin/env python3
"""Installs a build into a temporary folder and uses it as a stranger would: with pkg-config and CMake,
static and shared, each public header alone.

usage: install_test.py BUILD_DIR {headers|pkg-config-shared|pkg-config-static|cmake-shared|cmake-static}
"""

import os
import shlex
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
CXX = ["g++", "-std=c++20", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]
COMPONENTS = {"kwire": "kwire", "kwire-broker": "broker"}  # name of the .pc file: CMake's component


class Failure(Exception):
    pass


def run(*command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise Failure(f"{shlex.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


class Installed:
    """A build, installed below a temporary folder."""

    def __init__(self, build, folder):
        run("meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", folder)
        self.folder = Path(folder)
        self.pc_dir = self.only("kwire.pc").parent
        self.lib_dir = self.pc_dir.parent
        self.include_dir = self.only("protocol/version.hpp").parents[2]
        self.environment = os.environ | {"PKG_CONFIG_PATH": str(self.pc_dir)}
        self.modules = [name for name in COMPONENTS if (self.pc_dir / f"{name}.pc").exists()]

    def only(self, name):
        found = list(self.folder.rglob(name))
        if len(found) != 1:
            raise Failure(f"expected one installed {name}, found {found}")
        return found[0]

    def headers(self):
        """Paths as in #include, sorted."""
        return sorted(str(path.relative_to(self.include_dir)) for path in self.include_dir.rglob("*.hpp"))

    def pkg_config(self, *arguments):
        return run("pkg-config", *arguments, env=self.environment).split()

    def write_program(self):
        """A program that includes every header and calls the library."""
        source = self.folder / "program.cpp"
        includes = "".join(f"#include <{header}>\n" for header in self.headers())
        source.write_text(includes + (HERE / "program.cpp").read_text())
        return source

    def check_output(self, program, environment=None):
        said = run(program, env=os.environ | (environment or {}))
        version = self.pkg_config("--modversion", "kwire")[0]
        if said != version:
            raise Failure(f"the program says version '{said}', kwire.pc says '{version}'")


def headers(installed):
    flags = installed.pkg_config("--cflags", *installed.modules)

    def compile_alone(header):
        run(*CXX, *flags, "-fsyntax-only", "-x", "c++", "-", input=f"#include <{header}>\n")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(compile_alone, installed.headers()))


def pkg_config(installed, static):
    program, source = installed.folder / "program", installed.write_program()
    flags = installed.pkg_config("--cflags", *installed.modules)
    if "-DBOOST_ASIO_SEPARATE_COMPILATION" not in flags:
        raise Failure(f"kwire.pc does not say that Asio is compiled separately: {flags}")
    libraries = installed.pkg_config(*(["--static"] if static else []), "--libs", *installed.modules)
    if static:
        libraries = [f"-l:lib{name[2:]}.a" if name.startswith("-lkwire") else name for name in libraries]
    run(*CXX, *flags, source, "-o", program, *libraries)
    installed.check_output(program, {} if static else {"LD_LIBRARY_PATH": str(installed.lib_dir)})
    check_linkage(program, static, {"LD_LIBRARY_PATH": str(installed.lib_dir)})


def cmake(installed, static):
    installed.write_program()
    components = [COMPONENTS[name] for name in installed.modules]
    (installed.folder / "CMakeLists.txt").write_text((HERE / "CMakeLists.txt").read_text())
    build = installed.folder / "cmake-build"
    run("cmake", "-S", installed.folder, "-B", build, f"-Dkwire_DIR={installed.lib_dir}/cmake/kwire",
        f"-Dcomponents={';'.join(components)}", f"-Dkwire_USE_STATIC_LIBS={'ON' if static else 'OFF'}",
        f"-Dversion={installed.pkg_config('--modversion', 'kwire')[0]}")
    run("cmake", "--build", build)
    installed.check_output(build / "program")
    check_linkage(build / "program", static, {})


def check_linkage(program, static, environment):
    shared = "libkwire" in run("ldd", program, env=os.environ | environment)
    if shared == static:
        raise Failure(f"{program} is linked {'shared' if shared else 'static'}")


CASES = {
    "headers": headers,
    "pkg-config-shared": lambda installed: pkg_config(installed, static=False),
    "pkg-config-static": lambda installed: pkg_config(installed, static=True),
    "cmake-shared": lambda installed: cmake(installed, static=False),
    "cmake-static": lambda installed: cmake(installed, static=True),
}


def main():
    if len(sys.argv) != 3 or sys.argv[2] not in CASES:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="kwire-install-") as folder:
        try:
            CASES[sys.argv[2]](Installed(sys.argv[1], folder))
        except Failure as failure:
            sys.exit(f"install_test: {failure}")


if __name__ == "__main__":
    main()
