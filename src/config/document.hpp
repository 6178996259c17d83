// The configuration file as a list of keys with their values and lines; the only place that knows TOML.
#pragma once

#include "base/result.hpp"
#include "config/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::config {

/// A table such as `[instances.NAME]`, also an empty one.
struct named_table
{
    family of = family::instances;
    std::string name;
    source from;
};

struct parsed_document
{
    std::vector<given> values;
    std::vector<named_table> named;
};

/// Fails with invalid_argument, naming the line, when the text is not TOML or larger and deeper than a configuration
/// can be.
result<parsed_document> parse_document(std::string_view text, std::string_view origin);

} // namespace basekeeper::config
