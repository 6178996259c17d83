// TOML through toml++, guarded against documents that would exhaust its recursion.
#include "config/document.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace {

/// What toml++ 3.3 asserts does not always hold (it does not for "[#"). Its failed checks end the parsing instead of
/// the program; with NDEBUG they would not even be checks.
struct failed_check
{};

} // namespace

#undef NDEBUG
#define TOML_ASSERT(check)                                                                                             \
    do {                                                                                                               \
        if (!(check))                                                                                                  \
            throw failed_check{};                                                                                      \
    } while (false)
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace basekeeper::config {
namespace {

constexpr std::size_t most_bytes = 256U << 10U;
constexpr std::size_t longest_line_bytes = 16U << 10U;
constexpr int most_dots_in_line = 8; // no key has more than two

std::unexpected<error> malformed(std::string_view origin, std::size_t line, std::string_view what)
{
    return fail(
        condition::invalid_argument,
        fmt::format("{}:{}: {}", origin, line, what),
        "correct the line; `basekeeper config show` then tells what was understood"
    );
}

/// What stands outside quotes and comments in one line.
struct unquoted
{
    int dots = 0; ///< each may be one more level of tables, and toml++ destroys tables recursively
    bool ascii = true;
};

unquoted outside_quotes(std::string_view line)
{
    unquoted found;
    char quote = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quote != 0) {
            if (c == '\\' && quote == '"')
                ++i;
            else if (c == quote)
                quote = 0;
        } else if (c == '#')
            break;
        else if (c == '"' || c == '\'')
            quote = c;
        else if (c == '.')
            ++found.dots;
        else if (static_cast<unsigned char>(c) >= 0x80)
            found.ascii = false;
    }
    return found;
}

bool is_control(char c)
{
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\r') || c == 0x7f;
}

result<> check_shape(std::string_view text, std::string_view origin)
{
    if (text.size() > most_bytes)
        return malformed(origin, 1, fmt::format("the file has more than {} bytes", most_bytes));
    std::size_t number = 1;
    for (std::size_t start = 0; start < text.size(); ++number) {
        const auto end = std::min(text.find('\n', start), text.size());
        const auto line = text.substr(start, end - start);
        if (line.size() > longest_line_bytes)
            return malformed(origin, number, fmt::format("the line has more than {} bytes", longest_line_bytes));
        if (!is_utf8(line) || std::ranges::any_of(line, is_control))
            return malformed(origin, number, "the line holds something other than text in UTF-8");
        if (line.contains(R"(""")") || line.contains("'''"))
            return malformed(origin, number, "texts of several lines are not used here");
        const auto bare = outside_quotes(line);
        // The tables by which toml++ 3.3 tells letters run into undefined behaviour for some of Unicode (U+FCFF).
        if (!bare.ascii)
            return malformed(origin, number, "outside quotes only ASCII is allowed");
        if (bare.dots > most_dots_in_line)
            return malformed(origin, number, "tables are nested too deeply");
        start = end + 1;
    }
    return {};
}

/// The parser's words without what they quote from the file: that may be part of a secret.
std::string without_quotations(std::string_view description)
{
    std::string out;
    while (!description.empty()) {
        const auto open = description.find('\'');
        const auto close = open == std::string_view::npos ? open : description.find('\'', open + 1);
        out += description.substr(0, open);
        if (open == std::string_view::npos)
            break;
        out += "…";
        if (close == std::string_view::npos)
            break;
        description.remove_prefix(close + 1);
    }
    return out;
}

std::string_view type_name(const toml::node& n)
{
    switch (n.type()) {
    case toml::node_type::table:
        return "a table";
    case toml::node_type::array:
        return "a list of something other than texts";
    case toml::node_type::floating_point:
        return "a number with a fraction";
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
        return "a date or time";
    default:
        return "a value of another type";
    }
}

raw_value value_of(const toml::node& n)
{
    if (const auto* b = n.as_boolean())
        return b->get();
    if (const auto* i = n.as_integer())
        return i->get();
    if (const auto* s = n.as_string())
        return s->get();
    if (const auto* list = n.as_array()) {
        std::vector<std::string> items;
        for (const auto& item : *list)
            if (const auto* s = item.as_string())
                items.push_back(s->get());
        if (items.size() == list->size())
            return items;
    }
    return unsupported{type_name(n)};
}

class reader
{
public:
    explicit reader(std::string_view origin) : origin_(origin) {}

    source at(const toml::node& n) const
    {
        return {source_kind::file, fmt::format("{}:{}", origin_, n.source().begin.line)};
    }

    void read_instances(const toml::table& names)
    {
        for (const auto& [name, node] : names) {
            found.instances.emplace_back(std::string(name.str()), at(node));
            if (const auto* keys = node.as_table())
                for (const auto& [key, value] : *keys)
                    found.values.push_back({std::string(name.str()), std::string(key.str()), value_of(value), at(value)}
                    );
            else
                found.values.push_back({"", fmt::format("instances.{}", name.str()), value_of(node), at(node)});
        }
    }

    void read_program(const toml::table& root)
    {
        for (const auto& [key, node] : root) {
            const auto* section = node.as_table();
            if (section == nullptr)
                found.values.push_back({"", std::string(key.str()), value_of(node), at(node)});
            else if (key.str() == "instances")
                read_instances(*section);
            else if (section->empty() &&
                     (key.str() == "log" || key.str() == "limits" || key.str() == "pool" || key.str() == "audit"))
                continue;
            else if (section->empty())
                found.values.push_back({"", std::string(key.str()), unsupported{"a table"}, at(node)});
            else
                for (const auto& [inner, value] : *section)
                    found.values.push_back(
                        {"", fmt::format("{}.{}", key.str(), inner.str()), value_of(value), at(value)}
                    );
        }
    }

    parsed_document found;

private:
    std::string_view origin_;
};

} // namespace

result<parsed_document> parse_document(std::string_view text, std::string_view origin)
{
    TRY(check_shape(text, origin));
    try {
        const auto parsed = toml::parse(text, origin);
        if (!parsed)
            return malformed(
                origin, parsed.error().source().begin.line, without_quotations(parsed.error().description())
            );
        reader all(origin);
        all.read_program(parsed.table());
        return std::move(all.found);
    } catch (const failed_check&) {
        return fail(
            condition::invalid_argument,
            fmt::format(
                "{}: the file is not TOML: a key or table begins with a character that cannot begin one", origin
            ),
            "compare it with docs/config.example.toml"
        );
    }
}

} // namespace basekeeper::config
