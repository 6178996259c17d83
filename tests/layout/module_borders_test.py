#!/usr/bin/env python3
# Tests that cmake/module.cmake keeps modules apart: projects that cross a border must not configure or not compile.
#
# Takes from the environment: MODULE_CMAKE, the file under test, and CXX, the compiler.
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

# Stand-ins for what the real project finds on the machine, so that a case takes a second.
PREAMBLE = """
cmake_minimum_required(VERSION 3.25)
project(borders LANGUAGES CXX)
set(BUILD_TESTING OFF)
set(CMAKE_CXX_COMPILER_WORKS ON)
add_library(basekeeper_flags INTERFACE)
foreach(stub Boost::headers fmt::fmt-header-only Threads::Threads)
    add_library(${stub} INTERFACE IMPORTED)
endforeach()
include($ENV{MODULE_CMAKE})
"""


class ModuleBorders(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        # low <- middle <- high, each with one header and one source that includes nothing but its own.
        for name in ("low", "middle", "high", "high/tools"):
            short = name.replace("/", "_")
            self.write(f"src/{name}/{short}.hpp", f"#pragma once\ninline int {short}_answer() {{ return 1; }}\n")
            self.includes(name, f"{name}/{short}.hpp")

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def includes(self, module, *headers):
        short = module.replace("/", "_")
        self.write(f"src/{module}/{short}.cpp", "".join(f'#include "{header}"\n' for header in headers))

    def run_cmake(self, *arguments):
        ran = subprocess.run(["cmake", *arguments], cwd=self.root, text=True, timeout=120,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        # CMake wraps its messages; the words count, not the line ends.
        return ran.returncode, " ".join(ran.stdout.split())

    def configure(self, modules):
        self.write("CMakeLists.txt", PREAMBLE + modules)
        return self.run_cmake("-S", ".", "-B", "build", "-G", "Ninja", f"-DCMAKE_CXX_COMPILER={os.environ['CXX']}")

    def build(self, modules):
        code, output = self.configure(modules)
        self.assertEqual(code, 0, output)
        return self.run_cmake("--build", "build")

    def assert_not_configured(self, modules, reason):
        code, output = self.configure(modules)
        self.assertNotEqual(code, 0, "configured, but must not")
        self.assertIn(reason, output)

    def test_an_include_of_a_declared_lower_module_compiles(self):
        self.includes("middle", "low/low.hpp")
        code, output = self.build("module(low LEVEL 0)\nmodule(middle LEVEL 1 DEPS low)\n")
        self.assertEqual(code, 0, output)

    def test_an_include_of_an_undeclared_module_does_not_compile(self):
        self.includes("middle", "low/low.hpp")
        code, output = self.build("module(low LEVEL 0)\nmodule(middle LEVEL 1)\n")
        self.assertNotEqual(code, 0)
        self.assertIn("'low/low.hpp' file not found", output)

    def test_what_a_dependency_may_see_is_not_passed_on(self):
        self.includes("high", "low/low.hpp")
        code, output = self.build(
            "module(low LEVEL 0)\nmodule(middle LEVEL 1 DEPS low)\nmodule(high LEVEL 2 DEPS middle)\n")
        self.assertNotEqual(code, 0)
        self.assertIn("'low/low.hpp' file not found", output)

    def test_an_include_that_reaches_up_does_not_compile(self):
        self.includes("low", "high/high.hpp")
        code, output = self.build("module(low LEVEL 0)\nmodule(high LEVEL 2 DEPS low)\n")
        self.assertNotEqual(code, 0)
        self.assertIn("'high/high.hpp' file not found", output)

    def test_a_program_sees_only_the_modules_it_names(self):
        self.write("main.cpp", '#include "low/low.hpp"\nint main() { return low_answer() - 1; }\n')
        modules = "module(low LEVEL 0)\nmodule(middle LEVEL 1 DEPS low)\nadd_executable(program main.cpp)\n"
        code, output = self.build(modules + "see_modules(program middle)\n")
        self.assertNotEqual(code, 0)
        self.assertIn("'low/low.hpp' file not found", output)
        code, output = self.build(modules + "see_modules(program middle low)\n")
        self.assertEqual(code, 0, output)

    def test_an_upward_dependency_is_not_configured(self):
        self.assert_not_configured(
            "module(high LEVEL 2)\nmodule(low LEVEL 0 DEPS high)\n",
            "src/low (level 0) may not use 'high' (level 2): it is not a lower layer")

    def test_a_sideways_dependency_is_not_configured_unless_it_is_declared_as_one(self):
        self.assert_not_configured(
            "module(low LEVEL 1)\nmodule(middle LEVEL 1 DEPS low)\n",
            "src/middle (level 1) may not use 'low' (level 1): it is not a lower layer")
        code, output = self.configure("module(low LEVEL 1)\nmodule(middle LEVEL 1 SIDEWAYS low)\n")
        self.assertEqual(code, 0, output)

    def test_a_cycle_cannot_be_written_down(self):
        self.assert_not_configured(
            "module(low LEVEL 1 SIDEWAYS middle)\nmodule(middle LEVEL 1 SIDEWAYS low)\n",
            "src/low may not use 'middle': it is not declared before it")

    def test_a_module_without_level_or_with_unknown_words_is_not_configured(self):
        self.assert_not_configured("module(low)\n", "LEVEL is required")
        self.assert_not_configured("module(low LEVEL 0 PUBLIC)\n", "'PUBLIC' is not understood")

    def test_a_module_without_sources_is_not_configured(self):
        self.assert_not_configured("module(nothing LEVEL 0)\n", "src/nothing has no .cpp file")


if __name__ == "__main__":
    unittest.main()
