// The nesting bound: a small scanner that knows literals, comments, brackets and chaining words.
#include "sql/nesting.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace basekeeper::sql {
namespace {

constexpr std::string_view operator_chars = "+-*/<>=~!@#%^&|`?:";

bool is_word_start(char c)
{
    const auto u = static_cast<unsigned char>(c);
    return (u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u == '_' || u >= 0x80U;
}

bool is_word(char c)
{
    return is_word_start(c) || (c >= '0' && c <= '9') || c == '$';
}

/// One open bracket level. A comma ends a chain of operators, but not a chain of UNIONs.
struct level
{
    std::size_t chained = 0;        ///< operators since the last comma
    std::size_t operand = 0;        ///< deepest bracket closed since the last comma: ((a + b) + c) grows to the left
    std::size_t element = 0;        ///< deepest element that a comma ended
    std::size_t set_operations = 0; ///< UNION and its kin

    void end_element()
    {
        element = std::max(element, chained + operand);
        chained = operand = 0;
    }

    std::size_t depth() const { return 1 + set_operations + std::max(element, chained + operand); }
};

enum class word_role
{
    plain,
    chains,
    joins_sets
};

word_role role_of(std::string_view word)
{
    constexpr std::array<std::string_view, 14> chaining{
        "not",
        "is",
        "isnull",
        "notnull",
        "collate",
        "at",
        "join",
        "between",
        "in",
        "like",
        "ilike",
        "similar",
        "case",
        "operator"
    };
    constexpr std::array<std::string_view, 3> sets{"union", "intersect", "except"};
    if (word.size() > 9)
        return word_role::plain;
    std::string lower(word);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    if (std::ranges::find(sets, lower) != sets.end())
        return word_role::joins_sets;
    return std::ranges::find(chaining, lower) != chaining.end() ? word_role::chains : word_role::plain;
}

class scanner
{
public:
    explicit scanner(std::string_view text) : text_(text) {}

    std::size_t bound()
    {
        while (at_ < text_.size())
            step();
        while (levels_.size() > 1)
            close();
        return std::max(levels_.back().depth(), deepest_comment_);
    }

private:
    char peek(std::size_t ahead) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

    void step()
    {
        const char c = text_[at_];
        if (c == '-' && peek(1) == '-')
            at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
        else if (c == '/' && peek(1) == '*')
            skip_comment();
        else if (c == '\'' || c == '"')
            skip_quoted(c, false);
        else if (c == '$')
            skip_dollar();
        else if (is_word_start(c))
            take_word();
        else if (c >= '0' && c <= '9')
            while (at_ < text_.size() && is_word(text_[at_]) && text_[at_] != '$')
                ++at_;
        else if (operator_chars.contains(c))
            take_operator();
        else
            take_punctuation(c);
    }

    void skip_comment()
    {
        std::size_t open = 0;
        do {
            if (peek(0) == '/' && peek(1) == '*') {
                deepest_comment_ = std::max(deepest_comment_, ++open);
                at_ += 2;
            } else if (peek(0) == '*' && peek(1) == '/') {
                --open;
                at_ += 2;
            } else {
                ++at_;
            }
        } while (open > 0 && at_ < text_.size());
    }

    void skip_quoted(char quote, bool backslash_escapes)
    {
        for (++at_; at_ < text_.size(); ++at_) {
            if (backslash_escapes && text_[at_] == '\\')
                ++at_;
            else if (text_[at_] == quote)
                break;
        }
        ++at_; // a doubled quote opens the next piece at once
    }

    void skip_dollar()
    {
        std::size_t end = at_ + 1;
        while (end < text_.size() && is_word(text_[end]) && text_[end] != '$')
            ++end;
        const bool tagged = end < text_.size() && text_[end] == '$' && !(peek(1) >= '0' && peek(1) <= '9');
        if (!tagged) {
            ++at_;
            return;
        }
        const auto tag = text_.substr(at_, end - at_ + 1);
        const auto close = text_.find(tag, end + 1);
        at_ = close == std::string_view::npos ? text_.size() : close + tag.size();
    }

    void take_word()
    {
        const auto begin = at_;
        while (at_ < text_.size() && is_word(text_[at_]))
            ++at_;
        const auto word = text_.substr(begin, at_ - begin);
        if ((word == "e" || word == "E") && peek(0) == '\'') {
            skip_quoted('\'', true);
            while (peek(0) == '\'') // '' inside an escape string
                skip_quoted('\'', true);
            return;
        }
        const auto role = role_of(word);
        if (role == word_role::plain)
            return;
        ++(role == word_role::chains ? levels_.back().chained : levels_.back().set_operations);
    }

    void take_operator()
    {
        // Each character counts: `- - 1` and `--1` differ, `+-1` may be one operator or two.
        do {
            if (peek(0) == '-' && peek(1) == '-')
                return;
            if (peek(0) == '/' && peek(1) == '*')
                return;
            ++levels_.back().chained;
            ++at_;
        } while (at_ < text_.size() && operator_chars.contains(text_[at_]));
    }

    void take_punctuation(char c)
    {
        ++at_;
        if (c == '(' || c == '[')
            levels_.emplace_back();
        else if ((c == ')' || c == ']') && levels_.size() > 1)
            close();
        else if (c == ',' || c == ';')
            levels_.back().end_element();
    }

    void close()
    {
        const auto inner = levels_.back().depth();
        levels_.pop_back();
        levels_.back().operand = std::max(levels_.back().operand, inner);
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t deepest_comment_ = 0;
    std::vector<level> levels_{1};
};

} // namespace

std::size_t nesting_bound(std::string_view text)
{
    return scanner(text).bound();
}

std::size_t operator_characters(std::string_view text) noexcept
{
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return operator_chars.contains(c); }));
}

} // namespace basekeeper::sql
