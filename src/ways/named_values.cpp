// Small scanners; no message repeats a value.
#include "ways/named_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace basekeeper::ways {
namespace {

using secret_text = crypto::secret<std::string>;

std::string_view trimmed(std::string_view s)
{
    const auto first = s.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        return {};
    return s.substr(first, s.find_last_not_of(" \t\r\n") - first + 1);
}

bool is_name_start(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

bool is_name_part(char c)
{
    return is_name_start(c) || (c >= '0' && c <= '9');
}

bool is_name(std::string_view s)
{
    return !s.empty() && is_name_start(s.front()) && std::ranges::all_of(s, is_name_part);
}

std::unexpected<error> wrong_line(std::size_t number, std::string_view what, std::string hint)
{
    return fail(
        condition::invalid_argument, fmt::format("line {} of the variables: {}", number, what), std::move(hint)
    );
}

/// The name before '=', without `export`; empty when there is none.
std::string_view name_of(std::string_view line)
{
    line = trimmed(line);
    if (line.starts_with("export "))
        line = trimmed(line.substr(7));
    const auto equals = line.find('=');
    if (equals == std::string_view::npos)
        return {};
    const auto name = trimmed(line.substr(0, equals));
    return is_name(name) ? name : std::string_view{};
}

/// The next line, taken off the front.
std::string_view next_line(std::string_view& text)
{
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

bool is_comment(std::string_view line)
{
    line = trimmed(line);
    return line.empty() || line.front() == '#';
}

class variable_reader
{
public:
    explicit variable_reader(std::string_view text) : rest_(text) {}

    result<named_values> read()
    {
        while (!rest_.empty()) {
            ++line_;
            const auto from = rest_;
            const auto line = next_line(rest_);
            if (is_comment(line))
                continue;
            const auto name = name_of(line);
            if (name.empty())
                return wrong_line(line_, "it is no NAME=value", "write one NAME=value per line, comments after #");
            const auto equals = from.find('=');
            rest_ = from.substr(equals + 1);
            auto value = TRY(read_value());
            values_.insert_or_assign(std::string(name), std::move(value));
        }
        return std::move(values_);
    }

private:
    /// From behind '=' to the end of the line, or of the quotes, which may span lines.
    result<secret_text> read_value()
    {
        const auto first = rest_.find_first_not_of(" \t");
        const char quote = first == std::string_view::npos ? '\0' : rest_[first];
        if (quote == '"' || quote == '\'') {
            rest_.remove_prefix(first + 1);
            return read_quoted(quote);
        }
        auto line = next_line(rest_);
        if (const auto comment = line.find(" #"); comment != std::string_view::npos)
            line = line.substr(0, comment);
        return expanded(trimmed(line));
    }

    result<secret_text> read_quoted(char quote)
    {
        const auto began = line_;
        std::string raw;
        raw.reserve(rest_.size());
        while (!rest_.empty() && rest_.front() != quote) {
            if (rest_.front() == '\n')
                ++line_;
            if (quote == '"' && rest_.front() == '\\' && rest_.size() > 1) {
                const char c = rest_[1];
                raw += c == 'n' ? '\n' : c == 't' ? '\t' : c;
                rest_.remove_prefix(2);
                continue;
            }
            raw += rest_.front();
            rest_.remove_prefix(1);
        }
        secret_text text(std::move(raw));
        if (rest_.empty())
            return wrong_line(began, "the quote is not closed", "close it, or leave the quotes out");
        rest_.remove_prefix(1);
        if (!is_comment(next_line(rest_)))
            return wrong_line(line_, "something follows the closing quote", "put the whole value into the quotes");
        if (quote == '\'')
            return text;
        return expanded(text.reveal());
    }

    /// `${NAME}`, `${NAME:-otherwise}`, `${NAME-otherwise}`; `$NAME` where the name is known. Else as it stands.
    secret_text expanded(std::string_view s) const
    {
        std::string out;
        out.reserve(s.size() + 256);
        while (!s.empty()) {
            const auto dollar = std::min(s.find('$'), s.size());
            out += s.substr(0, dollar);
            s.remove_prefix(dollar);
            if (s.empty())
                break;
            if (const auto taken = append_reference(out, s); taken > 0) {
                s.remove_prefix(taken);
                continue;
            }
            out += '$';
            s.remove_prefix(1);
        }
        return secret_text(std::move(out));
    }

    /// How much of `s`, which begins with '$', was a reference that is known.
    std::size_t append_reference(std::string& out, std::string_view s) const
    {
        const bool braced = s.size() > 1 && s[1] == '{';
        if (!braced) {
            std::size_t end = 1;
            while (end < s.size() && is_name_part(s[end]))
                ++end;
            const auto known = values_.find(s.substr(1, end - 1));
            if (known == values_.end())
                return 0;
            out += known->second.reveal();
            return end;
        }
        const auto close = s.find('}');
        if (close == std::string_view::npos)
            return 0;
        const auto inside = s.substr(2, close - 2);
        std::size_t end = 0;
        while (end < inside.size() && is_name_part(inside[end]))
            ++end;
        const auto name = inside.substr(0, end);
        auto otherwise = inside.substr(end);
        if (!is_name(name))
            return 0;
        const auto known = values_.find(name);
        const bool empty_counts_as_unset = otherwise.starts_with(':');
        if (known != values_.end() && !(empty_counts_as_unset && known->second.empty())) {
            out += known->second.reveal();
            return close + 1;
        }
        if (empty_counts_as_unset)
            otherwise.remove_prefix(1);
        if (!otherwise.starts_with('-'))
            return 0;
        out += otherwise.substr(1);
        return close + 1;
    }

    std::string_view rest_;
    std::size_t line_ = 0;
    named_values values_;
};

std::string plain_key(std::string_view key)
{
    std::string out;
    for (const char c : key)
        if (c != ' ' && c != '\t' && c != '_' && c != '\r' && c != '\n')
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return out;
}

/// One value of a pair: up to ';', or in quotes, where a doubled quote stands for one. Nothing when quotes stay open.
std::optional<std::string> take_value(std::string_view& s)
{
    s.remove_prefix(std::min(s.find_first_not_of(" \t"), s.size()));
    const char quote = s.empty() ? '\0' : s.front();
    if (quote != '"' && quote != '\'') {
        const auto end = std::min(s.find(';'), s.size());
        std::string value(trimmed(s.substr(0, end)));
        s.remove_prefix(end);
        return value;
    }
    std::string value;
    value.reserve(s.size());
    for (s.remove_prefix(1); !s.empty(); s.remove_prefix(1)) {
        if (s.front() != quote) {
            value += s.front();
            continue;
        }
        if (s.size() < 2 || s[1] != quote)
            break;
        value += quote;
        s.remove_prefix(1);
    }
    if (s.empty())
        return std::nullopt;
    s.remove_prefix(1);
    s.remove_prefix(std::min(s.find_first_not_of(" \t\r\n"), s.size()));
    return value;
}

} // namespace

bool looks_like_variables(std::string_view text)
{
    while (!text.empty()) {
        const auto line = next_line(text);
        if (is_comment(line))
            continue;
        const auto name = name_of(line);
        return !name.empty() && std::ranges::any_of(name, [](char c) { return c >= 'A' && c <= 'Z'; }) &&
               (name.find('_') != std::string_view::npos ||
                std::ranges::none_of(name, [](char c) { return c >= 'a' && c <= 'z'; }));
    }
    return false;
}

result<named_values> read_variables(std::string_view text)
{
    return variable_reader(text).read();
}

result<std::vector<std::pair<std::string, secret_text>>> read_pairs(std::string_view text)
{
    std::vector<std::pair<std::string, secret_text>> out;
    for (auto s = trimmed(text); !s.empty();) {
        const auto place = out.size() + 1;
        const auto equals = s.find('=');
        if (equals == std::string_view::npos || equals > s.find(';'))
            return fail(
                condition::invalid_argument,
                fmt::format("part {} between ';' has no '='", place),
                "write Key=Value;Key=Value; put a value that holds ';' in double quotes"
            );
        auto key = plain_key(s.substr(0, equals));
        s.remove_prefix(equals + 1);
        auto value = take_value(s);
        if (!value)
            return fail(
                condition::invalid_argument,
                fmt::format("the value of part {} has no closing quote", place),
                "close the quote; a quote inside quotes is written twice"
            );
        out.emplace_back(std::move(key), secret_text(*std::move(value)));
        if (!s.empty() && s.front() != ';')
            return fail(
                condition::invalid_argument,
                fmt::format("something follows the closing quote of part {}", place),
                "put ';' between the parts"
            );
        s.remove_prefix(std::min(s.find_first_not_of("; \t\r\n"), s.size()));
    }
    return out;
}

} // namespace basekeeper::ways
