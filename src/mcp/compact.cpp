// Finding tools by words, describing one, and taking wrapped calls apart.
#include "mcp/compact.hpp"

#include "base/text.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace basekeeper::mcp {
namespace {

constexpr std::size_t most_found = 20;
constexpr std::size_t longest_query = 200;

struct search_arguments
{
    std::string query;

    static constexpr auto fields = std::tuple{
        json::optional("query", &search_arguments::query, "Words; none: all tools.", {0, longest_query}),
    };
};

struct describe_arguments
{
    std::string name;

    static constexpr auto fields = std::tuple{json::required("name", &describe_arguments::name)};
};

struct call_arguments
{
    std::string name;
    boost::json::object arguments;

    static constexpr auto fields = std::tuple{
        json::required("name", &call_arguments::name),
        json::optional("arguments", &call_arguments::arguments),
    };
};

struct found_tool
{
    std::string name;
    std::string description;

    static constexpr auto fields = std::tuple{
        json::required("name", &found_tool::name),
        json::required("description", &found_tool::description),
    };
};

/// Written without its schema, which would cost more than it tells.
struct found_tools
{
    std::vector<found_tool> tools;

    static boost::json::object json_schema() { return {{"type", "object"}}; }

    void write_json(std::string& out) const
    {
        out += R"({"tools":)";
        json::encode(out, tools);
        out += '}';
    }
};

struct description
{
    std::string name;
    std::string text;
    effect worst = effect::reads;
    boost::json::object input_schema;

    static boost::json::object json_schema() { return {{"type", "object"}}; }

    void write_json(std::string& out) const
    {
        out += R"({"name":)";
        json::write_string(out, name);
        out += R"(,"description":)";
        json::write_string(out, text);
        out += R"(,"effect":)";
        json::encode(out, worst);
        out += R"(,"inputSchema":)";
        json::write_value(out, input_schema);
        out += '}';
    }
};

bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
}

std::string lower(std::string_view text)
{
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

std::vector<std::string> words_of(std::string_view text)
{
    std::vector<std::string> words;
    bool inside = false;
    for (const char c : lower(text)) {
        if (!is_letter_or_digit(c)) {
            inside = false;
            continue;
        }
        if (!inside)
            words.emplace_back();
        words.back() += c;
        inside = true;
    }
    return words;
}

/// How well a tool fits: its name counts most, its description least; 0: not at all.
int rank(const tool& t, const std::vector<std::string>& wanted)
{
    const auto name = words_of(t.about.name);
    const auto texts = lower(t.about.description);
    int points = 0;
    for (const auto& word : wanted) {
        if (std::ranges::find(name, word) != name.end())
            points += 6;
        else if (t.about.name.find(word) != std::string::npos)
            points += 4;
        if (t.about.group == word)
            points += 3;
        if (texts.find(word) != std::string::npos)
            points += 1;
    }
    return points;
}

/// The tools and the rules that say who may see which.
struct offered
{
    const registry& all;
    const policy& rules;

    bool to(const call& c, const tool& t) const { return rules.offers(t, {c.who(), c.sees()}); }
};

io::task<result<found_tools>> search(offered in, search_arguments what, call& c)
{
    const auto wanted = words_of(what.query);
    // Best first, then in the order of the list.
    std::vector<std::pair<int, const tool*>> fitting;
    for (const auto& t : in.all.tools()) {
        const auto points = wanted.empty() ? 1 : rank(t, wanted);
        if (points > 0 && in.to(c, t))
            fitting.emplace_back(-points, &t);
    }
    std::ranges::sort(fitting);
    found_tools out;
    for (const auto& [points, t] : fitting)
        if (wanted.empty() || out.tools.size() < most_found)
            out.tools.push_back({t->about.name, t->about.description});
    co_return out;
}

std::unexpected<error> unknown(offered in, std::string_view name, const call& c)
{
    std::vector<std::string_view> known;
    for (const auto& t : in.all.tools())
        if (in.to(c, t))
            known.emplace_back(t.about.name);
    const auto meant = nearest(name, known);
    return fail(
        condition::not_found,
        fmt::format("there is no tool \"{}\"", utf8_prefix(name, 64)),
        meant.empty() ? "find one with search_tools" : fmt::format("did you mean {}? else use search_tools", meant)
    );
}

io::task<result<description>> describe(offered in, describe_arguments what, call& c)
{
    const auto* t = in.all.find_tool(what.name);
    if (t == nullptr || !in.to(c, *t))
        co_return unknown(in, what.name, c);
    co_return description{
        .name = t->about.name,
        .text = t->about.description,
        .worst = t->about.worst,
        .input_schema = in.rules.published_schema(*t, c.sees()),
    };
}

/// Reached only by calls that could not be unwrapped.
io::task<result<found_tools>> refuse_call(offered in, call_arguments what, call& c)
{
    co_return unknown(in, what.name, c);
}

} // namespace

registry compact_tools(const registry& all, const policy& rules)
{
    const offered from{all, rules};
    registry out;
    out.add(make_tool<search_arguments, found_tools>(
        {.name = "search_tools",
         .group = "",
         .about = subject::server,
         .words = origin::ours,
         .description = "Finds tools for a task by words."},
        [from](search_arguments what, call& c) { return search(from, std::move(what), c); }
    ));
    out.add(make_tool<describe_arguments, description>(
        {.name = "describe_tool",
         .group = "",
         .about = subject::server,
         .words = origin::ours,
         .description = "Shows what a tool does and the schema of its arguments. Read it before call_tool."},
        [from](describe_arguments what, call& c) { return describe(from, std::move(what), c); }
    ));
    auto wrap = make_tool<call_arguments, found_tools>(
        {.name = std::string(wrapping_tool),
         .group = "",
         .worst = effect::destroys,
         .about = subject::server,
         .words = origin::ours,
         .description = "Calls a tool by its name. The tool's own rules hold.",
         .as_task = all.has_tasks() ? task_support::optional : task_support::forbidden},
        [from](call_arguments what, call& c) { return refuse_call(from, std::move(what), c); },
        tool_hooks<call_arguments>{.assess = [](const call_arguments&) { return plan{effect::reads}; }}
    );
    wrap.output_schema = {}; // that of the tool which is called
    out.add(std::move(wrap));
    return out;
}

std::optional<unwrapped_call> unwrap_call(const registry& all, boost::json::object& arguments)
{
    const auto* name = arguments.if_contains("name");
    auto* inner = arguments.if_contains("arguments");
    const std::size_t members = inner == nullptr ? 1 : 2;
    if (name == nullptr || !name->is_string() || arguments.size() != members ||
        (inner != nullptr && !inner->is_object()))
        return std::nullopt;
    const auto* what = all.find_tool(name->get_string());
    if (what == nullptr)
        return std::nullopt;
    return unwrapped_call{
        .what = what,
        .arguments = inner != nullptr ? std::move(inner->get_object()) : boost::json::object(arguments.storage()),
    };
}

} // namespace basekeeper::mcp
