// basekeeper types: the source file that generate_typescript_types makes, for a redirection into the project.
#include "cli/commands.hpp"
#include "json/text.hpp"

namespace basekeeper::cli {
namespace {

constexpr std::string_view tool_name = "generate_typescript_types";

/// Lines as they are for a file; a person's terminal must not obey what a name holds.
void print_file(terminal& screen, std::string_view text)
{
    if (text.ends_with('\n'))
        text.remove_suffix(1);
    if (!screen.shown_to_person())
        return screen.print(text);
    while (true) {
        const auto end = text.find('\n');
        screen.print(printable(text.substr(0, end)));
        if (end == std::string_view::npos)
            return;
        text.remove_prefix(end + 1);
    }
}

io::task<result<>> run(types_command what, call_services with, presentation show)
{
    const auto* tool = with.offers.find_tool(tool_name);
    if (tool == nullptr)
        co_return fail(
            condition::not_found,
            "the tools of the group development are switched off here",
            "add development to the setting features"
        );
    boost::json::object arguments{{"language", what.language}};
    if (!what.schemas.empty())
        arguments["schemas"] = boost::json::array(what.schemas.begin(), what.schemas.end());
    const auto structured =
        CO_TRY(co_await call_tool(*tool, std::move(arguments), consent::ask, std::move(with), show.screen));
    if (show.format == output::json) {
        show.screen.print(structured);
        co_return result<>{};
    }
    const auto tree = CO_TRY(json::read(structured, {.max_bytes = std::size_t{256} << 20U}));
    print_file(show.screen, tree.at("types").as_string());
    co_return result<>{};
}

} // namespace

io::task<int> types(types_command what, call_services with, presentation show)
{
    const auto done = co_await run(std::move(what), std::move(with), show);
    co_return done ? 0 : report(show.screen, done.error());
}

} // namespace basekeeper::cli
