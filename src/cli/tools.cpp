// basekeeper tools: what clients see.
#include "cli/commands.hpp"
#include "cli/render.hpp"
#include "json/fields.hpp"

#include <fmt/format.h>

namespace basekeeper::cli {

int tools(const mcp::registry& offers, const mcp::policy& rules, presentation show)
{
    boost::json::array list;
    for (const auto& t : offers.tools()) {
        if (!rules.offers(t))
            continue;
        std::string effect;
        json::encode(effect, t.about.worst);
        boost::json::object one{
            {"name", t.about.name},
            {"group", t.about.group},
            {"effect", effect.substr(1, effect.size() - 2)},
            {"description", t.about.description},
        };
        if (show.format == output::json) {
            one["inputSchema"] = rules.published_schema(t);
            one["outputSchema"] = t.output_schema;
        }
        list.push_back(std::move(one));
    }
    if (show.format == output::json) {
        show.screen.print(json::to_text(list));
        return 0;
    }
    for (const auto& one : list) {
        const auto& o = one.as_object();
        show.screen.print(fmt::format(
            "{:<18} {:<9} {}",
            std::string_view(o.at("name").as_string()),
            std::string_view(o.at("effect").as_string()),
            std::string_view(o.at("description").as_string())
        ));
    }
    return 0;
}

} // namespace basekeeper::cli
