// The terminal as the commands see it: print, warn, ask. Foreign text cannot steer it.
#pragma once

#include "crypto/secret.hpp"

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

namespace basekeeper::cli {

/// Wraps the three standard streams. Control characters in what is printed are shown, not obeyed.
class terminal
{
public:
    terminal(std::FILE* in, std::FILE* out, std::FILE* diagnostics);

    /// A line on standard output, as it is: for JSON and for text of our own.
    void print(std::string_view line);

    /// A line on standard error.
    void say(std::string_view line);

    /// Replaces the current line on standard error; nothing when that is no terminal.
    void progress(std::string_view line);

    /// True when `progress` is seen by somebody.
    bool shows_progress() const;

    /// Takes the line of `progress` away.
    void end_progress();

    /// True when standard output is a terminal and no file or pipe.
    bool shown_to_person() const;

    /// True when a person can be asked.
    bool interactive() const;

    /// Asks on standard error and reads a line. Nothing when there is nobody to ask.
    std::optional<std::string> ask(std::string_view question);

    /// The same for what nobody may see: it is not shown while it is typed.
    std::optional<crypto::secret<>> ask_secret(std::string_view question);

    /// All of standard input, at most `most` bytes.
    std::string read_input(std::size_t most);

private:
    std::FILE* in_;
    std::FILE* out_;
    std::FILE* diagnostics_;
    bool progress_shown_ = false;
};

/// `text` with control characters made visible (`\n`, `\x1b`), so that data cannot move the cursor or change colours.
std::string printable(std::string_view text);

} // namespace basekeeper::cli
