// Structured results as people read them: tables for rows and lists, name and value for the rest.
#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace basekeeper::cli {

/// Any result of a tool as lines of text, without a line break at the end. `{columns, rows}` and lists of objects
/// become tables.
std::string render(const boost::json::value& v);

} // namespace basekeeper::cli
