#!/usr/bin/env python3
# Tests that house_rules.py refuses each thing it is there to refuse, and a well-kept tree passes.
import os
import tempfile
import unittest
from pathlib import Path

import house_rules

MODULES = """
module(base LEVEL 0)
module(log LEVEL 1 DEPS base LINK spdlog)
module(mcp LEVEL 5 DEPS base)
module(features/database LEVEL 7 DEPS base)
module(features/database/tools LEVEL 8 DEPS base mcp features/database)
module(cli LEVEL 8 DEPS base features/database)
"""
README = "# base\nWords.\n\n- Main types: none.\n- Never: anything.\n"
OPENING = "// What this file is for.\n"


class HouseRules(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("CMakeLists.txt", MODULES)
        for module in ("base", "log", "mcp", "features/database", "cli"):
            self.write(f"src/{module}/README.md", README)
            self.write(f"src/{module}/thing.cpp", OPENING)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def messages(self):
        return [str(finding) for finding in house_rules.check(self.root)]

    def assert_refused(self, *parts):
        messages = self.messages()
        self.assertEqual(len(messages), 1, messages)
        for part in parts:
            self.assertIn(part, messages[0])

    def test_a_well_kept_tree_passes(self):
        self.write("src/cli/run.cpp", OPENING + '#include "features/database/engine.hpp"\n#include "base/error.hpp"\n')
        self.write("src/log/sink.cpp", OPENING + "#include <spdlog/spdlog.h>\nstatic const int limit = 3;\n")
        self.assertEqual(self.messages(), [])

    def test_a_folder_named_utils_is_refused(self):
        self.write("src/base/utils/x.hpp", OPENING)
        self.assert_refused("src/base/utils/x.hpp", "'utils'")

    def test_a_third_party_header_outside_its_module_is_refused(self):
        self.write("src/base/x.cpp", OPENING + "#include <spdlog/sinks/stdout_sinks.h>\n")
        self.assert_refused("src/base/x.cpp:2", "private to src/log")

    def test_a_file_without_an_opening_sentence_is_refused(self):
        self.write("src/base/x.hpp", "#pragma once\n")
        self.assert_refused("src/base/x.hpp:1", "open with one sentence")

    def test_a_file_over_500_lines_is_refused(self):
        self.write("src/base/x.cpp", OPENING + "\n" * 500)
        self.assert_refused("src/base/x.cpp:501", "501 lines")

    def test_a_module_without_readme_is_refused(self):
        (self.root / "src/base/README.md").unlink()
        self.assert_refused("src/base/README.md", "missing")

    def test_a_readme_of_one_line_is_refused(self):
        self.write("src/base/README.md", "# base\n")
        self.assert_refused("src/base/README.md", "5 to 60 lines")

    def test_a_detached_coroutine_is_refused(self):
        self.write("src/base/x.cpp", OPENING + "co_spawn(e, f(), asio::detached);\n")
        self.assert_refused("src/base/x.cpp:2", "nursery")

    def test_the_word_detached_in_a_comment_passes(self):
        self.write("src/base/x.cpp", OPENING + "// Never asio::detached here.\n")
        self.assertEqual(self.messages(), [])

    def test_the_header_of_all_asio_is_refused(self):
        self.write("src/base/x.cpp", OPENING + "#include <boost/asio.hpp>\n")
        self.assert_refused("src/base/x.cpp:2", "costs every compilation")

    def test_a_path_of_a_machine_is_refused(self):
        self.write("docs/notes.md", "see /" + "work/main/src\n")
        self.assert_refused("docs/notes.md:1", "somebody's machine")

    def test_a_mutable_static_is_refused(self):
        for code in ("    static int calls = 0;", "static std::string name;", "inline int verbosity{1};",
                     "thread_local buffer scratch;", "static auto& pool = make();"):
            self.write("src/base/x.cpp", OPENING + code + "\n")
            with self.subTest(code):
                self.assert_refused("src/base/x.cpp:2", "without an owner")

    def test_static_constants_and_functions_pass(self):
        for code in ("static constexpr int most = 3;", "static const table names = read();", "static int count(int a);",
                     "inline void f() {}", "inline constexpr int a = 1;", "inline namespace v1 {",
                     "static_assert(sizeof(int) == 4);", "    static result<pool> open(int a) { return a; }"):
            self.write("src/base/x.cpp", OPENING + code + "\n")
            with self.subTest(code):
                self.assertEqual(self.messages(), [])

    def test_an_mcp_header_in_a_feature_is_refused(self):
        self.write("CMakeLists.txt", MODULES.replace("features/database LEVEL 7 DEPS base", "features/database LEVEL 7 DEPS base mcp"))
        self.write("src/features/database/x.cpp", OPENING + '#include "mcp/tool.hpp"\n')
        self.assert_refused("knows no MCP type")

    def test_an_mcp_header_in_the_tools_of_a_feature_passes(self):
        self.write("src/features/database/tools/x.cpp", OPENING + '#include "mcp/tool.hpp"\n')
        self.assertEqual(self.messages(), [])

    def test_a_header_of_a_folder_inside_a_named_module_is_refused_when_it_is_a_module_itself(self):
        # The include root of features/database holds tools/ too, so the compiler cannot refuse this one.
        self.write("src/cli/x.cpp", OPENING + '#include "features/database/tools/tools.hpp"\n')
        self.assert_refused("src/cli/x.cpp:2", "does not name features/database/tools")

    def test_an_include_that_climbs_out_of_its_folder_is_refused(self):
        self.write("src/base/x.cpp", OPENING + '#include "../log/line.hpp"\n')
        self.assert_refused("src/base/x.cpp:2", "name the file from src/ on")

    def test_a_script_that_cannot_be_run_is_refused(self):
        self.write("script/build", "#!/bin/sh\n# Builds.\n")
        self.assert_refused("script/build", "chmod +x")
        os.chmod(self.root / "script/build", 0o755)
        self.assertEqual(self.messages(), [])


if __name__ == "__main__":
    unittest.main()
