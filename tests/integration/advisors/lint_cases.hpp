// For every lint: what must be found, what looks much like it and must not be.
#pragma once

#include <ostream>
#include <span>
#include <string_view>
#include <vector>

namespace basekeeper::advisors {

struct lint_case
{
    std::string_view lint;
    std::string_view setup;
    std::vector<std::string_view> fires;     ///< exactly these objects
    std::vector<std::string_view> schemas{}; ///< exposed; empty: by default

    friend std::ostream& operator<<(std::ostream& out, const lint_case& one) { return out << one.lint; }
};

std::span<const lint_case> lint_cases();

} // namespace basekeeper::advisors
