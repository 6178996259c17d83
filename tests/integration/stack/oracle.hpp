// Runs a Node.js program of tests/npm over lines of text and returns its lines.
#pragma once

#include <string>
#include <vector>

namespace basekeeper::stack {

/// The output of `tests/npm/<program>` for these lines of input; throws when it fails.
std::vector<std::string> ask(const std::string& program, const std::vector<std::string>& lines);

} // namespace basekeeper::stack
