// An audit trail in memory for tests of commands.
#pragma once

#include "mcp/audit.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace basekeeper::cli::testing {

/// Keeps one line for each entry; all must be of `cli:me`.
class audit_book final : public mcp::audit_sink
{
public:
    void record(mcp::audit_entry entry) override
    {
        EXPECT_EQ(entry.principal, "cli:me");
        lines.push_back(entry.tool + " " + entry.instance + " " + entry.decision + " " + entry.outcome);
        digests.push_back(entry.argument_digest);
    }

    std::vector<std::string> lines;
    std::vector<std::array<std::byte, 32>> digests;
};

} // namespace basekeeper::cli::testing
