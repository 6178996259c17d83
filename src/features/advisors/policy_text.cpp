// A small scanner of what PostgreSQL prints for an expression: literals, quoted names, words, everything else.
#include "features/advisors/policy_text.hpp"

#include <algorithm>
#include <array>

namespace basekeeper::advisors {
namespace {

enum class piece_kind
{
    literal,
    quoted_name,
    word, ///< letters, digits, underscores, dots between them
    other ///< one character
};

struct piece
{
    piece_kind kind;
    std::string_view text;
};

bool is_word(char c)
{
    const auto u = static_cast<unsigned char>(c);
    return (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u == '_' || u == '$' ||
           u >= 0x80U;
}

/// The length of the quoted text at the start; a doubled quote stays inside. PostgreSQL prints no other escape for it.
std::size_t quoted_length(std::string_view text)
{
    const char quote = text.front();
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] != quote)
            continue;
        if (i + 1 < text.size() && text[i + 1] == quote)
            ++i;
        else
            return i + 1;
    }
    return text.size();
}

/// The first piece of a text that is not empty.
piece first_piece(std::string_view text)
{
    if (text.front() == '\'')
        return {piece_kind::literal, text.substr(0, quoted_length(text))};
    if (text.front() == '"')
        return {piece_kind::quoted_name, text.substr(0, quoted_length(text))};
    std::size_t length = 0;
    while (length < text.size() && (is_word(text[length]) || (length > 0 && text[length] == '.')))
        ++length;
    if (length > 0)
        return {piece_kind::word, text.substr(0, length)};
    return {piece_kind::other, text.substr(0, 1)};
}

constexpr std::array<std::string_view, 5> once_per_statement{
    "auth.uid", "auth.jwt", "auth.role", "auth.email", "current_setting"
};

/// The length of the bracketed text at the start, or 0 when it does not start or end with a bracket.
std::size_t bracketed_length(std::string_view text)
{
    if (text.empty() || text.front() != '(')
        return 0;
    std::size_t depth = 0;
    for (std::size_t at = 0; at < text.size();) {
        const auto next = first_piece(text.substr(at));
        if (next.text == "(")
            ++depth;
        else if (next.text == ")" && --depth == 0)
            return at + 1;
        at += next.text.size();
    }
    return 0;
}

/// True when nothing but plain names and brackets stands between the end of `before` and a SELECT: the rule of the
/// query that finds these calls.
bool follows_select(std::string_view before)
{
    constexpr std::string_view select = "SELECT ";
    auto end = before.size();
    while (end > 0 && (is_word(before[end - 1]) || before[end - 1] == '.' || before[end - 1] == '('))
        --end;
    return before.substr(0, end).ends_with(select);
}

std::string with_replaced_word(std::string_view text, std::string_view from, std::string_view to)
{
    std::string out;
    while (!text.empty()) {
        const auto at = text.find(from);
        if (at == std::string_view::npos)
            break;
        const auto after = at + from.size();
        const bool whole = (at == 0 || !is_word(text[at - 1])) && (after == text.size() || !is_word(text[after]));
        out += text.substr(0, at);
        out += whole ? to : from;
        text.remove_prefix(after);
    }
    return out += text;
}

} // namespace

std::string wrap_calls(std::string_view statement)
{
    std::string out;
    for (std::size_t at = 0; at < statement.size();) {
        const auto next = first_piece(statement.substr(at));
        const auto end = at + next.text.size();
        const bool begins_here = at == 0 || (statement[at - 1] != '.' && statement[at - 1] != '"');
        const bool candidate = next.kind == piece_kind::word && begins_here &&
                               std::ranges::find(once_per_statement, next.text) != once_per_statement.end();
        const auto call = candidate ? bracketed_length(statement.substr(end)) : 0;
        if (call > 0 && !follows_select(statement.substr(0, at))) {
            out += "(select ";
            out += statement.substr(at, next.text.size() + call);
            out += ')';
            at = end + call;
        } else {
            out += next.text;
            at = end;
        }
    }
    return out;
}

std::string trust_app_metadata(std::string_view statement)
{
    std::string out;
    while (!statement.empty()) {
        const auto next = first_piece(statement);
        if (next.kind == piece_kind::literal)
            out += with_replaced_word(next.text, "user_metadata", "app_metadata");
        else if (next.kind == piece_kind::word &&
                 (next.text == "raw_user_meta_data" || next.text.ends_with(".raw_user_meta_data")))
            out += with_replaced_word(next.text, "raw_user_meta_data", "raw_app_meta_data");
        else
            out += next.text;
        statement.remove_prefix(next.text.size());
    }
    return out;
}

} // namespace basekeeper::advisors
