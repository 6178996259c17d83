// basekeeper call: arguments from the command line, questions at the terminal, results as a table or JSON.
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/render.hpp"
#include "json/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace basekeeper::cli {
namespace {

bool takes_text(const boost::json::object& schema, std::string_view name)
{
    const auto* properties = schema.if_contains("properties");
    const auto* property = properties == nullptr ? nullptr : properties->as_object().if_contains(name);
    const auto* type = property == nullptr ? nullptr : property->as_object().if_contains("type");
    return type != nullptr && type->is_string() && type->get_string() == "string";
}

/// A person at a terminal in the place of an MCP client.
class person final : public mcp::peer
{
public:
    person(terminal& screen, consent agreed) : screen_(screen), agreed_(agreed) {}

    void progress(double done, std::optional<double> total, std::string_view message) override
    {
        const auto share = total && *total > 0 ? fmt::format("{:3.0f} %  ", 100 * done / *total) : std::string();
        screen_.progress(share + std::string(message));
    }

    void log(mcp::log_level level, std::string_view, std::string_view message) override
    {
        if (level >= mcp::log_level::notice)
            screen_.say(message);
    }

    bool can_ask() const override { return agreed_ == consent::given || screen_.interactive(); }

    io::task<result<mcp::answer>> ask(mcp::question q, io::deadline) override
    {
        if (asks_for_text(q))
            co_return words_for(q);
        bool yes = agreed_ == consent::given;
        if (!yes) {
            const auto said = screen_.ask(printable(q.message) + " [y/N]");
            yes = said == "y" || said == "yes";
        }
        mcp::answer out{.action = yes ? mcp::answer_action::accept : mcp::answer_action::decline, .content = {}};
        if (yes)
            out.content[q.key] = true;
        co_return out;
    }

private:
    static bool asks_for_text(const mcp::question& q) { return takes_text(q.schema, q.key); }

    /// What is typed; nobody types for `--yes`.
    mcp::answer words_for(const mcp::question& q)
    {
        const auto said = screen_.interactive() ? screen_.ask(printable(q.message)) : std::nullopt;
        mcp::answer out{.action = said ? mcp::answer_action::accept : mcp::answer_action::cancel, .content = {}};
        if (said)
            out.content[q.key] = *said;
        return out;
    }

    terminal& screen_;
    consent agreed_;
};

result<boost::json::object> read_arguments(const std::vector<std::string>& given, const boost::json::object& schema)
{
    boost::json::object out;
    for (const auto& one : given) {
        const auto equals = one.find('=');
        if (equals == std::string::npos || equals == 0)
            return fail(
                condition::invalid_argument,
                fmt::format("--arg: \"{}\" is not name=value", utf8_prefix(one, 60)),
                "write for example --arg query='select 1'"
            );
        const auto name = one.substr(0, equals);
        const auto text = one.substr(equals + 1);
        auto value = takes_text(schema, name) ? fail(condition::invalid_argument, "") : json::read(text);
        out[name] = value ? *std::move(value) : boost::json::value(text);
    }
    return out;
}

std::string nearest_tool(const mcp::registry& offers, std::string_view name)
{
    std::vector<std::string_view> names;
    for (const auto& t : offers.tools())
        names.push_back(t.about.name);
    return std::string(nearest(name, names));
}

/// The structured answer, or why there is none.
result<std::string> answer_of(mcp::tool_reply reply)
{
    if (!reply.failed)
        return std::move(reply.structured);
    auto failed = *std::move(reply.failed);
    if (failed.code == condition::input_required)
        failed.hint = "repeat the command with --yes if you agree";
    return std::unexpected(std::move(failed));
}

io::task<result<mcp::tool_output>> in_place_of_the_tool(tool_work& work, mcp::call& running)
{
    CO_TRY(co_await work(running));
    co_return mcp::tool_output{.structured = "{}"};
}

} // namespace

int report(terminal& screen, const error& e)
{
    std::string text = "error: " + e.message;
    // Its lines stay lines, so that a caret stands below what it points at.
    std::string_view begins = "\n  server: ";
    for (std::string_view rest = e.server_text; !rest.empty(); begins = "\n          ") {
        const auto line = rest.substr(0, rest.find('\n'));
        text += begins;
        text += printable(line);
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
    if (!e.hint.empty())
        text += "\n  next: " + e.hint;
    screen.say(text);
    return exit_code(e.code);
}

io::task<result<std::string>>
call_tool(const mcp::tool& tool, boost::json::object arguments, consent agreed, call_services with, terminal& screen)
{
    person asker(screen, agreed);
    mcp::call c({.who = std::move(with.who)}, asker, io::deadline::after(with.rules.settings().longest_call));
    co_return answer_of(CO_TRY(co_await with.rules.run(tool, std::move(arguments), c)));
}

io::task<result<>> do_as_tool(
    const mcp::tool& tool,
    boost::json::object arguments,
    consent agreed,
    call_services with,
    terminal& screen,
    tool_work work
)
{
    person asker(screen, agreed);
    mcp::call c({.who = std::move(with.who)}, asker, io::deadline::after(with.rules.settings().longest_call));
    auto admitted = co_await with.rules.admit(tool, std::move(arguments), c);
    if (!admitted) {
        auto refused = CO_TRY(std::move(admitted).error());
        CO_TRY(answer_of(std::move(refused)));
        co_return result<>{};
    }
    admitted->prepared.run = [&work](mcp::call& running) { return in_place_of_the_tool(work, running); };
    CO_TRY(answer_of(co_await with.rules.finish(*std::move(admitted), c)));
    co_return result<>{};
}

io::task<int> call(call_command what, call_services with, presentation show)
{
    const auto* tool = with.offers.find_tool(what.tool);
    if (tool == nullptr) {
        const auto meant = nearest_tool(with.offers, what.tool);
        const error unknown(
            condition::not_found,
            fmt::format("there is no tool \"{}\"{}", what.tool, meant.empty() ? "" : ", did you mean " + meant + "?"),
            "basekeeper tools lists them"
        );
        co_return report(show.screen, unknown);
    }
    auto arguments = read_arguments(what.arguments, with.rules.published_schema(*tool));
    if (!arguments)
        co_return report(show.screen, arguments.error());
    const auto structured = co_await call_tool(*tool, *std::move(arguments), what.agreed, std::move(with), show.screen);
    if (!structured)
        co_return report(show.screen, structured.error());
    if (show.format == output::json) {
        show.screen.print(*structured);
        co_return 0;
    }
    const auto tree = json::read(*structured, {.max_bytes = std::size_t{64} << 20U, .max_depth = 512});
    show.screen.print(tree ? render(*tree) : *structured);
    co_return 0;
}

} // namespace basekeeper::cli
