// The catalogue of templates: one, of Supabase, with the defects that such templates have.
#pragma once

#include "features/rehearsal/world.hpp"

#include <boost/json/array.hpp>

#include <string>
#include <string_view>

namespace basekeeper::rehearsal {

struct blueprint_files
{
    std::string compose;
    std::string config; ///< template.toml
};

/// What compose.templates and meta.json list.
boost::json::array catalogue_list();

/// Null when the catalogue has none of that id.
const blueprint_files* find_blueprint(blueprint_choice which, std::string_view id);

/// The file of the catalogue at a path below `/templates`, as a web server would send it; empty when there is none.
std::string catalogue_file(blueprint_choice which, std::string_view path);

} // namespace basekeeper::rehearsal
