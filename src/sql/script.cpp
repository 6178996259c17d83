// Cuts a script at its semicolons and puts what each statement's tree says beside it.
#include "sql/script.hpp"

#include "base/text.hpp"
#include "sql/script_placement.hpp"
#include "sql/syntax_tree.hpp"
#include "sql/tokens.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::sql {
namespace {

bool is_word(std::string_view word, std::string_view lower)
{
    return std::ranges::equal(word, lower, [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
    });
}

/// Knows whether a semicolon ends a statement: not within brackets (CREATE RULE), not within BEGIN ATOMIC ... END.
class semicolons
{
public:
    /// True when this token ends a statement.
    bool ends_at(std::string_view word)
    {
        if (word == ";" && brackets_ == 0 && blocks_ == 0) {
            begun_ = false;
            return true;
        }
        if (word == "(")
            ++brackets_;
        else if (word == ")" && brackets_ > 0)
            --brackets_;
        else if ((begun_ && is_word(word, "atomic")) || (blocks_ > 0 && is_word(word, "case")))
            ++blocks_;
        else if (blocks_ > 0 && is_word(word, "end"))
            --blocks_;
        begun_ = is_word(word, "begin");
        return false;
    }

private:
    std::size_t brackets_ = 0;
    std::size_t blocks_ = 0;
    bool begun_ = false;
};

bool is_comment(std::string_view word)
{
    return word.starts_with("--") || word.starts_with("/*");
}

std::vector<script_statement> cut(std::string_view script, const std::vector<token>& tokens)
{
    std::vector<script_statement> out;
    script_statement next;
    bool has_comment = false;
    bool has_code = false;
    semicolons ends;
    for (const auto& t : tokens) {
        const auto word = script.substr(t.begin, t.end - t.begin);
        if (is_comment(word)) {
            // A comment behind the last word of a statement stays with it; one behind a semicolon goes to the next.
            if (!has_code && !has_comment)
                next.begin = t.begin;
            has_comment = true;
            continue;
        }
        if (ends.ends_at(word)) {
            if (has_code)
                out.push_back(next);
            if (has_code || !has_comment)
                next = {};
            has_comment = has_comment && !has_code;
            has_code = false;
            continue;
        }
        if (!has_code) {
            next.code = t.begin;
            if (!has_comment)
                next.begin = t.begin;
        }
        has_code = true;
        next.end = t.end;
    }
    if (has_code)
        out.push_back(next);
    return out;
}

result<> guard(std::string_view script)
{
    const auto refuse = [](std::string message, std::string hint) {
        return fail(condition::invalid_argument, std::move(message), std::move(hint));
    };
    if (script.size() > max_script_bytes)
        return refuse(
            fmt::format("the script has {} bytes, the limit is {}", script.size(), max_script_bytes),
            "split it, or load data with COPY from a program of its own"
        );
    if (script.contains('\0'))
        return refuse("the script holds a NUL byte", "remove it");
    if (!is_utf8(script))
        return refuse("the script is not valid UTF-8", "save the text as UTF-8");
    return {};
}

/// Labels that ALTER TYPE adds, for as long as a commit has not made them usable.
struct added_label
{
    std::size_t statement;
    std::string label;
};

/// A new label cannot be used before the commit (55P04), before PostgreSQL 17 not even where its type is as new. A
/// commit costs the whole its atomicity, so it is only asked for where the label, or a quote-free part of it, is
/// written again later.
void settle_labels(std::string_view script, std::vector<script_statement>& all, const std::vector<added_label>& added)
{
    for (const auto& one : added) {
        auto& statement = all[one.statement];
        const auto label = one.label.substr(0, one.label.find('\''));
        const auto rest = script.substr(std::min(statement.end, script.size()));
        const bool used = rest.contains(label);
        statement.runs = used ? placement::then_commit : placement::together;
        if (used)
            statement.why = fmt::format("ALTER TYPE ... ADD VALUE '{}', which is used later", one.label);
    }
}

} // namespace

result<std::vector<script_statement>> read_script(std::string_view script)
{
    TRY(guard(script));
    auto all = cut(script, TRY(tokens_of(script)));
    std::vector<added_label> added;
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto& one = all[i];
        one.kind = "UNKNOWN";
        const auto tree = syntax_tree::read(script.substr(one.begin, one.end - one.begin));
        if (!tree) {
            one.unreadable = tree.error();
            continue;
        }
        if (tree->statements().size() != 1)
            continue;
        const auto root = tree->statements().front().root;
        describe(root, one);
        if (auto label = added_label_of(root))
            added.push_back({i, *std::move(label)});
    }
    settle_labels(script, all, added);
    return all;
}

} // namespace basekeeper::sql
