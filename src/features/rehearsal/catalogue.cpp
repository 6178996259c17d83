// Putting the files of the catalogue together.
#include "features/rehearsal/catalogue.hpp"

#include "features/rehearsal/blueprint_texts.hpp"
#include "json/text.hpp"

#include <boost/json/object.hpp>

namespace basekeeper::rehearsal {
namespace {

using boost::json::array;

constexpr std::string_view only_id = "supabase";

/// As both payloads once ended: no JSON, so that both keys were the same token without a role.
std::string with_old_payloads(std::string config)
{
    constexpr std::string_view sound = "T00:00:00Z}\n}";
    constexpr std::string_view old = "T00:00:00Z},\n}";
    for (auto at = config.find(sound); at != std::string::npos; at = config.find(sound, at + old.size()))
        config.replace(at, sound.size(), old);
    return config;
}

blueprint_files made(blueprint_choice which)
{
    auto config = std::string(supabase_config());
    if (which == blueprint_choice::old_keys)
        config = with_old_payloads(std::move(config));
    config += supabase_mounts();
    return {std::string(supabase_compose()), std::move(config)};
}

} // namespace

array catalogue_list()
{
    return {row{
        {"id", only_id},
        {"name", "Supabase"},
        {"version", "2026.06.03"},
        {"description", "The open source Firebase alternative."},
        {"links",
         row{{"github", "https://github.com/supabase/supabase"},
             {"website", "https://supabase.com/"},
             {"docs", "https://supabase.com/docs/guides/self-hosting"}}},
        {"logo", "supabase.svg"},
        {"tags", array{"database", "firebase", "postgres"}},
    }};
}

const blueprint_files* find_blueprint(blueprint_choice which, std::string_view id)
{
    static const blueprint_files present = made(blueprint_choice::present);
    static const blueprint_files old = made(blueprint_choice::old_keys);
    if (id != only_id)
        return nullptr;
    return which == blueprint_choice::old_keys ? &old : &present;
}

std::string catalogue_file(blueprint_choice which, std::string_view path)
{
    const auto* files = find_blueprint(which, only_id);
    if (path == "/meta.json")
        return json::to_text(catalogue_list());
    if (path == "/blueprints/supabase/template.toml")
        return files->config;
    if (path == "/blueprints/supabase/docker-compose.yml")
        return files->compose;
    return {};
}

} // namespace basekeeper::rehearsal
