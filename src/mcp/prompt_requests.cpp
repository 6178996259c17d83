// prompts/get and completion/complete: texts to start with, and values to fill in.
#include "base/text.hpp"
#include "json/text.hpp"
#include "mcp/requests.hpp"

#include <algorithm>
#include <expected>
#include <map>
#include <vector>

namespace basekeeper::mcp {
namespace {

constexpr std::size_t most_completions = 100;
constexpr std::size_t longest_quoted_name = 80;

using prompt_values = std::map<std::string, std::string, std::less<>>;

rpc_error unknown_prompt(std::string_view name, const registry& offers)
{
    std::vector<std::string_view> known;
    for (const auto& p : offers.prompts())
        known.emplace_back(p.name);
    return {
        rpc_code::invalid_params,
        "Unknown prompt: " + std::string(utf8_prefix(name, longest_quoted_name)) + suggestion(name, known)
    };
}

std::unexpected<rpc_error> bad_argument(std::string_view name, std::string_view why)
{
    return refuse(
        rpc_code::invalid_params,
        "Invalid params: argument " + std::string(utf8_prefix(name, longest_quoted_name)) + " " + std::string(why)
    );
}

std::expected<prompt_values, rpc_error> read_values(const prompt& p, const boost::json::value* given)
{
    prompt_values values;
    if (given != nullptr && !given->is_object())
        return refuse(rpc_code::invalid_params, "Invalid params: arguments must be an object");
    if (given != nullptr)
        for (const auto& [name, v] : given->get_object()) {
            if (std::ranges::find(p.arguments, std::string_view(name), &prompt_argument::name) == p.arguments.end())
                return bad_argument(name, "is not one of this prompt");
            if (!v.is_string())
                return bad_argument(name, "must be a string");
            values.emplace(name, v.get_string());
        }
    for (const auto& a : p.arguments)
        if (a.required && !values.contains(a.name))
            return bad_argument(a.name, "is required");
    return values;
}

void write_messages(exchange& x, const std::vector<prompt_message>& messages)
{
    begin_member(x.message, "messages");
    x.message += '[';
    for (const auto& one : messages) {
        if (x.message.back() != '[')
            x.message += ',';
        x.message += '{';
        write_text_member(x.message, "role", one.from == role::user ? "user" : "assistant");
        begin_member(x.message, "content");
        write_blocks(x.message, {&one.what, 1}, x.speak.knows());
        x.message += '}';
    }
    x.message += ']';
}

void write_completions(std::string& out, const std::vector<std::string>& values)
{
    const auto shown = std::min(values.size(), most_completions);
    begin_member(out, "completion");
    out += R"({"values":[)";
    for (std::size_t i = 0; i < shown; ++i) {
        if (i != 0)
            out += ',';
        json::write_string(out, values[i]);
    }
    out += R"(],"total":)";
    json::write_number(out, static_cast<std::uint64_t>(values.size()));
    out += R"(,"hasMore":)";
    out += shown < values.size() ? "true}" : "false}";
}

/// Values for an argument of a prompt or a variable of a template; an error when the reference leads nowhere.
std::expected<std::vector<std::string>, rpc_error>
find_completions(const exchange& x, const boost::json::object& ref, std::string_view name, std::string_view prefix)
{
    const auto& offers = x.of.offers();
    std::string_view group = always_offered;
    std::vector<std::string> values;
    const auto type = text_parameter(ref, "type").value_or("");
    if (type == "ref/prompt") {
        const auto prompt_name = text_parameter(ref, "name").value_or("");
        const auto* p = offers.find_prompt(prompt_name);
        if (p == nullptr)
            return std::unexpected(unknown_prompt(prompt_name, offers));
        const auto a = std::ranges::find(p->arguments, name, &prompt_argument::name);
        if (a != p->arguments.end() && a->complete)
            values = a->complete(prefix);
    } else if (type == "ref/resource") {
        const auto uri = text_parameter(ref, "uri").value_or("");
        const auto r = std::ranges::find(offers.resources(), uri, &resource::uri);
        if (r == offers.resources().end() || !x.of.rules().offers(*r, x.from))
            return refuse(rpc_code::invalid_params, "Invalid params: ref.uri is not one of resources/templates/list");
        group = r->group;
        if (r->complete)
            values = r->complete(name, prefix);
    } else {
        return refuse(rpc_code::invalid_params, "Invalid params: ref.type must be ref/prompt or ref/resource");
    }
    // The names of instances are for those who may use them.
    if (name == "instance")
        std::erase_if(values, [&](const std::string& one) { return !x.of.rules().reaches(one, group, x.from); });
    return values;
}

} // namespace

io::task<outcome> get_prompt(exchange& x, peer& up)
{
    const auto name = text_parameter(x.params, "name");
    if (!name)
        co_return refuse(rpc_code::invalid_params, "Invalid params: name must be the name of a prompt");
    const auto* p = x.of.offers().find_prompt(*name);
    if (p == nullptr)
        co_return std::unexpected(unknown_prompt(*name, x.of.offers()));
    auto values = read_values(*p, x.params.if_contains("arguments"));
    if (!values) {
        x.of.rules().note(x.from, "prompts/get " + p->name, x.params, answered::invalid);
        co_return std::unexpected(std::move(values).error());
    }

    auto c = make_call(x, up);
    const auto messages = co_await x.of.rules().get(*p, *std::move(values), c);
    if (!messages && messages.error().code == condition::input_required) {
        x.input_required = true;
        co_return outcome{};
    }
    if (!messages && !c.needed_scope().empty())
        co_return std::unexpected(scope_missing(c, failure_text(messages.error())));
    if (!messages)
        co_return std::unexpected(rpc_error_of(messages.error()));
    write_text_member(x.message, "description", p->description);
    write_messages(x, *messages);
    co_return outcome{};
}

outcome complete(exchange& x)
{
    const auto* ref = x.params.if_contains("ref");
    const auto* argument = x.params.if_contains("argument");
    if (ref == nullptr || !ref->is_object() || argument == nullptr || !argument->is_object())
        return refuse(rpc_code::invalid_params, "Invalid params: ref and argument must be objects");
    const auto name = text_parameter(argument->get_object(), "name");
    const auto prefix = text_parameter(argument->get_object(), "value");
    if (!name || !prefix)
        return refuse(rpc_code::invalid_params, "Invalid params: argument.name and argument.value must be strings");
    auto values = find_completions(x, ref->get_object(), *name, *prefix);
    x.of.rules().note(
        x.from,
        "completion/complete",
        {{"ref", *ref}, {"argument", *argument}},
        values ? answered::well : answered::invalid
    );
    if (!values)
        return std::unexpected(std::move(values).error());
    write_completions(x.message, *values);
    return {};
}

} // namespace basekeeper::mcp
