// A request and its answer without any socket, and what every service reads from one and writes into the other.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace basekeeper::simulated_stack {

using fields = std::vector<std::pair<std::string, std::string>>;

struct request
{
    std::string method;
    std::string path;    ///< as sent, without the query
    std::string query{}; ///< as sent, without the question mark
    fields headers{};
    std::string body{};
};

struct answer
{
    int status = 200;
    fields headers{}; ///< without Content-Length and Date
    std::string body{};
};

/// The first field of that name, whatever its case; null when there is none.
const std::string* find_header(const fields& in, std::string_view name);

/// `%41` → `A`; what is no escape stays.
std::string percent_decoded(std::string_view text);

/// All parameters of a query, decoded, in their order.
fields parameters(std::string_view query);

/// The first parameter of that name; nothing when there is none.
std::optional<std::string> parameter(std::string_view query, std::string_view name);

/// The body as an object; empty when it is none.
boost::json::object body_object(const request& asked);

/// A member that is a string; empty when it is not.
std::string text_member(const boost::json::object& in, std::string_view name);

/// True for a member that is `true`.
bool is_true(const boost::json::object& in, std::string_view name);

answer json_answer(int status, const boost::json::value& body);
answer text_answer(int status, std::string body);

/// The parts of a path between its slashes, decoded; empty ones are left out.
std::vector<std::string> path_parts(std::string_view path);

} // namespace basekeeper::simulated_stack
