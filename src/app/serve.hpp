// basekeeper serve: one MCP client over standard input and output, or many over HTTP.
#pragma once

#include "app/services.hpp"
#include "cli/terminal.hpp"

#include <string>
#include <string_view>

namespace basekeeper::app {

/// Serves until the client goes away or a signal says to stop; returns the exit code.
io::task<int> serve(services& with);

/// Serves over HTTP until a signal says to stop, and reports on `screen` when it cannot start. `at`: as --http takes
/// it.
io::task<int> serve_http(services& with, std::string at, cli::terminal& screen);

/// Who runs this program, for the audit trail: `stdio:postgres`.
mcp::principal local_principal(std::string_view transport);

} // namespace basekeeper::app
