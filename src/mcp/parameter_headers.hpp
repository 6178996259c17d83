// Arguments that modern HTTP clients repeat in headers, so that what stands between can route a call without reading
// it.
#pragma once

#include "base/result.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::mcp {

struct tool;

/// The annotation in an input schema: `"x-mcp-header":"Region"` (MCP 2026-07-28, transports).
inline constexpr std::string_view header_annotation = "x-mcp-header";

enum class parameter_type
{
    text,
    integer,
    boolean
};

/// One annotated property.
struct parameter_header
{
    std::string name;              ///< of the header: `Mcp-Param-Region`
    std::vector<std::string> path; ///< property names, from the arguments object inwards
    parameter_type type = parameter_type::text;
};

/// The annotations of an input schema in the order of its properties. Fails with invalid_argument when one breaks the
/// protocol's rules: the name is an HTTP token, no other has it in whatever case, the property is a string, an integer
/// or a boolean, and only `properties` lead to it.
result<std::vector<parameter_header>> find_parameter_headers(const boost::json::object& input_schema);

/// The value of a request's header by its name, in whatever case, or nothing. The text must live as long as the check.
using header_lookup = std::function<std::optional<std::string_view>(std::string_view name)>;

/// Compares the arguments of a call with the headers that should repeat them. Fails with invalid_argument, for an
/// answer with rpc_code::header_mismatch, when a value has no header, a header no value (absent or null), or they
/// differ. Strings are compared byte by byte, integers by number (`42.0` is 42), booleans as `true` and `false`.
result<> check_parameter_headers(const tool& t, const boost::json::object& arguments, const header_lookup& header);

} // namespace basekeeper::mcp
