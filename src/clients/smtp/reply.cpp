// Lines, codes and continuations; nothing here waits.
#include "clients/smtp/reply.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace basekeeper::smtp {
namespace {

constexpr std::size_t most_shown = 1'024;

std::unexpected<error> no_smtp()
{
    return fail(
        condition::invalid_argument,
        "what came is no reply of a mail server",
        "check host and port: 587 and 465 are those of mail submission"
    );
}

bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

std::string upper(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return out;
}

std::string shown(std::string_view line)
{
    std::string out(line);
    const bool readable = is_utf8(line);
    std::ranges::replace_if(
        out,
        [&](char c) {
            const auto byte = static_cast<unsigned char>(c);
            return byte < 0x20 || byte == 0x7F || (!readable && byte > 0x7F);
        },
        '?'
    );
    return out;
}

std::vector<std::string_view> words_of(std::string_view line)
{
    std::vector<std::string_view> out;
    while (!line.empty()) {
        const auto end = line.find_first_of(" \t=");
        if (end != 0)
            out.push_back(line.substr(0, end));
        line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
    }
    return out;
}

} // namespace

std::string reply::text() const
{
    std::string out;
    for (const auto& line : lines) {
        if (!out.empty())
            out += '\n';
        out += shown(line);
        if (out.size() > most_shown)
            break;
    }
    return std::string(utf8_prefix(out, most_shown));
}

/// True when the line is the last of its reply.
result<bool> reply_reader::take_line(std::string_view line)
{
    if (line.size() < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) || !is_digit(line[2]))
        return no_smtp();
    const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    const char mark = line.size() > 3 ? line[3] : ' ';
    if ((mark != ' ' && mark != '-') || (!begun_.lines.empty() && code != begun_.code) ||
        begun_.lines.size() == most_lines)
        return no_smtp();
    begun_.code = code;
    begun_.lines.emplace_back(line.size() > 4 ? line.substr(4) : std::string_view());
    return mark == ' ';
}

result<std::optional<reply>> reply_reader::next()
{
    while (!broken_) {
        const auto end = pending_.find('\n');
        if (std::min(end, pending_.size()) > longest_line)
            break;
        if (end == std::string::npos)
            return std::nullopt;
        auto line = std::string_view(pending_).substr(0, end);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        const auto complete = take_line(line);
        if (!complete)
            break;
        pending_.erase(0, end + 1);
        if (*complete)
            return std::exchange(begun_, {});
    }
    broken_ = true;
    return no_smtp();
}

extensions extensions_of(const reply& answer)
{
    extensions out;
    out.all.reserve(answer.lines.size());
    for (std::size_t i = 1; i < answer.lines.size(); ++i) { // the first line is the greeting
        const auto& line = answer.lines[i];
        out.all.push_back(shown(line));
        const auto words = words_of(line);
        if (words.empty())
            continue;
        const auto keyword = upper(words.front());
        out.starttls = out.starttls || keyword == "STARTTLS";
        if (keyword != "AUTH")
            continue;
        for (std::size_t at = 1; at < words.size(); ++at)
            if (auto method = upper(words[at]); std::ranges::find(out.login_methods, method) == out.login_methods.end())
                out.login_methods.push_back(std::move(method));
    }
    return out;
}

} // namespace basekeeper::smtp
