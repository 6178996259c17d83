// A reader of its own: the TOML library of this house keeps to TOML 1.0, which refuses what templates are written in.
#include "stack/lenient_toml.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace basekeeper::stack::toml {
namespace {

bool is_bare_key(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

void append_utf8(std::string& out, unsigned code)
{
    const auto byte = [&](unsigned b) { out += static_cast<char>(b); };
    if (code < 0x80U) {
        byte(code);
    } else if (code < 0x800U) {
        byte(0xC0U | code >> 6U);
        byte(0x80U | (code & 0x3FU));
    } else if (code < 0x10000U) {
        byte(0xE0U | code >> 12U);
        byte(0x80U | (code >> 6U & 0x3FU));
        byte(0x80U | (code & 0x3FU));
    } else {
        byte(0xF0U | code >> 18U);
        byte(0x80U | (code >> 12U & 0x3FU));
        byte(0x80U | (code >> 6U & 0x3FU));
        byte(0x80U | (code & 0x3FU));
    }
}

value& member(value& table, std::string_view name)
{
    const auto found = std::ranges::find_if(table.members, [&](const auto& m) { return m.first == name; });
    return found != table.members.end() ? found->second : table.members.emplace_back(name, value{}).second;
}

class reader
{
public:
    explicit reader(std::string_view text) : text_(text) {}

    result<value> document()
    {
        value root;
        value* into = &root;
        for (skip_blank(); at_ < text_.size(); skip_blank()) {
            if (peek() == '[') {
                into = TRY(header(root));
            } else {
                const auto path = TRY(key());
                TRY(expect('='));
                auto* place = TRY(down(*into, path));
                *place = TRY(any_value(1));
            }
            TRY(line_is_over());
        }
        return root;
    }

private:
    using path = std::vector<std::string>;

    std::unexpected<error> wrong(std::string_view what) const
    {
        const auto line = 1 + std::ranges::count(text_.substr(0, std::min(at_, text_.size())), '\n');
        return fail(
            condition::invalid_argument,
            fmt::format("line {} of the template: {}", line, what),
            "check that the address of the template leads to a template.toml, not to a web page"
        );
    }

    char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

    void skip_spaces()
    {
        while (peek() == ' ' || peek() == '\t')
            ++at_;
    }

    /// White space, line ends, comments.
    void skip_blank()
    {
        for (;; ++at_)
            if (peek() == '#')
                at_ = std::min(text_.find('\n', at_), text_.size()) - 1;
            else if (peek() != ' ' && peek() != '\t' && peek() != '\n' && peek() != '\r')
                return;
    }

    result<> line_is_over()
    {
        skip_spaces();
        if (at_ >= text_.size() || peek() == '\n' || peek() == '\r' || peek() == '#')
            return {};
        return wrong("something follows a value");
    }

    result<> expect(char c)
    {
        skip_spaces();
        if (peek() != c)
            return wrong(fmt::format("'{}' is missing", c));
        ++at_;
        skip_spaces();
        return {};
    }

    result<path> key()
    {
        path out;
        do {
            at_ += out.empty() ? 0 : 1; // the dot
            skip_spaces();
            if (peek() == '"' || peek() == '\'') {
                out.push_back(TRY(one_line_text()));
            } else {
                const auto begin = at_;
                while (is_bare_key(peek()))
                    ++at_;
                if (at_ == begin)
                    return wrong("a key is missing");
                out.emplace_back(text_.substr(begin, at_ - begin));
            }
            skip_spaces();
            if (out.size() > max_depth)
                return wrong("it is nested too deeply");
        } while (peek() == '.');
        return out;
    }

    /// The place of a path below a table; lists on the way stand for their last table.
    result<value*> down(value& table, const path& names) const
    {
        auto* place = &table;
        for (const auto& name : names) {
            if (place->kind == value_kind::list && !place->items.empty())
                place = &place->items.back();
            if (place->kind != value_kind::table)
                return wrong("a value is used as a table");
            place = &member(*place, name);
        }
        return place;
    }

    result<value*> header(value& root)
    {
        const bool in_list = peek(1) == '[';
        at_ += in_list ? 2 : 1;
        const auto names = TRY(key());
        TRY(expect(']'));
        if (in_list)
            TRY(expect(']'));
        auto* place = TRY(down(root, names));
        if (!in_list) {
            if (place->kind != value_kind::table)
                return wrong("a value is used as a table");
            return place;
        }
        if (place->kind == value_kind::table && place->members.empty())
            place->kind = value_kind::list;
        if (place->kind != value_kind::list)
            return wrong("a table is used as a list of tables");
        return &place->items.emplace_back();
    }

    result<value> any_value(std::size_t depth)
    {
        if (depth > max_depth)
            return wrong("it is nested too deeply");
        value out{.kind = value_kind::text};
        if (text_.substr(at_).starts_with("\"\"\"") || text_.substr(at_).starts_with("'''"))
            out.text = TRY(text_of_lines());
        else if (peek() == '"' || peek() == '\'')
            out.text = TRY(one_line_text());
        else if (peek() == '[')
            return list(depth);
        else if (peek() == '{')
            return inline_table(depth);
        else
            return bare();
        return out;
    }

    result<value> bare()
    {
        value out{.kind = value_kind::other};
        for (; is_bare_key(peek()) || (peek() != '\0' && std::string_view("+.:").contains(peek())); ++at_)
            if (peek() != '_')
                out.text += peek();
        if (out.text.empty())
            return wrong("a value is missing");
        return out;
    }

    result<value> list(std::size_t depth)
    {
        value out{.kind = value_kind::list};
        ++at_;
        for (skip_blank(); peek() != ']'; skip_blank()) {
            out.items.push_back(TRY(any_value(depth + 1)));
            skip_blank();
            if (peek() == ',')
                ++at_;
            else if (peek() != ']')
                return wrong("a list is not closed");
        }
        ++at_;
        return out;
    }

    result<value> inline_table(std::size_t depth)
    {
        value out;
        ++at_;
        for (skip_blank(); peek() != '}'; skip_blank()) {
            const auto names = TRY(key());
            TRY(expect('='));
            auto* place = TRY(down(out, names));
            *place = TRY(any_value(depth + 1));
            skip_blank();
            if (peek() == ',')
                ++at_;
            else if (peek() != '}')
                return wrong("a table in braces is not closed");
        }
        ++at_;
        return out;
    }

    result<std::string> one_line_text()
    {
        const char quote = text_[at_++];
        std::string out;
        for (;;) {
            if (at_ >= text_.size() || peek() == '\n')
                return wrong("a text is not closed");
            if (peek() == quote)
                break;
            if (quote == '"' && peek() == '\\')
                escape(out);
            else
                out += text_[at_++];
        }
        ++at_;
        return out;
    }

    result<std::string> text_of_lines()
    {
        const char quote = peek();
        const std::string closing(3, quote);
        at_ += 3;
        if (peek() == '\r' && peek(1) == '\n')
            ++at_;
        if (peek() == '\n')
            ++at_;
        std::string out;
        while (!text_.substr(std::min(at_, text_.size())).starts_with(closing)) {
            if (at_ >= text_.size())
                return wrong("a text of several lines is not closed");
            if (quote == '"' && peek() == '\\')
                escape(out);
            else
                out += text_[at_++];
        }
        at_ += 3;
        for (int extra = 0; extra < 2 && peek() == quote; ++extra, ++at_)
            out += quote; // up to two quotes may stand before the closing ones
        return out;
    }

    void escape(std::string& out)
    {
        constexpr std::string_view letters = "btnfr\"\\/";
        constexpr std::string_view meanings = "\b\t\n\f\r\"\\/";
        const char c = peek(1);
        if (const auto known = c == '\0' ? letters.npos : letters.find(c); known != letters.npos) {
            out += meanings[known];
            at_ += 2;
        } else if (c == 'u' || c == 'U') {
            unicode_escape(out, c == 'u' ? 4 : 8);
        } else if (const auto next = text_.find_first_not_of(" \t\r", at_ + 1);
                   next != text_.npos && text_[next] == '\n')
        {
            at_ = std::min(text_.find_first_not_of(" \t\r\n", next), text_.size()); // the line goes on
        } else {
            out += text_[at_++];
        }
    }

    void unicode_escape(std::string& out, std::size_t digits)
    {
        unsigned code = 0;
        const auto hex = text_.substr(std::min(at_ + 2, text_.size()), digits);
        const auto [end, failed] = std::from_chars(hex.data(), hex.data() + hex.size(), code, 16);
        const bool is_character = code <= 0x10FFFFU && (code < 0xD800U || code > 0xDFFFU);
        if (failed != std::errc{} || end != hex.data() + digits || !is_character) {
            out += text_[at_++];
            return;
        }
        append_utf8(out, code);
        at_ += 2 + digits;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

} // namespace

const value* value::find(std::string_view name) const noexcept
{
    const auto found = std::ranges::find_if(members, [&](const auto& m) { return m.first == name; });
    return found == members.end() ? nullptr : &found->second;
}

result<value> read(std::string_view text)
{
    if (text.size() > max_bytes || !is_utf8(text))
        return fail(
            condition::invalid_argument,
            "the template is no text in UTF-8 of at most a megabyte",
            "check that the address of the template leads to a template.toml"
        );
    return reader(text).document();
}

} // namespace basekeeper::stack::toml
