// From the command line to the exit code.
#pragma once

namespace basekeeper::app {

/// Runs one invocation. Prints what goes wrong; never throws.
int run(int argc, const char* const* argv) noexcept;

} // namespace basekeeper::app
