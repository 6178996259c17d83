// basekeeper config show: every setting, its value and its source.
#include "cli/commands.hpp"
#include "cli/render.hpp"
#include "json/text.hpp"

namespace basekeeper::cli {

int config_show(const config::loaded& settings, presentation show)
{
    boost::json::array all;
    for (const auto& one : config::describe(settings.values))
        all.push_back(boost::json::object{{"key", one.key}, {"value", one.value}, {"source", one.source}});
    if (show.format == output::json) {
        show.screen.print(json::to_text(all));
        return 0;
    }
    show.screen.print(render(all));
    if (!settings.file)
        show.screen.print("no configuration file was found");
    return 0;
}

} // namespace basekeeper::cli
