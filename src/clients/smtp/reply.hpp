// What an SMTP server says: replies of one or many lines, read from bytes as they come, within limits.
#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace basekeeper::smtp {

/// One reply (RFC 5321 section 4.2). The texts are the server's words.
struct reply
{
    int code = 0;                   ///< 200 to 599
    std::vector<std::string> lines; ///< without code and line end; at least one

    bool positive() const { return code < 400; }

    /// All lines, fit to be shown: no control characters, UTF-8, at most 1,024 bytes.
    std::string text() const;
};

/// Puts replies together from pieces of any size. Pure.
class reply_reader
{
public:
    /// RFC 5321 allows 512; some servers need more for their extensions.
    static constexpr std::size_t longest_line = 4'096;
    static constexpr std::size_t most_lines = 100;

    /// The next reply, or nothing while it is not complete. Fails with invalid_argument when what came is no SMTP or
    /// beyond the limits; nothing can be read any more then.
    result<std::optional<reply>> next();

    /// Takes what has come.
    void feed(std::string_view bytes) { pending_ += bytes; }

    /// True when something has come that is not read yet.
    bool has_more() const { return !pending_.empty() || !begun_.lines.empty(); }

private:
    result<bool> take_line(std::string_view line);

    std::string pending_;
    reply begun_;
    bool broken_ = false;
};

/// The offers of a server in its answer to EHLO.
struct extensions
{
    std::vector<std::string> all;           ///< fit to be shown: `STARTTLS`, `AUTH PLAIN LOGIN`
    std::vector<std::string> login_methods; ///< upper case: `PLAIN`
    bool starttls = false;
};

/// Reads the answer to EHLO.
extensions extensions_of(const reply& answer);

} // namespace basekeeper::smtp
