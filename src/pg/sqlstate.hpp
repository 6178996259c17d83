// What a SQLSTATE means for the caller: the condition to branch on and the next step to take.
#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>

namespace basekeeper::pg {

/// The condition of a five-character SQLSTATE, by code, else by class; internal for what is not one.
condition condition_of(std::string_view sqlstate) noexcept;

/// The exact next step for codes that people meet; empty for the others.
std::string_view hint_for(std::string_view sqlstate) noexcept;

/// What the server said went wrong. Everything but sqlstate is its untrusted words.
struct server_report
{
    std::string severity;
    std::string sqlstate;
    std::string message;
    std::string detail{};
    std::string hint{};
    int position = 0; ///< character in the SQL, from 1; 0 when unknown
};

/// The bound of error::server_text made here.
inline constexpr std::size_t max_server_text = 2'048;

/// The one place where a report of the server becomes an error: our sentence ("the database refused the statement:
/// relation does not exist"), sqlstate, hint, and the server's words, cut to max_server_text, in server_text.
error to_error(const server_report& said);

} // namespace basekeeper::pg
