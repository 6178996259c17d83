// What a procedure takes, in one line, and how a request becomes that: coercions and refusals as Dokploy makes them.
#pragma once

#include "features/rehearsal/rows.hpp"

#include <boost/json/array.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace basekeeper::rehearsal {

enum class input_kind
{
    text,
    word,   ///< letters, digits, `.`, `_`, `-`
    since,  ///< `all`, or a number with s, m, h or d
    search, ///< letters, digits, blanks, `.`, `_`, `-`
    host,   ///< of a domain
    truth,
    number,
    integer,
    choice,
    anything
};

struct input
{
    std::string name;
    input_kind kind = input_kind::text;
    bool required = false;
    bool nullable = false;
    std::optional<double> least{}; ///< of a number its value, of a text its length
    std::optional<double> most{};
    std::vector<std::string> choices{};
};

/// `composeId!:text(1) description:text? port:number(1,65535)? composeType:{docker-compose,stack}`: the names, `!` for
/// what must be there, `?` for what may be null. Throws std::logic_error for a line that is none: they are constants.
std::vector<input> parse_inputs(std::string_view line);

/// What was refused, as the `issues` of an answer.
struct refused_input
{
    boost::json::array issues{};
};

using query_parameters = std::vector<std::pair<std::string, std::string>>;

/// The members that the procedure knows; others are dropped. Booleans and numbers are coerced, texts are not: a missing
/// boolean is false, the text "false" is true.
std::optional<row> read_body(const boost::json::value& body, const std::vector<input>& wanted, refused_input& refused);

/// The same for a query string, where an empty value is as good as none and a repeated name is refused.
std::optional<row> read_query(const query_parameters& query, const std::vector<input>& wanted, refused_input& refused);

} // namespace basekeeper::rehearsal
