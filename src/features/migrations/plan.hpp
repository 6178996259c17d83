// A migration's text as steps: what runs in one transaction, what runs apart, and what cannot be part of a migration.
#pragma once

#include "base/result.hpp"
#include "sql/script.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::migrations {

/// Statements that succeed or fail together.
struct step
{
    std::size_t first = 0; ///< number of its first statement, from 0
    std::size_t count = 1;
    bool alone = false; ///< one statement outside of any transaction
    std::string why{};  ///< for a statement that runs apart, or ends its transaction: because of what
};

/// A script that can be run. Statements are those between BEGIN and COMMIT where these two are around all of it.
struct plan
{
    std::string text;
    std::vector<sql::script_statement> statements;

    /// The text of one statement, comments included.
    std::string_view statement(std::size_t n) const;

    /// The steps from a statement on; empty when there is none.
    std::vector<step> steps_from(std::size_t first) const;

    /// All statements as they are recorded in the history.
    std::vector<std::string> statement_texts() const;
};

/// The text without the byte order mark that some editors put first, and that is no SQL.
std::string_view without_mark(std::string_view text);

/// Reads a script. Fails with invalid_argument, with line and caret, for an empty one, one that cannot be cut into
/// statements, ends its transaction itself, holds COPY ... FROM STDIN, or builds an index concurrently without a name.
result<plan> make_plan(std::string script);

/// The error of one statement: which, of what kind, line and column, and behind the server's words the line and a
/// caret. `e.position` counts from the statement's beginning. `doing` opens the message.
error at_statement(error e, const plan& of, std::size_t statement, std::string_view doing);

/// SHA-256 in hexadecimal: of a whole text, and of the first `count` statements of a plan.
std::string checksum(std::string_view text);
std::string checksum(const plan& of, std::size_t count);

} // namespace basekeeper::migrations
